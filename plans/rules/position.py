"""The positional analysis of a plan: what is known, in passages of plain sentences, before anybody has written (S4-10).

Governors read it, so it names no person and holds no figure that is hidden from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from schools.words import cut, on

LONGEST = 6000  # characters, so that there is room to write beneath
JOINED = "\n\n"


@dataclass(frozen=True)
class Passage:
    """A few sentences about one thing, each with its day and where it comes from."""

    heading: str
    lines: tuple[str, ...]


def as_text(passages: Sequence[Passage], day: date) -> str:
    """As it is put into the box; blank where nothing is known."""
    if not passages:
        return ""
    parts = ["\n".join((one.heading, *one.lines)) for one in passages]
    return cut_lines(JOINED.join((f"What is known on {on(day)}.", *parts)), LONGEST)


def cut_lines(text: str, most: int) -> str:
    """At most so many characters, ended at a line."""
    if len(text) <= most:
        return text
    return text[:most].rpartition("\n")[0].rstrip() or cut(text, most)


def is_within(known: str, typed: str | None) -> bool:
    """Whether what is known stands in the text already, word for word."""
    return known in _lines(typed or "")


def put_beneath(typed: str, known: str) -> str:
    """What is known beneath what was typed, never in its place; once only."""
    begun = _lines(typed)
    return begun if not known or known in begun else JOINED.join(filter(None, (begun, known)))


def _lines(typed: str) -> str:
    """As the server keeps it: browsers end lines in two signs."""
    return typed.replace("\r\n", "\n").rstrip()
