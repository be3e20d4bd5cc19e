"""The four kinds of rule, and the limits on their result: from the criteria's positions to one position of the axis.

Every function here is monotone: no criterion's stronger position ever gives a weaker result. `moves` relies on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import cast

from schools.strategy import Rule
from schools.strategy.categories import Cap, JudgementTable, WeightedScore

from .matrix import End, Row, weighted_median


@dataclass(frozen=True)
class Judgement:
    """One axis's rule over one school's rows. Positions are 0 for the strongest level."""

    rule: Rule
    levels: tuple[str, ...]  # of the axis
    rows: tuple[Row, ...]
    facts: frozenset[str]

    def now(self, end: End) -> tuple[int, ...]:
        """The rows' positions at one end of the range."""
        return tuple(row.at(end) for row in self.rows)

    def result(self, positions: Sequence[int], end: End = "worst") -> int:
        """The axis's position for these positions of the rows: the rule's answer, then the limits."""
        return max(self.uncapped(positions, end), *(self.limit(cap, positions) for cap in self.rule.caps), 0)

    def uncapped(self, positions: Sequence[int], end: End) -> int:
        """The rule's own answer. With nothing to go on, the end of the scale."""
        votes = [(place, row) for place, row in enumerate(self.rows) if row.informs]
        if not votes:
            return 0 if end == "best" else len(self.levels) - 1
        if self.rule.kind == "weighted_score":
            return self._band(self._mean([(positions[place], row) for place, row in votes]))
        pointed = [self.points_to(row, positions[place], end) for place, row in votes]
        if self.rule.kind == "worst_column":
            return max(pointed)
        return weighted_median(pointed, [row.criterion.weight for _, row in votes])

    def points_to(self, row: Row, position: int, end: End) -> int:
        """The axis position that one criterion alone would give."""
        if self.rule.kind == "table":
            return self._spans[row.criterion.key][position][end == "worst"]
        if self.rule.kind == "weighted_score":
            return self._band(self._mean([(position, row)]))
        return position

    def limit(self, cap: Cap, positions: Sequence[int]) -> int:
        """The strongest position this cap allows; 0, the strongest of all, when its cause is not true."""
        return self.levels.index(cap.no_better_than) if self._is_caused(cap, positions) else 0

    def _is_caused(self, cap: Cap, positions: Sequence[int]) -> bool:
        if cap.fact is not None:
            return cap.fact in self.facts
        return any(
            row.criterion.key == cap.criterion and position >= row.levels.index(cap.at_or_below or "")
            for row, position in zip(self.rows, positions, strict=True)
        )

    @cached_property
    def _spans(self) -> dict[str, list[tuple[int, int]]]:
        """For each criterion and position: the strongest and the weakest axis level whose row allows it."""
        return {row.criterion.key: [self._span(row, level) for level in row.levels] for row in self.rows if row.informs}

    def _span(self, row: Row, level: str) -> tuple[int, int]:
        table = cast(JudgementTable, self.rule).rows
        allowed = [n for n, one in enumerate(table) if level in one.allows[row.criterion.key]]
        return allowed[0], allowed[-1]

    def _mean(self, votes: Sequence[tuple[int, Row]]) -> Fraction:
        """Weighted mean of the criteria, each from 0 (strongest) to 1 (weakest of its scale)."""
        total = sum(row.criterion.weight for _, row in votes)
        parts = (Fraction(at * row.criterion.weight, (len(row.levels) - 1) * total) for at, row in votes)
        return sum(parts, start=Fraction(0))

    def _band(self, mean: Fraction) -> int:
        """The first band the mean lies in; `up_to` itself belongs to the band. Exact, so that 0.3 means 3/10."""
        return next(n for n, up_to in enumerate(self._up_to) if mean <= up_to)

    @cached_property
    def _up_to(self) -> list[Fraction]:
        return [Fraction(str(band.up_to)) for band in cast(WeightedScore, self.rule).bands]
