"""What a school may count on in a year, by its categories and in the weeks of its own calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from schools.rules.rhythm import HalfTerm, instalments, spans
from schools.strategy import Strategy
from schools.strategy.provision import Entitlement

Levels = Mapping[str, str]
"""A school's categories, by axis."""

Owed = Mapping[str, Sequence[date]]
"""By the key of an entitlement, the days by which one more of it is owed, in order."""


@dataclass(frozen=True)
class Placed:
    """From this day on a school stood at this level of an axis."""

    on: date
    axis: str
    level: str


def applies(entitlement: Entitlement, levels: Levels) -> bool:
    """Whether a school at these levels has it."""
    if not entitlement.levels:
        return True
    mine = levels.values() if entitlement.axis is None else [levels.get(entitlement.axis, "")]
    return any(level in entitlement.levels for level in mine)


def levels_on(history: Sequence[Placed], day: date) -> dict[str, str]:
    """The levels on one day. `history` is in order."""
    return {one.axis: one.level for one in history if one.on <= day}


def owed_of(
    strategy: Strategy,
    history: Sequence[Placed],
    halves: Sequence[HalfTerm],
    *,
    since: date,
    until: date | None = None,
) -> dict[str, list[date]]:
    """What a school is owed in the year of `halves`, by entitlement: those “when needed” owe nothing by any day.

    The category of the first school day of a week, half term, term or year holds for all of it, so that nothing is
    owed days after it was decided (S0-12), and what a term brought stays owed when the school moves in it. A span that
    began before the school joined (`since`) owes nothing, and nothing is owed after it left (`until`).
    """
    year = tuple(halves)
    found = {}
    for one in strategy.entitlements:
        if one.per is None:
            continue
        mine = [
            due
            for begins, due in _schedule(one.per.value, one.amount, year)
            if begins >= since and applies(one, levels_on(history, begins))
        ]
        if days := [day for due in mine for day in due if until is None or day <= until]:
            found[one.key] = days
    return found


@lru_cache(maxsize=1024)
def _schedule(every: str, amount: int, halves: tuple[HalfTerm, ...]) -> tuple[tuple[date, tuple[date, ...]], ...]:
    """Each span of a year: its first school day, and the days by which one more is owed."""
    if not halves:
        return ()
    found = spans(every, halves, since=min(half.starts for half in halves))
    return tuple((span[0].on, tuple(instalments(span, amount))) for span in found)


def half_of(day: date, halves: Sequence[HalfTerm]) -> int:
    """The place of the half term that a day belongs to; a holiday belongs to the one before it."""
    return max((place for place, half in enumerate(halves) if half.starts <= day), default=0)
