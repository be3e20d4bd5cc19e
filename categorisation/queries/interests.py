"""Interests that people have declared in schools."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from schools.models import Interest, Meeting, Period


def interests(*, period: Period, meeting: Meeting | None = None) -> QuerySet[Interest]:
    """The interests that count in this period: declared at any meeting of its term, or at one since or still ahead."""
    counts = Q(meeting__period__year=period.year, meeting__period__season=period.season)
    counts |= Q(meeting__starts_at__date__gte=period.starts_on)
    if meeting is not None:
        counts |= Q(meeting=meeting)
    return Interest.objects.filter(counts)
