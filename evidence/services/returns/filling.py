"""What the system knows of a return before anybody types: drafts, each with where it comes from, for the school to see.

Whatever is filled in waits to be looked at (`confirm_filled`): nothing of it counts, and nothing is sent, before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from evidence.models import Figure, PublishedFigure, Return
from evidence.queries.returns_sheet import Known, place_of, published_beside, tables_with
from evidence.rules.arithmetic import Amount, rounded
from evidence.rules.cells import NOT_APPLICABLE, Entry
from evidence.rules.comparing import SUMMER
from evidence.rules.filling import CENSUS, ROLL, has_none, latest, places_a_year, takes_count
from evidence.rules.grid import ALL, DAY, DENOMINATOR, VALUE, Place, Table
from schools.words import on as day_words
from schools.words import year_words

STAYS = frozenset({"places", "pupils"})
"""Units of numbers that are the same next time unless something happened: places of a PAN, pupils on roll."""

IN_YEAR_OF_ENTRY, CHANGE, PAN = "entry_roll_to_pan", "roll_change", "pan"


@dataclass(frozen=True)
class Filled:
    """What is known of one figure, and where from."""

    entry: Entry
    source: str


def known_already(of_return: Return) -> list[Figure]:
    """Drafts of all that is known, in the order of the tables. Four queries."""
    rows = list(_earlier(of_return))
    tables = tables_with(of_return, _latest_classes(rows))
    found: dict[Place, Filled] = {}
    for source in (_from_register, _from_census, _from_published):  # a later one is nearer to what is asked
        found |= dict(source(of_return, [table for table in tables if not table.optional]))
    found |= dict(_from_earlier(of_return, tables, rows))
    return [
        _draft(of_return, place, table, found.get(place))
        for table in tables
        for place in table.places()
        if place in found or table.by_class
    ]


def blank_figure(of_return: Return, place: Place, table: Table) -> Figure:
    """A figure of this place that is not stored yet."""
    return Figure(
        part_of=of_return, school_id=of_return.school_id, period_id=of_return.period_id, measure=place.measure,
        group=place.group, year_group=place.year_group, class_name=place.class_name, year=table.year,
        span=table.span,
    )  # fmt: skip


def _draft(of_return: Return, place: Place, table: Table, filled: Filled | None) -> Figure:
    figure = blank_figure(of_return, place, table)
    if filled is not None:
        entry = filled.entry
        figure.numerator, figure.denominator = entry.numerator, entry.denominator
        figure.value, figure.status, figure.filled_from = entry.value, entry.status, filled.source
    return figure


# -------------------------------------------------------------------- the school's own earlier returns


def _earlier(of_return: Return) -> Iterable[Figure]:
    """The school's figures of the last two academic years, as they were sent, the oldest first."""
    recent = Q(period__year__gte=of_return.period.year - 1, period__starts_on__lt=of_return.period.starts_on)
    same = Q(period=of_return.period)  # another collection point of the same term
    rows = Figure.objects.filter(recent | same, school=of_return.school_id).exclude(submitted_at=None)
    return rows.exclude(part_of=of_return).select_related("period").order_by("period__starts_on", "pk")


def _latest_classes(rows: Sequence[Figure]) -> list[Place]:
    """The classes of the latest return that named any, in its order."""
    named = [row for row in rows if row.class_name]
    return [place_of(row) for row in named if row.part_of_id == named[-1].part_of_id]


def _from_earlier(of_return: Return, tables: Sequence[Table], rows: Iterable[Figure]) -> Iterator[tuple[Place, Filled]]:
    about = {table.measure.key: table for table in tables}
    for row in rows:
        table, place, source = about.get(row.measure), place_of(row), f"your return of {row.period.short}"
        if table is not None and table.takes(place) and (taken := _taken(row, table)):
            yield place, Filled(taken, source)
        a_year_before = (row.period.year, row.period.season) == (of_return.period.year - 1, of_return.period.season)
        if row.measure == ROLL and place == Place(ROLL) and CHANGE in about and a_year_before and row.value:
            yield Place(CHANGE), Filled(Entry(denominator=int(row.value)), source)


def _taken(row: Figure, table: Table) -> Entry | None:
    """What an earlier figure says of this one; None where nothing."""
    if (row.year, row.span) == (table.year, table.span) and row.span == "year" and _is_over(row):
        return Entry(row.numerator, row.denominator, row.value, row.status)
    if row.status != "number" or row.period.year != table.year:
        return None
    if table.measure.kind == "number" and table.span == DAY and table.measure.unit in STAYS:
        return Entry(value=row.value)
    if DENOMINATOR in table.parts and _repeats(table) and row.denominator is not None:
        return Entry(denominator=row.denominator)
    return None


def _is_over(row: Figure) -> bool:
    """Whether the year a figure is about was over when it was given: an autumn's forecast is not taken for a result."""
    return row.year < row.period.year or row.period.season == SUMMER


def _repeats(table: Table) -> bool:
    """Whether a denominator counts people or places, who stay, and not sessions, days or pounds, which add up."""
    counted = table.measure.denominator.split(" ")[0]
    return counted in {"pupils", "children", "places"} and table.span != "year"


# -------------------------------------------------------------------- what is published


def _from_register(of_return: Return, tables: Sequence[Table]) -> Iterator[tuple[Place, Filled]]:
    """The roll and the places of the school as the register of schools has them."""
    school, year = of_return.school, of_return.period.year
    source = f"the register of schools{f', {day_words(school.as_at)}' if school.as_at else ''}"
    pan = places_a_year(school.phase, (school.age_low, school.age_high), school.capacity)
    of_places = f"{source}: {school.capacity:,} places in all" if pan else ""
    for table in tables:
        key = table.measure.key
        if key == ROLL and table.year == year and school.pupils:
            yield Place(ROLL), Filled(Entry(value=Decimal(school.pupils)), source)
        elif key == IN_YEAR_OF_ENTRY and pan:
            yield Place(key), Filled(Entry(denominator=pan), of_places)
        elif key == PAN and pan:
            yield Place(key), Filled(Entry(value=Decimal(pan)), of_places)


def _from_census(of_return: Return, tables: Sequence[Table]) -> Iterator[tuple[Place, Filled]]:
    """How many pupils there are of each group, and that a group has none. One query."""
    rows = PublishedFigure.objects.filter(
        place=PublishedFigure.Place.SCHOOL, code=of_return.school.urn, measure__in=CENSUS, span=DAY, status="number"
    )
    amounts = [(row.year, row.measure, row.group, Amount(row.numerator, row.denominator, row.value)) for row in rows]
    by_year = latest(amounts, sorted({year for year, *_ in amounts}))
    for table in tables:
        year = next((one for one in (table.year, table.year - 1) if one in by_year), None)
        if year is not None:
            yield from _of_table(table, by_year[year], f"the January census {year + 1}")


def _of_table(table: Table, counts: dict[str, int], source: str) -> Iterator[tuple[Place, Filled]]:
    for row in table.rows:
        part = takes_count(table, row)
        for group in table.groups:
            place, pupils = table.place(row, group), counts.get(group.official)
            if table.measure.by_pupil and has_none(group.key, group.official, counts):
                yield place, Filled(Entry(status=NOT_APPLICABLE), f"{source}, which counts no such pupils")
            elif part == VALUE and group.key == ALL and pupils:
                yield place, Filled(Entry(value=Decimal(pupils)), source)
            elif part == DENOMINATOR and pupils:
                yield place, Filled(Entry(denominator=pupils), source)


def _from_published(of_return: Return, tables: Sequence[Table]) -> Iterator[tuple[Place, Filled]]:
    """Official figures about the very same year. One query."""
    about = {table.measure.key: table for table in tables}
    for place, known in published_beside(of_return.school.urn, tables).items():
        entry = taken(about[place.measure], known) if known.same else None
        if entry is not None and about[place.measure].takes(place):
            release = f", {known.release}" if known.release and "not stated" not in known.release else ""
            yield place, Filled(entry, f"the published figures of {year_words(known.year)}{release}")


def taken(table: Table, known: Known) -> Entry | None:
    """A published figure as an entry, with its counts where they are known."""
    amount = known.amount
    if amount.numerator is not None and amount.denominator:
        return Entry(amount.numerator, amount.denominator)
    if amount.value is None:
        return None
    return Entry(denominator=amount.denominator, value=rounded(amount.value, max(table.measure.decimals, 1)))
