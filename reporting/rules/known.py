"""What is known of a school on a day, as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

Figure = tuple[str, str, str]
"""What is counted, how much, and of when."""


@dataclass(frozen=True)
class Tile:
    """A level in words with its tone, and of when it is.

    `was` is the level before, `moved` whether it is “up” or “down” from there or the “same”; blank where there was
    none to compare with. `more` is what its writer adds.
    """

    label: str
    word: str
    step: int | str
    on: date | None = None
    was: str = ""
    moved: str = ""
    more: str = ""


@dataclass(frozen=True)
class Line:
    """One thing on record in a line: what, and where it stands."""

    label: str
    words: str
    on: date | None = None


@dataclass(frozen=True)
class Known:
    """What one person may know of a school as it stood on a day."""

    on: date
    categories: tuple[Tile, ...]
    aspects: tuple[Tile, ...]
    aspects_on: date | None
    sef: tuple[Tile, ...]
    sef_on: date | None
    figures: tuple[Figure, ...]
    returns: tuple[Line, ...]
    visits: tuple[Line, ...]
    actions: tuple[Line, ...]


def moved_between(order: Sequence[str], was: str, now: str) -> str:
    """“up”, “down” or “same” in an order of keys, the strongest first; blank where one of them is not in it."""
    if was not in order or now not in order:
        return ""
    step = order.index(now) - order.index(was)
    return "same" if not step else "up" if step < 0 else "down"
