"""When an open action counts as late."""

from __future__ import annotations

from datetime import date


def day_that_counts(due_on: date | None, check_on: date | None) -> date | None:
    """After which an open action is overdue: the day of its impact check, for nobody says before then that it is done.

    Where none is set, the day by which it is to be done.
    """
    return check_on or due_on
