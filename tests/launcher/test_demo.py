"""The whole demo, from the command to the last process gone: the first thing anybody does with the product."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_string
from email.message import Message
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from django.conf import settings
from launcher.demo import _free_port, _where_mail_goes
from launcher.folder import Folder

PATIENCE = 300
"""Seconds after which a step is called stuck. How long each took is printed, and nothing is asked of it."""

KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
"""What the demo finds in its environment here: neither a database nor a broker nor a mail server is named."""

ACCOUNT = re.compile(r"^  (\S.*?)  +(\S+@\S+)  +(\S+)$", re.MULTILINE)


class Visitor:
    """A browser without scripts."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        with self.opener.open(self.home + path, timeout=60) as answer:
            self.at = answer.url.removeprefix(self.home)
            return answer.read().decode("utf-8", "replace")

    def post(self, path: str, page: str, **typed: str) -> str:
        """Send a form of a page this visitor has."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, f"{path}: no form"
        content = urlencode({"csrfmiddlewaretoken": token[1], **typed}).encode()
        request = Request(self.home + path, content, {"Referer": self.home + path})
        with self.opener.open(request, timeout=60) as answer:
            self.at = answer.url.removeprefix(self.home)
            return answer.read().decode("utf-8", "replace")


def descendants(pid: int) -> set[int]:
    """The process and all that came of it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = {pid}
    while grown := {child for child, parent in parents.items() if parent in found} - found:
        found |= grown
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(true: Callable[[], object], what: str) -> None:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < PATIENCE, f"waited {PATIENCE} s for {what}"
        time.sleep(0.1)


def clean_environment() -> dict[str, str]:
    return {name: os.environ[name] for name in KEPT if name in os.environ}


def manage(folder: Folder, *command: str) -> str:
    """What bin/manage prints, beside a demo on the same folder or alone."""
    asked = [settings.BASE_DIR / "bin" / "manage", "--data", folder.path, *command]
    done = subprocess.run(asked, env=clean_environment(), cwd="/", capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def demo(folder: Folder, port: int, *more: str, stop: signal.Signals = signal.SIGTERM) -> Iterator[str]:
    """Run bin/demo on the folder until it is ready; what it printed. Afterwards it is told to stop, and has stopped."""
    env = clean_environment()
    command = [settings.BASE_DIR / "bin" / "demo", "--port", str(port), "--data", folder.path, *more]
    # To a file: nobody reads a pipe while the test looks at the pages.
    said = folder.path / "said"
    with said.open("w") as output:
        began = time.monotonic()
        launcher = subprocess.Popen(command, env=env, cwd="/", stdout=output, stderr=subprocess.STDOUT)
    try:
        until(lambda: "Ctrl-C" in said.read_text() or launcher.poll() is not None, "Ready")
        assert launcher.poll() is None, said.read_text()
        sys.stdout.write(f"\nReady after {time.monotonic() - began:.1f} s\n")
        family = descendants(launcher.pid)
        yield said.read_text()
        family |= descendants(launcher.pid)
        began = time.monotonic()
        launcher.send_signal(stop)
        assert launcher.wait(PATIENCE) == 0
        sys.stdout.write(f"Stopped after {time.monotonic() - began:.1f} s, {len(family)} processes gone\n")
        assert not [pid for pid in family if alive(pid)]
    except BaseException:
        for log in sorted((folder.path / "logs").glob("w*.log")):
            sys.stdout.write(f"\n{log.name}: {log.read_text()[-3000:]}")
        raise
    finally:
        if launcher.poll() is None:
            launcher.terminate()
            launcher.wait(PATIENCE)


def sign_in(home: str, email: str, password: str) -> Visitor:
    visitor = Visitor(home)
    page = visitor.get("/account/login/")
    visitor.post("/account/login/", page, login=email, password=password)
    assert "/account/" not in visitor.at, f"{email} was not signed in"
    return visitor


def make_report(visitor: Visitor, trust: str) -> None:
    """Ask for a report on its page and wait until the worker has made it."""
    reports = f"{trust}reports/"
    page = visitor.get(reports)
    chosen = {}
    for name in ("kind", "period"):
        select = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
        assert select, name
        chosen[name] = re.findall(r'<option value="([^"]+)"', select[0])[0]
    visitor.post(reports, page, **chosen)
    asked = visitor.at
    assert re.fullmatch(rf"{reports}\d+/", asked), asked
    until(lambda: f"{asked}file/" in visitor.get(asked), "the worker to make the report")
    with visitor.opener.open(f"{visitor.home}{asked}file/", timeout=60) as answer:
        assert answer.read(5) == b"%PDF-"


def forget_password(home: str, email: str) -> None:
    visitor = Visitor(home)
    visitor.post("/account/password/reset/", visitor.get("/account/password/reset/"), email=email)


def mails(folder: Folder) -> list[Message]:
    return [message_from_string(file.read_text()) for file in (folder.path / "mail").iterdir()]


def test_the_demo_starts_serves_works_and_stops_without_a_trace(folder: Folder) -> None:
    port = _free_port(0)
    with demo(folder, port) as said:
        home = re.search(r"^Ready: (http://\S+)/$", said, re.MULTILINE)[1]
        assert home == f"http://127.0.0.1:{port}"
        accounts = {label: (email, password) for label, email, password in reversed(ACCOUNT.findall(said))}
        assert f"file in {folder.path / 'mail'}\n" in said
        for role in ("Headteacher", "Installation operator"):
            sign_in(home, *accounts[role])
        lead = sign_in(home, *accounts["School improvement lead"])
        make_report(lead, re.search(r'href="(/t/[^/"]+/)', lead.get("/"))[1])
        forget_password(home, accounts["Headteacher"][0])
        assert [mail["To"] for mail in mails(folder)] == [accounts["Headteacher"][0]]
    assert _free_port(port) == port
    with demo(folder, port, stop=signal.SIGINT) as again:  # on the same folder: what it holds is kept
        assert ACCOUNT.findall(again) == ACCOUNT.findall(said)
        sign_in(home, *accounts["School improvement lead"])
        assert len(mails(folder)) == 1
        assert "alder: 0 differ" in manage(folder, "check_read_rows")  # beside the demo, on its database
    assert _free_port(port) == port
    with demo(folder, port, "--fresh"):
        assert not mails(folder)
        sign_in(home, *accounts["School improvement lead"])


def test_a_mail_server_of_ones_own_is_not_overruled(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMAIL_URL", raising=False)
    assert str(folder.path / "mail") in _where_mail_goes(folder)
    monkeypatch.setenv("EMAIL_URL", "smtp://mail.example")
    assert "EMAIL_URL" in _where_mail_goes(folder)
