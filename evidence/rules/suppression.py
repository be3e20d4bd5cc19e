"""Which cells of a table stay hidden from readers who may not see small numbers. Values in, values out.

A cell is small when it, or what is left of it, counts 1 to threshold − 1 pupils (domain-facts 4.10: fewer than six).
Hiding it alone is not enough where a total is shown. So others are hidden too, until for every hidden cell two other
tables exist that a reader cannot tell from the true one. Each is found as a *move*: one pupil more here, one fewer
there, so that every shown sum still holds. A move proves that the values it leads to are possible; so the answer is
never too bold, and at worst hides one cell more than it must.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Generic, TypeVar

from .arithmetic import Amount

C = TypeVar("C", bound=Hashable)

THRESHOLD = 6
"""Cells below it are hidden; a trust may raise it, never lower it."""

LEAST_POSSIBLE = 3
"""Values that every hidden cell keeps, at the least."""

LONGEST_MOVE = 8
"""Cells that one move may touch: enough for a table of groups by year groups by schools."""

SATURDAY, SESSIONS_A_DAY, SEPTEMBER = 5, 2, 9

Quantities = tuple[int, ...]
"""The counts behind a cell that add up over cells, none below nought: those counted, and the rest of the pupils."""


@dataclass(frozen=True)
class Sum(Generic[C]):
    """A total and the cells that add up to it."""

    total: C
    parts: tuple[C, ...]


def quantities(kind: str, amount: Amount) -> Quantities:
    """What adds up behind a figure: of a share those who did and who did not; events and roll; the count of a mean."""
    numerator, denominator = amount.numerator or 0, amount.denominator or 0
    if kind == "share" and amount.numerator is not None:
        return (numerator, max(denominator - numerator, 0))
    if kind in {"rate", "percent_of", "change"}:
        return (max(numerator, 0), denominator)
    return (denominator,) if kind == "mean" else (max(int(amount.value or 0), 0),)


def is_small(kind: str, amount: Amount, threshold: int = THRESHOLD, *, sessions: int = 0) -> bool:
    """Whether a figure speaks of so few pupils that they could be known by it.

    `sessions`: how many each pupil could attend, where half days are counted instead of pupils.
    """
    if not amount.is_number:
        return False
    if sessions:
        return 0 < (amount.denominator or 0) < threshold * sessions
    few = [0 < count < threshold for count in quantities(kind, amount)]
    return any(few) or (kind == "share" and 0 < (amount.denominator or 0) < threshold)


def possible_sessions(year: int, until: date) -> int:
    """Half days a pupil could attend since September of `year`: all weekdays, so that no group is thought larger."""
    first = date(year, SEPTEMBER, 1)
    days = ((first + timedelta(days=n)).weekday() for n in range((until - first).days + 1))
    return SESSIONS_A_DAY * sum(day < SATURDAY for day in days)


@dataclass(frozen=True)
class Released:
    """A cell as an earlier release of the same table had it."""

    hidden: bool
    quantities: Quantities


def hide(
    cells: Mapping[C, Quantities],
    sums: Iterable[Sum[C]],
    *,
    small: Collection[C],
    before: Mapping[C, Released] | None = None,
    unshown: Collection[C] = (),
) -> frozenset[C]:
    """The cells to hide: the `small` ones, those hidden `before`, and as many others as it takes.

    `unshown` are nobody's cells: what is left of a total. They are never shown, and protected only where small.

    What an earlier release showed with the same counts is known to its readers, so it protects nothing now. A later
    release never differs from the earlier by a single hidden cell.
    """
    earlier = {cell: was for cell, was in (before or {}).items() if cell in cells}
    table = _Table(dict(cells), tuple(_within(sums, cells)), earlier, frozenset(unshown) - frozenset(small))
    hidden = {cell for cell in cells if cell in small or cell in unshown or (cell in earlier and earlier[cell].hidden)}
    _protect(table, hidden)
    if earlier and len((hidden - set(unshown)) ^ {cell for cell, was in earlier.items() if was.hidden}) == 1:
        hidden |= set(table.next_to_hide(hidden)[:1])
        _protect(table, hidden)
    return frozenset(hidden - set(unshown))


def _within(sums: Iterable[Sum[C]], cells: Mapping[C, Quantities]) -> Iterator[Sum[C]]:
    """Sums of which every cell is there and that hold: others tell a reader nothing."""
    for each in sums:
        if each.total in cells and each.parts and all(part in cells for part in each.parts):
            added = [sum(column) for column in zip(*(cells[part] for part in each.parts), strict=True)]
            if tuple(added) == cells[each.total]:
                yield each


def _protect(table: _Table[C], hidden: set[C]) -> None:
    """Hide more, the smallest first, until nothing hidden is exposed or there is nothing left to hide beside it."""
    while exposed := [cell for cell in table.cells if cell in hidden and table.is_exposed(cell, hidden)]:
        candidates = table.next_to_hide(hidden, beside=exposed[0])
        if not candidates:
            break
        enough = (each for each in candidates if not table.is_exposed(exposed[0], {*hidden, each}))
        hidden.add(next(enough, candidates[0]))


@dataclass
class _Table(Generic[C]):
    """Cells, the sums between them, and what an earlier release said."""

    cells: dict[C, Quantities]
    sums: tuple[Sum[C], ...]
    earlier: Mapping[C, Released]
    harmless: frozenset[C] = frozenset()  # never shown, and no secret
    of_cell: dict[C, list[tuple[int, int]]] = field(init=False)  # cell -> (number of the sum, its sign in it)

    def __post_init__(self) -> None:
        self.of_cell = {cell: [] for cell in self.cells}
        for number, each in enumerate(self.sums):
            self.of_cell[each.total].append((number, -1))
            for part in each.parts:
                self.of_cell[part].append((number, 1))

    def movable(self, hidden: Collection[C]) -> set[C]:
        """Hidden cells whose counts a reader does not know from an earlier release."""
        return {cell for cell in hidden if not self._known(cell)}

    def _known(self, cell: C) -> bool:
        was = self.earlier.get(cell)
        return was is not None and not was.hidden and was.quantities == self.cells[cell]

    def least(self, cell: C, place: int) -> int:
        """The smaller of what it counts now and what it counted when it was hidden before."""
        was = self.earlier.get(cell)
        now = self.cells[cell][place]
        return min(now, was.quantities[place]) if was and was.hidden and place < len(was.quantities) else now

    def is_exposed(self, cell: C, hidden: Collection[C]) -> bool:
        """Whether fewer than three values are proved possible for one of the cell's counts."""
        movable = self.movable(hidden)
        if cell not in movable or cell in self.harmless:
            return False  # what was shown with these counts cannot be taken back
        return any(self._values(cell, place, movable) < LEAST_POSSIBLE for place in range(len(self.cells[cell])))

    def _values(self, cell: C, place: int, movable: set[C]) -> int:
        best = 1
        for move in self._moves({cell: 1}, movable):
            down = min((self.least(each, place) for each, way in move.items() if way > 0), default=0)
            ups = [self.least(each, place) for each, way in move.items() if way < 0]
            best = max(best, 1 + down + (min(ups) if ups else LEAST_POSSIBLE))
            if best >= LEAST_POSSIBLE:
                break
        return best

    def _moves(self, move: dict[C, int], movable: set[C]) -> Iterator[dict[C, int]]:
        """Every short way to change hidden cells by one each so that all shown sums hold, beginning with `move`."""
        unbalanced = self._unbalanced(move)
        if unbalanced is None:
            yield move
        elif len(move) < LONGEST_MOVE:
            number, too_much = unbalanced
            each = self.sums[number]
            for other in (*each.parts, each.total):
                if other in movable and other not in move:
                    sign = -1 if other == each.total else 1
                    yield from self._moves({**move, other: -too_much * sign}, movable)

    def _unbalanced(self, move: Mapping[C, int]) -> tuple[int, int] | None:
        """The first sum that no longer holds, and by how much; None where all hold."""
        off: dict[int, int] = {}
        for cell, way in move.items():
            for number, sign in self.of_cell[cell]:
                off[number] = off.get(number, 0) + sign * way
        return next(((number, by) for number, by in sorted(off.items()) if by), None)

    def next_to_hide(self, hidden: Collection[C], *, beside: C | None = None) -> list[C]:
        """Shown cells in a sum with what is hidden: parts before totals, the smallest first; those beside one first."""
        near = {number for number, _ in self.of_cell[beside]} if beside is not None else set()
        touched = {number for cell in hidden for number, _ in self.of_cell[cell]}
        found: dict[C, tuple[bool, bool, bool, int]] = {}
        for number in touched:
            each = self.sums[number]
            for cell in (*each.parts, each.total):
                if cell not in hidden:
                    order = (number not in near, self._known(cell), cell == each.total, sum(self.cells[cell]))
                    found[cell] = min(found.get(cell, order), order)
        return sorted(found, key=lambda cell: found[cell])
