"""The part of a school's risk matrix that one axis rests on: a row for each criterion, ready to be combined.

A KPI's position is its level's place in its scale, 0 strongest; a number in a label never counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from schools.strategy import Criterion, Kpi, Strategy

from .evidence import Evidence

End = Literal["best", "worst"]
"""Which end of the range: every unknown at its best, or at its worst."""


def weighted_median(positions: Sequence[int], weights: Sequence[int]) -> int:
    """The position that more than half of the weight is at or stronger than; so a tie goes to the weaker."""
    half, reached = sum(weights) / 2, 0
    for position, weight in sorted(zip(positions, weights, strict=True)):
        reached += weight
        if reached > half:
            return position
    raise ValueError("no median of nothing")


@dataclass(frozen=True)
class Row:
    """One criterion with the KPIs this school is asked. `positions` has None for an unknown."""

    criterion: Criterion
    kpis: tuple[Kpi, ...]
    positions: tuple[int | None, ...]
    levels: tuple[str, ...]
    informs: bool = True  # False: the criterion may limit the axis or must be known, and no more

    @cached_property
    def weights(self) -> tuple[int, ...]:
        return tuple(kpi.weight for kpi in self.kpis)

    @cached_property
    def known(self) -> int:
        return sum(position is not None for position in self.positions)

    @cached_property
    def best(self) -> int:
        return self.position(self.filled("best"))

    @cached_property
    def worst(self) -> int:
        return self.position(self.filled("worst"))

    def at(self, end: End) -> int:
        """The criterion's position at one end of its range."""
        return self.best if end == "best" else self.worst

    def filled(self, end: End) -> tuple[int, ...]:
        """The KPIs' positions with every unknown at its best or its worst."""
        unknown = 0 if end == "best" else len(self.levels) - 1
        return tuple(unknown if position is None else position for position in self.positions)

    def position(self, positions: Sequence[int]) -> int:
        """The criterion's position from its KPIs': the weakest, or the weighted median."""
        if self.criterion.combine == "worst":
            return max(positions)
        return weighted_median(positions, self.weights)


def row_of(
    strategy: Strategy, criterion: Criterion, evidence: Mapping[str, Evidence], *, phase: str, informs: bool = True
) -> Row | None:
    """The criterion's row for a school of this phase of education; None when it is asked nothing of it."""
    kpis = tuple(kpi for kpi in criterion.kpis if _asked(strategy, kpi, evidence, phase=phase))
    if not kpis:
        return None
    levels = tuple(level.key for level in strategy.levels_of(kpis[0].scale))
    return Row(criterion, kpis, tuple(_position(kpi, levels, evidence) for kpi in kpis), levels, informs)


def rows_of(strategy: Strategy, axis: str, evidence: Mapping[str, Evidence], *, phase: str) -> tuple[Row, ...]:
    """Every criterion that informs the axis, may limit it or must be known for it, in the order of the strategy."""
    rule = strategy.rule_by_axis[axis]
    besides = {*(cap.criterion for cap in rule.caps), *rule.minimum.criteria}
    found = (
        row_of(strategy, criterion, evidence, phase=phase, informs=axis in criterion.axes)
        for criterion in strategy.criteria
        if axis in criterion.axes or criterion.key in besides
    )
    return tuple(row for row in found if row)


def criterion_range(
    strategy: Strategy, criterion: str, evidence: Mapping[str, Evidence], *, phase: str
) -> tuple[str, str] | None:
    """(best, worst) level keys with every unknown KPI at its best and at its worst; None when nothing is asked."""
    row = row_of(strategy, strategy.criterion_by_key[criterion], evidence, phase=phase)
    return (row.levels[row.best], row.levels[row.worst]) if row else None


def criterion_level(strategy: Strategy, criterion: str, evidence: Mapping[str, Evidence], *, phase: str) -> str | None:
    """The criterion's level key; None while what is unknown could still change it."""
    ends = criterion_range(strategy, criterion, evidence, phase=phase)
    return ends[0] if ends and ends[0] == ends[1] else None


def _asked(strategy: Strategy, kpi: Kpi, evidence: Mapping[str, Evidence], *, phase: str) -> bool:
    return strategy.asks(kpi, phase) and (kpi.key not in evidence or evidence[kpi.key].applies)


def _position(kpi: Kpi, levels: tuple[str, ...], evidence: Mapping[str, Evidence]) -> int | None:
    level = evidence[kpi.key].level if kpi.key in evidence else None
    if level is not None and level not in levels:
        raise ValueError(f"“{kpi.key}” has no level “{level}”; expected one of {', '.join(levels)}")
    return None if level is None else levels.index(level)
