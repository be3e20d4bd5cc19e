"""How a school stands, as far as matching support goes: what it gives in, and how much it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from categorisation.rules.matrix import Row
from schools.strategy import Criterion, Level, Strategy
from schools.words import listed

STRONG = (1, 2)
"""Tones of ratings from which others can learn."""

WEAK = (4, 5)
"""Tones of ratings that ask for support."""


@dataclass(frozen=True)
class Rated:
    """A criterion of the latest agreed matrix, and whether it is weaker than in the one before."""

    label: str
    level: str
    tone: int
    is_weaker: bool = False


@dataclass(frozen=True)
class Standing:
    """One school: its strategy, its levels by axis, its ratings by criterion, and the ladder it is on."""

    strategy: Strategy
    levels: Mapping[str, str]
    ratings: Mapping[str, Rated]
    ladder: str = ""

    @property
    def share(self) -> float:
        """How far down the order of levels it stands: 0 at the strongest, 1 at the weakest; of two axes the weaker."""
        return max((place / (count - 1) for _, place, count in self._places()), default=0.0)

    @property
    def words(self) -> str:
        """“Reinforce (academic) and Sustain (operational)”; blank without a category."""
        several = len(self.strategy.axes) > 1
        return listed(f"{level.label} ({axis.lower()})" if several else level.label for axis, level in self._levels())

    def _levels(self) -> list[tuple[str, Level]]:
        found = []
        for axis in self.strategy.axes:
            for level in self.strategy.axis_levels(axis.key):
                if level.key == self.levels.get(axis.key):
                    found.append((axis.label, level))
        return found

    def _places(self) -> list[tuple[str, int, int]]:
        found = []
        for axis in self.strategy.axes:
            keys = [level.key for level in self.strategy.axis_levels(axis.key)]
            if self.levels.get(axis.key) in keys:
                found.append((axis.key, keys.index(self.levels[axis.key]), len(keys)))
        return found

    def held(self, area: str) -> str:
        """Why nothing is asked of it in this area, to follow its name; blank where something may be.

        An area counts on the axes that its criterion informs; where none is named, every axis does.
        """
        if self.ladder:
            return f"is itself on a ladder ({self.ladder}), and its head has not said that it can give"
        criterion = self.strategy.criterion_by_key.get(area)
        axes = criterion.axes if criterion and criterion.axes else tuple(self.strategy.axis_by_key)
        weak = [
            level.label
            for axis in axes
            if axis in self.strategy.axis_by_key
            for level in self.strategy.axis_levels(axis)
            if level.key == self.levels.get(axis) and not level.gives_support
        ]
        if weak:
            return f"stands at {listed(dict.fromkeys(weak))} itself, where no support is asked of a school"
        return ""


def rated_of(
    strategy: Strategy,
    numbers: Mapping[str, int],
    levels: Sequence[int | None],
    before: Sequence[int | None] = (),
    *,
    phase: str,
) -> dict[str, Rated]:
    """The criteria that are known for certain, from the slots of a matrix and of the one before it."""
    found = {}
    for criterion in strategy.criteria:
        now, then = (_position(strategy, criterion, numbers, each, phase) for each in (levels, before))
        if now is not None:
            level = strategy.levels_of(criterion.kpis[0].scale)[now]
            found[criterion.key] = Rated(criterion.label, level.label, level.tone, then is not None and now > then)
    return found


def _position(
    strategy: Strategy, criterion: Criterion, numbers: Mapping[str, int], levels: Sequence[int | None], phase: str
) -> int | None:
    kpis = tuple(one for one in criterion.kpis if one.key in numbers and (not one.phases or phase in one.phases))
    places = tuple(_slot(levels, numbers[one.key]) for one in kpis)
    keys = tuple(level.key for level in strategy.levels_of(criterion.kpis[0].scale))
    if not any(place is not None for place in places):
        return None
    row = Row(criterion, kpis, tuple(None if one is None else min(one, len(keys) - 1) for one in places), keys)
    return row.best if row.best == row.worst else None


def _slot(levels: Sequence[int | None], number: int) -> int | None:
    level = levels[number] if number < len(levels) else None
    return level - 1 if level else None
