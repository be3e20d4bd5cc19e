"""The best known figure of a school, and what it may be set beside. A fixed number of queries, however many are asked.

A school's own return and what was published of it (and of its predecessors) stand in one list, the newest first; the
figures of England, the local authority, similar schools, the trust, targets and admission numbers stand beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import F, Q

from evidence.models import Figure, PublishedFigure, State
from evidence.rules.arithmetic import Amount, pooled, value_of
from evidence.rules.comparing import PUBLISHED, RETURN, Beside, Found, Known, in_order, last_day
from evidence.rules.suppression import is_small, possible_sessions
from schools.models import School
from schools.strategy.measures import Measure, PupilGroup

from .besides import ENGLAND, MIDDLE, YEARS, Asked, Besides
from .inspections import GENERATIONS

FEWEST = 3
"""Schools whose figures may be pooled for others to read."""

Key = tuple[str, str, str]
"""A school's URN, a measure, a group."""

OFFICIAL = """
    with recursive schools (urn) as (
        select unnest(%(urns)s::text[])
        union
        select urn::text from schools_school
        where %(whole_trust)s and trust_id = %(trust)s and joined_on <= %(on)s and (left_on is null or left_on > %(on)s)
    ),
    line (urn, earlier, generation) as (
        select urn, urn, 0 from schools
        union
        select line.urn, linked.earlier, line.generation + 1
        from line cross join lateral (
            select linked_urn::text from schools_establishmentlink
            where urn = line.earlier and kind like 'Predecessor%%'
            union all
            select urn::text from schools_establishmentlink
            where linked_urn = line.earlier and kind like 'Successor%%'
        ) as linked (earlier)
        where line.generation < %(generations)s
    ),
    wanted as (
        select * from evidence_publishedfigure
        where measure = any(%(measures)s) and "group" = any(%(groups)s) and year >= %(since)s and as_at <= %(on)s
    )
    select wanted.*, asked.urn as of_school
    from (select distinct urn, earlier from line) as asked
    join wanted on code = asked.earlier and place = 'school'
    union all
    select wanted.*, near.urn from wanted join (
        select '' as urn, 'england' as place, %(england)s as code where %(national)s
        union all
        select urn, 'la', la_code from schools_establishment where %(local)s and urn = any(%(urns)s) and la_code <> ''
        union all
        select urn, 'similar', urn from unnest(%(urns)s::text[]) as asked (urn) where %(similar)s
    ) as near using (place, code)
    where status = 'number' and (place <> 'similar' or phase = %(middle)s)
"""


class Values:
    """What is known, by school, measure and group, of everything that was asked for."""

    def __init__(self, found: Mapping[Key, Found]) -> None:
        self._found = found

    def of(self, school: School, measure: str, group: str = "all") -> Found:
        """Nothing is known of what was not asked for."""
        return self._found.get((school.urn, measure, group), Found())


def known_values(
    schools: Sequence[School],
    asked: Iterable[Asked],
    *,
    on: date,
    measures: Mapping[str, Measure],
    groups: Mapping[str, PupilGroup],
    own: Collection[int] = (),
    against: Collection[str] = (),
) -> Values:
    """Everything known by the day `on` of these measures and groups, with what it is set `against`.

    Agreed returns count for all schools, submitted ones for those in `own` (their pks). Two queries, and one more each
    for hand-made benchmarks and for targets, where they are asked for.
    """
    asked = list(dict.fromkeys(asked))
    if not asked or not schools:
        return Values({})
    besides = Besides(schools, asked, against, on=on, groups=groups)
    whole_trust = "trust" in against
    figures: dict[Key, list[Known]] = defaultdict(list)
    for figure in _returned(schools, asked, on=on, own=own, whole_trust=whole_trust):
        measure = measures[figure.measure]
        if not figure.year_group or figure.year_group in measure.year_groups[:1]:
            of: str = figure.urn  # type: ignore[attr-defined]  # annotated
            figures[of, figure.measure, figure.group].append(_from_return(figure, measure, on))
    official: dict[Asked, list[Asked]] = defaultdict(list)
    for measure_key, group in asked:
        official[measure_key, groups[group].official].append((measure_key, group))
    for row in _official(schools, list(official), besides, on=on, whole_trust=whole_trust):
        urn: str = row.of_school  # type: ignore[attr-defined]  # named in the SQL
        if row.place != PublishedFigure.Place.SCHOOL:
            besides.add(row, urn)
            continue
        for measure_key, group in official.get((row.measure, row.group), ()):
            figures[urn, measure_key, group].append(_from_file(row, urn))
    pooled_of = {each: _of_trust(measures[each[0]], figures, each) if whole_trust else {} for each in asked}
    found = {}
    for school in schools:
        for measure_key, group in asked:
            known = figures.get((school.urn, measure_key, group), [])
            numbers = in_order(one for one in known if one.amount.is_number)
            others = in_order(one for one in known if not one.amount.is_number)
            beside = {
                **besides.of(school, measure_key, group),
                **pooled_of[measure_key, group],
                **_of_itself(against, measures[measure_key].kind, numbers),
            }
            found[school.urn, measure_key, group] = Found(numbers, others, beside)
    return Values(found)


def _returned(
    schools: Sequence[School], asked: Sequence[Asked], *, on: date, own: Collection[int], whole_trust: bool
) -> list[Figure]:
    """Figures of returns: of these schools, or of all that are in the trust."""
    states = Q(part_of__state=State.AGREED) | Q(part_of__state=State.SUBMITTED, school__in=list(own))
    whose = Q(school__in=schools)
    if whole_trust:
        whose |= Q(school__joined_on__lte=on) & (Q(school__left_on=None) | Q(school__left_on__gt=on))
    return list(
        Figure.objects.filter(states, whose, class_name="", part_of__submitted_at__date__lte=on)
        .filter(measure__in={one for one, _ in asked}, group__in={one for _, one in asked}, year__gt=on.year - YEARS)
        .annotate(threshold=F("trust__small_number_threshold"), urn=F("school__urn"))
        .select_related("part_of__period", "part_of__strategy_version")
        .defer("part_of__strategy_version__text", "part_of__strategy_version__document")
        .order_by("pk")
    )


def _from_return(figure: Figure, measure: Measure, on: date) -> Known:
    handed_in = figure.part_of
    amount = Amount(figure.numerator, figure.denominator, figure.value, figure.status)
    point = handed_in.strategy_version.strategy.return_by_key.get(handed_in.point)
    name = point.label if point else "Return"
    period = handed_in.period
    sent = handed_in.submitted_at.date() if handed_in.submitted_at else on
    sessions = possible_sessions(period.year, period.ends_on) if measure.sessions else 0
    threshold: int = figure.threshold  # type: ignore[attr-defined]  # annotated
    small = measure.by_pupil and is_small(measure.kind, amount, threshold, sessions=sessions)
    agreed = handed_in.state == State.AGREED
    return Known(
        amount=amount, year=figure.year, span=figure.span, origin=RETURN, agreed=agreed, hidden=figure.hidden or small,
        until=min(last_day(figure.year, figure.span, known_by=sent), max(period.ends_on, period.starts_on), on),
        source=f"{name}, {period.label[:1].lower()}{period.label[1:]}", as_at=sent,
    )  # fmt: skip


def _official(
    schools: Sequence[School], asked: Sequence[Asked], besides: Besides, *, on: date, whole_trust: bool
) -> Iterator[PublishedFigure]:
    """Official figures of these schools and their predecessors, or of all in the trust, and of places."""
    told = {
        "urns": [school.urn for school in schools], "whole_trust": whole_trust, "trust": schools[0].trust_id, "on": on,
        "generations": GENERATIONS, "measures": list({one for one, _ in asked}),
        "groups": list({one for _, one in asked}), "since": on.year - YEARS, "england": ENGLAND, "middle": MIDDLE,
        **{against: against in besides.against for against in ("national", "local", "similar")},
    }  # fmt: skip
    yield from PublishedFigure.objects.raw(OFFICIAL, told)


def _from_file(row: PublishedFigure, urn: str) -> Known:
    return Known(
        amount=Amount(row.numerator, row.denominator, row.value, row.status), year=row.year, span=row.span,
        until=last_day(row.year, row.span, known_by=row.as_at), origin=PUBLISHED, source=row.source,
        release=row.release, as_at=row.as_at, predecessor="" if row.code == urn else row.code,
    )  # fmt: skip


def _of_trust(measure: Measure, figures: Mapping[Key, Sequence[Known]], asked: Asked) -> dict[str, tuple[Beside, ...]]:
    """All the trust's pupils as if in one school, for each year and span that three schools or more have counts of.

    Of two, each school could take its own away and read the other's. Where a school's is hidden there is no sum at all:
    without that school it would be another trust's.
    """
    by_span: dict[tuple[int, str], dict[str, Known]] = defaultdict(dict)
    for (urn, *what), known in figures.items():
        if tuple(what) == asked:
            for one in reversed(in_order(one for one in known if one.amount.is_number and one.agreed)):
                by_span[one.about][urn] = one
    found = []
    for (year, span), ones in by_span.items():
        if any(one.hidden for one in ones.values()):
            continue
        together = pooled(measure.kind, [one.amount for one in ones.values()], adds_up=measure.adds_up)
        value = value_of(measure.kind, together.amount) if together.amount and together.counted >= FEWEST else None
        if value is not None:
            source = f"{together.counted} schools together"
            found.append(Beside("trust", "The trust", value, year, span, source=source))
    return {"trust": tuple(found)}


def _of_itself(against: Collection[str], kind: str, numbers: Sequence[Known]) -> dict[str, tuple[Beside, ...]]:
    """The school's own figure a year before, and its admission number, which is what a share of it is taken of."""
    found: dict[str, tuple[Beside, ...]] = {}
    if "school" in against:
        found["school"] = tuple(
            Beside("school", "This school a year before", value, one.year + 1, one.about[1], one.release, one.source)
            for one in numbers
            if (value := value_of(kind, one.amount)) is not None
        )
    if "pan" in against:
        found["pan"] = tuple(
            Beside("pan", f"{one.amount.denominator:,} places", Decimal(100), *one.about, source=one.source)
            for one in numbers
            if kind == "percent_of" and one.amount.denominator
        )
    return found
