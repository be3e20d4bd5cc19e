"""A real browser on a real server: the application's login, nothing from outside, no complaint in the console."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route, expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 30_000
"""Milliseconds. The machines that run this have two slow cores."""

EXPECTED = tuple(f"Failed to load resource: the server responded with a status of {status}" for status in (400, 422))
"""What the browser writes into its console about answers that are as they should be: a form with faults, and a day that
was saved when it was typed by half."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium, one for each test process."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "no Chromium on this machine"
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = (
        "1"  # Playwright keeps an event loop in the thread that also asks the database
    )
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Watch:
    """What a browser asked for and complained about."""

    home: str
    asked: int = 0
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def on_request(self, route: Route, request: Request) -> None:
        if request.url.startswith((self.home + "/", "data:", "blob:")):
            self.asked += 1
            route.continue_()
        else:
            self.outside.append(request.url)
            route.abort()

    def on_console(self, message: ConsoleMessage) -> None:
        """Errors, and what the content policy refused."""
        refused = "Content Security Policy" in message.text
        if (message.type == "error" or refused) and not message.text.startswith(EXPECTED):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")


@pytest.fixture
def site(live_server: Any, settings: Any) -> str:
    """The live server's address. It works as the application's login on this process's own test database."""
    settings.SITE_URL = live_server.url
    assert connection.settings_dict["NAME"].startswith("test_")
    assert connection.settings_dict["USER"] == "trust_si_web"
    return live_server.url


@pytest.fixture
def watch(site: str) -> Iterator[Watch]:
    """At the end: no request left this machine, and no page complained."""
    found = Watch(site)
    yield found
    assert not found.outside, f"requests to the outside: {found.outside}"
    assert not found.complaints, "\n".join(found.complaints)


@pytest.fixture
def open_browser(chromium: Browser, site: str, watch: Watch) -> Iterator[Callable[..., BrowserContext]]:
    """A browser of somebody's own, with cookies and storage of its own."""
    opened: list[BrowserContext] = []

    def start(*, width: int = 1280, height: int = 900, **more: Any) -> BrowserContext:
        context = chromium.new_context(
            base_url=site,
            viewport={"width": width, "height": height},
            accept_downloads=True,
            locale="en-GB",
            reduced_motion="reduce",
            **more,
        )
        context.set_default_timeout(PATIENCE)
        context.route("**/*", watch.on_request)
        context.on("console", watch.on_console)
        context.on("weberror", lambda error: watch.complaints.append(str(error.error)))
        opened.append(context)
        return context

    yield start
    for context in opened:
        context.close()


def leave(context: BrowserContext) -> None:
    """Before the time moves on: the session ends, and nothing still under way asks for anything after it."""
    for page in context.pages:
        page.wait_for_load_state()
        page.close()
    context.clear_cookies()


def sign_in(context: BrowserContext, email: str, password: str) -> Page:
    """Through the ordinary sign-in page."""
    page = context.new_page()
    page.goto("/account/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/account/" not in url)
    return page
