"""When an open action counts as overdue."""

from __future__ import annotations

from datetime import date


def day_that_counts(due_on: date | None, check_on: date | None, *, looked_at: bool = False) -> date | None:
    """After which an open action is overdue: the day by which it is to be done.

    Where none is set, or it was `looked_at` and found too early to tell, the day of its impact check.
    """
    return check_on or due_on if looked_at else due_on or check_on
