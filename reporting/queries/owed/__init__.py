"""What is owed, by whom and when, as one person may know it. The same number of queries for any number of schools."""

from __future__ import annotations

from collections.abc import Sequence

from reporting.rules.owed import Owed
from schools.access import Access
from schools.models import School
from schools.queries import Followed

from .counting import meetings, reports, support
from .judging import categories, matrices, returns, sefs
from .reading import Reader, Span
from .working import concerns, works

__all__ = ["Span", "owed"]

KINDS = (
    matrices,
    categories,
    sefs,
    returns,
    works,
    concerns,
    support,
    meetings,
    reports,
)


def owed(access: Access, schools: Sequence[School], span: Span, followed: Followed | None = None) -> list[Owed]:
    """Everything with a day, of these schools and of the trust, in no order. Nine queries at the most."""
    read = Reader(access, schools, span, followed or Followed.read())
    return [one for kind in KINDS for one in kind(read)]
