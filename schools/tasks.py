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
    jobs.sweep()


@shared_task(name="schools.send_digests")
def send_digests() -> None:
    """Email the notices that are due."""
    notices.send_digests(timezone.now())


@shared_task(name="schools.check_register_file")
def check_register_file(_trust_id: None, upload_id: int) -> None:
    """Read a file of the register and say what it would change."""
    uploads.do_job(uploads.CHECK, upload_id)


@shared_task(name="schools.import_register_file")
def import_register_file(_trust_id: None, upload_id: int) -> None:
    """Import a file of the register that was checked."""
    uploads.do_job(uploads.IMPORT, upload_id)
