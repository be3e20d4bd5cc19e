"""A renderer, a worker's parent and a whole worker killed in the middle: each report exactly once, none stuck."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings

from reporting.models import Report, ReportFile
from reporting.services import request_report
from schools.models import Job, Period
from schools.tenancy import trust_scope
from tests.conftest import Cast, database_url
from tests.reporting.world import furnish

RENDERER = "reporting.pdf"
MOST_SECONDS = 60
"""From the worker being back to the last report."""


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A broker of this test's own."""
    binary = Path(sys.executable).with_name("redis-server")
    command = str(binary) if binary.exists() else shutil.which("redis-server") or shutil.which("valkey-server")
    assert command, "no redis-server on this machine"
    socket = tmp_path / "r.sock"
    server = subprocess.Popen(
        [command, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    until(socket.exists, 10, "the broker to start")
    yield f"unix://{socket}"
    server.kill()
    server.wait()


@pytest.fixture
def worker(redis_url: str, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Start a real worker on the test database, in a process group of its own."""
    started: list[subprocess.Popen] = []

    def start(*more: str) -> subprocess.Popen:
        name = f"w{len(started)}@test"
        with (tmp_path / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "trust_si", "worker", "-c1", "-lINFO", "-n", name, *more],
                cwd=settings.BASE_DIR, env=worker_environment(redis_url, tmp_path), start_new_session=True,
                stdout=log, stderr=log,
            )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for log in tmp_path.glob("*.log"):
        sys.stdout.write(f"\n{log.name}: " + log.read_text()[-4000:])


def worker_environment(redis_url: str, folder: Path) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": database_url(), "REDIS_URL": redis_url, "DATA_DIR": str(folder)}


def until(true: Callable[[], object], seconds: float, what: str) -> float:
    """Wait for it; how long it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, f"waited {seconds} s for {what}"
        time.sleep(0.05)
    return time.monotonic() - began


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
    live_cast: Cast,
    redis_url: str,
    worker: Callable[..., subprocess.Popen],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast = live_cast
    with trust_scope(cast.alder):
        furnish(cast.version, schools=3, chief=cast.ruth)
    monkeypatch.setattr(current_app.conf, "broker_url", redis_url.replace("unix://", "redis+socket://"))
    workers = [worker() for _ in range(3)]
    kinds = ("board_report", "chairs_report", "board_report")
    periods = (cast.autumn, cast.autumn, None)
    with trust_scope(cast.alder):
        summer = Period.objects.get(year=2025, season="summer", half=0)
        asked = [
            request_report(kind, period or summer, by=cast.ada).pk for kind, period in zip(kinds, periods, strict=True)
        ]
    for process in workers:
        until(lambda process=process: ours(process), 40, "every worker to be laying out a report")
        # Each is struck the moment it is seen at work: the renderer alone, the parent alone, everything.
        if process is workers[0]:
            os.kill(ours(process), signal.SIGKILL)
        elif process is workers[1]:
            os.kill(process.pid, signal.SIGKILL)
        else:
            os.killpg(process.pid, signal.SIGKILL)
    worker("-B", "-s", str(tmp_path / "beat"))
    until(lambda: " ready." in (tmp_path / "w3@test.log").read_text(), 40, "the worker to be back")
    took = until(lambda: states(cast, asked) == ["ready"] * 3, MOST_SECONDS + 10, "three reports")
    with trust_scope(cast.alder):
        files = ReportFile.objects.filter(report__in=asked).count()
        attempts = dict(Job.objects.filter(kind="report").values_list("subject_id", "attempt"))
        stuck = Report.objects.exclude(state="ready").count()
    said = f"reports 3, kills 3, files {files}, stuck {stuck}, attempts {sorted(attempts.values())}, {took:.0f} s"
    sys.stdout.write(f"\n{said} after the worker was back\n")
    assert (files, stuck) == (3, 0)
    assert Job.objects.filter(kind="report", state="done").count() == 3
    assert took <= MOST_SECONDS


def states(cast: Cast, asked: list[int]) -> list[str]:
    with trust_scope(cast.alder):
        return list(Report.objects.filter(pk__in=asked).values_list("state", flat=True))
