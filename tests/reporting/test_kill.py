"""A renderer, a worker's parent and a whole worker killed in the middle: each report exactly once, none stuck."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from reporting.models import Report, ReportFile
from reporting.services import request_report
from schools.models import Job, Period
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.reporting.workers import START, said, until
from tests.reporting.world import furnish

RENDERER = "reporting.pdf"
MOST_SECONDS = 60
"""From the worker being back to the last report."""


def renderers() -> dict[int, list[int]]:
    """The renderers at work on this machine whose parents are our workers: their ancestors, nearest first."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and RENDERER in _command(int(entry.name)):
            found[int(entry.name)] = list(_ancestors(int(entry.name)))
    return found


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def _ancestors(pid: int) -> Iterator[int]:
    while pid > 1:
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            return
        yield pid


def ours(process: subprocess.Popen) -> int | None:
    """The renderer this worker has started."""
    return next((pid for pid, parents in renderers().items() if process.pid in parents), None)


def test_killed_in_the_middle_each_report_is_made_exactly_once(
    live_cast: Cast, worker: Callable[..., subprocess.Popen], tmp_path: Path
) -> None:
    cast = live_cast
    with trust_scope(cast.alder):
        furnish(cast.version, schools=3, chief=cast.ruth)
    workers = [worker() for _ in range(3)]
    kinds = ("board_report", "chairs_report", "board_report")
    periods = (cast.autumn, cast.autumn, None)
    with trust_scope(cast.alder):
        summer = Period.objects.get(year=2025, season="summer", half=0)
        asked = [
            request_report(kind, period or summer, by=cast.ada).pk for kind, period in zip(kinds, periods, strict=True)
        ]
    for process in workers:
        until(lambda process=process: ours(process), START, "every worker to be laying out a report")
        # Each is struck the moment it is seen at work: the renderer alone, the parent alone, everything.
        if process is workers[0]:
            os.kill(ours(process), signal.SIGKILL)
        elif process is workers[1]:
            os.kill(process.pid, signal.SIGKILL)
        else:
            os.killpg(process.pid, signal.SIGKILL)
    worker("-B", "-s", str(tmp_path / "beat"))
    until(lambda: said(tmp_path, 3, r" ready\."), START, "the worker to be back")
    took = until(lambda: states(cast, asked) == ["ready"] * 3, MOST_SECONDS + 10, "three reports")
    with trust_scope(cast.alder):
        files = ReportFile.objects.filter(report__in=asked).count()
        attempts = dict(Job.objects.filter(kind="report").values_list("subject_id", "attempt"))
        stuck = Report.objects.exclude(state="ready").count()
    counted = f"reports 3, kills 3, files {files}, stuck {stuck}, attempts {sorted(attempts.values())}, {took:.0f} s"
    sys.stdout.write(f"\n{counted} after the worker was back\n")
    assert (files, stuck) == (3, 0)
    assert Job.objects.filter(kind="report", state="done").count() == 3
    assert took <= MOST_SECONDS


def states(cast: Cast, asked: list[int]) -> list[str]:
    with trust_scope(cast.alder):
        return list(Report.objects.filter(pk__in=asked).values_list("state", flat=True))
