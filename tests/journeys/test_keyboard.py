"""One whole journey by keyboard alone: sign in, carry forward what is still true, change one criterion, send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from categorisation.models import Assessment, Rating
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.factories import PASSWORD
from tests.journeys.keys import Keyboard, named
from tests.reporting.stories import agree, rate, term


@pytest.mark.browser
def test_a_head_sends_the_matrix_without_a_mouse(
    live_cast: Cast,
    time_machine: Any,
    open_browser: Callable[..., BrowserContext],
    say: Callable[[str], None],
) -> None:
    time_machine.move_to("2026-11-20T10:00Z")
    cast = live_cast
    with trust_scope(cast.alder):
        cast.ben.user.set_password(PASSWORD)
        cast.ben.user.save()
        agree(rate(cast.dunmere, term("summer", 2025), head=cast.ben), by=cast.ada)
        first = cast.version.strategy.criteria[0]
    page = open_browser().new_page()
    keys = Keyboard(page)
    page.goto("/account/login/")
    keys.tab_to(named("login"))
    keys.type(cast.ben.user.email)
    keys.tab_to(named("password"))
    keys.type(PASSWORD)
    keys.press_enter()
    page.wait_for_url("**/t/alder/**")
    skip_to_the_page(page, keys)
    begin_with_what_is_still_true(page, keys)
    changed = change_the_first(page, keys)
    send(page, keys)
    with trust_scope(cast.alder):
        matrix = Assessment.objects.get(period=cast.autumn)
        found = {rating.kpi.key: rating for rating in Rating.objects.filter(assessment=matrix).select_related("kpi")}
    assert matrix.state == "submitted"
    assert len(found) == len(list(cast.version.strategy.kpis()))
    assert {found[kpi.key].level for kpi in first.kpis} == {3}
    assert {rating.level for key, rating in found.items() if rating.carried} == {2}
    assert sum(not rating.carried for rating in found.values()) == changed == len(first.kpis)
    say(f"keyboard: key presses {keys.presses}, stops with a visible focus {keys.stops}, changed {changed}, sent 1")


def skip_to_the_page(page: Page, keys: Keyboard) -> None:
    """The first stop leads past the bar."""
    first = keys.tab_to(lambda here: True)
    assert first["words"] == "Skip to the page"
    keys.press_enter()
    assert page.evaluate("document.activeElement.id") == "main"


def begin_with_what_is_still_true(page: Page, keys: Keyboard) -> None:
    """From the head's own first page to a matrix in which last time's ratings stand."""
    keys.tab_to(lambda here: here["tag"] == "A" and "/matrix/" in page.evaluate("document.activeElement.href"))
    keys.press_enter()
    page.wait_for_url("**/matrix/**")
    page.wait_for_load_state()
    keys.tab_to(lambda here: "Begin with what is still true" in here["words"])
    keys.press_enter()
    expect(page.get_by_text("39 indicators are carried forward.")).to_be_visible()


def change_the_first(page: Page, keys: Keyboard) -> int:
    """Each indicator of the first criterion: another tile by the arrow, words, a day and a source. How many."""
    keys.follow("Rate")
    count = page.locator("section.sheet").count()
    for _ in range(count):
        keys.tab_to(lambda here: here["type"] == "radio")
        assert keys.press("ArrowRight")["ring"]
        keys.tab_to(named("-note"))
        keys.press("End")
        keys.type(" Seen in October.")
        keys.tab_to(named("-evidence_on"))
        page.keyboard.press("Control+a")
        keys.type("16/10/26")
        keys.tab_to(named("-sources"))
    expect(page.get_by_text("You can close this page.")).to_be_visible()
    keys.follow("Save and next criterion")
    return count


def send(page: Page, keys: Keyboard) -> None:
    """Back to the whole matrix, and send it."""
    keys.follow("Autumn term 2026/27")
    keys.tab_to(lambda here: "Send to the trust" in here["words"])
    keys.press_enter()
    expect(page.get_by_text("Sent to the trust.")).to_be_visible()
