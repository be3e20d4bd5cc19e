"""What the worker does with reports: find the work, call the service."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from reporting import services
from schools import jobs
from schools.models import Trust
from schools.tenancy import trust_scope


@shared_task(name="reporting.make_report", soft_time_limit=270, time_limit=300)
def make_report(trust_id: int, report_id: int) -> None:
    """Make one report. Its child process has 240 seconds."""
    services.make_report(trust_id, report_id)


@shared_task(name="reporting.request_scheduled_reports")
def request_scheduled_reports() -> None:
    """Ask for what each trust's calendar asks for. One whose calendar breaks holds no other trust back."""
    jobs.each_alone(Trust.objects.order_by("pk"), _request_scheduled_reports, what="scheduled reports of a trust")


def _request_scheduled_reports(trust: Trust) -> None:
    with trust_scope(trust):
        services.request_scheduled_reports(today=timezone.localdate())
