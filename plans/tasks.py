"""What is done with actions by the clock."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from plans.services import remind_of_checks
from schools import jobs


@shared_task(name="plans.remind_of_impact_checks")
def remind_of_impact_checks() -> None:
    """Remind of impact checks, in every trust. One that breaks holds no other trust back."""
    jobs.in_each_trust(lambda _: remind_of_checks(today=timezone.localdate()), what="impact checks")
