"""What can be a target: a value that its measure can have, by a day that is still to come."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from evidence.rules.targets import fault_of
from schools.strategy.measures import Measure

PAST = "This day is past. Enter a day that is still to come."
CHECK_PAST = "This day is past. Say on which day to come its impact is looked at."


def value_fault(value: Decimal | None, measure: Measure | None) -> str:
    """Why the measure cannot have this value, as a sentence; empty where it can."""
    if value is None or measure is None:
        return ""
    faults = fault_of({"": value}, least=measure.least, most=measure.most, kind=measure.kind)
    return f"{measure.label}: {faults[''][:1].lower()}{faults[''][1:]}" if faults else ""


def day_fault(by_on: date, *, today: date) -> str:
    """Why nobody can reach a target by this day any more; empty where they can."""
    return PAST if by_on < today else ""
