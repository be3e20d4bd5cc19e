"""Which reports a person may see, and the pages about them."""

from __future__ import annotations

from django.db.models import Count, F, Q, QuerySet

from reporting.models import Download, Report
from schools.access import Access
from schools.strategy import Role

OPEN_TO_CHAIRS = "chairs"
"""The template of reports written for the chairs of all schools."""


def visible_reports(access: Access) -> QuerySet[Report]:
    """A school's: those who see the school. The trust's: trust-wide roles, and what is for chairs, chairs."""
    reports = Report.objects.defer("snapshot").select_related("period", "school", "meeting", "requested_by__user")
    if access.whole_trust:
        return reports
    seen = Q(school__in=access.school_ids)
    if access.has_role(Role.CHAIR):
        seen |= Q(school=None, template=OPEN_TO_CHAIRS)
    return reports.filter(seen)


def report_list(access: Access) -> QuerySet[Report]:
    """Latest first, with the number of copies taken. One query, whatever their number."""
    counted = visible_reports(access).annotate(copies=Count("downloads"))
    return counted.order_by(F("period__starts_on").desc(), "-requested_at", "-pk")


def downloads_of(report: Report) -> list[Download]:
    """Who took a copy, latest first."""
    return list(Download.objects.filter(report=report).select_related("by__user"))
