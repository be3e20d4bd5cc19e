"""Real Celery workers on the test database, with a broker of their own; for what a function call cannot show."""

from __future__ import annotations

import os
import re
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

from tests.conftest import database_url

START = 40
"""Most seconds a worker may take to be ready."""


@pytest.fixture
def redis_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A broker of this test's own, used by the test's own process too."""
    binary = Path(sys.executable).with_name("redis-server")
    command = str(binary) if binary.exists() else shutil.which("redis-server") or shutil.which("valkey-server")
    assert command, "no redis-server on this machine"
    socket = tmp_path / "r.sock"
    server = subprocess.Popen(
        [command, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    until(socket.exists, 10, "the broker to start")
    monkeypatch.setattr(current_app.conf, "broker_url", f"redis+socket://{socket}")
    monkeypatch.setattr(current_app.amqp, "_producer_pool", None)  # connections to another test's broker
    yield f"unix://{socket}"
    server.kill()
    server.wait()


@pytest.fixture
def worker(redis_url: str, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen]]:
    """Start a real worker on the test database, in a process group of its own."""
    started: list[subprocess.Popen] = []

    def start(*more: str, app: str = "trust_si") -> subprocess.Popen:
        name = f"w{len(started)}@test"
        with (tmp_path / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", app, "worker", "-c1", "-lINFO", "-n", name, *more],
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


def said(folder: Path, number: int, pattern: str) -> int:
    """How often the worker of this number has said something like it."""
    log = folder / f"w{number}@test.log"
    return len(re.findall(pattern, log.read_text())) if log.exists() else 0


def until(true: Callable[[], object], seconds: float, what: str) -> float:
    """Wait for it; how long it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, f"waited {seconds} s for {what}"
        time.sleep(0.05)
    return time.monotonic() - began
