"""One whole journey by keyboard alone: sign in, open the matrix, rate a criterion, save, go on. No mouse, no script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from categorisation.models import Rating
from categorisation.services import open_assessment
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.factories import PASSWORD

MOST_PRESSES = 120
"""From one thing to the next on a page."""

FOCUS = """() => {
    const one = document.activeElement, look = getComputedStyle(one), box = one.getBoundingClientRect();
    const parent = one.closest("label"), around = parent ? getComputedStyle(parent) : look;
    const outlined = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const ring = (style) => outlined(style) || style.boxShadow !== "none";
    return {
        tag: one.tagName, name: one.name ?? "", type: one.type ?? "",
        words: (one.textContent || one.value || one.getAttribute("aria-label") || "").trim().replace(/\\s+/g, " "),
        ring: ring(look) || ring(around), wide: box.width * box.height > 0,
        seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
}"""


class Keyboard:
    """Presses keys, and looks at where the focus is after each."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses, self.stops = page, 0, 0

    def press(self, key: str) -> dict[str, Any]:
        self.page.keyboard.press(key)
        self.presses += 1
        return self.page.evaluate(FOCUS)

    def tab_to(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Tab until the focus is there; every stop on the way shows that it has the focus."""
        for _ in range(MOST_PRESSES):
            here = self.press("Tab")
            if here["tag"] == "BODY":
                continue
            self.stops += 1
            assert here["ring"], f"no ring around {here}"
            assert here["seen"], f"out of sight: {here}"
            if wanted(here):
                return here
        pytest.fail(f"not reached in {MOST_PRESSES} presses of Tab on {self.page.url}")

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)
        self.presses += len(words)

    def follow(self, words: str) -> None:
        """Tab to a link or button with these words and press Enter."""
        self.tab_to(lambda here: words in here["words"] and here["tag"] in ("A", "BUTTON"))
        before = self.page.url
        self.press_enter()
        self.page.wait_for_url(lambda url: url != before)
        self.page.wait_for_load_state()

    def press_enter(self) -> None:
        self.page.keyboard.press("Enter")
        self.presses += 1


def named(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda here: here["name"].endswith(name)


@pytest.mark.browser
def test_a_head_rates_a_criterion_without_a_mouse(
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
        matrix = open_assessment(cast.dunmere, cast.autumn)
        first = matrix.strategy_version.strategy.criteria[0]
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
    open_the_matrix(page, keys)
    rated = rate(page, keys)
    where = page.url
    keys.follow("Save and next criterion")
    assert page.url != where
    with trust_scope(cast.alder):
        found = list(Rating.objects.filter(assessment=matrix).select_related("kpi"))
    assert {rating.kpi.key: rating.level for rating in found} == {kpi.key: 3 for kpi in first.kpis}
    assert len(found) == rated
    assert all(rating.note == "Seen in October." and rating.sources == ["data"] for rating in found)
    say(f"keyboard: key presses {keys.presses}, stops with a visible focus {keys.stops}, indicators rated {rated}")


def skip_to_the_page(page: Page, keys: Keyboard) -> None:
    """The first stop leads past the bar."""
    first = keys.tab_to(lambda here: True)
    assert first["words"] == "Skip to the page"
    keys.press_enter()
    assert page.evaluate("document.activeElement.id") == "main"


def open_the_matrix(page: Page, keys: Keyboard) -> None:
    """From the head's own first page to the first criterion."""
    keys.tab_to(lambda here: here["tag"] == "A" and "/matrix/" in page.evaluate("document.activeElement.href"))
    keys.press_enter()
    page.wait_for_url("**/matrix/**")
    page.wait_for_load_state()
    if "/criteria/" not in page.url:
        keys.follow("Carry on with")


def rate(page: Page, keys: Keyboard) -> int:
    """Each indicator: Space for the first tile, arrows to the third, words, a day and a source. How many."""
    count = page.locator("section.sheet").count()
    for _ in range(count):
        keys.tab_to(lambda here: here["type"] == "radio")
        keys.press("Space")
        keys.press("ArrowRight")
        assert keys.press("ArrowDown")["ring"]
        keys.tab_to(named("-note"))
        keys.type("Seen in October.")
        keys.tab_to(named("-evidence_on"))
        keys.type("16 October 2026")
        keys.tab_to(named("-sources"))
        keys.press("Space")
    expect(page.get_by_text("You can close this page.")).to_be_visible()
    return count
