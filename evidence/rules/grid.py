"""Which figures a return asks of a school: a table for each measure, its rows, its groups, and what it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from schools.strategy.measures import Measure, PupilGroup
from schools.strategy.provision import Asked, CollectionPoint

from .arithmetic import COUNTED

ALL = "all"
SEPARATOR = "~"
LONGEST_CLASS = 20
MOST_CLASSES = 60
TERMS = frozenset({"autumn", "spring", "summer"})
DAY = "day"

NUMERATOR, DENOMINATOR, VALUE = "n", "d", "v"

YOUNGEST = {"R": 4} | {str(number): number + 4 for number in range(1, 15)}
"""The age at which pupils enter a year group; they leave it a year older."""
AGES_OF_PHASE = {"infant": (4, 7), "junior": (7, 11)}
"""From and to which age a school teaches where the register does not say. Every other phase is asked what is asked."""


@dataclass(frozen=True, order=True)
class Place:
    """Where a figure stands in a return."""

    measure: str
    group: str = ALL
    year_group: str = ""  # blank: all of them
    class_name: str = ""  # blank: not by class

    @property
    def key(self) -> str:
        """One word for forms and files."""
        return SEPARATOR.join((self.measure, self.group, self.year_group, self.class_name))

    @classmethod
    def read(cls, key: str) -> Place | None:
        """The place that a key names; None where it is no key."""
        parts = key.split(SEPARATOR)
        return cls(*parts) if len(parts) == len(cls.__dataclass_fields__) and parts[0] else None


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    label: str
    year_group: str = ""
    class_name: str = ""


@dataclass(frozen=True)
class Table:
    """What is asked of one measure. `year` and `span` say what its figures are about."""

    measure: Measure
    groups: tuple[PupilGroup, ...]
    rows: tuple[Row, ...]
    year: int
    span: str
    optional: bool = False
    by_class: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        return parts_of(self.measure.kind)

    def place(self, row: Row, group: PupilGroup) -> Place:
        return Place(self.measure.key, group.key, row.year_group, row.class_name)

    def places(self) -> Iterator[Place]:
        """Row by row, as the page shows them."""
        for row in self.rows:
            yield from (self.place(row, group) for group in self.groups)

    def group_named(self, key: str) -> str:
        """How a figure's group is called beside it; not at all where the measure is not about pupils."""
        label = next((group.label for group in self.groups if group.key == key), "")
        return label if self.measure.by_pupil or len(self.groups) > 1 else ""

    def takes(self, place: Place) -> bool:
        """Whether the place is one of this table; a class that is not there yet may be added to a table by class."""
        if self.by_class and place.class_name and not place.year_group:
            known = place.measure == self.measure.key and place.group in {group.key for group in self.groups}
            return known and class_fault(place.class_name) == ""
        return place in set(self.places())


def parts_of(kind: str) -> tuple[str, ...]:
    """The inputs of one figure: a count and out of how many, a mean and its count, or one number."""
    if kind in COUNTED:
        return (NUMERATOR, DENOMINATOR)
    return (VALUE, DENOMINATOR) if kind == "mean" else (VALUE,)


def class_fault(name: str) -> str:
    """Why this cannot be the name of a class; empty where it can."""
    if not name.strip() or name != name.strip() or SEPARATOR in name:
        return "Give the class a name without “~”."
    return f"Use at most {LONGEST_CLASS} characters for “{name[:40]}”." if len(name) > LONGEST_CLASS else ""


@dataclass(frozen=True)
class Asks:
    """What decides which figures a school is asked for."""

    phase: str
    year: int  # the calendar year the academic year of the return starts in
    season: str
    ages: tuple[int | None, int | None] = (None, None)


def tables_of(
    point: CollectionPoint,
    measures: Mapping[str, Measure],
    groups: Mapping[str, PupilGroup],
    asks: Asks,
    classes: Sequence[str] = (),
) -> list[Table]:
    """The tables of one return, in the order of the strategy file. A measure asked twice counts once."""
    found: dict[str, Table] = {}
    for asked in point.asks:
        measure = measures[asked.measure]
        if asked.measure not in found and is_asked(asked, measure, asks):
            year, span = about(asked, measure, year=asks.year, season=asks.season)
            rows = tuple(_rows(asked, asks, classes))
            chosen = tuple(groups[key] for key in asked.groups)
            found[asked.measure] = Table(measure, chosen, rows, year, span, asked.optional, asked.by_class)
    return list(found.values())


def is_asked(asked: Asked, measure: Measure, asks: Asks) -> bool:
    """Whether a school of this phase, with these ages, is asked for the measure at all."""
    phases = asked.phases or measure.phases
    if phases and asks.phase not in phases:
        return False
    of_years = asked.year_groups or measure.year_groups
    return not of_years or any(has_year_group(one, asks) for one in of_years)


def about(asked: Asked, measure: Measure, *, year: int, season: str) -> tuple[int, str]:
    """The academic year and the part of it that the figures are about."""
    kind = asked.about or measure.span
    if kind == "last_year":
        return year - 1, "year"
    return year, season if kind == "term" else kind


def has_year_group(year_group: str, asks: Asks) -> bool:
    """Whether the school teaches this year group, by its ages; by its phase where they are not known."""
    low, high = asks.ages if None not in asks.ages else AGES_OF_PHASE.get(asks.phase, (None, None))
    entered = YOUNGEST.get(year_group)
    if entered is None or low is None or high is None:
        return True
    return low <= entered and high >= entered + 1


def year_group_label(year_group: str) -> str:
    """“Reception”, “Year 4”."""
    if year_group == "R":
        return "Reception"
    return f"Year {year_group}" if year_group.isdecimal() else year_group


def _rows(asked: Asked, asks: Asks, classes: Sequence[str]) -> Iterator[Row]:
    if asked.by_class:
        yield from (Row(name, class_name=name) for name in classes)
        return
    for one in asked.year_groups:
        if has_year_group(one, asks):
            yield Row(year_group_label(one), year_group=one)
    if not asked.year_groups:
        yield Row("All year groups")
    elif asked.total:
        yield Row("All these years")


def same_span(one: str, other: str) -> bool:
    """Whether figures of two spans may stand side by side as last time and now: a term beside a term, never a year."""
    return one == other or (one in TERMS and other in TERMS)


def is_earlier(one: tuple[int, str], other: tuple[int, str]) -> bool:
    """Whether `one`, of (year, stage), can be what `other` was last time: not the very same figure of a past year.

    A year to December was a year to December last time, too: `stage_of` says how far each reaches.
    """
    return same_span(one[1], other[1]) and one[0] <= other[0] and not (one == other and one[1] == "year")


def days_of(point: CollectionPoint, ends_on: date) -> tuple[date, date]:
    """When a return opens and when it is due."""
    opens = ends_on - timedelta(days=point.opens_days_before_end)
    return opens, ends_on + timedelta(days=point.due_days_after_end)
