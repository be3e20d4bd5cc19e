"""The child: HTML on standard input, the number of pages and the PDF on standard output."""

from __future__ import annotations

import ctypes
import resource
import signal
import sys
from typing import Any

from reporting.pdf import LONGEST, MEMORY

DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG

REFUSED = {"socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "subprocess.Popen", "os.system"}


def limit(seconds: int) -> None:
    """Hold this process to its memory and time, let it die with the worker, and keep it off the network."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    sys.addaudithook(refuse)


def refuse(event: str, args: tuple[Any, ...]) -> None:
    """Whatever a document asks for, nothing is fetched: a wall behind the fetcher's."""
    if event in REFUSED:
        raise PermissionError(f"{event} is not allowed here")


def main() -> None:
    limit(int(sys.argv[1]) if len(sys.argv) > 1 else LONGEST)
    from reporting.pdf.typeset import typeset  # after the limits, which are to hold for its loading too

    pages, content = typeset(sys.stdin.buffer.read().decode())
    sys.stdout.buffer.write(b"%d\n" % pages)
    sys.stdout.buffer.write(content)


if __name__ == "__main__":
    main()
