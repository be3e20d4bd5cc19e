"""Support from inside the trust against outside, over years; and how schools moved that had much or little of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from plans.queries.support import Supported, supported_years
from plans.rules.support_entry import Entry
from plans.rules.support_shares import Moved, YearOf, amounts_of, by_year, serving
from reviews.rules.owed import Placed, levels_on
from schools.models import School
from schools.queries import Followed
from schools.rules import academic_year
from schools.strategy import Axis, Strategy

YEARS = 4
A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class CameTo:
    """What support came to: each academic year, and each school and axis in the last twelve months."""

    years: list[YearOf]
    moved: list[Moved]


def what_it_came_to(schools: Sequence[School], *, today: date, followed: Followed | None = None) -> CameTo:
    """From what the ledgers count: bookings, reviews and visits, of four academic years. Six queries."""
    year = academic_year(today)
    found = supported_years(schools, year, back=YEARS - 1, today=today, followed=followed)
    entries = [entry for one in found for entry in one.entries]
    return CameTo(by_year(entries, range(year - YEARS + 1, year + 1)), list(_movements(found, year, today)))


def _movements(found: Sequence[Supported], year: int, today: date) -> Iterable[Moved]:
    """A school without a category a year ago, or whose levels the strategy has no longer, is left out."""
    then = today - A_YEAR
    lately: dict[int, list[Entry]] = {}
    for one in found:
        mine = [entry for entry in one.entries if then <= entry.on <= today]
        lately.setdefault(one.year.school.pk, []).extend(mine)
    for one in found:
        now = one.year
        for axis in now.strategy.axes if now.begins == year else ():
            if moved := _moved(now.strategy, axis, now.history, then, today):
                amounts = dict(amounts_of(serving(lately[now.school.pk], now.strategy, axis.key)))
                yield Moved(now.school.known_as, axis.label, amounts, *moved)


def _moved(
    strategy: Strategy, axis: Axis, history: Sequence[Placed], then: date, today: date
) -> tuple[str, str, int] | None:
    levels = {level.key: (place, level) for place, level in enumerate(strategy.axis_levels(axis.key))}
    before, now = (levels.get(levels_on(history, day).get(axis.key, "")) for day in (then, today))
    if before is None or now is None:
        return None
    return before[1].label, now[1].label, before[0] - now[0]
