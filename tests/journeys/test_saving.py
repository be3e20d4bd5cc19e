"""What is typed is never lost: saved while it is written, and kept on the device while it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from categorisation.models import Rating
from categorisation.services import open_assessment
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.factories import PASSWORD
from tests.journeys.conftest import Watch, sign_in

NOTE = "Attendance fell in Year 4 after the half term."
SAVED = "You can close this page."


@pytest.fixture
def criterion(live_cast: Cast, time_machine: Any) -> str:
    """The address of a criterion of Ben's open matrix."""
    time_machine.move_to("2026-11-20T10:00Z")
    cast = live_cast
    with trust_scope(cast.alder):
        cast.ben.user.set_password(PASSWORD)
        cast.ben.user.save()
        open_assessment(cast.dunmere, cast.autumn)
    kwargs = {"trust": "alder", "school_id": cast.dunmere.pk, "period_id": cast.autumn.pk, "criterion": "behaviour"}
    return reverse("criterion", kwargs=kwargs)


@pytest.fixture
def browser(live_cast: Cast, criterion: str, open_browser: Callable[..., BrowserContext]) -> BrowserContext:
    context = open_browser()
    sign_in(context, live_cast.ben.user.email, PASSWORD).close()
    return context


def opened(browser: BrowserContext, criterion: str) -> Page:
    page = browser.new_page()
    page.goto(criterion)
    return page


def first(page: Page, field: str) -> Any:
    return page.locator(f"section.sheet [name$='-{field}']").first


def with_a_bad_day(browser: BrowserContext, criterion: str) -> Page:
    """The criterion with a note and, beside it, a day nobody can read."""
    page = opened(browser, criterion)
    first(page, "note").fill(NOTE)
    first(page, "evidence_on").fill("last week")
    return page


def stored(cast: Cast) -> list[tuple[str, Any]]:
    with trust_scope(cast.alder):
        return [(rating.note, rating.evidence_on) for rating in Rating.objects.exclude(note="")]


@pytest.mark.browser
def test_words_beside_a_refused_day_outlive_leaving_the_page(
    live_cast: Cast, browser: BrowserContext, criterion: str
) -> None:
    page = with_a_bad_day(browser, criterion)
    page.get_by_role("button", name="Save and next criterion").click()
    expect(page.get_by_text("Enter the day like 16 October 2026").first).to_be_visible()
    assert page.url.endswith(criterion)
    page.close()
    page = opened(browser, criterion)
    expect(first(page, "note")).to_have_value(NOTE)
    first(page, "evidence_on").fill("2026-10-16")
    page.get_by_role("button", name="Save and next criterion").click()
    page.wait_for_url(lambda url: not url.endswith(criterion))
    assert [note for note, _ in stored(live_cast)] == [NOTE]
    page = opened(browser, criterion)
    expect(first(page, "evidence_on")).to_have_value("16 October 2026")
    expect(page.locator("[data-conflict]:visible")).to_have_count(0)


@pytest.mark.browser
def test_words_on_a_page_the_server_refused_outlive_leaving_it(
    live_cast: Cast, browser: BrowserContext, criterion: str
) -> None:
    page = with_a_bad_day(browser, criterion)
    page.evaluate("HTMLFormElement.prototype.submit.call(document.getElementById('ratings'))")
    expect(page.get_by_text("Enter the day like 16 October 2026").first).to_be_visible()
    page.close()
    page = opened(browser, criterion)
    expect(first(page, "note")).to_have_value(NOTE)


@pytest.mark.browser
def test_words_written_without_a_connection_are_sent_when_it_is_back(
    live_cast: Cast, browser: BrowserContext, criterion: str, watch: Watch
) -> None:
    page = opened(browser, criterion)
    browser.set_offline(True)
    first(page, "note").fill(NOTE)
    expect(page.get_by_text("Kept on this device").first).to_be_visible()
    assert not stored(live_cast)
    browser.set_offline(False)
    expect(page.get_by_text(SAVED)).to_be_visible()
    assert [note for note, _ in stored(live_cast)] == [NOTE]
    watch.complaints[:] = [said for said in watch.complaints if "ERR_INTERNET_DISCONNECTED" not in said]


@pytest.mark.browser
def test_a_criterion_is_rated_with_a_finger_on_a_tablet(
    live_cast: Cast, criterion: str, open_browser: Callable[..., BrowserContext]
) -> None:
    tablet = open_browser(width=768, height=1024, has_touch=True)
    sign_in(tablet, live_cast.ben.user.email, PASSWORD).close()
    page = opened(tablet, criterion)
    sheets = page.locator("section.sheet")
    for place in range(sheets.count()):
        tile = sheets.nth(place).locator(".pick label").nth(1)
        box = tile.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44, "too small for a finger"
        tile.tap()
    assert page.evaluate("document.documentElement.scrollWidth") <= 768
    count = sheets.count()
    page.get_by_role("button", name="Save and next criterion").tap()
    page.wait_for_url(lambda url: not url.endswith(criterion))
    with trust_scope(live_cast.alder):
        assert list(Rating.objects.values_list("level", flat=True)) == [2] * count
