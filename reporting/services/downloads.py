"""Taking a copy of a report, which is written down."""

from __future__ import annotations

from django.utils import timezone

from reporting.models import Download, Report, ReportFile
from schools.audit import record_act
from schools.models import Membership


def download_report(report: Report, *, by: Membership) -> bytes:
    """The file's content. Raises ReportFile.DoesNotExist while there is none."""
    stored = ReportFile.objects.get(report=report)
    record_act("report.downloaded", report, by=by, school=report.school, after=report.file_hash)
    Download.objects.create(report=report, by=by, at=timezone.now())
    return bytes(stored.content)
