"""What is done with evidence by the clock."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from evidence.services.returns import remind_schools
from evidence.services.sef_reminding import remind_of_sefs
from schools import jobs


@shared_task(name="evidence.remind_of_returns")
def remind_of_returns() -> None:
    """Open the returns that open, and remind schools."""
    jobs.in_each_trust(lambda _: remind_schools(today=timezone.localdate()), what="reminders of returns")


@shared_task(name="evidence.remind_of_self_evaluations")
def remind_of_self_evaluations() -> None:
    """Remind schools of what they have still to send."""
    jobs.in_each_trust(lambda _: remind_of_sefs(today=timezone.localdate()), what="reminders of self-evaluations")
