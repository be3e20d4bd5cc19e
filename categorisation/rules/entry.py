"""What a school still has to say before its matrix can be sent.

Words are asked only where a rating changed or is weak.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from schools.strategy import Kpi, Strategy

UNKNOWN = 0
"""The level that says “unknown” on purpose."""

LONGEST_NOTE = 2000
IN_FUTURE = "The date of the evidence cannot be in the future"


@dataclass(frozen=True)
class Entry:
    """What a school says of one KPI. `level` is the 1-based place in its scale, 0 unknown, None not rated."""

    level: int | None = None
    note: str = ""
    evidence_on: date | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Missing:
    """One thing to put right: at which KPI, at which field, and the sentence to show."""

    kpi: str
    field: str
    sentence: str


def is_weak(strategy: Strategy, kpi: Kpi, level: int | None) -> bool:
    """Whether the level is in the weaker half of the KPI's scale."""
    levels = strategy.levels_of(kpi.scale)
    return level is not None and level != UNKNOWN and 2 * level > len(levels) + (len(levels) % 2)


def asked_of(strategy: Strategy, phase: str) -> list[Kpi]:
    """The KPIs a school of this phase of education is asked for, in the order of the file."""
    return [kpi for kpi in strategy.kpis() if strategy.asks(kpi, phase)]


def missing_before_submit(
    strategy: Strategy,
    entries: Mapping[str, Entry],
    previous: Mapping[str, Entry],
    *,
    phase: str,
    today: date,
) -> Iterator[Missing]:
    """Everything that stands between these entries and sending them, in the order of the matrix."""
    for kpi in asked_of(strategy, phase):
        entry = entries.get(kpi.key, Entry())
        if entry.level is None:
            yield Missing(kpi.key, "level", "Choose a rating, or Unknown if you cannot say yet")
            continue
        yield from _missing_of(strategy, kpi, entry, previous.get(kpi.key), today)


def _missing_of(strategy: Strategy, kpi: Kpi, entry: Entry, before: Entry | None, today: date) -> Iterator[Missing]:
    known = entry.level != UNKNOWN
    changed = before is not None and before.level not in (None, entry.level)
    if not entry.note and known and (changed or is_weak(strategy, kpi, entry.level)):
        why = "since the rating changed" if changed else "so that support can be planned"
        yield Missing(kpi.key, "note", f"Say in a sentence what lies behind this, {why}")
    if known and entry.evidence_on is None:
        yield Missing(kpi.key, "date", "Enter the date of the evidence, for example 16 October 2026")
    if entry.evidence_on and entry.evidence_on > today:
        yield Missing(kpi.key, "date", IN_FUTURE)
