"""A visit from beginning to sending by keyboard alone, and by a finger alone on a tablet and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from monitoring.models import Visit
from schools.filled import rows_of
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.journeys.keys import Keyboard, named
from tests.journeys.signed_in import sign_in_as

FOCUS, CLASS = "Reading", "Year 4"
COMMENT = "Every child could say what the chapter was about."
METHOD = "Pupil voice"
LEAST = 24
"""Pixels of a target's side, WCAG 2.2, 2.5.8."""


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def assert_sent(cast: Cast) -> None:
    """Every word has arrived, once."""
    with trust_scope(cast.alder):
        visit = Visit.objects.get()
        form = cast.version.strategy.form_by_key[visit.form]
    assert visit.state == Visit.State.SUBMITTED
    assert (visit.answers["focus"], visit.answers["method"]) == (FOCUS, [METHOD])
    (row,) = rows_of(form, visit.answers)
    assert (row.values["class_year"], row.values["comment"]) == (CLASS, COMMENT)


@pytest.mark.browser
def test_by_keyboard(
    live_cast: Cast, site: str, open_browser: Callable[..., BrowserContext], say: Callable[[str], None]
) -> None:
    context = open_browser()
    sign_in_as(context, live_cast.ada.user, site)
    page = context.new_page()
    page.goto("/t/alder/")
    keys = Keyboard(page)
    keys.follow("Monitoring")
    keys.follow("Begin or plan a visit")
    keys.tab_to(named("school"))
    keys.type("Dunmere")
    keys.tab_to(lambda here: here["type"] == "radio" and here["name"] == "form")
    keys.press("Space")
    assert _label_of(page) == "Monitoring form"
    keys.tab_to(lambda here: here["words"] == "Begin")
    keys.press_enter()
    page.wait_for_url("**/write/")
    keys.tab_to(named("focus"))
    keys.type(FOCUS)
    keys.tab_to(lambda here: here["type"] == "checkbox" and _label_of(page) == METHOD)
    keys.press("Space")
    keys.tab_to(named("r0-class_year"))
    keys.type(CLASS)
    keys.tab_to(named("r0-comment"))
    keys.type(COMMENT)
    expect(page.get_by_text("You can close this page.")).to_be_visible()
    keys.follow("Send to the school")
    expect(page.get_by_role("heading", name="Sent at")).to_be_visible()
    assert_sent(live_cast)
    say(f"a visit by keyboard: key presses {keys.presses}, stops with a visible focus {keys.stops}, sent 1")


def _label_of(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('label')?.textContent.trim() ?? ''"))


class Finger:
    """Taps, and measures what it taps."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps, self.smallest = page, 0, 1000.0

    def tap(self, target: Locator) -> None:
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        assert box is not None
        self.smallest = min(self.smallest, box["width"], box["height"])
        target.tap()
        self.taps += 1

    def type_into(self, name: str, words: str) -> None:
        """With the keyboard on the screen."""
        self.tap(self.page.locator(f"[name='{name}']"))
        self.page.keyboard.type(words)


@pytest.mark.browser
@pytest.mark.parametrize(("device", "width", "height"), [("tablet", 820, 1180), ("phone", 360, 780)])
def test_by_touch(
    live_cast: Cast,
    site: str,
    open_browser: Callable[..., BrowserContext],
    say: Callable[[str], None],
    device: str,
    width: int,
    height: int,
) -> None:
    context = open_browser(width=width, height=height, has_touch=True, is_mobile=True)
    sign_in_as(context, live_cast.ada.user, site)
    page = context.new_page()
    page.goto("/t/alder/monitoring/")
    finger = Finger(page)
    finger.tap(page.get_by_role("link", name="Begin or plan a visit"))
    page.wait_for_url("**/begin/")
    page.locator("[name=school]").select_option(label="Dunmere Primary")  # the list is the device's own
    finger.tap(page.locator("label", has_text="Monitoring form"))
    finger.tap(page.get_by_role("button", name="Begin", exact=True))
    page.wait_for_url("**/write/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is wider than the screen"
    finger.type_into("focus", FOCUS)
    finger.tap(page.locator("label", has_text=METHOD).first)
    finger.type_into("r0-class_year", CLASS)
    finger.type_into("r0-comment", COMMENT)
    expect(page.get_by_text("You can close this page.")).to_be_visible()
    finger.tap(page.get_by_role("button", name="Send to the school"))
    expect(page.get_by_role("heading", name="Sent at")).to_be_visible()
    assert_sent(live_cast)
    assert finger.smallest >= LEAST
    say(f"a visit by touch on a {device}: taps {finger.taps}, smallest target {finger.smallest:.0f} px, sent 1")
