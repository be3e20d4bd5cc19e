"""From one digit a criterion to a level for each of its indicators, moving one step at a time."""

from __future__ import annotations

from collections.abc import Sequence

from reporting.management.demo.story import chance
from schools.strategy import Criterion, Kpi, Strategy

SPREAD = {1: (0,), 2: (0, -1), 3: (0, -1, 1), 4: (0, 0, -1, 1), 5: (0, 0, 0, -1, 1)}
"""How far each indicator stands from its criterion's level. Whatever part of it shows, the middle stays where it is."""

NOT_ASKED, UNKNOWN = "-", 0


class Spread:
    """One school's indicators of one criterion: which of them stand apart from the criterion's level, term by term."""

    def __init__(self, strategy: Strategy, criterion: Criterion, school: str, kpis: Sequence[Kpi]) -> None:
        self.kpis, self.school, self.key = kpis, school, criterion.key
        self.weakest = len(strategy.levels_of(kpis[0].scale))
        self.offsets = self._offsets(criterion)
        self.shown = [chance(school, kpi.key, "shown") < 0.6 for kpi in kpis]
        self.last: str | None = None

    def _offsets(self, criterion: Criterion) -> list[int]:
        size = len(self.kpis)
        if criterion.combine == "worst":
            turn = int(chance(self.school, self.key) * size)
            return [0 if number == turn else -1 for number in range(size)]
        offsets = list(SPREAD[size])
        if len({kpi.weight for kpi in self.kpis}) == 1:
            turn = int(chance(self.school, self.key) * size)
            offsets = offsets[turn:] + offsets[:turn]
        return offsets

    def step(self, digit: str, ago: int) -> dict[str, int]:
        """The levels for one period, 1 the strongest; all unknown for “0”. Call it once a period, oldest first."""
        if digit == self.last:
            for number, kpi in enumerate(self.kpis):
                self.shown[number] ^= chance(self.school, kpi.key, ago) < 0.12
        self.last = digit
        if int(digit) == UNKNOWN:
            return {kpi.key: UNKNOWN for kpi in self.kpis}
        wanted = (int(digit) + offset * shown for offset, shown in zip(self.offsets, self.shown, strict=True))
        return {kpi.key: min(max(level, 1), self.weakest) for kpi, level in zip(self.kpis, wanted, strict=True)}


def spreads(strategy: Strategy, school: str, phase: str) -> list[Spread | None]:
    """One for each criterion in order; None where the school is asked nothing of it."""
    found: list[Spread | None] = []
    for criterion in strategy.criteria:
        kpis = [kpi for kpi in criterion.kpis if strategy.asks(kpi, phase)]
        found.append(Spread(strategy, criterion, school, kpis) if kpis else None)
    return found


def levels_of(rows: Sequence[Spread | None], digits: str, ago: int) -> dict[str, int]:
    """Every indicator's level for one period."""
    if [digit == NOT_ASKED for digit in digits] != [row is None for row in rows]:
        raise ValueError(f"“{digits}” does not fit the criteria this school is asked for")
    levels: dict[str, int] = {}
    for digit, row in zip(digits, rows, strict=True):
        levels |= row.step(digit, ago) if row else {}
    return levels
