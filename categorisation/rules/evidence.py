"""What is put in: one piece of evidence for each KPI, and how old it is."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Evidence:
    """What is known of one KPI of one school. `level` is a level key of the KPI's scale; None is unknown or unrated."""

    kpi: str
    level: str | None = None
    evidence_on: date | None = None
    sources: tuple[str, ...] = ()  # kinds of source, for example data, observation, records
    carried: bool = False  # carried forward as still true
    applies: bool = True  # False: this school is not asked, for example nursery items where there is no nursery


def months_after(day: date, months: int) -> date:
    """The same day of the month `months` later, or the month's last day when there is no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def age_in_months(day: date, *, today: date) -> int:
    """Whole months from `day` to `today`; 0 for a day in the future."""
    months = (today.year - day.year) * 12 + today.month - day.month
    return max(0, months - (months_after(day, months) > today))


def is_stale(evidence_on: date | None, *, after_months: int, today: date) -> bool:
    """Whether dated evidence is older than it may be. Undated evidence is listed apart, not called stale."""
    return evidence_on is not None and today > months_after(evidence_on, after_months)
