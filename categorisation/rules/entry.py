"""What a school still has to say before its matrix can be sent.

Words are asked only where a rating changed or is weak; of a measured or dated one, where it is not what is suggested.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from schools.strategy import Kpi, Strategy

UNKNOWN = 0
"""The level that says “unknown” on purpose."""

LONGEST_NOTE = 2000
ASK_DAY = "Enter the date of the evidence, for example 16 October 2026"
ASK_OWN_DAY = "Enter the date of what your own rating rests on: that of the suggestion is not kept with it"
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
    suggested: Mapping[str, int] | None = None,
) -> Iterator[Missing]:
    """Everything that stands between these entries and sending them, in the order of the matrix.

    `suggested` is, by KPI, the place of the level that figures or dates suggest: another needs words, the same none.
    """
    for kpi in asked_of(strategy, phase):
        entry, place = entries.get(kpi.key, Entry()), (suggested or {}).get(kpi.key)
        if entry.level is None:
            yield Missing(kpi.key, "level", "Choose a rating, or Unknown if you cannot say yet")
            continue
        words = _words_asked(strategy, kpi, entry, previous.get(kpi.key), place)
        if words and not entry.note:
            yield Missing(kpi.key, "note", words)
        yield from _day_missing(kpi, entry, today, own=place not in (None, entry.level))


def _words_asked(strategy: Strategy, kpi: Kpi, entry: Entry, before: Entry | None, suggested: int | None) -> str:
    """Why words are asked for, in a sentence; empty where none are."""
    if suggested is not None:
        label = strategy.levels_of(kpi.scale)[suggested - 1].label
        says = f"Say in a sentence why you see this differently: {label} is suggested"
        return "" if entry.level == suggested else says
    changed = before is not None and before.level not in (None, entry.level)
    if entry.level == UNKNOWN or not (changed or is_weak(strategy, kpi, entry.level)):
        return ""
    why = "since the rating changed" if changed else "so that support can be planned"
    return f"Say in a sentence what lies behind this, {why}"


def _day_missing(kpi: Kpi, entry: Entry, today: date, *, own: bool) -> Iterator[Missing]:
    """`own`: it is rated otherwise than suggested, so what suggested is not what the rating rests on."""
    known = entry.level != UNKNOWN
    if known and entry.evidence_on is None:
        yield Missing(kpi.key, "date", ASK_OWN_DAY if own else ASK_DAY)
    if entry.evidence_on and entry.evidence_on > today:
        yield Missing(kpi.key, "date", IN_FUTURE)
