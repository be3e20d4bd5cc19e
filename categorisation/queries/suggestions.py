"""What figures, dates and inspections suggest for a matrix. As many queries, however many indicators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date

from categorisation.models import Assessment
from categorisation.rules import dated, inspected, measured
from categorisation.rules.dated import Event
from categorisation.rules.entry import asked_of
from categorisation.rules.suggestion import Suggestion
from evidence.models import Source
from evidence.queries.sources import CHECK
from evidence.queries.values import known_values
from schools.models import School
from schools.strategy import Kpi, Strategy
from schools.words import listed

from .facts import published_of


def suggestions_of(
    assessment: Assessment, *, today: date, only: Collection[str] | None = None
) -> dict[str, Suggestion]:
    """By KPI, what is known and suggested of every measured, dated or inspected one asked; `only` some of them.

    At most nine queries; fewer where the strategy compares with less, none where nothing of the kind is asked.
    """
    strategy, school = assessment.strategy_version.strategy, assessment.school
    asked = [kpi for kpi in asked_of(strategy, school.phase) if only is None or kpi.key in only]
    return {
        **_measured(strategy, school, [kpi for kpi in asked if kpi.kind == "measured"], today),
        **_dated(strategy, school, [kpi for kpi in asked if kpi.kind == "dated"], today),
        **_inspected(strategy, school, inspected.suggests_from_inspection(strategy, asked), today),
    }


def _measured(strategy: Strategy, school: School, kpis: list[Kpi], today: date) -> dict[str, Suggestion]:
    values = known_values(
        [school],
        [(kpi.measure, kpi.group) for kpi in kpis],
        on=today,
        measures=strategy.measure_by_key,
        groups=strategy.group_by_key,
        own={school.pk},
        against={one for kpi in kpis for one in (kpi.comparator, *kpi.also) if one},
    )
    return {
        kpi.key: measured.suggest(
            measured.Asks(
                kpi, strategy.measure_by_key[kpi.measure], strategy.levels_of(kpi.scale),
                kpi.thresholds_for(school.phase),
            ),
            values.of(school, kpi.measure, kpi.group),
            today=today,
            from_return=comes_from(strategy, kpi),
        )
        for kpi in kpis
    }  # fmt: skip


def comes_from(strategy: Strategy, kpi: Kpi) -> str:
    """Which return asks for the figure, in a sentence; empty where none does."""
    points = [
        f"{point.label[:1].lower()}{point.label[1:]}"
        for point in strategy.returns
        if any(ask.measure == kpi.measure for ask in point.asks)
    ]
    return f"It comes from your {listed(points, 'or')}." if points else ""


def _dated(strategy: Strategy, school: School, kpis: list[Kpi], today: date) -> dict[str, Suggestion]:
    found = events_of(school, [kpi.key for kpi in kpis]) if kpis else {}
    return {
        kpi.key: dated.suggest(kpi, strategy.levels_of(kpi.scale), found.get(kpi.key, ()), today=today) for kpi in kpis
    }


def _inspected(strategy: Strategy, school: School, kpis: list[Kpi], today: date) -> dict[str, Suggestion]:
    if not kpis:
        return {}
    published = published_of({school.urn: strategy}, on=today)[school.urn]
    found = {
        kpi.key: inspected.suggest(strategy, kpi, published.readings.get(kpi.key), published.inspection, today=today)
        for kpi in kpis
    }
    return {key: one for key, one in found.items() if one is not None}


def events_of(school: School, kpis: Iterable[str]) -> dict[str, list[Event]]:
    """The audits and checks recorded of a school, by KPI. One query."""
    found: dict[str, list[Event]] = defaultdict(list)
    for row in Source.objects.filter(school=school, kind=CHECK, area__in=list(kpis)):
        found[row.area].append(Event(row.on, row.judgement, row.who, row.note))
    return found
