"""What one cell of a matrix says: the level, and how well it is known. Pure; the numbers come from read rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from categorisation.queries import same_scale
from categorisation.rules.evidence import age_in_months, is_stale
from categorisation.rules.matrix import weighted_median
from schools.strategy import Criterion, Kpi, Level, Strategy

PART_KNOWN = "Part known"
UNKNOWN = "Unknown"
NEEDS_SUPPORT = (4, 5)
"""Tones of the levels that need most support."""

JUDGED = ("judged", "checklist")
"""Kinds of indicator that should rest on two kinds of source; a figure or a date has one by nature."""


@dataclass(frozen=True)
class ReadRow:
    """The slots of one assessment, by KPI number."""

    assessment_id: int
    period_id: int
    starts_on: date
    strategy: Strategy
    levels: Sequence[int | None]
    evidence_days: Sequence[int | None]
    source_counts: Sequence[int | None]

    def read_as(self, strategy: Strategy, numbers: Mapping[str, int]) -> ReadRow:
        """The row in the words of another version: ratings on a scale that has changed since are not known in it."""
        if self.strategy is strategy:
            return self
        kept = [kpi.key for kpi in strategy.kpis() if same_scale(self.strategy, strategy, kpi.key)]
        same = {numbers[key] for key in kept if key in numbers}
        levels = [level if number in same else None for number, level in enumerate(self.levels)]
        return replace(self, levels=levels, strategy=strategy)

    def reaching(self, number: int) -> ReadRow:
        """The row with a slot for this number; a row written before the register grew is shorter."""
        more = [None] * (number + 1 - len(self.levels))
        slots = (self.levels, self.evidence_days, self.source_counts)
        levels, days, counts = ([*one, *more] for one in slots)
        return replace(self, levels=levels, evidence_days=days, source_counts=counts) if more else self


@dataclass(frozen=True)
class Cell:
    """One cell. `step` 0 is unknown; `word` empty means the school is not asked."""

    key: str
    label: str
    word: str = ""
    step: int = 0
    position: int | None = None
    was: str = ""
    travel: str = ""  # up, down or nothing; up is stronger
    stale_months: int | None = None
    one_source: bool = False
    known: int = 0
    asked: int = 0

    unsure: bool = False  # unknown, or known from evidence that is out of date
    needs_a_look: bool = False

    @property
    def applies(self) -> bool:
        return bool(self.word)

    @property
    def changed(self) -> bool:
        return bool(self.travel)

    @property
    def sub(self) -> str:
        """The second line of the cell, shortest thing first."""
        if self.travel:
            return self.was
        if self.stale_months is not None:
            return f"{self.stale_months} months"
        if self.word == PART_KNOWN:
            return f"{self.known} of {self.asked}"
        return "one source" if self.one_source else ""


@dataclass(frozen=True)
class Column:
    """A criterion or a KPI as the matrix shows it, with everything looked up once."""

    key: str
    label: str
    kpis: tuple[tuple[int, Kpi], ...]  # with their numbers in the trust's register
    levels: tuple[Level, ...]
    worst: bool  # the weakest decides, otherwise the weighted median
    axes: tuple[str, ...] = ()
    criterion: str = ""

    @classmethod
    def of(cls, strategy: Strategy, criterion: Criterion, numbers: dict[str, int]) -> Column:
        kpis = tuple((numbers[kpi.key], kpi) for kpi in criterion.kpis if kpi.key in numbers)
        levels = strategy.levels_of(criterion.kpis[0].scale)
        label, weakest = criterion.short or criterion.label, criterion.combine == "worst"
        return cls(criterion.key, label, kpis, levels, weakest, criterion.axes, criterion.key)

    @classmethod
    def of_kpi(cls, strategy: Strategy, criterion: Criterion, kpi: Kpi, numbers: dict[str, int]) -> Column:
        levels = strategy.levels_of(kpi.scale)
        return cls(kpi.key, kpi.label, ((numbers[kpi.key], kpi),), levels, False, criterion.axes, criterion.key)


def cell(column: Column, row: ReadRow | None, before: ReadRow | None, *, phase: str, today: date) -> Cell:
    """What the column says of a school whose latest row is `row` and the one before it `before`."""
    return CellReader(column, phase=phase, today=today).cell(row, before)


Key = tuple[tuple[int, ...], tuple[int, ...] | None, int | None, bool]
"""All that a cell depends on: the levels now and before, the age of what is out of date, whether it has one source."""


class CellReader:
    """Reads the cells of one column for schools of one phase. A matrix has thousands, and many are the same."""

    def __init__(self, column: Column, *, phase: str, today: date) -> None:
        kpis = [(number, kpi) for number, kpi in column.kpis if not kpi.phases or phase in kpi.phases]
        self.column, self.today = column, today.toordinal()
        self.numbers = [number for number, _ in kpis]
        self.weights = [kpi.weight for _, kpi in kpis]
        self.judged = [kpi.kind in JUDGED for _, kpi in kpis]
        self.stale_after = [kpi.stale_after_months for _, kpi in kpis]
        self.highest, self.single = max(self.numbers, default=0), len(self.numbers) == 1
        self.not_asked = Cell(column.key, column.label)
        self.unknown = self._unknown(0)
        self.seen: dict[Key, Cell] = {}

    def cell(self, row: ReadRow | None, before: ReadRow | None) -> Cell:
        """One school's cell. The same levels, age and sources are the same cell."""
        if not self.numbers or row is None:
            return self.unknown if self.numbers else self.not_asked
        row = row if len(row.levels) > self.highest else row.reaching(self.highest)
        if before is not None and len(before.levels) <= self.highest:
            before = before.reaching(self.highest)
        key = self._key_of_one(row, before) if self.single else self._key(row, before)
        found = self.seen.get(key)
        if found is None:
            found = self.seen[key] = self._made(*key)
        return found

    def _key_of_one(self, row: ReadRow, before: ReadRow | None) -> Key:
        """The same as `_key`, for a column of one KPI: most of a matrix."""
        number = self.highest
        level = row.levels[number] or 0
        then = None if before is None else (before.levels[number] or 0,)
        if not level:
            return (0,), None, None, False
        day = row.evidence_days[number]
        stale = stale_age(day, self.stale_after[0], self.today) if day else None
        return (level,), then, stale, self.judged[0] and (row.source_counts[number] or 0) <= 1

    def _key(self, row: ReadRow, before: ReadRow | None) -> Key:
        now = tuple([row.levels[number] or 0 for number in self.numbers])
        then = None if before is None else tuple([before.levels[number] or 0 for number in self.numbers])
        return now, then, self._stale_months(row, now), self._one_source(row, now)

    def _made(self, now: tuple[int, ...], then: tuple[int, ...] | None, stale: int | None, one_source: bool) -> Cell:
        known = len(now) - now.count(0)
        position = self._position(now)
        if position is None:
            return self._unknown(known)
        earlier = self._position(then) if then is not None else None
        levels, moved = self.column.levels, earlier is not None and earlier != position
        step = levels[position].tone
        return Cell(
            key=self.column.key,
            label=self.column.label,
            word=levels[position].label,
            step=step,
            position=position,
            was=levels[earlier].label if moved and earlier is not None else "",
            travel="" if not moved or earlier is None else ("up" if position < earlier else "down"),
            stale_months=stale,
            one_source=one_source,
            known=known,
            asked=len(now),
            unsure=stale is not None,
            needs_a_look=moved or stale is not None or one_source or step in NEEDS_SUPPORT,
        )

    def _unknown(self, known: int) -> Cell:
        word, asked = PART_KNOWN if known else UNKNOWN, len(self.numbers)
        return Cell(self.column.key, self.column.label, word, known=known, asked=asked, unsure=True, needs_a_look=True)

    def _position(self, levels: Sequence[int]) -> int | None:
        """The column's position, 0 the strongest, or None while what is unknown could still change it."""
        if not any(levels):
            return None
        weakest = len(self.column.levels) - 1
        best = [min(level - 1, weakest) if level else 0 for level in levels]
        if all(levels):
            return self._combined(best)
        worst = [min(level - 1, weakest) if level else weakest for level in levels]
        end = self._combined(best)
        return end if end == self._combined(worst) else None

    def _combined(self, positions: list[int]) -> int:
        if len(positions) == 1 or self.column.worst:
            return max(positions)
        return weighted_median(positions, self.weights)

    def _one_source(self, row: ReadRow, now: Sequence[int]) -> bool:
        """Whether all that is judged rests on one kind of source or none."""
        counts = [
            row.source_counts[number] or 0
            for number, judged, level in zip(self.numbers, self.judged, now, strict=True)
            if judged and level
        ]
        return bool(counts) and max(counts) <= 1

    def _stale_months(self, row: ReadRow, now: Sequence[int]) -> int | None:
        """The age of the oldest evidence that is out of date."""
        oldest = None
        for number, after, level in zip(self.numbers, self.stale_after, now, strict=True):
            day = row.evidence_days[number]
            age = stale_age(day, after, self.today) if level and day else None
            if age is not None and (oldest is None or age > oldest):
                oldest = age
        return oldest


@lru_cache(maxsize=8192)
def stale_age(day: int, after_months: int, today: int) -> int | None:
    """The age in months of evidence that is older than it may be, else None. Days are proleptic ordinals."""
    evidence_on, now = date.fromordinal(day), date.fromordinal(today)
    if not is_stale(evidence_on, after_months=after_months, today=now):
        return None
    return age_in_months(evidence_on, today=now)
