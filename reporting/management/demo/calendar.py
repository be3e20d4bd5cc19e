"""When things happen: terms counted back from today, sittings of the matrix, and days people work on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from reporting.management.demo.story import SchoolPlan, TrustPlan
from schools.models import Period, School
from schools.rules import LONDON, SATURDAY, academic_year
from schools.services.calendar import usual_dates

YEARS_BACK = 3
BEFORE_END = timedelta(days=17)
"""A term's risk meeting is on the trust's weekday before this many days from the end of term."""


@dataclass
class Terms:
    """The trust's calendar; terms and half terms by how many terms ago they were."""

    today: date
    rows: dict[tuple[int, int], Period] = field(default_factory=dict)  # (ago, half)

    def __getitem__(self, ago: int) -> Period:
        return self.rows[ago, 0]


def make_terms(today: date) -> Terms:
    """Write the calendar: three years back, this year, and in the summer term the next one too."""
    this = academic_year(today)
    last = this + 1 if today.month in (4, 5, 6, 7, 8) else this
    made = Period.objects.bulk_create(_periods(range(this - YEARS_BACK, last + 1)))
    begun = sorted({row.starts_on for row in made if row.half == 0 and row.starts_on <= today}, reverse=True)
    ago = {start: number for number, start in enumerate(begun)}
    terms = Terms(today)
    start = date.min
    for row in made:
        start = row.starts_on if row.half == 0 else start
        if start in ago:
            terms.rows[ago[start], row.half] = row
    return terms


def _periods(years: range) -> Iterator[Period]:
    for year in years:
        for term in usual_dates(year):
            spans = (
                (0, term.starts_on, term.ends_on),
                (1, term.starts_on, term.first_half_ends_on),
                (2, term.second_half_on, term.ends_on),
            )
            for half, starts, ends in spans:
                yield Period(year=year, season=term.season, half=half, starts_on=starts, ends_on=ends)


@dataclass(frozen=True)
class Sitting:
    """One school's matrix for one period."""

    school: School
    plan: SchoolPlan
    period: Period
    ago: int
    half: int  # 0: the whole term
    digits: str
    meets_on: date
    is_current: bool

    @property
    def state(self) -> str:
        return self.plan.state if self.is_current else "agreed"


def sittings(school: School, plan: SchoolPlan, trust: TrustPlan, terms: Terms) -> list[Sitting]:
    """The school's matrices, oldest first. A half term that has not begun is left out."""
    found: list[Sitting] = []
    for back, entry in enumerate(reversed(plan.levels)):
        ago = plan.until + back
        parts = entry.split("/")
        for number, digits in reversed(list(enumerate(parts, start=1))):
            half = number if len(parts) == 2 else 0
            period = terms.rows[ago, half]
            if period.starts_on <= terms.today:
                current = not found and ago == 0
                meets_on = meeting_day(terms, trust, ago, half)
                found.append(Sitting(school, plan, period, ago, half, digits, meets_on, current))
    return found[::-1]


def meeting_day(terms: Terms, trust: TrustPlan, ago: int, half: int) -> date:
    """The day of the risk meeting that takes this matrix; the next one is always still to come."""
    if half == 1:
        return weekday_before(terms.rows[ago, 1].ends_on, trust.meeting_weekday)
    day = weekday_before(terms[ago].ends_on - BEFORE_END, trust.meeting_weekday)
    soonest = terms.today + timedelta(days=8)
    if ago == 0 and day < soonest:
        day = weekday_before(soonest + timedelta(days=6), trust.meeting_weekday)
    return day


def weekday_before(day: date, weekday: int) -> date:
    """The last such weekday on or before `day`; Monday is 0."""
    return day - timedelta(days=(day.weekday() - weekday) % 7)


def working_day(day: date) -> date:
    """`day`, or the Friday before it at a weekend."""
    return day - timedelta(days=max(0, day.weekday() - SATURDAY + 1))


def moment(day: date, clock: str) -> datetime:
    """Local time, for example “09:30”, as a moment."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=LONDON)


def clock(first: int, last: int, share: float) -> str:
    """A time of day between two full hours; `share` from 0 to 1 says where."""
    minutes = int(first * 60 + share * (last - first) * 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
