"""Keys pressed one after another, and where the focus is after each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

MOST_PRESSES = 120
"""From one thing to the next on a page."""

FOCUS = """() => {
    const one = document.activeElement, look = getComputedStyle(one), box = one.getBoundingClientRect();
    const parent = one.closest("label"), around = parent ? getComputedStyle(parent) : look;
    const bar = document.querySelector(".savebar");
    const ends = bar && !bar.contains(one) ? bar.getBoundingClientRect().top : innerHeight;
    const outlined = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const ring = (style) => outlined(style) || style.boxShadow !== "none";
    return {
        tag: one.tagName, name: one.name ?? "", type: one.type ?? "",
        words: (one.textContent || one.value || one.getAttribute("aria-label") || "").trim().replace(/\\s+/g, " "),
        ring: ring(look) || ring(around), wide: box.width * box.height > 0,
        seen: box.bottom > 0 && box.top < ends && box.right > 0 && box.left < innerWidth,
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
