"""What is owed, by whom and when, as one person may know it. The same number of queries for any number of schools."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet

from reporting.rules.owed import Owed
from schools.access import Access
from schools.models import School
from schools.queries import Followed

from .counting import meetings, reports, support
from .judging import categories, matrices, returns, sefs
from .reading import Reader, Span
from .staying import concerns, levels
from .working import works

__all__ = ["Span", "owed", "schools_of"]

KINDS = (
    matrices,
    categories,
    levels,
    sefs,
    returns,
    works,
    concerns,
    support,
    meetings,
    reports,
)


def schools_of(access: Access, today: date) -> QuerySet[School]:
    """The schools whose calendar it is: a person's own, or those of the whole trust."""
    rows = School.objects.visible_to(access).on(today)
    return rows if access.whole_trust else rows.filter(pk__in=access.school_ids)


def owed(access: Access, schools: Sequence[School], span: Span, followed: Followed | None = None) -> list[Owed]:
    """Everything with a day, of these schools and of the trust, in no order. Nine queries at the most."""
    read = Reader(access, schools, span, followed or Followed.read())
    return [one for kind in KINDS for one in kind(read)]
