"""The smallest sets of rating changes that would move an axis one level up or down.

The answer is the one brute force gives: all sets with the fewest KPIs, each KPI changed no further than it must be,
ordered by the total of steps, then by the order of the strategy; the first five. It is found in two layers, because a
rating acts on the axis only through its criterion:

1. For each criterion and each position it could be brought to, the fewest KPIs that bring it there. Each goes exactly
   to that position: less would not count, more would not be needed. (Medians and maxima only ask who is at a position
   or beyond.)
2. For one, two, then three changes: every choice of criteria and positions whose KPIs add up to that number. The first
   number that works is the smallest. In a smallest set each criterion uses the fewest KPIs for the position it reaches,
   or the set could be made smaller; so nothing is missed.

Rules never worsen when a rating improves. So a choice of criteria is dropped at once when even their strongest
positions do not do it, and a position is kept only if one step less would not do. As steps add up over criteria, the
best five ways for each criterion and position are enough for the best five overall. An unknown KPI counts as at its
weakest, so giving it a rating is a change upwards and never one downwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import combinations, product

from .judgement import Judgement
from .matrix import Row
from .proposal import Change, ChangeSet, Moves

MOST_CHANGES = 3
"""Largest set of changes that is looked for. Longer lists would not be read as advice."""

MOST_SETS = 5
"""Most sets that are given."""


@dataclass(frozen=True, order=True)
class Way:
    """One way to bring a criterion to a position. Ordered as it is offered: smallest total step, then first KPIs."""

    steps: int
    kpis: tuple[int, ...]  # places within the row


def moves(judgement: Judgement, *, up: bool) -> Moves:
    """The smallest sets of changes that take the level at the weaker end at least one level up, or down."""
    goal = judgement.result(judgement.now("worst")) + (-1 if up else 1)
    if not 0 <= goal < len(judgement.levels):
        return Moves()
    search = _Search(judgement, goal, up)
    if not search.reaches(search.furthest):
        return Moves(judgement.levels[goal], possible=False, blocked_by=_facts_in_the_way(judgement, goal, up))
    sets = search.smallest()
    return Moves(judgement.levels[goal], sets, needs_more_than=None if sets else MOST_CHANGES)


def ways(row: Row, to: int, *, up: bool) -> list[Way]:
    """The fewest KPIs that bring the criterion to the position `to`, the best five ways; none if more than three."""
    now = row.filled("worst")
    movable = [place for place, at in enumerate(now) if (at > to if up else at < to)]
    for count in range(1, min(MOST_CHANGES, len(movable)) + 1):
        found = [
            Way(sum(abs(now[place] - to) for place in places), places)
            for places in combinations(movable, count)
            if row.position([to if place in places else at for place, at in enumerate(now)]) == to
        ]
        if found:
            return nsmallest(MOST_SETS, found)
    return []


class _Search:
    """One search: the choices for each row, worked out once."""

    def __init__(self, judgement: Judgement, goal: int, up: bool) -> None:
        self.judgement, self.goal, self.up = judgement, goal, up
        self.now = judgement.now("worst")
        self.furthest = tuple(0 if up else len(row.levels) - 1 for row in judgement.rows)
        self.ways = [self._ways(row) for row in judgement.rows]

    def _ways(self, row: Row) -> dict[int, list[Way]]:
        targets = range(row.worst) if self.up else range(row.worst + 1, len(row.levels))
        found = {to: ways(row, to, up=self.up) for to in targets}
        return {to: some for to, some in found.items() if some}

    def reaches(self, positions: Sequence[int]) -> bool:
        result = self.judgement.result(positions)
        return result <= self.goal if self.up else result >= self.goal

    def smallest(self) -> tuple[ChangeSet, ...]:
        """The sets with the fewest changes, in order; empty when more than three are needed."""
        for count in range(1, MOST_CHANGES + 1):
            best = self._best_by_kpis(count)
            if best:
                return tuple(self._change_set(best[places][1]) for places in self._in_order(best))
        return ()

    def _in_order(self, best: dict) -> list:
        return nsmallest(MOST_SETS, best, key=lambda places: (best[places][0][0], places))

    def _best_by_kpis(self, count: int) -> dict:
        """For each set of KPIs (row, place): its least total of steps with the targets, and the choice of ways."""
        best: dict = {}
        for targets in self._targets(count):
            for some in product(*(self.ways[row][to] for row, to in targets)):
                chosen = tuple((row, to, way) for (row, to), way in zip(targets, some, strict=True))
                places = tuple((row, place) for row, _, way in chosen for place in way.kpis)
                rank = (sum(way.steps for way in some), tuple(to for _, to in targets))
                if places not in best or rank < best[places][0]:
                    best[places] = (rank, chosen)
        return best

    def _targets(self, count: int) -> Iterator[tuple[tuple[int, int], ...]]:
        """Every choice of rows and positions that takes `count` changes, does it, and would not with a step less."""
        movable = [row for row, found in enumerate(self.ways) if found]
        for size in range(1, count + 1):
            for rows in combinations(movable, size):
                if not self.reaches(self._with((row, self._furthest_of(row)) for row in rows)):
                    continue
                for positions in product(*(self.ways[row] for row in rows)):
                    targets = tuple(zip(rows, positions, strict=True))
                    if self._cost(targets) == count and self._is_tight(targets):
                        yield targets

    def _furthest_of(self, row: int) -> int:
        return min(self.ways[row]) if self.up else max(self.ways[row])

    def _cost(self, targets: Sequence[tuple[int, int]]) -> int:
        return sum(len(self.ways[row][to][0].kpis) for row, to in targets)

    def _is_tight(self, targets: Sequence[tuple[int, int]]) -> bool:
        step = 1 if self.up else -1
        return self.reaches(self._with(targets)) and not any(
            self.reaches(self._with((*targets, (row, to + step)))) for row, to in targets
        )

    def _with(self, targets: Iterator[tuple[int, int]] | Sequence[tuple[int, int]]) -> list[int]:
        positions = list(self.now)
        for row, to in targets:
            positions[row] = to
        return positions

    def _change_set(self, chosen: Sequence[tuple[int, int, Way]]) -> ChangeSet:
        changes = tuple(
            self._change(self.judgement.rows[row], place, to) for row, to, way in chosen for place in way.kpis
        )
        result = self.judgement.result(self._with([(row, to) for row, to, _ in chosen]))
        return ChangeSet(changes, self.judgement.levels[result])

    def _change(self, row: Row, place: int, to: int) -> Change:
        was = row.positions[place]
        return Change(row.kpis[place].key, None if was is None else row.levels[was], row.levels[to])


def _facts_in_the_way(judgement: Judgement, goal: int, up: bool) -> tuple[str, ...]:
    caps = judgement.rule.caps if up else ()
    now = judgement.now("worst")
    return tuple(cap.label for cap in caps if cap.fact and judgement.limit(cap, now) > goal)
