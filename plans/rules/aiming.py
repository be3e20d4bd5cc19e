"""What can be a target: a value that its measure can have, by a day that is still to come."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from evidence.rules.targets import fault_of
from schools.rules import months_after
from schools.strategy.measures import Measure

PAST = "This day is past. Enter a day that is still to come."
CHECK_PAST = "This day is past. Say on which day to come its impact is looked at."
MOST_YEARS = 10
FAR = "This day is more than ten years ahead. Enter a nearer day."
"""A plan may run over several years, and no further than this."""


def value_fault(value: Decimal | None, measure: Measure | None) -> str:
    """Why the measure cannot have this value, as a sentence; empty where it can."""
    if value is None or measure is None:
        return ""
    faults = fault_of({"": value}, least=measure.least, most=measure.most, kind=measure.kind)
    return f"{measure.label}: {faults[''][:1].lower()}{faults[''][1:]}" if faults else ""


def day_fault(by_on: date, *, today: date) -> str:
    """Why no target is set for this day: nobody can reach it any more, or nobody plans so far; else empty."""
    return PAST if by_on < today else far_fault(by_on, today=today)


def check_fault(day: date, was: date | None, *, today: date) -> str:
    """Why the impact of an action is not looked at on this day; empty where it is. What it `was` before stays."""
    return "" if day == was else CHECK_PAST if day < today else far_fault(day, today=today)


def far_fault(day: date, *, today: date) -> str:
    """Why nobody plans for this day; empty where they do."""
    return FAR if day > months_after(today, 12 * MOST_YEARS) else ""
