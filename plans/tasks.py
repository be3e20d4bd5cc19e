"""What is done with plans and actions by the clock."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from plans.services import (
    follow_levels,
    remind_of_appraisals,
    remind_of_approvals,
    remind_of_checks,
    remind_of_concerns,
    remind_of_progress,
    remove_old_appraisals,
)
from schools import jobs


@shared_task(name="plans.remind_of_impact_checks")
def remind_of_impact_checks() -> None:
    """Remind of impact checks, in every trust. One that breaks holds no other trust back."""
    jobs.in_each_trust(lambda _: remind_of_checks(today=timezone.localdate()), what="impact checks")


@shared_task(name="plans.remind_of_progress")
def remind_of_plan_progress() -> None:
    """Work out which updates of plans are due and remind of them, in every trust."""
    jobs.in_each_trust(lambda _: remind_of_progress(today=timezone.localdate()), what="progress of plans")


@shared_task(name="plans.remind_of_concerns")
def remind_of_concerns_to_look_at() -> None:
    """Remind of the days on which schools on a ladder are looked at again, in every trust."""
    jobs.in_each_trust(lambda _: remind_of_concerns(today=timezone.localdate()), what="concerns to look at")


@shared_task(name="plans.follow_levels")
def follow_the_levels() -> None:
    """Take up the checklists of the levels that schools have come to, in every trust."""
    jobs.in_each_trust(lambda _: follow_levels(today=timezone.localdate()), what="checklists")


@shared_task(name="plans.remind_of_approvals")
def remind_of_plans_to_answer() -> None:
    """Remind of plans that wait to be approved, in every trust."""
    jobs.in_each_trust(lambda _: remind_of_approvals(today=timezone.localdate()), what="plans to answer")


@shared_task(name="plans.keep_appraisals")
def keep_appraisals() -> None:
    """Remind of the steps of appraisals, and remove those that are kept no longer, in every trust."""
    jobs.in_each_trust(lambda _: remind_of_appraisals(today=timezone.localdate()), what="steps of appraisals")
    jobs.in_each_trust(lambda _: remove_old_appraisals(today=timezone.localdate()), what="old appraisals")
