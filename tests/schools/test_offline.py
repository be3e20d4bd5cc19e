"""What a device is given to work without a connection: a shell that names nobody, a key for whoever is signed in."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from schools.views.offline import shell_files, shell_html, worker_js
from tests.conftest import Cast

SHELL, WORKER, KEY = (reverse(name) for name in ("offline", "offline_worker", "offline_key"))


def said() -> dict[str, Any]:
    """What the worker is told to keep."""
    found = re.search(r"= (\{.*\});", worker_js())
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_the_shell_is_the_same_for_everybody_and_names_nobody(cast: Cast) -> None:
    signed_in, nobody = cast.client(cast.ada).get(SHELL), Client().get(SHELL)
    assert signed_in.content == nobody.content
    page = nobody.content.decode()
    for word in ("Alder", "Dunmere", "Ada", "data-person", "csrfmiddlewaretoken", "/t/"):
        assert word not in page
    assert not signed_in.cookies
    assert "Cookie" not in signed_in.headers.get("Vary", "")
    assert "No form is kept on this device." in page


def test_the_worker_keeps_the_shell_and_its_files_and_nothing_else() -> None:
    told = said()
    assert told["shell"] == SHELL
    assert told["files"] == shell_files(shell_html())
    assert len(told["files"]) > 10
    for file in told["files"]:
        assert finders.find(file.removeprefix("/static/")), file
    named = "".join(told["files"])
    for part in ("offline-form.js", "autosave.js", "kept.js", "theme.css", "filled.css", "source-sans-3-latin-400"):
        assert part in named


def test_every_script_and_style_of_the_shell_is_among_its_files() -> None:
    named = re.findall(r'(?:src|href)="([^"#]+\.(?:js|css|svg))"', shell_html())
    assert named
    assert set(named) <= set(said()["files"])


def test_another_shell_has_another_cache(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = said()["cache"]
    assert said()["cache"] == before
    monkeypatch.setattr("schools.views.offline.shell_html", lambda: shell_html() + "<p>More</p>")
    assert said()["cache"] != before
    monkeypatch.undo()
    monkeypatch.setattr("schools.views.offline._fingerprint", lambda: "another script")
    assert said()["cache"] != before


def test_the_worker_is_a_script_at_the_root_that_is_asked_for_anew(client: Client) -> None:
    answer = client.get(WORKER)
    assert WORKER == "/offline.js"  # so that every page is in its reach
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == client.get(SHELL)["Cache-Control"] == "no-cache"
    assert not answer.cookies
    assert client.post(WORKER).status_code == 405


@pytest.mark.parametrize("address", [SHELL, WORKER])
def test_the_policy_holds_and_lets_the_worker_in(client: Client, address: str) -> None:
    policy = client.get(address)["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-" not in policy
    assert "worker-src" not in policy  # so default-src decides, which is ourselves


def test_the_key_is_for_who_is_signed_in(cast: Cast) -> None:
    ada = Client(enforce_csrf_checks=True)
    ada.force_login(cast.ada.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = ada.get(KEY)
    assert answer.json()["person"] == str(cast.ada.user.pk)
    assert "no-store" in answer["Cache-Control"]
    assert ada.post(reverse("account_logout"), {"csrfmiddlewaretoken": answer.json()["key"]}).status_code == 302
    refused = ada.get(KEY)
    assert (refused.status_code, refused.json()) == (401, {})
    assert not refused.cookies.get("csrftoken")


def test_a_page_of_a_form_says_what_the_scripts_need(cast: Cast) -> None:
    page = cast.client(cast.ada).get(reverse("account_logout")).content.decode()
    assert "data-sign-out" in page
    assert "js/outbox.js" in page
    assert 'id="outbox-notice"' in page
