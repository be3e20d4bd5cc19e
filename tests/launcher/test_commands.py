"""What a person sees when a command cannot go on: one sentence, status 1, no trace."""

import os
import socket
import subprocess

import pytest
from django.conf import settings
from launcher.demo import _free_port
from launcher.refusal import Refusal
from launcher.services import _named_databases
from launcher.testing import _spread

BIN = settings.BASE_DIR / "bin"


def test_a_taken_port_is_said_before_anything_starts(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [BIN / "demo", "--port", str(port), "--data", folder.path]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr == f"Port {port} is taken by another program; choose another with --port.\n"


def test_a_held_folder_is_said(folder):
    folder.hold()
    env = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")}
    command = [BIN / "demo", "--port", "0", "--data", folder.path]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=env)
    assert done.returncode == 1
    assert done.stderr.startswith("Trust SI is already running on")
    assert "Traceback" not in done.stderr


def test_zero_chooses_a_port():
    assert _free_port(0) > 1023


def test_a_port_beyond_the_last_is_refused():
    with pytest.raises(Refusal, match="70000 is not a port"):
        _free_port(70000)


def test_the_two_database_addresses_go_together(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://web@host/x")
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    with pytest.raises(Refusal, match="go together"):
        _named_databases()
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgres://owner@host/x")
    assert _named_databases() == ("postgres://web@host/x", "postgres://owner@host/x")


@pytest.mark.parametrize(
    ("arguments", "spread"),
    [([], True), (["-k", "walls"], True), (["tests/schools"], True), (["tests/a.py::test_b"], False), (["-n0"], False)],
)
def test_a_whole_run_is_spread_over_two_processes(arguments, spread):
    assert bool(_spread(arguments)) == spread
