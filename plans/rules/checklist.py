"""Which checklists a school has at its level, what each item is known by, and what is done first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from schools.strategy import Strategy
from schools.strategy.provision import Checklist

SOON = timedelta(days=14)
"""Before its day an item is shown among those to do next."""

SHOWN_FIRST = 6
Place = tuple[str, str, str]
"""Where an item stands: the keys of its checklist, its domain and itself."""


@dataclass(frozen=True)
class Asked:
    """An item as the strategy has it."""

    axis: str
    level: str
    place: Place
    group_label: str
    words: str


def has_checklists(strategy: Strategy) -> bool:
    """Whether a level of the strategy has a checklist."""
    return any(one.axis and one.level for one in strategy.checklists)


def checklists_at(strategy: Strategy, axis: str, level: str) -> list[Checklist]:
    """Those of one level."""
    return [one for one in strategy.checklists if (one.axis, one.level) == (axis, level)]


def next_level(strategy: Strategy, axis: str, level: str) -> str:
    """The level above; blank at the strongest, or where the strategy has no such level."""
    keys = [one.key for one in strategy.axis_levels(axis)]
    place = keys.index(level) if level in keys else 0
    return keys[place - 1] if place else ""


def asked_at(strategy: Strategy, axis: str, level: str) -> Iterator[Asked]:
    """Every item of the checklists of one level, in the order of the file."""
    for one in checklists_at(strategy, axis, level):
        for group in one.groups:
            for key, words in group.by_key.items():
                yield Asked(axis, level, (one.key, group.key, key), group.label, words)


def to_take_up(strategy: Strategy, levels: Mapping[str, str]) -> list[Asked]:
    """What a school at these levels (axis -> level) works through: its checklists, and those of the levels above."""
    found: list[Asked] = []
    for axis, level in levels.items():
        if axis in strategy.axis_by_key:
            found += asked_at(strategy, axis, level)
            found += asked_at(strategy, axis, next_level(strategy, axis, level))
    return found


@dataclass(frozen=True)
class Tally:
    """How many items there are and how they stand."""

    met: int = 0
    under_way: int = 0
    open: int = 0
    late: int = 0

    @property
    def count(self) -> int:
        return self.met + self.under_way + self.open

    @property
    def outstanding(self) -> int:
        return self.under_way + self.open

    @property
    def words(self) -> str:
        """“1 under way, 5 not begun”; blank where nothing is outstanding."""
        parts = ((self.under_way, "under way"), (self.open, "not begun"))
        return ", ".join(f"{count} {said}" for count, said in parts if count)

    @property
    def late_words(self) -> str:
        return f"{self.late} overdue"

    @property
    def squares(self) -> list[str]:
        """The picture: met, under way, not begun."""
        return ["d"] * self.met + ["b"] * self.under_way + ["n"] * self.open


def tally(rows: Iterable[tuple[str, date | None]], today: date) -> Tally:
    """Of statuses with the days by which they are due."""
    known = list(rows)
    counts = {name: sum(status == name for status, _ in known) for name in ("met", "under_way", "open")}
    late = sum(status != "met" and day is not None and day < today for status, day in known)
    return Tally(**counts, late=late)


def comes_next(due: date | None, status: str, *, mine: bool, today: date) -> bool:
    """Whether an item is one of those to do next: it is one's own, it is late, or its day is near."""
    if status == "met":
        return False
    return mine or (due is not None and due <= today + SOON)
