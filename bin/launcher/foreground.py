"""One program that has the terminal while our servers run behind it."""

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from launcher.children import die_with_parent


def run_in_foreground(command: Sequence[str | Path], *, env: dict[str, str], cwd: Path) -> int:
    """Run it to its end and return its exit status. Ctrl-C is its own business; TERM is passed on."""
    parent = os.getpid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    process = subprocess.Popen(
        command,
        env=env,
        cwd=cwd,
        preexec_fn=lambda: _prepare(parent),  # safe: one thread only
    )

    def pass_on(number: int, frame: FrameType | None) -> None:
        process.send_signal(number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    return process.wait()


def _prepare(parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    die_with_parent(signal.SIGTERM, parent)
