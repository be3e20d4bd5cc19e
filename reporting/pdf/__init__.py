"""HTML to tagged PDF, in a child process that has no Django, no database, no network and limits on time and memory.

`render` is the worker's side. The child's side is `python -m reporting.pdf`: `__main__` sets its limits, `typeset` is
the one module that knows WeasyPrint.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic

ROOT = Path(__file__).resolve().parents[2]

LONGEST = 240
"""Most seconds one document may take."""

GRACE = 5
"""Seconds of computing after which a child ends itself, should its worker be gone, beyond the time it was given."""

MEMORY = 1024**3
"""Most bytes of memory a child may ask for."""

HEARTBEAT = 5
"""Seconds between two calls of `still_wanted` while the child works."""

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_PATH", "FONTCONFIG_FILE")
"""What of the environment the child sees. No key, no database, no broker."""


class NotRendered(Exception):
    """The child gave no document. `try_again` says whether the same may well succeed at once."""

    def __init__(self, why: str, *, try_again: bool) -> None:
        self.try_again = try_again
        super().__init__(why)


class NoLongerWanted(Exception):
    """Somebody else has the work now."""


@dataclass(frozen=True)
class Rendered:
    """A finished document."""

    content: bytes
    pages: int

    @property
    def digest(self) -> str:
        """SHA-256 of the file, in hexadecimal."""
        return sha256(self.content).hexdigest()


def render(html: str, *, still_wanted: Callable[[], bool] = lambda: True, seconds: float = LONGEST) -> Rendered:
    """Lay out `html`. Raises NotRendered, or NoLongerWanted when `still_wanted`, asked every few seconds, says no."""
    # From a file: of a pipe, what a slow child has not read when `communicate` first times out is never handed over.
    with TemporaryFile() as document:
        document.write(html.encode())
        document.seek(0)
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "reporting.pdf", str(int(seconds) + GRACE)],
            stdin=document,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
        )
    try:
        written, said = _wait(child, still_wanted, monotonic() + seconds)
    finally:
        if child.poll() is None:
            child.kill()
            child.communicate()
    return _read(child.returncode, written, said)


def _wait(child: subprocess.Popen, still_wanted: Callable[[], bool], until: float) -> tuple[bytes, bytes]:
    while True:
        with suppress(subprocess.TimeoutExpired):
            return child.communicate(timeout=min(HEARTBEAT, max(until - monotonic(), 0.01)))
        if monotonic() >= until:
            raise NotRendered("it took too long", try_again=False)
        if not still_wanted():
            raise NoLongerWanted


def _read(code: int, written: bytes, said: bytes) -> Rendered:
    if code:
        last = said.decode(errors="replace").strip().rpartition("\n")[2]
        raise NotRendered(f"the renderer ended with {code}: {last[:200]}", try_again=code < 0)
    pages, _, content = written.partition(b"\n")
    if not content.startswith(b"%PDF-"):
        raise NotRendered("the renderer wrote no document", try_again=False)
    return Rendered(content, int(pages))
