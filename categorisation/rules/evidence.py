"""What is put in: one piece of evidence for each KPI, and how old it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from schools.rules import months_after


@dataclass(frozen=True)
class Seen:
    """A kind of evidence that somebody else brought: a published visit, of a day."""

    kind: str
    on: date


@dataclass(frozen=True)
class Evidence:
    """What is known of one KPI of one school. `level` is a level key of the KPI's scale; None is unknown or unrated."""

    kpi: str
    level: str | None = None
    evidence_on: date | None = None
    sources: tuple[str, ...] = ()  # kinds of source, for example data, observation, records
    carried: bool = False  # carried forward as still true
    seen: tuple[Seen, ...] = ()  # by visits that are not too old, beside what the school names
    applies: bool = True  # False: this school is not asked, for example nursery items where there is no nursery

    @property
    def kinds(self) -> tuple[str, ...]:
        """The independent kinds of evidence, each once: the school's, then what visits add."""
        return tuple(dict.fromkeys((*self.sources, *(one.kind for one in self.seen))))


def age_in_months(day: date, *, today: date) -> int:
    """Whole months from `day` to `today`; 0 for a day in the future."""
    months = (today.year - day.year) * 12 + today.month - day.month
    return max(0, months - (months_after(day, months) > today))


def is_stale(evidence_on: date | None, *, after_months: int, today: date) -> bool:
    """Whether dated evidence is older than it may be. Undated evidence is listed apart, not called stale."""
    return evidence_on is not None and today > months_after(evidence_on, after_months)
