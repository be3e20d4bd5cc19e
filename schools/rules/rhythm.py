"""When something that comes in a rhythm is due, counted in school weeks of a school's own calendar."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from .days import is_working_day


@dataclass(frozen=True)
class HalfTerm:
    """Half a term of one school, first and last day included. `year` is the one the academic year began in."""

    year: int
    season: str
    half: int
    starts: date
    ends: date

    @property
    def short(self) -> str:
        """“Autumn 1”."""
        return f"{self.season.capitalize()} {self.half}"


@dataclass(frozen=True)
class SchoolDay:
    """A day on which the school is open, and the half term it is in."""

    on: date
    half: HalfTerm

    @property
    def week(self) -> date:
        """The Monday of its week. A week cut by a holiday is two, one in each half term."""
        return self.on - timedelta(days=self.on.weekday())


Days = Sequence[SchoolDay]

_BLOCKS = {"three_weeks": 3, "six_weeks": 6}

_SAME: dict[str, Callable[[SchoolDay], Hashable]] = {
    "week": lambda day: (day.half, day.week),
    "month": lambda day: (day.on.year, day.on.month),
    "half_term": lambda day: day.half,
    "term": lambda day: (day.half.year, day.half.season),
    "year": lambda day: day.half.year,
}
"""What the days of one span have in common."""


def school_days(halves: Sequence[HalfTerm]) -> list[SchoolDay]:
    """Monday to Friday of each half term, without bank holidays, in order."""
    found = []
    for half in sorted(halves, key=lambda one: one.starts):
        length = (half.ends - half.starts).days + 1
        days = (half.starts + timedelta(days=each) for each in range(length))
        found += [SchoolDay(day, half) for day in days if is_working_day(day)]
    return found


def spans(every: str, halves: Sequence[HalfTerm], *, since: date) -> Iterator[Days]:
    """The weeks, half terms, terms and so on that are not over by `since`, each as its school days, in order.

    `every` is a cadence of the strategy. Spans of three and six weeks begin with the first school week that starts on
    or after `since`, and run on through holidays: only weeks with a school day count. The others are those of the
    calendar. Raises KeyError where the cadence is none.
    """
    days = school_days(halves)
    if every not in _BLOCKS:
        for _, same in groupby(days, _SAME[every]):
            span = list(same)
            if span[-1].on >= since:
                yield span
        return
    weeks = [list(same) for _, same in groupby(days, _SAME["week"])]
    weeks = [week for week in weeks if week[0].on >= since]
    size = _BLOCKS[every]
    for first in range(0, len(weeks) - size + 1, size):
        yield [day for week in weeks[first : first + size] for day in week]


def due_days(
    every: str,
    halves: Sequence[HalfTerm],
    *,
    since: date,
    until: date,
    amount: int = 1,
    whole: bool = False,
) -> list[date]:
    """The days after `since`, up to and with `until`, by which one more is owed of `amount` in each span.

    They are spread evenly over the span's school days, the last on its last day: of two in a half term one is owed by
    its middle. `whole` leaves out a span that had begun by `since`, so that nothing is owed days after it was agreed
    (S0-12). Where a span has fewer school days than `amount`, several are owed on one day.
    """
    found = []
    for span in spans(every, halves, since=since):
        if whole and span[0].on <= since:
            continue
        found += instalments(span, amount)
    return [day for day in found if since < day <= until]


def instalments(span: Days, amount: int) -> list[date]:
    """The days of one span by which one more of `amount` is owed."""
    return [span[-(-turn * len(span) // amount) - 1].on for turn in range(1, amount + 1)]


def days_of_year(every: str, halves: Sequence[HalfTerm], *, amount: int = 1) -> Iterator[tuple[date, int]]:
    """Every day by which one more is owed in the years of these half terms, and which of `amount` it is, from 1.

    Spans of three and six weeks begin anew with each academic year, so that the days are the same whenever one looks.
    """
    in_order = sorted(halves, key=lambda one: one.starts)
    for _, same in groupby(in_order, lambda one: one.year):
        year = list(same)
        first = year[0].starts - timedelta(days=1)
        days = due_days(every, year, since=first, until=year[-1].ends, amount=amount)
        for place, day in enumerate(days):
            yield day, place % amount + 1
