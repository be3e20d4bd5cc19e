"""Signing in with another service, from the button to the trust: an installation of its own, and a real browser.

The environment chooses the providers when the product starts, so it is started here, as in production but for https.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from schools.models import User
from tests.conftest import Cast, database_url
from tests.factories import PASSWORD
from tests.journeys.conftest import PATIENCE, sign_in
from tests.journeys.provider import CLIENT, SECRET, Provider, running

pytestmark = pytest.mark.browser
BUTTON = "Sign in with Alder ID"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running() as service:
        yield service


@pytest.fixture
def installation(live_cast: Cast, provider: Provider, tmp_path: Path) -> Iterator[str]:
    """The product with that service set up, on the test's database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DEBUG": "1",  # static files as they lie
        "SITE_URL": f"http://127.0.0.1:{port}",
        "OPENID_CONNECT_CLIENT_ID": CLIENT,
        "OPENID_CONNECT_SECRET": SECRET,
        "OPENID_CONNECT_NAME": "Alder ID",
        "OPENID_CONNECT_SETTINGS": json.dumps({"server_url": provider.address}),
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    with (tmp_path / "web.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--no-ws", "trust_si.wsgi:application"],
            cwd=settings.BASE_DIR, env=env, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        await_page(f"http://127.0.0.1:{port}/healthz", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()
        sys.stdout.write((tmp_path / "web.log").read_text()[-4000:])


def await_page(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(OSError), urlopen(url, timeout=5):
            return
        time.sleep(0.1)
    pytest.fail("the product did not start")


@pytest.fixture
def page(chromium: Browser, installation: str) -> Iterator[Page]:
    """A page in a browser that may go to the service and nowhere else; afterwards, that it refused nothing of ours."""
    context = chromium.new_context(base_url=installation, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    refused: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            refused.append(message.text)

    context.on("console", note)
    yield context.new_page()
    context.close()
    assert not refused, "\n".join(refused)


def through_the_provider(page: Page, provider: Provider, email: str) -> None:
    """From our button to the service's page, where the person presses theirs."""
    provider.email = email
    page.goto("/account/login/")
    page.get_by_role("link", name=BUTTON).click()
    page.get_by_role("button", name="Carry on").click()
    expect(page).to_have_title("Who are you?")
    assert page.url.startswith(f"{provider.address}/sign-in?")
    page.get_by_role("link", name=f"I am {email}").click()


def test_from_the_button_to_the_trust_and_the_password_still_works(
    page: Page, provider: Provider, live_cast: Cast, installation: str, chromium: Browser
) -> None:
    ada = live_cast.ada.user
    ada.set_password(PASSWORD)
    ada.save()
    for _ in range(2):  # known by the address, then by the account that was connected
        through_the_provider(page, provider, ada.email.upper())
        expect(page).to_have_url(f"{installation}/t/alder/overview/")
        page.context.clear_cookies()
    assert ada.socialaccount_set.count() == 1
    context = chromium.new_context(base_url=installation)
    sign_in(context, ada.email, PASSWORD)
    context.close()


def test_a_stranger_is_refused_and_no_account_is_made(page: Page, provider: Provider, installation: str) -> None:
    before = User.objects.count()
    through_the_provider(page, provider, "stranger@example.org")
    expect(page.get_by_role("heading", name="By invitation")).to_be_visible()
    page.goto("/t/alder/overview/")
    assert page.url.startswith(f"{installation}/account/login/")
    assert User.objects.count() == before


def test_an_address_for_which_the_service_does_not_vouch_opens_nothing(
    page: Page, provider: Provider, live_cast: Cast
) -> None:
    provider.vouches = False
    through_the_provider(page, provider, live_cast.ruth.user.email)
    expect(page.get_by_role("heading", name="By invitation")).to_be_visible()
    assert not live_cast.ruth.user.socialaccount_set.exists()


def test_where_nothing_is_set_up_there_is_no_button_and_forms_stay_here(db: None) -> None:
    answer = Client().get("/account/login/")
    assert "Sign in with" not in answer.text
    assert "form-action 'self';" in answer.headers["Content-Security-Policy"] + ";"
