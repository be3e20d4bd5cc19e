"""When the notes of a visit are removed."""

from __future__ import annotations

from datetime import date

from schools.rules import months_after


def are_notes_due(on: date, months: int | None, *, today: date) -> bool:
    """Whether the notes of a visit of this day have been kept as long as its form says. None: they stay."""
    return months is not None and today >= months_after(on, months)
