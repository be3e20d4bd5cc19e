"""Nothing outlives the launcher."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from launcher.refusal import Refusal

# A launcher with one child that has a child of its own; it says their numbers and waits.
SMALL_LAUNCHER = """
import sys, time
from pathlib import Path
from launcher.children import Children
children = Children()
log = Path(sys.argv[1])
child = children.start("parent", ["sh", "-c", "sleep 300 & echo $!; wait"], log=log)
while not log.read_text().strip():
    time.sleep(0.01)
print(child.process.pid, log.read_text().strip(), flush=True)
time.sleep(300)
"""


def _alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_killing_the_launcher_ends_children_and_grandchildren(tmp_path):
    command = [sys.executable, "-c", SMALL_LAUNCHER, str(tmp_path / "log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as launcher:
        pids = [int(word) for word in launcher.stdout.readline().split()]
        assert len(pids) == 2
        assert all(_alive(pid) for pid in pids)
        launcher.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 8
    while any(_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(_alive(pid) for pid in pids)


def test_an_orderly_stop_ends_the_whole_group(children, tmp_path):
    log = tmp_path / "log"
    child = children.start("parent", ["sh", "-c", "sleep 300 & echo $!; wait"], log=log)
    while not log.read_text().strip():
        time.sleep(0.01)
    grandchild = int(log.read_text())
    children.stop()
    time.sleep(0.1)
    assert child.process.returncode is not None
    assert not _alive(grandchild)
    assert children.running == []


def test_a_stubborn_child_is_ended_after_its_patience(children, tmp_path):
    log = tmp_path / "log"
    child = children.start("deaf", ["sh", "-c", "trap '' TERM; echo up; sleep 300"], log=log)
    while "up" not in log.read_text():
        time.sleep(0.01)
    children.stop(patience=0.3)
    assert child.process.returncode == -signal.SIGKILL


def test_a_child_that_ends_by_itself_is_reported_with_its_last_words(children, tmp_path):
    child = children.start("The web server", ["sh", "-c", "echo out of paper; exit 3"], log=tmp_path / "log")
    child.process.wait()
    with pytest.raises(Refusal, match=r"(?s)The web server has stopped by itself.*out of paper"):
        children.check()


def test_a_step_may_end(children, tmp_path):
    children.start("migrate", ["true"], log=tmp_path / "log", may_end=True).process.wait()
    children.check()


def test_children_are_out_of_reach_of_the_terminals_ctrl_c(children, tmp_path):
    child = children.start("any", ["sleep", "300"], log=tmp_path / "log")
    assert os.getsid(child.process.pid) == child.process.pid
