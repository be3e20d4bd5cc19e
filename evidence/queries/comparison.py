"""One measure of all schools, beside England and over the years. A fixed number of queries, however many schools."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from evidence.queries.asked import Asks
from evidence.queries.benchmarks import Compared, benchmarks_of
from evidence.queries.values import Values, known_values
from evidence.rules.arithmetic import Amount, value_of
from evidence.rules.comparing import SUMMER, TO_DATE, Beside, Found, Known
from evidence.rules.comparison import (
    About,
    GroupGap,
    Line,
    Together,
    abouts,
    group_gap,
    lines_of,
    together,
    usual_about,
)
from evidence.rules.suppression import possible_sessions
from schools.access import FEWEST_OTHERS
from schools.models import HeadsSee, School
from schools.strategy.measures import Measure, PupilGroup

ALL = "all"


@dataclass(frozen=True)
class Reader:
    """Who looks: for which schools small numbers may be seen, and whether for all."""

    sees: frozenset[int]
    sees_all: bool
    threshold: int


@dataclass(frozen=True)
class Series:
    """One school over the years of one span, oldest first, with England's figures beside it."""

    name: str
    labels: tuple[str, ...]
    ours: tuple[float | None, ...]
    national: tuple[float | None, ...]


@dataclass(frozen=True)
class Comparison:
    """What the page shows."""

    measure: Measure
    group: PupilGroup
    about: About | None
    choices: tuple[About, ...]
    lines: tuple[Line, ...]
    trust: Together | None
    national: Beside | None  # of the phase most of the schools have
    series: tuple[Series, ...]
    gaps: tuple[tuple[PupilGroup, dict[int, GroupGap]], ...]  # by group, then by school
    around: dict[int, tuple[Compared, ...]]  # by school: its region, authority and similar schools


def compare(
    schools: Sequence[School], measure: Measure, group: PupilGroup, groups: Sequence[PupilGroup], *,
    strategy: Asks, today: date, reader: Reader, about: About | None = None,
) -> Comparison:  # fmt: skip
    """Everything known of one measure: of `group` in detail, of `groups` side by side."""
    wanted = list(dict.fromkeys((ALL, group.key, *(one.key for one in groups))))
    values = known_values(
        schools, [(measure.key, one) for one in wanted], on=today, measures=strategy.measure_by_key,
        groups=strategy.group_by_key, against=() if measure.benchmark else ("national",),
    )  # fmt: skip
    found = {school.pk: values.of(school, measure.key, group.key) for school in schools}
    choices = abouts(found.values())
    chosen = about if about in choices else usual_about(list(found.values()))
    if chosen is None:
        return Comparison(measure, group, None, (), (), None, None, (), (), {})
    names = {school.pk: school.known_as for school in schools}
    lines = lines_of(
        measure.kind, names, found, chosen, better=measure.better, decimals=measure.decimals, sees=reader.sees,
        per_pupil=_per_pupil(measure, chosen),
    )  # fmt: skip
    besides = [line.beside for line in lines if line.beside]
    return Comparison(
        measure, group, chosen, tuple(choices), tuple(lines),
        together(
            measure.kind, lines, adds_up=measure.adds_up, sees_all=reader.sees_all,
            awaited=awaited_of(schools, measure, chosen),
        ),
        max(besides, key=besides.count, default=None),
        tuple(_series(measure, line, found[line.school], chosen, reader) for line in lines),
        tuple(
            (one, _gaps(measure, schools, values, one.key, chosen, reader))
            for one in groups
            if one.key != ALL
        ),
        _around(schools, measure, group, chosen, strategy, today),
    )  # fmt: skip


def _per_pupil(measure: Measure, about: About) -> int:
    """How many half days one pupil makes by the end of what is compared; 1 where pupils are counted, 0 where none."""
    if not measure.by_pupil:
        return 0
    return possible_sessions(about[0], _end_of(about)) if measure.sessions else 1


def _end_of(about: About) -> date:
    """About the last day of what is compared."""
    year, span = about
    ends = {"autumn": date(year, 12, 20), "spring": date(year + 1, 4, 1)}
    return next((day for season, day in ends.items() if span.endswith(season)), date(year + 1, 7, 21))


def awaited_of(schools: Sequence[School], measure: Measure, about: About) -> list[int]:
    """The schools that should have a figure: those of its phases that had joined by then."""
    until = _end_of(about)
    return [
        school.pk
        for school in schools
        if school.joined_on <= until and (not measure.phases or school.phase in measure.phases)
    ]


def _around(
    schools: Sequence[School],
    measure: Measure,
    group: PupilGroup,
    about: About,
    strategy: Asks,
    today: date,
) -> dict[int, tuple[Compared, ...]]:
    """What is known of each school's surroundings for the same part of a year, England left out."""
    groups = {key: strategy.group_by_key[key] for key in (ALL, group.key)}
    known = benchmarks_of({measure.key: measure}, groups, schools=schools, on=today)
    if about[1].startswith(TO_DATE) and not about[1].endswith(SUMMER):
        return {}  # official figures of places are of the whole year to date
    span = TO_DATE if about[1].startswith(TO_DATE) else about[1]
    every = {school.pk: known.of(school, measure.key, group.key, span=span) for school in schools}
    return {pk: tuple(one for one in found if one.against != "national") for pk, found in every.items()}


def for_head(found: Comparison, own: frozenset[int], shown: str) -> Comparison:
    """What a head sees: the own schools always, the others by name, without names, or not at all, as the trust says.

    Without names the letters follow the order of this page, so that they mean nothing on another. With few others a
    line, or the sum of all, could still be told apart: then neither is shown.
    """
    if shown == HeadsSee.NAMED:
        return found
    mine = [line for line in found.lines if line.school in own]
    others = [line for line in found.lines if line.school not in own and line.value is not None]
    many = len(others) >= FEWEST_OTHERS
    letters = {line.school: f"School {letter_of(number)}" for number, line in enumerate(others)}
    bare = [
        replace(
            line, school=0, name=letters[line.school], known=_bare(line.known), points=None, bounds=None,
            three_years=None, beside=None, small=False,
        )
        for line in others
    ]  # fmt: skip
    lines = sorted([*mine, *bare], key=found_order(found)) if many and shown == HeadsSee.UNNAMED else mine
    names = {line.name for line in mine}
    return replace(
        found, lines=tuple(lines), trust=found.trust if many else None,
        series=tuple(series for series in found.series if series.name in names),
        gaps=tuple((group, {key: gap for key, gap in by.items() if key in own}) for group, by in found.gaps),
        around={key: around for key, around in found.around.items() if key in own},
    )  # fmt: skip


def _bare(known: Known | None) -> Known | None:
    """A figure whose source and counts tell nothing of whose it is."""
    return replace(known, source="", amount=Amount(value=known.amount.value)) if known else None


def letter_of(number: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    more, last = divmod(number, 26)
    return (letter_of(more - 1) if more else "") + chr(ord("A") + last)


def found_order(found: Comparison) -> Callable[[Line], tuple[bool, Decimal, str]]:
    """Strongest first, those without a figure last."""
    way = -1 if found.measure.better == "high" else 1
    return lambda line: (line.value is None, way * (line.value or Decimal(0)), line.name)


def _gaps(
    measure: Measure, schools: Sequence[School], values: Values, group: str, about: About, reader: Reader
) -> dict[int, GroupGap]:  # fmt: skip
    found = {}
    for school in schools:
        everybody, part = (_at(values.of(school, measure.key, key), about) for key in (ALL, group))
        sees = school.pk in reader.sees
        found[school.pk] = group_gap(measure.kind, everybody, part, sees=sees, threshold=reader.threshold)
    return found


def _at(found: Found, about: About) -> Known | None:
    return next((known for known in found.numbers if known.about == about), None)


def _series(measure: Measure, line: Line, found: Found, about: About, reader: Reader) -> Series:
    """The years of one span: never a term's figure in a line of years."""
    by_year: dict[int, Decimal | None] = {}
    for known in found.numbers:
        if known.about[1] == about[1] and known.year <= about[0]:
            seen = line.school in reader.sees or not known.hidden
            by_year.setdefault(known.year, value_of(measure.kind, known.amount) if seen else None)
    england = {one.year: one.value for one in reversed(found.besides.get("national", ())) if one.about[1] == about[1]}
    years = range(min([*by_year, about[0]]), about[0] + 1)
    return Series(
        line.name,
        tuple(year_label(year) for year in years),
        tuple(_plain(by_year.get(year)) for year in years),
        tuple(_plain(england.get(year)) for year in years),
    )


def year_label(year: int) -> str:
    """“2024/25” in little room: “24/25”."""
    return f"{year % 100:02d}/{(year + 1) % 100:02d}"


def _plain(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
