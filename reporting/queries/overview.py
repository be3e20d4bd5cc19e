"""Every school of the trust on one page: categories, criteria, what changed, what is overdue. Seven queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import QuerySet

from categorisation.models import Assessment
from categorisation.rules import axes_for, period_asked
from reporting.queries.calendar import Calendar, Meet, deciding_kinds, read_calendar
from reporting.queries.categories import Category, category_of
from reporting.queries.cells import NEEDS_SUPPORT, Cell, CellReader, Column
from reporting.queries.gathering import Begun, Gathered, gather
from schools.models import Period, School, StrategyVersion
from schools.queries import Followed, kpi_numbers
from schools.strategy import Axis, Strategy

__all__ = ["Category", "Overview", "SchoolLine", "Sheet", "overview"]

MOST_READERS = 64
_READERS: dict[tuple[object, ...], list[CellReader]] = {}


@dataclass(frozen=True)
class SchoolLine:
    """One school's line of the matrix."""

    school_id: int
    name: str
    pupils: int | None
    phase: str
    joined_on: date
    strategy_key: str
    categories: tuple[Category, ...]
    cells: tuple[Cell, ...]
    rated_on: date | None = None  # first day of the period of the matrix shown
    rated_in: int | None = None  # that period
    matrix_state: str = ""  # of the period it is asked for now; empty: not begun
    matrix_due_on: date | None = None
    begun: Begun | None = None
    asked_in: int | None = None  # the period it is asked for now: the term, or where so decided the half term

    @property
    def need(self) -> tuple[int, ...]:
        """For sorting, most support first."""
        steps = sorted((category.step for category in self.categories), reverse=True)
        return (*[-step for step in steps], -sum(cell.step in NEEDS_SUPPORT for cell in self.cells))


@dataclass(frozen=True)
class Sheet:
    """The schools that follow one strategy, with that strategy's columns."""

    version: StrategyVersion
    strategy: Strategy
    axes: tuple[Axis, ...]
    columns: tuple[Column, ...]
    lines: tuple[SchoolLine, ...]


@dataclass(frozen=True)
class Overview:
    """The whole trust at one moment."""

    period: Period
    today: date
    sheets: tuple[Sheet, ...]
    calendar: Calendar
    schools: tuple[School, ...]
    followed: Followed

    @property
    def lines(self) -> list[SchoolLine]:
        return [line for sheet in self.sheets for line in sheet.lines]

    @property
    def is_current(self) -> bool:
        """Whether it shows the term that has begun last, and not one that is over."""
        return self.calendar.terms[:1] == [self.period]

    @cached_property
    def next_meeting(self) -> Meet | None:
        """The next meeting that decides categories; none for a period that is over."""
        if not self.is_current:
            return None
        return self.calendar.next_meeting(self._deciding)

    @cached_property
    def last_meeting(self) -> Meet | None:
        return self.calendar.last_meeting(self._deciding, before=self.today)

    @property
    def _deciding(self) -> set[str]:
        return deciding_kinds(sheet.strategy for sheet in self.sheets)

    def is_news(self, category: Category) -> bool:
        """Whether it moved since the last meeting, or where none is ahead, in this period."""
        if not category.moved or category.state == "proposed":
            return category.moved
        since, last = category.since or date.min, self.last_meeting
        if self.next_meeting is None or last is None:
            return since >= self.period.starts_on
        return since > last.day and category.meeting_id != last.pk

    def changes(self) -> list[tuple[SchoolLine, Category]]:
        """The categories that moved, those that need most support first."""
        found = [(line, one) for line in self.lines for one in line.categories if self.is_news(one)]
        return sorted(found, key=lambda pair: (-pair[1].step, pair[0].name))

    def overdue(self) -> list[SchoolLine]:
        """Schools whose matrix of this period was due before today and has not been sent, the latest first."""
        late = [line for line in self.lines if line.matrix_due_on and line.matrix_due_on < self.today]
        unsent = [line for line in late if Assessment.is_unsent(line.matrix_state)]
        return sorted(unsent, key=lambda line: (line.matrix_due_on or date.max, line.name))

    def count(self, *, unknown: bool = False, stale: bool = False) -> int:
        """How many cells are unknown, or rest on old evidence."""
        found = 0
        for line in self.lines:
            for cell in line.cells:
                found += cell.unsure and (stale if cell.step else unknown)
        return found


def overview(
    period: Period,
    *,
    today: date,
    schools: QuerySet[School] | Iterable[School] | None = None,
    by_kpi: bool = False,
    proposals: Collection[int] | None = None,
    told_by: datetime | None = None,
    calendar: Calendar | None = None,
    followed: Followed | None = None,
) -> Overview:
    """The trust as it stood in `period`, or as it stands today when the period is the current one.

    `schools` limits the lines; `by_kpi` gives a column for each KPI instead of criterion; `proposals` are the schools
    whose proposals count, all unless given; with `told_by` only decisions the school has been told of by then count.
    """
    day = min(today, period.ends_on)
    calendar = calendar or read_calendar(today)
    followed, numbers = followed or Followed.read(), kpi_numbers()
    listed = list(_queryset(schools, day))
    ids = [school.pk for school in listed]
    gathered = gather(ids, period, followed, proposals=proposals, told_by=told_by)
    grouped: dict[StrategyVersion, list[School]] = defaultdict(list)
    for school in listed:
        if version := followed.by(school, day):
            grouped[version].append(school)
    sheets = [
        _Sheets(version, numbers, gathered, calendar, period, day, by_kpi).sheet(group)
        for version, group in grouped.items()
    ]
    in_order = tuple(sorted(sheets, key=lambda sheet: -len(sheet.lines)))
    return Overview(period, day, in_order, calendar, tuple(listed), followed)


def _queryset(schools: QuerySet[School] | Iterable[School] | None, day: date) -> QuerySet[School]:
    if schools is None:
        return School.objects.on(day)
    return schools if isinstance(schools, QuerySet) else School.objects.filter(pk__in=[one.pk for one in schools])


@dataclass(frozen=True)
class _Sheets:
    """Everything the lines of one strategy are made of."""

    version: StrategyVersion
    numbers: dict[str, int]
    gathered: Gathered
    calendar: Calendar
    period: Period
    today: date
    by_kpi: bool

    def sheet(self, schools: list[School]) -> Sheet:
        strategy = self.version.strategy
        columns = tuple(columns_of(strategy, self.numbers, by_kpi=self.by_kpi))
        phases = {school.phase for school in schools}
        readers = {phase: self.readers(columns, phase) for phase in phases}
        lines = tuple(self.line(school, readers[school.phase]) for school in schools)
        return Sheet(self.version, strategy, strategy.axes, columns, lines)

    def readers(self, columns: tuple[Column, ...], phase: str) -> list[CellReader]:
        """A reader for each column, kept in the process for this version and day: it knows the cells it has made.

        A version belongs to one trust, so nothing passes from one trust to another.
        """
        key = (self.version.trust_id, self.version.pk, len(self.numbers), self.by_kpi, phase, self.today)
        if key not in _READERS:
            if len(_READERS) >= MOST_READERS:
                _READERS.pop(next(iter(_READERS)))
            _READERS[key] = [CellReader(column, phase=phase, today=self.today) for column in columns]
        return _READERS[key]

    def line(self, school: School, readers: Sequence[CellReader]) -> SchoolLine:
        strategy, found = self.version.strategy, self.gathered
        rows = [row for row in found.rows[school.pk] if row.strategy.identity.key == strategy.identity.key]
        row, before = ([one.read_as(strategy, self.numbers) for one in rows[:2]] + [None, None])[:2]
        asked = self.asked_in(school)
        begun = next((one for pk in self.standing_for(asked) if (one := found.begun.get((school.pk, pk)))), None)
        return SchoolLine(
            school_id=school.pk,
            name=school.known_as,
            pupils=school.pupils,
            phase=school.phase,
            joined_on=school.joined_on,
            strategy_key=strategy.identity.key,
            categories=tuple(
                category_of(
                    axis, strategy, found.decided.get((school.pk, axis.key)), found.proposed.get((school.pk, axis.key))
                )
                for axis in axes_for(strategy, school.phase)
            ),
            cells=tuple([reader.cell(row, before) for reader in readers]),
            rated_on=row.starts_on if row else None,
            rated_in=row.period_id if row else None,
            matrix_state=begun.state if begun else "",
            matrix_due_on=begun.due_on if begun else self.calendar.due_on(asked, strategy),
            begun=begun,
            asked_in=asked.pk,
        )

    def standing_for(self, asked: Period) -> list[int]:
        """The periods whose matrix answers for this one: a term's is answered by one of its half terms too."""
        term = (asked.year, asked.season)
        halves = [one.pk for one in self.calendar.periods if one.half and (one.year, one.season) == term]
        return [asked.pk] if asked.half else [asked.pk, *reversed(halves)]

    def asked_in(self, school: School) -> Period:
        """The period the school rates now: the term, or where its category asks for it the half term."""
        found = [(axis, self.gathered.decided.get((school.pk, axis.key))) for axis in self.version.strategy.axes]
        decided = [(axis, one.level, one.effective_on) for axis, one in found if one]
        return period_asked(self.period, self.calendar.half_of(school.pk, self.today), decided)


def columns_of(strategy: Strategy, numbers: dict[str, int], *, by_kpi: bool) -> Iterator[Column]:
    """A column for each criterion, or for each of its KPIs."""
    for criterion in strategy.criteria:
        if by_kpi:
            yield from (Column.of_kpi(strategy, criterion, kpi, numbers) for kpi in criterion.kpis)
        else:
            yield Column.of(strategy, criterion, numbers)
