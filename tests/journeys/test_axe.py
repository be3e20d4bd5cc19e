"""Axe on every page each role reaches in the demo, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext

from schools.models import Trust, User
from schools.tenancy import trust_scope
from tests.journeys.addresses import Addresses
from tests.journeys.auditing import Audit
from tests.journeys.signed_in import BACKEND, sign_in_as
from tests.journeys.visiting import make_demo, secret_of_an_invitation, visitors


@pytest.fixture
def demo(transactional_db: None, time_machine: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> User:
    return make_demo(time_machine, settings, monkeypatch)


@pytest.mark.browser
def test_no_grave_fault_on_any_page(
    demo: User, site: str, open_browser: Callable[..., BrowserContext], say: Callable[[str], None]
) -> None:
    audit = Audit()
    for trust in Trust.objects.order_by("slug"):
        with trust_scope(trust):
            addresses = Addresses(trust, secret_of_an_invitation())
            pages, people = addresses.all(), visitors(trust, demo, addresses.led())
        for who, user in people.items():
            look_as(audit, f"{trust.slug} {who}", user, pages, open_browser(), site)
    say(
        f"pages reached (route, rows and role) {audit.reached}, of different shape and looked at {audit.looked_at}, "
        f"axe runs {audit.runs}, serious or critical and overflows {len(audit.faults)}, lesser {audit.minor}"
    )
    assert not audit.faults, "\n".join(audit.faults)


def look_as(
    audit: Audit, who: str, user: User | None, pages: list[tuple[str, str]], browser: BrowserContext, site: str
) -> None:
    """Everything this visitor reaches, in a browser where it is built differently from what was looked at before."""
    client = Client()
    if user is not None:
        client.force_login(user, backend=BACKEND)
        sign_in_as(browser, user, site)
    page = browser.new_page()
    for name, url in pages:
        answer = client.get(url)
        if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        if audit.is_new(name, answer.text):
            page.goto(url)
            audit.look_at(page, f"{who} {url}")
    browser.close()
