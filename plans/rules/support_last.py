"""What of last year's support had not come when the year ended: told beside this year's, and never added to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from plans.rules.support import Line
from plans.rules.support_entry import ZERO
from schools.strategy.basics import SupportUnit
from schools.words import listed, part_words


@dataclass(frozen=True)
class NotCome:
    """In one unit, how much was owed and how much of it did not come."""

    unit: SupportUnit
    owed: int
    short: Decimal

    @property
    def words(self) -> str:
        """“3 of 12 days”."""
        return part_words(self.short, Decimal(self.owed), self.unit)


@dataclass(frozen=True)
class LastYear:
    """What did not come of what was owed in an academic year that is over, in each unit; and which parts those were."""

    begins: int
    units: tuple[NotCome, ...]
    lines: tuple[Line, ...]  # the furthest behind first

    @property
    def words(self) -> str:
        """“3 of 12 days and 2 of 6 visits did not come”."""
        return f"{listed(one.words for one in self.units)} did not come"


def last_year(begins: int, lines: Iterable[Line]) -> LastYear | None:
    """From the lines of one or several schools; None where everything that is counted came."""
    counted = [one for one in lines if one.is_kept and one.owed_now]
    units = []
    for unit in SupportUnit:
        mine = [one for one in counted if one.unit == unit]
        if short := sum((one.short for one in mine), ZERO):
            units.append(NotCome(unit, sum(one.owed_now for one in mine), short))
    behind = sorted((one for one in counted if one.short), key=lambda one: -one.short)
    return LastYear(begins, tuple(units), tuple(behind)) if units else None
