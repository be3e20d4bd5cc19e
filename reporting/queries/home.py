"""What is due of the schools a person holds a role in. One query beside those of the overview."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from categorisation.models import Rating
from reporting.queries.cells import Column
from reporting.queries.overview import Overview, SchoolLine, Sheet

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


def homes_of(seen: Overview) -> list[Home]:
    """The schools of an overview limited to a person's own, by name."""
    pairs = [(sheet, line) for sheet in seen.sheets for line in sheet.lines]
    carried = _carried(line for _, line in pairs)
    found = [Home(sheet, line, _progress(sheet.columns, line, carried)) for sheet, line in pairs]
    return sorted(found, key=lambda home: home.line.name)


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
