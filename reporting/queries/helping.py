"""Who could help the schools to look at early: the offers there are, ranked for what is weak. No optimiser is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Exists, OuterRef, QuerySet

from plans.models import Concern
from plans.queries.giving import HalfToMatch, givers, offers
from plans.queries.matching import labels_of
from plans.queries.standings import places_of, with_places
from plans.rules.exchange import Need, Problem
from plans.rules.exchange_words import who_could
from plans.rules.standing import WEAK, Rated, Standing
from reporting.queries.early import Early
from reporting.queries.overview import Overview, SchoolLine
from schools.models import School
from schools.strategy import Strategy

MOST_NEEDS = 3
"""Criteria of one school for which somebody is looked for: those that became weaker or are rated weakest."""


def with_standing(schools: QuerySet[School]) -> QuerySet[School]:
    """The same schools, each with where it is and whether it is on a ladder, for `helpers`. No query more."""
    open_ones = Concern.objects.filter(school=OuterRef("pk"), state=Concern.State.OPEN)
    return with_places(schools).annotate(on_ladder=Exists(open_ones))


def helpers(seen: Overview, listed: Iterable[Early]) -> dict[int, tuple[str, ...]]:
    """By school of an overview of `with_standing`, a sentence for each who could help best. One query."""
    when = _half(seen)
    if when is None:
        return {}
    on_ladder = {one.pk: "of the strategy" for one in seen.schools if one.on_ladder}  # type: ignore[attr-defined]
    standings = {
        line.school_id: _standing(line, sheet.strategy, on_ladder.get(line.school_id, ""))
        for sheet in seen.sheets
        for line in sheet.lines
    }
    where = places_of(seen.schools)
    found = givers(offers(when), when, standings, where, labels_of(seen.followed.versions))
    problem = Problem(tuple(found))
    told = {}
    for one in listed:
        needs = [
            Need(
                key=key, school=one.line.school_id, name=one.line.name, what=label, days=1, area=key, area_label=label,
                place=where.get(one.line.school_id), minutes_per_km=one.strategy.exchange.minutes_per_km,
                setting_out=one.strategy.exchange.setting_out,
            )
            for key, label in _weak(one.line, one.strategy)
        ]  # fmt: skip
        told[one.line.school_id] = who_could(problem, needs)
    return told


def _half(seen: Overview) -> HalfToMatch | None:
    """The half term of today or the next, with its term."""
    trusts = [one for one in seen.calendar.periods if one.school_id is None]
    half = next(
        (one for one in sorted(trusts, key=lambda each: each.starts_on) if one.half and one.ends_on >= seen.today), None
    )
    if half is None:
        return None
    term = next((one for one in trusts if not one.half and (one.year, one.season) == (half.year, half.season)), half)
    return HalfToMatch(half.label, (half.starts_on, half.ends_on), (term.starts_on, term.ends_on))


def _standing(line: SchoolLine, strategy: Strategy, ladder: str) -> Standing:
    levels = {one.axis: one.level for one in line.categories if one.level}
    ratings = {
        cell.key: Rated(cell.label, cell.word, cell.step, cell.travel == "down") for cell in line.cells if cell.step
    }
    return Standing(strategy, levels, ratings, ladder)


def _weak(line: SchoolLine, strategy: Strategy) -> Iterator[tuple[str, str]]:
    """What is rated weak or became weaker, the weakest first."""
    cells = [one for one in line.cells if one.step and (one.step in WEAK or one.travel == "down")]
    for cell in sorted(cells, key=lambda one: (-one.step, one.travel != "down"))[:MOST_NEEDS]:
        yield cell.key, strategy.criterion_by_key[cell.key].label
