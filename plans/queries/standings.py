"""How schools stand: categories, latest agreed ratings, ladders; and where. The same queries for any number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from categorisation.models import Assessment
from plans.models import Concern
from plans.rules.standing import Standing, rated_of
from plans.rules.travel import Place
from reviews.rules.owed import Placed, levels_on
from schools.models import Establishment, School
from schools.queries import Followed, kpi_numbers

LATEST = 2


def standings(
    schools: Iterable[School], followed: Followed, placed: Mapping[int, Sequence[Placed]], *, today: date
) -> dict[int, Standing]:
    """Each school that follows a strategy. Three queries beside what is followed and where schools were placed."""
    schools = list(schools)
    ladders, numbers = _ladders(schools), kpi_numbers()
    matrices = _matrices(schools)
    found = {}
    for school in schools:
        version = followed.by(school, today)
        if version is None:
            continue
        rows = matrices.get(school.pk, [])
        read_with = followed.by_pk[rows[0][0]].strategy if rows else version.strategy
        earlier = rows[1][1] if len(rows) > 1 and rows[1][0] == rows[0][0] else ()
        ratings = rated_of(read_with, numbers, rows[0][1], earlier, phase=school.phase) if rows else {}
        levels = levels_on(placed.get(school.pk, []), today)
        found[school.pk] = Standing(version.strategy, levels, ratings, ladders.get(school.pk, ""))
    return found


def _matrices(schools: list[School]) -> dict[int, list[tuple[int, list[int | None]]]]:
    """By school its latest agreed matrix and the one before: the version it is written in, and its slots."""
    order = [F("period__starts_on").desc(), F("period__half").desc()]
    rows = Assessment.objects.agreed().filter(school__in=[one.pk for one in schools])
    rows = rows.annotate(place=Window(RowNumber(), partition_by=[F("school_id")], order_by=order))
    found: dict[int, list[tuple[int, list[int | None]]]] = {}
    latest = rows.filter(place__lte=LATEST).order_by("school_id", "place")
    for school, version, levels in latest.values_list("school_id", "strategy_version_id", "levels"):
        found.setdefault(school, []).append((version, levels))
    return found


def _ladders(schools: list[School]) -> dict[int, str]:
    """By school the ladder it is on now, by name."""
    rows = Concern.objects.filter(school__in=[one.pk for one in schools], state=Concern.State.OPEN)
    rows = rows.select_related("strategy_version")
    rows = rows.defer("strategy_version__text", "strategy_version__document")
    return {one.school_id: one.of_ladder.label for one in rows}


def with_places(schools: QuerySet[School]) -> QuerySet[School]:
    """The same schools, each with where it stands: as the trust has corrected it, else as the register has it."""
    register = Establishment.objects.filter(urn=OuterRef("urn"))
    return schools.annotate(
        east=Coalesce("easting", Subquery(register.values("easting")[:1])),
        north=Coalesce("northing", Subquery(register.values("northing")[:1])),
    )


def places_of(schools: Iterable[Any]) -> dict[int, Place]:
    """Where schools of `with_places` stand, those of which it is known. No query."""
    return {one.pk: (one.east, one.north) for one in schools if one.east is not None and one.north is not None}
