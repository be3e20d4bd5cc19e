"""R12: settings, headers, forged requests and error pages."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from schools.access import ROLES
from tests.architecture.crawl import undone
from tests.architecture.planted import NOW, World
from tests.architecture.routes import Route, address, all_routes, trust_routes
from tests.architecture.visitors import visit_as

READERS = ("ceo", "admin", "head", "si_lead", "clerk")

PRODUCTION = {
    "SECRET_KEY": "check-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLM",
    "DEBUG": "0",
    "DEMO": "0",
    "ALLOWED_HOSTS": "trust.example",
    "SITE_URL": "https://trust.example",
    "PROXY_COUNT": "1",
    "EMAIL_URL": "consolemail://",
}
CACHED: dict[str, str] = {"brand_css": "the trust's colour, named by the address; private to the browser"}
"""Routes of a trust whose answer a browser may keep, each with the reason."""


def in_production(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py as an installation would."""
    kept = ("DATABASE_URL", "REDIS_URL", "PATH", "DATA_DIR", "LD_LIBRARY_PATH")
    env = {name: os.environ[name] for name in kept if name in os.environ} | PRODUCTION
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, timeout=300)


def test_the_deployment_check_has_nothing_to_say() -> None:
    done = in_production("check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no issues" in done.stdout


def test_settings_of_an_installation() -> None:
    names = {
        "DEBUG": False,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SECURE_HSTS_SECONDS": 31_536_000,
        "DEMO": False,
    }
    code = (
        "import json; from django.conf import settings;"
        f"print(json.dumps({{name: getattr(settings, name) for name in {list(names)}}}))"
    )
    done = in_production("shell", "-v", "0", "-c", code)
    assert json.loads(done.stdout.strip().splitlines()[-1]) == names, done.stderr


@pytest.fixture
def clients(world: World, db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("schools.jobs.nudge", lambda *args: None)
    with time_machine.travel(NOW):
        yield {reader: visit_as(reader, world) for reader in READERS}


def readers_of(route: Route) -> list[str]:
    return [reader for reader in READERS if not route.inside or route.allows(ROLES[reader].allows)]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_forged_request_is_refused(
    world: World, db: None, method: str, monkeypatch: pytest.MonkeyPatch, say: Callable[[str], None]
) -> None:
    """Signed in, with every right, but without the token of a page of ours: each route, each unsafe method."""
    monkeypatch.setattr("rest_framework.throttling.SimpleRateThrottle.THROTTLE_RATES", {"user": None, "anon": None})
    passed, tries = [], 0
    with time_machine.travel(NOW):
        clients = {reader: visit_as(reader, world, enforce_csrf_checks=True) for reader in READERS}
        for route in all_routes():
            if "provider_id" in route.parameters:
                continue
            for reader in readers_of(route)[:1]:
                tries += 1
                with undone():
                    answer = clients[reader].generic(method, address(route, world.trusts["alder"]), "{}")
                allowed = (403, 405) if route.name == "api_schema" else (403,)
                if answer.status_code not in allowed:
                    passed.append(f"{method} {route.name} {answer.status_code}")
    say(f"R12 forged {method}: {tries} routes, {len(passed)} not refused")
    assert not passed


class Inline(HTMLParser):
    """What a strict policy would refuse to run or apply."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given and given.get("type") != "application/json"):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name == "style" or name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f'<{tag} {name}="{(value or "")[:40]}">')
            if name in ("src", "href", "action") and re.match(r"(https?:)?//", value or "") and tag != "a":
                self.found.append(f'elsewhere: <{tag} {name}="{(value or "")[:60]}">')


def faults_of(route: Route, answer: Any) -> list[str]:
    """What is missing in the head of an answer, and what may not be in its HTML."""
    heads, found = answer.headers, []
    policy = heads.get("Content-Security-Policy", "")
    if "default-src 'self'" not in policy or "unsafe-" in policy or "frame-ancestors 'none'" not in policy:
        found.append(f"policy {policy!r}")
    if heads.get("X-Content-Type-Options") != "nosniff" or heads.get("X-Frame-Options") != "DENY":
        found.append("nosniff or frame options")
    if heads.get("Referrer-Policy") != "same-origin":
        found.append("referrer policy")
    cached = heads.get("Cache-Control", "")
    if route.inside and not ("private" in cached if route.name in CACHED else "no-store" in cached):
        found.append(f"cache control {cached!r}")
    if "text/html" in heads.get("Content-Type", ""):
        parser = Inline()
        parser.feed(answer.content.decode())
        found += sorted(set(parser.found))
    return [f"{route.name} {answer.status_code}: {each}" for each in found]


def test_every_answer_is_closed(clients: dict[str, Client], world: World, say: Callable[[str], None]) -> None:
    """Each route as each reader, pages and refusals alike."""
    found, answers = [], 0
    alder = world.trusts["alder"]
    for route in all_routes():
        if "provider_id" in route.parameters or route.name == "account_logout":
            continue
        for reader, client in clients.items():
            if route.inside or reader == "ceo":
                answers += 1
                found += faults_of(route, client.get(address(route, alder)))
    say(f"R12 headers: {answers} answers, {len(set(found))} faults")
    assert not found, "\n".join(["", *sorted(set(found))])


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver:80@evil.example"])
def test_another_host_is_refused(db: None, host: str) -> None:
    assert Client(raise_request_exception=False).get("/", headers={"host": host}).status_code == 400


TELLS_TOO_MUCH = re.compile(
    r"traceback|django|psycopg|python|file \"|/site-packages/|the-secret-words|\b5\.2\.\d+", re.I
)


def test_error_pages_tell_nothing(clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the-secret-words")

    monkeypatch.setattr("schools.views.home.remember_trusts", broken)
    monkeypatch.setattr("schools.views.settings.first_steps", broken)
    monkeypatch.setattr("categorisation.api.assessments.etag_of", broken)
    admin = clients["admin"]
    answers = {
        "500 outside": (admin.get(reverse("home")), 500),
        "500 in a trust": (admin.get(reverse("setup", args=["alder"])), 500),
        "404": (admin.get("/nowhere/at/all/"), 404),
        "404 in a trust": (admin.get("/t/alder/nowhere/"), 404),
        "404 of another trust": (admin.get(reverse("setup", args=["cedar"])), 404),
        "404 of the API": (admin.get("/api/v1/t/alder/nowhere/"), 404),
        "403": (clients["head"].get(reverse("setup", args=["alder"])), 403),
        "403 for a forged request": (_forged(), 403),
        "400": (Client(raise_request_exception=False).get("/", headers={"host": "evil.example"}), 400),
    }
    for name, (answer, status) in answers.items():
        assert answer.status_code == status, name
        assert not TELLS_TOO_MUCH.search(answer.content.decode()), name
        assert "Server" not in answer.headers, name


def _forged() -> Any:
    return Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "a@example.org"})


def test_routes_in_the_list_of_kept_answers_exist() -> None:
    assert CACHED.keys() <= {route.name for route in trust_routes()}
