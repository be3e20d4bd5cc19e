"""What is done with visits by the clock."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from monitoring.services import close_windows, remove_old_notes
from schools import jobs
from schools.models import Trust


@shared_task(name="monitoring.keep_time")
def keep_time() -> None:
    """Close windows for replies, and remove notes whose time is over."""
    jobs.in_each_trust(_keep_time, what="visits")


def _keep_time(_: Trust) -> None:
    close_windows(today=timezone.localdate())
    remove_old_notes(today=timezone.localdate())
