"""Invented audits and checks, each of the day and with the outcome that the story's rating would suggest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from categorisation.models import Rating
from evidence.models import Source
from evidence.queries.sources import CHECK, dated_kpis
from reporting.management.demo.calendar import working_day
from reporting.management.demo.ratings import Matrix
from reporting.management.demo.story import chance
from schools.models import Membership
from schools.strategy import Kpi, Strategy

A_MONTH = timedelta(days=30)
WHO = "Trust improvement team"


def write_checks(matrices: Iterable[Matrix], strategy: Strategy, *, by: Membership, today: date) -> None:
    """One of each dated indicator, for the latest agreed matrix of each school."""
    latest = {matrix.sitting.school.pk: matrix for matrix in matrices if matrix.assessment.agreed_at}
    Source.objects.bulk_create(
        source for matrix in latest.values() for source in _checks(matrix, strategy, by=by, today=today)
    )


def _checks(matrix: Matrix, strategy: Strategy, *, by: Membership, today: date) -> Iterator[Source]:
    known = {kpi.key: kpi for kpi in dated_kpis(strategy, matrix.sitting.plan.phase)}
    for rating in matrix.ratings:
        kpi = known.get(rating.kpi.key)
        if kpi is not None and rating.counts_as:
            yield _check(rating, kpi, strategy, by=by, today=today)


def _check(rating: Rating, kpi: Kpi, strategy: Strategy, *, by: Membership, today: date) -> Source:
    levels = [level.key for level in strategy.levels_of(kpi.scale)]
    level = levels[(rating.counts_as or 1) - 1]
    first = kpi.outcomes[0].key if kpi.outcomes else ""
    outcome = next((one.key for one in kpi.outcomes if (one.no_better_than or levels[0]) == level), first)
    youngest = kpi.ages[0].months if kpi.ages else 6
    months = 1 + int(chance(rating.school_id, kpi.key, "check") * max(youngest - 2, 1))
    return Source(
        school=rating.school, kind=CHECK, area=kpi.key, judgement=outcome,
        label=kpi.label, on=working_day(today - months * A_MONTH), who=WHO, author=by, route="checks",
    )  # fmt: skip
