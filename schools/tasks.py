"""What the foundation does by the clock."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from schools import jobs
from schools.services import notices
from schools.services.register import uploads


@shared_task(name="schools.sweep_jobs")
def sweep_jobs() -> None:
    """Nudge what no worker is doing and give up on what failed too often."""
    jobs.each_alone([jobs.sweep, uploads.sweep], lambda sweep: sweep(), what="sweep")


@shared_task(name="schools.send_digests")
def send_digests() -> None:
    """Email the notices that are due."""
    notices.send_digests(timezone.now())


@shared_task(name="schools.read_register_file")
def read_register_file(upload_id: int) -> None:
    """Check a file of the register, or import one that was checked."""
    uploads.read(upload_id)
