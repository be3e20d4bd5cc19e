"""An academic year, cut into its terms: what a yearly report counts by (S0-62)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from reporting.models import Report
from schools.models import Period

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Slice:
    """A term with the holiday after it; `until` is its last day."""

    label: str
    since: date
    until: date

    def holds(self, day: date) -> bool:
        return self.since <= day <= self.until


@dataclass(frozen=True)
class Year:
    """The terms of a year that have begun, up to the last day that the report looks at."""

    begins: int
    slices: tuple[Slice, ...]

    @property
    def since(self) -> date:
        return self.slices[0].since

    @property
    def until(self) -> date:
        return self.slices[-1].until

    def holds(self, day: date) -> bool:
        return self.since <= day <= self.until

    @property
    def labels(self) -> tuple[str, ...]:
        """The head of a table: each term, and the year where that is more than one."""
        terms = tuple(one.label for one in self.slices)
        return (*terms, "The year") if len(terms) > 1 else terms

    @property
    def numbers(self) -> tuple[int, ...]:
        """The columns of a table whose first names what is counted."""
        return tuple(range(1, 1 + len(self.labels)))

    def row(self, label: str, days: Iterable[date]) -> tuple[str, ...]:
        """How often something was on a day of each term, and in the whole year."""
        days = list(days)
        return (label, *(str(sum(one.holds(day) for day in days)) for one in self.spans))

    @property
    def spans(self) -> tuple[Slice, ...]:
        """What each column is about: the terms, and the year where that is more than one."""
        return (*self.slices, Slice("The year", self.since, self.until)) if len(self.slices) > 1 else self.slices


def first_day(begins: int, starts_on: date) -> date:
    """1 September, or the day on which the autumn term starts where that is before it."""
    return min(date(begins, 9, 1), starts_on)


def last_day(report: Report) -> date:
    """The last day that a report looks at: a yearly one to the end of the holiday after its term. One query if so."""
    period = report.period
    if report.template != "impact":
        return period.ends_on
    after = Period.objects.terms().filter(starts_on__gt=period.ends_on).order_by("starts_on").first()
    ends = [date(period.year + 1, 8, 31)] if after is None or after.year > period.year else []
    return min([*ends, *([after.starts_on - A_DAY] if after else [])])


def year_of(report: Report, *, today: date) -> Year:
    """The report's academic year, until `today`. One query. A holiday belongs to the term before it."""
    begins = report.period.year
    terms = list(Period.objects.terms().filter(year=begins, starts_on__lte=today).order_by("starts_on"))
    starts = [first_day(begins, terms[0].starts_on), *(one.starts_on for one in terms[1:])]
    ends = [*(one - A_DAY for one in starts[1:]), today]
    return Year(begins, tuple(Slice(one.short, *span) for one, *span in zip(terms, starts, ends, strict=True)))
