"""What schools are compared with: England, the region, the local authority, similar schools, and the trust's own.

Three statements whatever is asked: the schools' local authorities, official figures, benchmarks entered by hand. A
figure is only set beside one of the same span: a term is never compared with a year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from evidence.models import Benchmark, PublishedFigure
from evidence.rules.published_files import local_authorities, region_names
from schools.models import Establishment, School
from schools.strategy.measures import Measure, PupilGroup

from .besides import ENGLAND, PHASES

Place = PublishedFigure.Place
AGAINST = {Place.ENGLAND: "national", Place.REGION: "region", Place.LA: "local", Place.SIMILAR: "similar"}
YEARS = 5
"""A benchmark older than this is no longer one."""
Key = tuple[str, str, str]
"""What it is set against and its code, the measure, the group."""


@dataclass(frozen=True)
class Compared:
    """One figure to compare with. Of similar schools `phase` says which of a hundred, `schools` how many they are."""

    against: str  # national, region, local or similar
    place: str
    phase: str
    measure: str
    group: str
    year: int
    span: str
    value: Decimal | None
    status: str
    said: str
    release: str
    source: str
    as_at: date | None
    by_hand: bool = False
    schools: int | None = None


class Benchmarks:
    """Every benchmark of what was asked for, read once."""

    def __init__(
        self, found: Mapping[Key, Sequence[Compared]], areas: Mapping[str, tuple[str, str]],
        measures: Mapping[str, Measure], groups: Mapping[str, PupilGroup],
    ) -> None:  # fmt: skip
        self._found, self._areas, self._measures, self._groups = found, areas, measures, groups

    def why_none(self, measure: str) -> str:
        """The sentence that says why a measure has no agreed benchmark (S4-08), or nothing."""
        return self._measures[measure].benchmark

    def of(self, school: School, measure: str, group: str = "all", *, span: str = "") -> tuple[Compared, ...]:
        """The most fitting figure against each, of one span or of every; the trust's own before an official one."""
        if self.why_none(measure):
            return ()
        authority, region = self._areas.get(school.urn, ("", ""))
        codes = {"national": (ENGLAND,), "region": (region,), "local": (authority,), "similar": (school.urn, "")}
        return tuple(
            one
            for against, places in codes.items()
            for one in self._fitting(against, (*places, f"by hand {against}"), school, (measure, group), span)
        )

    def _fitting(
        self, against: str, codes: Iterable[str], school: School, asked: tuple[str, str], span: str
    ) -> Iterator[Compared]:
        """One a span; of similar schools one for each place in their order."""
        measure, group = asked
        rows = [
            one
            for code in codes
            if code
            for form in dict.fromkeys((group, self._groups[group].official))
            for one in self._found.get((f"{against} {code}", measure, form), ())
            if fits(one, school) and (not span or one.span == span)
        ]
        kept: dict[tuple[str, str], Compared] = {}
        for one in sorted(rows, key=lambda one: (not one.by_hand, not one.phase, -one.year)):
            kept.setdefault((one.span, one.phase if against == "similar" else ""), one)
        yield from kept.values()


def fits(one: Compared, school: School) -> bool:
    """Whether a benchmark counts schools of the school's phase, and is of its own place."""
    if one.by_hand and one.against == "local" and one.place not in ("", school.la_name):
        return False
    known = {"", school.phase, PHASES.get(school.phase, school.phase)}
    return (one.against == "similar" and not one.by_hand) or one.phase in known


def benchmarks_of(
    measures: Mapping[str, Measure], groups: Mapping[str, PupilGroup], *, schools: Sequence[School], on: date
) -> Benchmarks:
    """The newest figures known by the day `on`. Three statements."""
    areas = areas_of(schools)
    found: dict[Key, list[Compared]] = defaultdict(list)
    keys = [key for key, measure in measures.items() if not measure.benchmark]
    names = {form for key, group in groups.items() for form in (key, group.official)}
    for row in published(keys, names, {code for pair in areas.values() for code in pair}, schools, on=on):
        found[f"{AGAINST[Place(row.place)]} {row.code}", row.measure, row.group].append(from_file(row))
    for entered in Benchmark.objects.filter(measure__in=keys, group__in=names, year__gt=on.year - YEARS):
        key = f"{entered.against} by hand {entered.against}", entered.measure, entered.group
        found[key].append(by_hand(entered))
    return Benchmarks(found, areas, measures, groups)


def areas_of(schools: Sequence[School]) -> dict[str, tuple[str, str]]:
    """Local authority and region of each school, by URN: from the register, else by the authority's name."""
    known = local_authorities()
    named = {la.name.casefold(): la.code for la in known.values()}
    urns = [school.urn for school in schools]
    codes = dict(Establishment.objects.filter(urn__in=urns).exclude(la_code="").values_list("urn", "la_code"))
    found = {}
    for school in schools:
        code = codes.get(school.urn) or named.get(school.la_name.casefold(), "")
        found[school.urn] = (code, known[code].region if code in known else "")
    return found


def published(
    measures: Collection[str], groups: Collection[str], areas: Collection[str], schools: Sequence[School], *, on: date
) -> Iterable[PublishedFigure]:
    """The newest figure of each place, measure, group, span and phase."""
    here = Q(place__in=(Place.ENGLAND, Place.REGION, Place.LA), code__in={ENGLAND, *areas} - {""})
    similar = Q(place=Place.SIMILAR, code__in=[school.urn for school in schools])
    apart = ("place", "code", "measure", "group", "span", "phase")
    rows = PublishedFigure.objects.filter(here | similar, measure__in=measures, group__in=groups)
    rows = rows.filter(year__gt=on.year - YEARS, as_at__lte=on)
    return rows.order_by(*apart, "-year").distinct(*apart)


def from_file(row: PublishedFigure) -> Compared:
    return Compared(
        against=AGAINST[Place(row.place)], place=place_words(row), phase=row.phase, measure=row.measure,
        group=row.group, year=row.year, span=row.span, value=row.value, status=row.status, said=row.said,
        release=row.release, source=row.source, as_at=row.as_at,
        schools=row.denominator if row.place == Place.SIMILAR else None,
    )  # fmt: skip


def place_words(row: PublishedFigure) -> str:
    """“England”, “South East”, “Surrey”, “Similar schools”."""
    if row.place == Place.LA:
        return local_authorities()[row.code].name if row.code in local_authorities() else f"Local authority {row.code}"
    return region_names().get(row.code, "Region") if row.place == Place.REGION else Place(row.place).label


def by_hand(row: Benchmark) -> Compared:
    return Compared(
        against=row.against, place=row.place or row.get_against_display(), phase=row.phase, measure=row.measure,
        group=row.group, year=row.year, span=row.span, value=row.value, status="number", said="",
        release=row.release, source=row.source, as_at=None, by_hand=True,
    )  # fmt: skip
