"""What is due of the schools a person holds a role in. One query beside those of the overview."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count

from categorisation.models import Rating
from evidence.queries.returns import DueReturn, returns_asked
from evidence.queries.sef import SefDue, sef_due_of
from reporting.queries.cells import Column
from reporting.queries.overview import Overview, SchoolLine, Sheet

LOOK_BACK = timedelta(days=400)
"""How long a return that was never sent stays among what is due."""

MINUTES = 1.25
"""A head needs for one indicator, most of them filled in from last time."""


@dataclass(frozen=True)
class Progress:
    """How far a school's matrix is."""

    done: int  # criteria with every indicator rated
    criteria: int
    rated: int  # indicators
    asked: int
    carried: int

    @property
    def minutes(self) -> int:
        """About how long the rest takes, in steps of five."""
        return max(5, 5 * round(MINUTES * (self.asked - self.rated) / 5))


@dataclass(frozen=True)
class Home:
    """One school on its people's page."""

    sheet: Sheet
    line: SchoolLine
    progress: Progress
    returns: tuple[DueReturn, ...]  # open or late, and those sent of this term
    sef: SefDue | None  # of this term, where the strategy asks for one


def homes_of(seen: Overview) -> list[Home]:
    """The schools of an overview limited to a person's own, by name."""
    pairs = [(sheet, line) for sheet in seen.sheets for line in sheet.lines]
    carried = _carried(line for _, line in pairs)
    returns = _returns(seen)
    due = sef_due_of(seen.schools, seen.period, seen.calendar.today, followed=seen.followed)
    sefs = {one.school_id: one for one in due}
    found = [
        Home(
            sheet,
            line,
            _progress(sheet.columns, line, carried),
            tuple(one for one in returns if one.school_id == line.school_id),
            sefs.get(line.school_id),
        )
        for sheet, line in pairs
    ]
    return sorted(found, key=lambda home: home.line.name)


def _returns(seen: Overview) -> list[DueReturn]:
    """What is with the schools, and what they sent this term. What was due and not begun before this term is past."""
    today = seen.calendar.today
    near = [one for one in seen.calendar.periods if one.starts_on <= today and one.ends_on >= today - LOOK_BACK]
    asked = returns_asked(seen.schools, today, periods=near, followed=seen.followed)
    now = [one for one in asked if one.row or one.due_on >= seen.period.starts_on]
    return [one for one in now if one.is_with_school or (one.row and one.period_id == seen.period.pk)]


def _carried(lines: Iterable[SchoolLine]) -> dict[int, int]:
    """How many ratings of each open matrix were carried forward."""
    open_ones = [line.begun.pk for line in lines if line.begun]
    rows = Rating.objects.filter(assessment__in=open_ones, carried=True).values_list("assessment")
    return dict(rows.annotate(Count("pk")).order_by())


def _progress(columns: Iterable[Column], line: SchoolLine, carried: dict[int, int]) -> Progress:
    slots = line.begun.row.levels if line.begun else ()
    done = criteria = rated = asked = 0
    for column in columns:
        numbers = [number for number, kpi in column.kpis if not kpi.phases or line.phase in kpi.phases]
        said = sum(number < len(slots) and slots[number] is not None for number in numbers)
        criteria += bool(numbers)
        done += bool(numbers) and said == len(numbers)
        rated, asked = rated + said, asked + len(numbers)
    return Progress(done, criteria, rated, asked, carried.get(line.begun.pk, 0) if line.begun else 0)
