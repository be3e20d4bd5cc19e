"""When the next judgement of an axis is due, and which period a school rates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol, TypeVar

from schools.rules import months_after
from schools.strategy import Axis, Cadence, Strategy

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


class Begins(Protocol):
    """Anything with a first day: a term or a half term."""

    @property
    def starts_on(self) -> date: ...


P = TypeVar("P", bound=Begins)


def asks_half_term(axis: Axis, level: str, decided_on: date, half_starts_on: date) -> bool:
    """Whether a decided level asks for a matrix in this half term: from the one after the decision on (S0-12)."""
    return decided_on < half_starts_on and _cadence(axis, level) == Cadence.HALF_TERM


def period_asked(term: P, half: P | None, decided: Iterable[tuple[Axis, str, date]]) -> P:
    """The period a school rates: the term, or where a level it was placed at asks for it the half term.

    `decided` holds the latest decision on each axis: axis, level, and the day it was decided.
    """
    if half is None or half.starts_on < term.starts_on:
        return term
    return half if any(asks_half_term(*one, half.starts_on) for one in decided) else term


def matrix_due(strategy: Strategy, *, starts: date, ends: date, meets: date | None) -> date:
    """When the matrix of a period is due: so long before the first meeting that decides, else before the end."""
    rules = strategy.matrix
    before_meeting = meets - timedelta(days=rules.due_days_before_meeting) if meets else None
    return max(before_meeting or ends - timedelta(days=rules.due_days_before_end), starts)


def _cadence(axis: Axis, level: str) -> Cadence:
    return axis.cadence.get(level, axis.default_cadence)
