"""Which reports the calendar asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from schools.strategy import Cadence, Strategy
from schools.strategy.provision import ReportType

MAKEABLE = frozenset({"board", "chairs", "school", "impact"})
"""The templates a report can be made from. A strategy may name more; those are not offered."""

LAST_TERM = "summer"


@dataclass(frozen=True)
class Term:
    """A term (`half` 0) or a half term (1 or 2) of the trust's calendar; `ends_on` is its last day."""

    pk: int
    season: str
    half: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Due:
    """A report that is due for a period."""

    report: ReportType
    period: Term


def kinds_of(strategy: Strategy) -> list[ReportType]:
    """The strategy's reports that can be made, in the order of the file."""
    return [report for report in strategy.reports if report.template in MAKEABLE]


def reports_due(strategy: Strategy, periods: Sequence[Term], today: date) -> list[Due]:
    """The reports whose day has come: `days_before_end` before the end of the current period of their rhythm.

    A holiday belongs to the period before it, so that a report missed in the last week is still made. A yearly report
    is due in the summer term and the holiday after it. Rhythms in weeks or months have no period of their own and are
    asked for by people.
    """
    return [
        Due(report, period)
        for report in kinds_of(strategy)
        for period in _current(report.every, periods, today)
        if today >= period.ends_on - timedelta(days=report.days_before_end)
    ]


def reports_ahead(
    strategy: Strategy, periods: Sequence[Term], *, since: date, until: date
) -> Iterator[tuple[date, Due]]:
    """The reports that fall due in these days, each with the day from which it is made."""
    for report in kinds_of(strategy):
        for period in periods:
            day = period.ends_on - timedelta(days=report.days_before_end)
            if _fits(report.every, period) and since <= day <= until:
                yield day, Due(report, period)


def _current(every: Cadence, periods: Sequence[Term], today: date) -> Iterator[Term]:
    """The period of this rhythm that began last, if there is one; of a year only while it is the last to have begun."""
    begun = [period for period in periods if period.starts_on <= today]
    fitting = [period for period in begun if _fits(every, period)]
    if fitting:
        last = max(fitting, key=lambda period: period.starts_on)
        if every != Cadence.YEAR or not any(one.starts_on > last.ends_on for one in begun):
            yield last


def _fits(every: Cadence, period: Term) -> bool:
    match every:
        case Cadence.TERM:
            return period.half == 0
        case Cadence.HALF_TERM:
            return period.half > 0
        case Cadence.YEAR:
            return period.half == 0 and period.season == LAST_TERM
        case _:
            return False
