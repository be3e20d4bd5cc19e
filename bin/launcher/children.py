"""Child processes that never outlive the launcher, whatever ends it.

Three layers: an orderly stop; a watchdog that ends every child's group when the launcher has vanished; and the kernel's
own parent-death signal, should the watchdog be gone as well.
"""

import ctypes
import os
import pwd
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from launcher.refusal import Refusal

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def die_with_parent(stop_signal: int, parent: int) -> None:
    """Ask the kernel for `stop_signal` when the launcher dies. Runs in the child, after any change of user."""
    _libc.prctl(PR_SET_PDEATHSIG, stop_signal)
    if os.getppid() != parent:  # it died before we could ask
        os._exit(1)


@dataclass
class Child:
    """A program we started: its own process group, its own log, its own polite signal to stop."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: int
    may_end: bool

    def last_words(self, lines: int = 3) -> str:
        """What its log says was wrong, else the log's end: servers bid farewell below their last error."""
        said = self.log.read_text(errors="replace").splitlines()
        errors = [line for line in said if re.match(r"\S*(Error|Refusal)\b|.*\bFATAL:", line)]
        return "\n".join(errors[-1:] or said[-lines:])

    def signal_group(self, number: int) -> None:
        """Signal the child and all its own children."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


@dataclass
class Children:
    """Every process the launcher started, in the order of starting."""

    running: list[Child] = field(default_factory=list)
    _watchdog: subprocess.Popen[bytes] | None = None

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: str | None = None,
        stop_signal: int = signal.SIGTERM,
        printed: Path | None = None,
        may_end: bool = False,
    ) -> Child:
        """Start a program in a group of its own; what it says goes to `log`, what it prints to `printed` if given.

        `may_end`: it is a step rather than a server, so `check` does not mind its end.
        """
        parent = os.getpid()
        with log.open("ab") as output, (printed or log).open("ab") as prints:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=prints,
                stderr=output,
                env=env,
                cwd=cwd,
                start_new_session=True,  # Ctrl-C is the launcher's, which stops the others in order
                preexec_fn=lambda: die_with_parent(stop_signal, parent),  # safe: one thread only
                user=user,
                group=pwd.getpwnam(user).pw_gid if user else None,
                extra_groups=[] if user else None,
            )
        child = Child(name, process, log, stop_signal, may_end)
        self.running.append(child)
        self._tell_watchdog(f"{process.pid} {int(stop_signal)}")
        return child

    def check(self) -> None:
        """Raise Refusal if one of them has ended by itself."""
        for child in self.running:
            if child.process.poll() is not None and not child.may_end:
                raise Refusal(f"{child.name} has stopped by itself. Its log is {child.log}:\n{child.last_words()}")

    def stop(self, *children: Child, patience: float = 8.0) -> None:
        """Stop these (or all) together: politely, then, after `patience` seconds, firmly."""
        leaving = [child for child in self.running if not children or child in children]
        for child in leaving:
            child.process.poll()
            if child.process.returncode is None:
                child.process.send_signal(child.stop_signal)
        deadline = time.monotonic() + patience
        for child in leaving:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.signal_group(signal.SIGKILL)
                child.process.wait()
            child.signal_group(signal.SIGKILL)  # what it left behind
            self.running.remove(child)
            self._tell_watchdog(f"-{child.process.pid} 0")
        if not self.running:
            self._dismiss_watchdog()

    def _tell_watchdog(self, line: str) -> None:
        if self._watchdog is None:
            self._watchdog = subprocess.Popen(
                [sys.executable, "-I", "-S", Path(__file__).with_name("watchdog.py")],
                stdin=subprocess.PIPE,
                start_new_session=True,
            )
        pipe: IO[bytes] | None = self._watchdog.stdin
        assert pipe is not None
        with suppress(BrokenPipeError):  # somebody ended the watchdog; the kernel's signal remains
            pipe.write(f"{line}\n".encode())
            pipe.flush()

    def _dismiss_watchdog(self) -> None:
        if self._watchdog is not None:
            self._watchdog.communicate()  # closes its input, so that it ends
            self._watchdog = None
