"""One return as it stands: its tables, its figures, and what is known beside them. Three queries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from evidence.models import Figure, PublishedFigure, Return
from evidence.rules.arithmetic import Amount
from evidence.rules.cells import Entry
from evidence.rules.checks import Before, Finding, findings, in_the_way
from evidence.rules.checks_across import across
from evidence.rules.comparing import TO_DATE, stage_of
from evidence.rules.grid import Asks, Place, Table, is_earlier, tables_of
from evidence.rules.readiness import Standing, standing
from schools.models import Period, School
from schools.strategy import Strategy
from schools.strategy.provision import CollectionPoint


@dataclass(frozen=True)
class Known:
    """A published figure beside a cell. `same` when it is about the very same year, so that it may be taken over."""

    amount: Amount
    year: int
    same: bool
    source: str
    release: str


@dataclass(frozen=True)
class Sheet:
    """A return, read whole."""

    of: Return
    tables: Sequence[Table]
    figures: Mapping[Place, Figure]
    before: Mapping[Place, Before]
    published: Mapping[Place, Known]
    typed: Mapping[Place, Entry] = field(default_factory=dict)  # what a form says over what is stored

    @cached_property
    def entries(self) -> dict[Place, Entry]:
        return {place: entry_of(figure) for place, figure in self.figures.items()} | dict(self.typed)

    @cached_property
    def findings(self) -> list[Finding]:
        return [*findings(self.tables, self.entries, self.before), *across(self.tables, self.entries)]

    @cached_property
    def in_the_way(self) -> list[Finding]:
        """What keeps it from being sent, beside what is missing."""
        return in_the_way(self.findings, self.entries)

    @cached_property
    def unseen(self) -> set[Place]:
        """The figures that were filled in for the school, as they were: nobody has looked at them."""
        return {
            place
            for place, figure in self.figures.items()
            if is_unseen(figure) and self.entries[place] == entry_of(figure)
        }

    @cached_property
    def standing(self) -> Standing:
        """Where every figure stands."""
        return standing(self.tables, self.entries, self.findings, self.unseen)

    @property
    def filled(self) -> int:
        """How many of the figures that have to be given stand as they are."""
        return self.standing.ready

    @cached_property
    def table_by_measure(self) -> dict[str, Table]:
        return {table.measure.key: table for table in self.tables}

    @cached_property
    def by_class(self) -> bool:
        """Whether anything is asked class by class."""
        return any(table.by_class for table in self.tables)

    def takes(self, place: Place) -> bool:
        """Whether the return asks for this figure."""
        table = self.table_by_measure.get(place.measure)
        return table is not None and table.takes(place)


def entry_of(figure: Figure) -> Entry:
    """A figure as the school gave it."""
    return Entry(figure.numerator, figure.denominator, figure.value, figure.status, figure.note, figure.typed)


def is_unseen(figure: Figure) -> bool:
    """Whether the figure was filled in for the school and nobody there has looked at it."""
    return figure.author_id is None and entry_of(figure).is_given


def place_of(figure: Figure) -> Place:
    return Place(figure.measure, figure.group, figure.year_group, figure.class_name)


def point_of(of_return: Return) -> CollectionPoint:
    """The collection point in the strategy version that the return began with."""
    return of_return.strategy_version.strategy.return_by_key[of_return.point]


def tables_for(
    strategy: Strategy, point: CollectionPoint, school: School, period: Period, classes: Sequence[str] = ()
) -> list[Table]:
    """What one school is asked at a collection point."""
    asks = Asks(school.phase, period.year, period.season, (school.age_low, school.age_high))
    return tables_of(point, strategy.measure_by_key, strategy.group_by_key, asks, classes)


def sheet_of(of_return: Return) -> Sheet:
    """The return with its figures, last time's and the published ones. Three queries."""
    figures = {place_of(figure): figure for figure in figures_of(of_return)}
    tables = tables_with(of_return, figures)
    return Sheet(
        of_return, tables, figures, before_of(of_return, tables), published_beside(of_return.school.urn, tables)
    )


def figures_of(of_return: Return) -> Iterable[Figure]:
    return Figure.objects.filter(part_of=of_return).select_related("author__user").order_by("pk")


def tables_with(of_return: Return, places: Iterable[Place]) -> list[Table]:
    """The return's tables, with the classes these places name."""
    classes = sorted({place.class_name for place in places if place.class_name}, key=_as_counted)
    strategy = of_return.strategy_version.strategy
    return tables_for(strategy, point_of(of_return), of_return.school, of_return.period, classes)


def _as_counted(name: str) -> list[tuple[int, str]]:
    """2A before 10A."""
    return [(int(part) if part.isascii() and part.isdigit() else 0, part) for part in re.split(r"(\d+)", name)]


def before_of(of_return: Return, tables: Sequence[Table]) -> dict[Place, Before]:
    """The school's latest earlier figure of every place, where the two may be compared. One query."""
    about = {table.measure.key: (table.year, _stage(table.span, of_return.period)) for table in tables}
    rows = (
        Figure.objects.filter(
            school=of_return.school_id, measure__in=about, period__starts_on__lt=of_return.period.starts_on
        )
        .exclude(submitted_at=None)
        .select_related("period")
        .order_by("period__starts_on", "pk")
    )
    found: dict[Place, Before] = {}
    for row in rows:
        if row.status == "number" and is_earlier((row.year, _stage(row.span, row.period)), about[row.measure]):
            found[place_of(row)] = Before(entry_of(row).amount, row.year, row.period.short)
    return found


def _stage(span: str, period: Period) -> str:
    """The span, and of a year to date how far it reaches. Every twelve months are as long, whenever they end."""
    if span != TO_DATE:
        return span
    return f"{stage_of(span, period.ends_on)}{f'_{period.half}' if period.half else ''}"


def published_beside(urn: str, tables: Sequence[Table]) -> dict[Place, Known]:
    """The latest published figure of the school for every place that has one, of the same span only. One query."""
    about = {table.measure.key: table for table in tables}
    rows = PublishedFigure.objects.filter(
        place=PublishedFigure.Place.SCHOOL, code=urn, measure__in=about, status="number"
    ).order_by("year")
    by_official: dict[tuple[str, str], PublishedFigure] = {}
    for row in rows:
        table = about[row.measure]
        if row.span == table.span and row.year <= table.year:
            by_official[row.measure, row.group] = row
    found = {}
    for table in tables:
        for group in table.groups:
            official = by_official.get((table.measure.key, group.official))
            if official is not None:
                found[Place(table.measure.key, group.key)] = _known(official, table)
    return found


def _known(row: PublishedFigure, table: Table) -> Known:
    amount = Amount(row.numerator, row.denominator, row.value)
    return Known(amount, row.year, row.year == table.year, row.source, row.get_release_display())
