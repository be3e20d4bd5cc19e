"""Ends what a vanished launcher left behind. Reads `PID SIGNAL` (started) and `-PID 0` (gone) until its input closes.

The kernel's parent-death signal reaches only direct children; a worker's pool and a server's own workers are
found here, by process group.
"""

import contextlib
import os
import signal
import sys
import time

PATIENCE = 3.0  # seconds


def _alive(group: int) -> bool:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, 0)
        return True
    return False


def _signal(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def watch() -> None:
    """Wait for the launcher's end; an orderly one has left nothing to do."""
    groups: dict[int, int] = {}
    for line in sys.stdin:
        group, number = (int(word) for word in line.split())
        if group < 0:
            groups.pop(-group, None)
        else:
            groups[group] = number
    for group, number in groups.items():
        _signal(group, number)
    deadline = time.monotonic() + PATIENCE
    while any(_alive(group) for group in groups) and time.monotonic() < deadline:
        time.sleep(0.05)
    for group in groups:
        _signal(group, signal.SIGKILL)


for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(ignored, signal.SIG_IGN)
watch()
