"""What one cell of a matrix says: the level, and how well it is known. Pure; the numbers come from read rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

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

    def level(self, number: int) -> int | None:
        """The level's place in its scale, 1 the strongest; None for unknown or not rated."""
        found = self.levels[number] if number < len(self.levels) else None
        return found or None

    def evidence_on(self, number: int) -> date | None:
        day = self.evidence_days[number] if number < len(self.evidence_days) else None
        return date.fromordinal(day) if day else None

    def sources(self, number: int) -> int:
        return (self.source_counts[number] if number < len(self.source_counts) else 0) or 0


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

    @property
    def applies(self) -> bool:
        return bool(self.word)

    @property
    def needs_a_look(self) -> bool:
        return self.applies and (self.changed or self.unsure or self.one_source or self.step in NEEDS_SUPPORT)

    @property
    def changed(self) -> bool:
        return bool(self.travel)

    @property
    def unsure(self) -> bool:
        """Unknown, or known from evidence that is out of date."""
        return self.applies and (not self.step or self.stale_months is not None)

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
    kpis = [(number, kpi) for number, kpi in column.kpis if not kpi.phases or phase in kpi.phases]
    if not kpis:
        return Cell(column.key, column.label)
    if row is None:
        return Cell(column.key, column.label, UNKNOWN, asked=len(kpis))
    position, known = _position(column, kpis, row)
    if position is None:
        word = PART_KNOWN if known else UNKNOWN
        return Cell(column.key, column.label, word, known=known, asked=len(kpis))
    earlier = _position(column, kpis, before)[0] if before is not None else None
    was = column.levels[earlier] if earlier is not None and earlier != position else None
    return Cell(
        key=column.key,
        label=column.label,
        word=column.levels[position].label,
        step=column.levels[position].tone,
        position=position,
        was=was.label if was else "",
        travel="" if was is None or earlier is None else ("up" if position < earlier else "down"),
        stale_months=_stale_months(kpis, row, today),
        one_source=_one_source(kpis, row),
        known=known,
        asked=len(kpis),
    )


def _position(column: Column, kpis: Sequence[tuple[int, Kpi]], row: ReadRow) -> tuple[int | None, int]:
    """The criterion's position, or None while what is unknown could still change it; and how many KPIs are known."""
    found = [row.level(number) for number, _ in kpis]
    known = sum(level is not None for level in found)
    if not known:
        return None, 0
    weakest = len(column.levels) - 1
    best = [min(level - 1, weakest) if level else 0 for level in found]
    if known == len(found):
        return _combine(column, best, kpis), known
    worst = [min(level - 1, weakest) if level else weakest for level in found]
    ends = _combine(column, best, kpis), _combine(column, worst, kpis)
    return (ends[0] if ends[0] == ends[1] else None), known


def _combine(column: Column, positions: list[int], kpis: Sequence[tuple[int, Kpi]]) -> int:
    if column.worst:
        return max(positions)
    return weighted_median(positions, [kpi.weight for _, kpi in kpis])


def _one_source(kpis: Sequence[tuple[int, Kpi]], row: ReadRow) -> bool:
    sources = [row.sources(number) for number, kpi in kpis if kpi.kind in JUDGED and row.level(number)]
    return bool(sources) and max(sources) <= 1


def _stale_months(kpis: Sequence[tuple[int, Kpi]], row: ReadRow, today: date) -> int | None:
    ages = [
        age_in_months(day, today=today)
        for number, kpi in kpis
        if row.level(number)
        and (day := row.evidence_on(number))
        and is_stale(day, after_months=kpi.stale_after_months, today=today)
    ]
    return max(ages, default=None)
