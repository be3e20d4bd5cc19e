"""What is owed, by whom and when, as one person may know it. The same number of queries for any number of schools."""

from __future__ import annotations

from collections.abc import Sequence

from reporting.rules.owed import Owed
from schools.access import Access
from schools.models import School

from .counting import meetings, reports, support
from .judging import categories, matrices, returns, sefs
from .reading import Reader, Span
from .working import actions, approvals, concerns, reviews, visits

__all__ = ["Span", "owed"]

KINDS = (
    matrices,
    categories,
    sefs,
    returns,
    actions,
    approvals,
    concerns,
    reviews,
    visits,
    support,
    meetings,
    reports,
)


def owed(access: Access, schools: Sequence[School], span: Span) -> list[Owed]:
    """Everything with a day, of these schools and of the trust, in no order. 20 queries at the most."""
    read = Reader(access, schools, span)
    return [one for kind in KINDS for one in kind(read)]
