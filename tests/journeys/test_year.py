"""The programme of a year between a head and an improvement lead, in two browsers; and axe on every page of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.conftest import TODAY
from tests.journeys.auditing import Audit
from tests.journeys.paper import letters, printed
from tests.journeys.signed_in import sign_in_as
from tests.reviews.years_world import WORDS, Cedar


@pytest.mark.browser
def test_a_year_is_written_by_both_sides_signed_printed_and_taken_up_anew(
    transactional_db: None, time_machine: Any, open_browser: Callable[..., BrowserContext], site: str
) -> None:
    time_machine.move_to(f"{TODAY}T10:00Z")
    cedar, audit = Cedar(), Audit()
    hal, ivy = _page(open_browser, cedar.hal.user, site), _page(open_browser, cedar.ivy.user, site)
    hal.goto(cedar.page)
    audit.look_at(hal, "programme, nothing written")
    hal.get_by_role("button", name="Begin it").click()
    expect(hal.get_by_text("It works without a connection too.")).to_be_visible()  # a form takes nothing while it opens
    hal.get_by_label("Priorities for the year").fill(WORDS["priorities"])
    expect(hal.get_by_text("You can close this page.")).to_be_visible()
    focus = hal.get_by_label("Optional days: focus")
    with hal.expect_response("**/write/save/"):  # the colleague begins with both
        focus.fill(WORDS["optional_focus"])
        focus.blur()
    audit.look_at(hal, "year_write")
    ivy.goto(hal.url)
    expect(ivy.get_by_label("Priorities for the year")).to_have_value(WORDS["priorities"])
    expect(ivy.get_by_text("It works without a connection too.")).to_be_visible()
    ivy.get_by_label("Core days: preferred model").select_option(WORDS["core_model"])
    ivy.get_by_label("Core days: timings").fill(WORDS["core_timing"])
    ivy.get_by_label("Optional days: timing").fill(WORDS["optional_timing"])
    ivy.get_by_role("button", name="Save and see the programme").click()
    expect(ivy.get_by_text("Nothing of it is agreed until both have signed.")).to_be_visible()
    audit.look_at(ivy, "programme, being written")
    ivy.get_by_role("button", name="Sign for the trust").click()
    expect(ivy.get_by_text("It waits for the school to sign.")).to_be_visible()
    hal.goto(cedar.page)
    for words in WORDS.values():
        expect(hal.get_by_text(words)).to_be_visible()
    hal.get_by_role("button", name="Sign for the school").click()
    expect(hal.get_by_text("Signed. Both sides have agreed.")).to_be_visible()
    audit.look_at(hal, "programme, agreed")
    assert_on_paper(hal)
    hal.get_by_text("Take it up anew").first.click()
    hal.get_by_role("button", name="Take it up anew").click()
    expect(hal.get_by_text("Say why, in a sentence").first).to_be_visible()
    audit.look_at(hal, "programme, no reason given")
    hal.get_by_label("Why?").fill("Two classes are joined.")
    hal.get_by_role("button", name="Take it up anew").click()
    hal.get_by_text("As agreed on").click()
    audit.look_at(hal, "programme, taken up anew")
    ivy.goto("/t/cedar/programme/")
    audit.look_at(ivy, "programmes of all schools")
    assert not audit.faults, "\n".join(audit.faults)


def _page(open_browser: Callable[..., BrowserContext], user: Any, site: str) -> Page:
    context = open_browser()
    sign_in_as(context, user, site)
    return context.new_page()


def assert_on_paper(page: Page) -> None:
    """Filled, and blank to be filled in by hand."""
    filled = page.get_by_role("link", name="Print (PDF)").get_attribute("href")
    assert filled is not None
    text = letters(printed(page.context.request.get(filled).body()))
    assert all(letters(words) in text for words in WORDS.values())
    assert letters("Signed for the trust by Ivy Long") in text
    blank = letters(printed(page.context.request.get(filled.replace("/file/", "/paper/")).body()))
    assert letters("Optional days: focus") in blank
    assert letters(WORDS["priorities"]) not in blank
