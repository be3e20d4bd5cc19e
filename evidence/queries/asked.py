"""Which figures a strategy asks of a school: by its returns, and by the measured KPIs of its matrix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from schools.models import School, StrategyVersion
from schools.strategy import Strategy
from schools.strategy.measures import Measure, PupilGroup

TOPICS = {
    "attendance": "Attendance",
    "behaviour": "Suspensions and exclusions",
    "early_years": "Early years",
    "phonics": "Phonics",
    "multiplication": "Multiplication tables",
    "key_stage_1": "Key stage 1",
    "key_stage_2": "Key stage 2",
    "key_stage_4": "Key stage 4",
    "in_year": "Assessment in the year",
    "personal_development": "Personal development",
    "staff": "Staff",
    "roll": "Roll",
    "views": "Parents’ views",
    "context": "Who the pupils are",
    "money": "Money",
    "other": "Other figures",
}
"""What measures are about, in the order of pages."""


@dataclass(frozen=True)
class TrustAsks:
    """What all strategies that schools follow ask for together; where two name the same, the trust's own counts."""

    measure_by_key: Mapping[str, Measure]
    group_by_key: Mapping[str, PupilGroup]
    figures: Mapping[Measure, tuple[PupilGroup, ...]]
    by_class: frozenset[str]  # measures that are asked by class


def asked_in_trust(versions: Mapping[int | None, StrategyVersion]) -> TrustAsks:
    """What the versions that are followed ask. Empty where none is."""
    in_order = sorted({version.pk: (key is not None, version) for key, version in versions.items()}.values(), key=_own)
    measures: dict[str, Measure] = {}
    groups: dict[str, PupilGroup] = {}
    figures: dict[str, tuple[PupilGroup, ...]] = {}
    by_class: set[str] = set()
    for _, version in in_order:
        strategy = version.strategy
        measures = {**strategy.measure_by_key, **measures}
        groups = {**strategy.group_by_key, **groups}
        for measure, asked in asked_figures(strategy).items():
            known = figures.get(measure.key, ())
            more = tuple(one for one in asked if one.key not in {each.key for each in known})
            figures[measure.key] = (*known, *more)
        by_class |= {ask.measure for point in strategy.returns for ask in point.asks if ask.by_class}
    order = list(TOPICS)
    ranked = sorted(figures, key=lambda key: order.index(measures[key].topic) if measures[key].topic in order else 99)
    return TrustAsks(measures, groups, {measures[key]: figures[key] for key in ranked}, frozenset(by_class))


Asks = Strategy | TrustAsks
"""What says which measures and groups there are."""


def _own(pair: tuple[bool, StrategyVersion]) -> tuple[bool, int]:
    return pair[0], pair[1].pk


def asked_figures(strategy: Strategy, school: School | None = None) -> dict[Measure, tuple[PupilGroup, ...]]:
    """Measures with their groups, by topic and then in the order of the file; of one school, or of any."""
    found: dict[str, dict[str, None]] = {}
    for measure, group in _pairs(strategy, school.phase if school else ""):
        found.setdefault(measure, {})[group] = None
    order = list(TOPICS)
    measures = sorted(
        (strategy.measure_by_key[key] for key in found),
        key=lambda one: order.index(one.topic) if one.topic in order else len(order),
    )
    return {one: tuple(strategy.group_by_key[group] for group in found[one.key]) for one in measures}


def _pairs(strategy: Strategy, phase: str) -> Iterator[tuple[str, str]]:
    for point in strategy.returns:
        for ask in point.asks:
            measure = strategy.measure_by_key[ask.measure]
            if _fits(phase, ask.phases) and _fits(phase, measure.phases):
                yield from ((ask.measure, group) for group in ask.groups)
    for kpi in strategy.kpis():
        if kpi.kind == "measured" and kpi.measure and _fits(phase, kpi.phases):
            yield kpi.measure, kpi.group


def _fits(phase: str, phases: tuple[str, ...]) -> bool:
    return not phase or not phases or phase in phases


def topic_label(topic: str) -> str:
    return TOPICS.get(topic, TOPICS["other"])
