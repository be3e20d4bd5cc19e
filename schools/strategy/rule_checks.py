"""Cross-checks of a strategy's rules: every level can be reached, and nothing weaker gives something stronger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from .categories import Cap, Criterion, JudgementTable, Rule, WeightedScore

if TYPE_CHECKING:
    from .document import Strategy


def unknown(path: str, key: str | None, known: Iterable[str]) -> Iterator[str]:
    """A sentence when `key` names something that is not there."""
    known = list(known)
    if key is not None and key not in known:
        yield f"{path}: “{key}” is not there; expected one of {', '.join(known) or 'none, as none are defined'}"


def level_keys(strategy: Strategy, scale: str) -> list[str]:
    """The scale's levels, strongest first; none for an unknown scale."""
    return [level.key for one in strategy.scales if one.key == scale for level in one.levels]


def rule_faults(strategy: Strategy) -> Iterator[str]:
    """Every broken promise of the rules."""
    axis_scale = {axis.key: axis.scale for axis in strategy.axes}
    for number, rule in enumerate(strategy.rules):
        path = f"rules.{number}"
        if rule.axis not in axis_scale:
            yield from unknown(f"{path}.axis", rule.axis, axis_scale)
            continue
        yield from _one_rule(strategy, path, rule, level_keys(strategy, axis_scale[rule.axis]))


def _one_rule(strategy: Strategy, path: str, rule: Rule, levels: list[str]) -> Iterator[str]:
    informing = [criterion for criterion in strategy.criteria if rule.axis in criterion.axes]
    if not informing:
        yield f"{path}: no criterion names the axis “{rule.axis}” in its axes"
    for key in rule.minimum.criteria:
        yield from unknown(f"{path}.minimum.criteria", key, [criterion.key for criterion in strategy.criteria])
    for cap in rule.caps:
        yield from _cap_faults(strategy, f"{path}.caps", cap, levels)
    match rule:
        case JudgementTable():
            yield from _table_faults(strategy, path, rule, levels, informing)
        case WeightedScore():
            yield from _band_faults(path, rule, levels)
        case _:
            yield from _length_faults(strategy, rule, levels, informing)


def _cap_faults(strategy: Strategy, path: str, cap: Cap, levels: list[str]) -> Iterator[str]:
    criteria = {criterion.key: criterion for criterion in strategy.criteria}
    yield from unknown(f"{path}.no_better_than", cap.no_better_than, levels)
    yield from unknown(f"{path}.fact", cap.fact, [fact.key for fact in strategy.facts])
    yield from unknown(f"{path}.criterion", cap.criterion, criteria)
    if cap.criterion in criteria:
        scale = criteria[cap.criterion].kpis[0].scale
        yield from unknown(f"{path}.at_or_below", cap.at_or_below, level_keys(strategy, scale))


def _band_faults(path: str, rule: WeightedScore, levels: list[str]) -> Iterator[str]:
    if [band.level for band in rule.bands] != levels or rule.bands[-1].up_to < 1:
        yield f"{path}.bands: expected one band for each level, strongest first, the last up to 1"
    elif any(one.up_to >= after.up_to for one, after in pairwise(rule.bands)):
        yield f"{path}.bands: each up_to must be above the one before, so that every level can be reached"


def _length_faults(strategy: Strategy, rule: Rule, levels: list[str], informing: Sequence[Criterion]) -> Iterator[str]:
    for criterion in informing:
        if len(level_keys(strategy, criterion.kpis[0].scale)) != len(levels):
            yield (
                f"criteria.{criterion.key}: its scale has another number of levels than the axis "
                f"“{rule.axis}”, which the rule “{rule.kind}” compares level for level"
            )


def _table_faults(
    strategy: Strategy, path: str, rule: JudgementTable, levels: list[str], informing: Sequence[Criterion]
) -> Iterator[str]:
    if [row.level for row in rule.rows] != levels:
        yield f"{path}.rows: expected one row for each level, strongest first: {', '.join(levels)}"
        return
    for criterion in informing:
        values = level_keys(strategy, criterion.kpis[0].scale)
        allowed = [row.allows.get(criterion.key, ()) for row in rule.rows]
        for row, cell in zip(rule.rows, allowed, strict=True):
            at = f"{path}.rows.{row.level}.{criterion.key}"
            if not cell:
                yield f"{at}: expected at least one of {', '.join(values)}"
            for value in cell:
                yield from unknown(at, value, values)
        yield from _column_faults(path, criterion.key, values, allowed)


def _column_faults(path: str, key: str, values: list[str], allowed: Sequence[Sequence[str]]) -> Iterator[str]:
    """Each value is allowed by rows next to each other, and a weaker value never by a stronger one."""
    spans = [[place for place, cell in enumerate(allowed) if value in cell] for value in values]
    for value, span in zip(values, spans, strict=True):
        if not span:
            yield f"{path}.rows: no row allows {key} = “{value}”"
        elif span != list(range(span[0], span[-1] + 1)):
            yield f"{path}.rows: the rows that allow {key} = “{value}” must be next to each other"
    ends = [(span[0], span[-1]) for span in spans if span]
    if any(one[0] > after[0] or one[1] > after[1] for one, after in pairwise(ends)):
        yield f"{path}.rows: a weaker value of {key} would allow a stronger level"
