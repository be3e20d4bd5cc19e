"""Where the columns of one kind of file stand in one file, and what each row says besides its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from evidence.rules.published_files import Common, FigureRule, FileKind, common, squeezed
from evidence.rules.published_years import Period, period_of, several_years, year_of_week
from schools.services.register import Refused, values

from .cells import count, figure, measure_of, weight
from .places import BadCell, Find, Place, Row, SetAside, places_of

OTHER_GROUPS = "groups of pupils that are not kept"
OTHER_SCHOOLS = "kinds of school that are not kept"
OTHER_PERIODS = "periods that are not kept"
OTHER_PLACES = "places that are not kept"
OTHER_MEASURES = "measures that are not kept"
OTHER_PARTS = "parts of a total that is kept"
SEVERAL_YEARS = "several years together, or no year"


@dataclass(frozen=True)
class Series:
    """One figure of a row: where its cells stand, and what cleans them."""

    slot: int
    rule: FigureRule
    value: int | None
    part: int | None
    of: int | None
    cells: values.Cleaned
    counts: values.Cleaned
    counted: bool


@dataclass(frozen=True)
class Filters:
    """Where the columns stand that tell apart the rows of one place."""

    phase: tuple[int, ...]
    groups: tuple[int, ...]
    spans: tuple[int, ...]
    only: tuple[tuple[int, frozenset[str]], ...]
    series: int | None
    year: int | None
    week: int | None


@dataclass
class Plan:
    """One file's columns. `fixed` is the period where the rows do not say it."""

    kind: FileKind
    header: Sequence[str]
    fixed: Period | None
    places: tuple[Place, ...]
    series: tuple[Series, ...]
    filters: Filters
    years: set[int] = field(default_factory=set)
    said: Common = field(default_factory=common)
    _periods: dict[tuple[str, ...], tuple[Period, str]] = field(default_factory=dict)

    @property
    def width(self) -> int:
        return len(self.header)

    @cached_property
    def by_name(self) -> Mapping[str, tuple[Series, ...]]:
        """The figures of a long file's rows, by what the rows call them."""
        names = dict.fromkeys(one.rule.series for one in self.series)
        return {squeezed(name): tuple(one for one in self.series if one.rule.series == name) for name in names}

    def series_of(self, row: Row) -> tuple[Series, ...]:
        """Raises SetAside for a measure that is not kept."""
        at = self.filters.series
        if at is None:
            return self.series
        found = self.by_name.get(squeezed(row[at]))
        if found is None:
            raise SetAside(OTHER_MEASURES)
        return found

    def head(self, row: Row) -> str:
        """Place, code, phase, group, year, span and release of a row, for COPY. Raises SetAside or BadCell."""
        place = next((place for place in self.places if place.holds(row)), None)
        if place is None:
            raise SetAside(OTHER_PLACES)
        of_school = place.rule.place == "school"
        if not of_school:
            self.refuse_parts(row)
        phase = "" if of_school else self.phase(place, row)
        group, (period, span) = self.group(row), self.period(row)
        return f"{place.rule.place}\t{place.code(row)}\t{phase}\t{group}\t{period.year}\t{span}\t{period.release}"

    def refuse_parts(self, row: Row) -> None:
        for at, known in self.filters.only:
            if squeezed(row[at]) not in known:
                raise SetAside(OTHER_PARTS)

    def phase(self, place: Place, row: Row) -> str:
        if place.rule.phase:
            return place.rule.phase
        known = place.rule.phases or self.said.phases
        for name in place.rule.phase_columns:
            at = index_of(self.header, (name,))
            if at is not None and row[at].strip():
                return looked_up(known, row[at].strip(), OTHER_SCHOOLS)
        for at in self.filters.phase:
            return looked_up(known, squeezed(row[at]), OTHER_SCHOOLS)
        return ""

    def group(self, row: Row) -> str:
        """The one group a row is of; nothing where the columns of the figures say it."""
        if not self.filters.groups:
            return ""
        found = {looked_up(self.said.groups, squeezed(row[at]), OTHER_GROUPS) for at in self.filters.groups}
        found.discard("all")
        if len(found) > 1:
            raise SetAside(OTHER_GROUPS)
        return found.pop() if found else "all"

    def period(self, row: Row) -> tuple[Period, str]:
        filters = self.filters
        if filters.year is None:
            assert self.fixed is not None
            return self.fixed, self.kind.span or self.span(row)
        key = tuple(row[at] for at in (filters.year, *filters.spans, *([filters.week] if filters.week else [])))
        if key not in self._periods:
            self._periods[key] = self.read_period(row), self.kind.span or self.span(row)
        return self._periods[key]

    def read_period(self, row: Row) -> Period:
        at, week = self.filters.year, self.filters.week
        assert at is not None
        label = row[at].strip()
        if several_years(label):
            raise SetAside(SEVERAL_YEARS)
        if week is not None:
            year = year_of_week(label, row[week])
            period = None if year is None else Period(year)
        else:
            period = period_of(label)
        if period is None:
            raise BadCell(at, f"“{label[:20]}” is not an academic year")
        release = period.release or (self.fixed.release if self.fixed else "")
        self.years.add(period.year)
        return Period(period.year, release)

    def span(self, row: Row) -> str:
        for at in self.filters.spans:
            found = looked_up(self.said.spans, squeezed(row[at]), OTHER_PERIODS)
            if found != "year":
                return found
        return "year"


def looked_up(known: Mapping[str, str], name: str, otherwise: str) -> str:
    """Raises SetAside for what is not known."""
    found = known.get(name)
    if found is None:
        raise SetAside(otherwise)
    return found


def index_of(header: Sequence[str], names: tuple[str, ...]) -> int | None:
    """Where the first of these columns that the file has stands. Raises Refused where it stands twice."""
    for name in names:
        plain = squeezed(name)
        if plain in header:
            if header.count(plain) > 1:
                raise Refused(f"The column “{name}” stands in the header more than once.")
            return header.index(plain)
    return None


def plan_of(kind: FileKind, header: Sequence[str], fixed: Callable[[], Period], release: str) -> Plan:
    """Find a kind's columns in a header. `fixed` is asked for the year where the rows do not say it."""
    plain = [squeezed(name) for name in header]

    def find(names: tuple[str, ...]) -> int | None:
        return index_of(plain, names)

    filters = filters_of(kind, find)
    period = fixed() if filters.year is None else Period(0, release)
    plan = Plan(kind, plain, period, places_of(kind, find), tuple(series_of(kind, find)), filters)
    if filters.year is None:
        plan.years.add(period.year)
    return plan


def says_year(kind: FileKind, header: Sequence[str]) -> bool:
    """Whether the rows say of which academic year they are."""
    return index_of([squeezed(name) for name in header], kind.year_columns) is not None


def filters_of(kind: FileKind, find: Find) -> Filters:
    def all_of(names: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(at for at in (find((name,)) for name in names) if at is not None)

    only = [(find((name,)), frozenset(map(squeezed, known))) for name, known in kind.only.items()]
    return Filters(
        phase=all_of(kind.phase_columns),
        groups=all_of(kind.group_columns),
        spans=all_of(kind.span_columns),
        only=tuple((at, known) for at, known in only if at is not None),
        series=find(kind.series_columns),
        year=find(kind.year_columns),
        week=find(kind.week_columns),
    )


def series_of(kind: FileKind, find: Find) -> list[Series]:
    """The figures that the file has columns for: a published value, or a part and the whole to work it out from."""
    codes = {**common().codes, **kind.codes}
    counts = values.Cleaned(weight(codes) if kind.weighted else count(codes, estimated=kind.estimated))
    cleaners: dict[tuple[str, bool, float | None], values.Cleaned] = {}
    found: dict[tuple[str, ...], Series] = {}
    for rule in kind.figures:
        at, part, of = find(rule.value), find(rule.part), find(rule.of)
        key = (rule.measure, rule.group, rule.phase, rule.series)
        if key in found or (at is None and (part is None or of is None)):
            continue
        made = (rule.measure, rule.hundred_less, rule.most)
        if made not in cleaners:
            clean = figure(measure_of(rule.measure), codes, hundred_less=rule.hundred_less, most=rule.most)
            cleaners[made] = values.Cleaned(clean)
        found[key] = Series(len(found), rule, at, part, of, cleaners[made], counts, part is not None or of is not None)
    return list(found.values())
