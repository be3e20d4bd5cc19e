"""When the next judgement of an axis is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from schools.strategy import Axis, Cadence, Strategy

from .evidence import months_after

_WEEKS = {Cadence.WEEK: 1, Cadence.THREE_WEEKS: 3, Cadence.SIX_WEEKS: 6}
_MONTHS = {Cadence.MONTH: 1, Cadence.YEAR: 12}


@dataclass(frozen=True)
class Period:
    """A term or half term of the school's own calendar; `ends` is its last day."""

    kind: Literal["term", "half_term"]
    starts: date
    ends: date


def cadence_of(strategy: Strategy, axis: str, level: str) -> Cadence:
    """How often a school at this level is judged again on this axis."""
    return _cadence(strategy.axis_by_key[axis], level)


def next_due(axis: Axis, level: str, decided_on: date, periods: Sequence[Period]) -> date | None:
    """The last day for the next judgement; None where the calendar does not reach that far.

    A termly or half-termly judgement is due by the end of the first term or half term that starts after the decision:
    a school that enters a half-termly level is judged again from the next half term on (S0-12). Other rhythms count
    calendar weeks or months from the decision.
    """
    cadence = _cadence(axis, level)
    if cadence in _WEEKS:
        return decided_on + timedelta(weeks=_WEEKS[cadence])
    if cadence in _MONTHS:
        return months_after(decided_on, _MONTHS[cadence])
    later = [period for period in periods if period.kind == cadence.value and period.starts > decided_on]
    return min(later, key=lambda period: period.starts).ends if later else None


def _cadence(axis: Axis, level: str) -> Cadence:
    return axis.cadence.get(level, axis.default_cadence)
