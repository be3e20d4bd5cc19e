"""Cross-checks of the indicators: scales, thresholds in order, ages and outcomes of what is dated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from .categories import Kpi, Threshold
from .rule_checks import level_keys, unknown

if TYPE_CHECKING:
    from .document import Strategy


def kpi_faults(strategy: Strategy) -> Iterator[str]:
    """Every broken promise of the criteria's indicators."""
    scales = [scale.key for scale in strategy.scales]
    for criterion in strategy.criteria:
        for kpi in criterion.kpis:
            path = f"criteria.{criterion.key}.kpis.{kpi.key}"
            yield from unknown(f"{path}.scale", kpi.scale, scales)
            yield from _measured_faults(strategy, path, kpi)
            yield from _threshold_faults(strategy, path, kpi)
            yield from _dated_faults(strategy, path, kpi)


def _measured_faults(strategy: Strategy, path: str, kpi: Kpi) -> Iterator[str]:
    if kpi.kind != "measured":
        if kpi.measure or kpi.thresholds or kpi.comparator or kpi.also:
            yield f"{path}: only a measured indicator has a measure, comparators and thresholds"
        return
    if not kpi.measure:
        yield f"{path}.measure: expected the key of the measure that fills it"
    if kpi.thresholds and not kpi.better:
        yield f"{path}.better: expected high or low, as there are thresholds"
    if kpi.against == "difference" and not kpi.comparator:
        yield f"{path}.comparator: expected one, as the thresholds are on the difference"
    if kpi.also and (not kpi.comparator or kpi.comparator in kpi.also or len({*kpi.also}) < len(kpi.also)):
        yield f"{path}.also: expected further comparators, each once, beside `comparator`"
    yield from unknown(f"{path}.group", kpi.group, strategy.group_by_key)


def _threshold_faults(strategy: Strategy, path: str, kpi: Kpi) -> Iterator[str]:
    at, levels = f"{path}.thresholds", level_keys(strategy, kpi.scale)
    for threshold in kpi.thresholds:
        yield from unknown(at, threshold.level, levels)
        if (threshold.at_least is None) == (threshold.at_most is None):
            yield f"{at}.{threshold.level}: expected exactly one of at_least, at_most"
        elif (threshold.at_least is None) != (kpi.better == "low"):
            expected = "at_most" if kpi.better == "low" else "at_least"
            yield f"{at}.{threshold.level}: expected {expected}, as {kpi.better or 'high'} is better"
    for phases in dict.fromkeys(threshold.phases for threshold in kpi.thresholds):
        yield from _order_faults(at, [one for one in kpi.thresholds if one.phases == phases], levels)
    named = [phase for phases in {one.phases for one in kpi.thresholds} for phase in phases]
    for phase in sorted({phase for phase in named if named.count(phase) > 1}):
        yield f"{at}: {phase} schools have two sets of thresholds; expected one"


def _order_faults(at: str, thresholds: Sequence[Threshold], levels: list[str]) -> Iterator[str]:
    """A weaker level asks for less, so that a better value never suggests a weaker one."""
    places = [levels.index(one.level) for one in thresholds if one.level in levels]
    if any(one >= after for one, after in pairwise(places)):
        yield f"{at}: expected each level once, strongest first"
    least = [one.at_least for one in thresholds if one.at_least is not None]
    most = [one.at_most for one in thresholds if one.at_most is not None]
    if any(one <= after for one, after in pairwise(least)) or any(one >= after for one, after in pairwise(most)):
        yield f"{at}: expected a weaker level to ask for less than the stronger one before it"


def _dated_faults(strategy: Strategy, path: str, kpi: Kpi) -> Iterator[str]:
    levels = level_keys(strategy, kpi.scale)
    if kpi.kind != "dated" and (kpi.ages or kpi.outcomes):
        yield f"{path}: only a dated indicator has ages and outcomes"
    for age in kpi.ages:
        yield from unknown(f"{path}.ages", age.level, levels)
    places = [levels.index(age.level) for age in kpi.ages if age.level in levels]
    if any(one >= after for one, after in pairwise(places)) or any(
        one.months >= after.months for one, after in pairwise(kpi.ages)
    ):
        yield f"{path}.ages: expected the youngest and strongest first, each level once"
    for outcome in kpi.outcomes:
        yield from unknown(f"{path}.outcomes.{outcome.key}.no_better_than", outcome.no_better_than, levels)
    keys = [outcome.key for outcome in kpi.outcomes]
    if len(set(keys)) < len(keys):
        yield f"{path}.outcomes: expected each key once"
