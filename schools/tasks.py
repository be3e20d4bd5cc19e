"""What the foundation does by the clock."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from schools import jobs
from schools.services import notices


@shared_task(name="schools.sweep_jobs")
def sweep_jobs() -> None:
    """Nudge what no worker is doing and give up on what failed too often."""
    jobs.sweep()


@shared_task(name="schools.send_digests")
def send_digests() -> None:
    """Email the notices that are due."""
    notices.send_digests(timezone.now())
