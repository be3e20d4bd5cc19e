"""What the worker does with reports: find the work, call the service."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from reporting import services
from schools import jobs


@shared_task(name="reporting.make_report", soft_time_limit=270, time_limit=300)
def make_report(trust_id: int, report_id: int) -> None:
    """Make one report. Its child process has 240 seconds."""
    services.make_report(trust_id, report_id)


@shared_task(name="reporting.request_scheduled_reports")
def request_scheduled_reports() -> None:
    """Ask for what each trust's calendar asks for."""
    today = timezone.localdate()
    jobs.in_each_trust(lambda _: services.request_scheduled_reports(today=today), what="scheduled reports")
