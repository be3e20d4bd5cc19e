"""The conditions on which a plan is approved, as they are read from the words of an answer."""

from __future__ import annotations

import re

BULLET = re.compile(r"^\s*(?:[-*•–·]|\(?(?:\d{1,2}|[a-z])[.)])\s+")
"""What begins a line of a list: a dash, a dot, a number or a letter."""


def conditions_in(words: str) -> list[str]:
    """Each line apart, without what begins a line of a list; words in one line are one condition.

    A line that ends in a colon introduces those beneath it and asks for nothing itself, unless it is all there is.
    """
    lines = [line for text in words.splitlines() if (line := BULLET.sub("", text).strip())]
    return [one for one in lines if not one.endswith(":")] or [" ".join(lines)]
