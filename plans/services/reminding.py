"""Reminders by the calendar: actions whose impact is to be looked at, plans whose progress is to be told."""

from __future__ import annotations

from datetime import date, timedelta

from plans.models import Action, Plan
from schools.models import Notice
from schools.words import on as day_words

from .news import CHECK, PROGRESS, tell_check, tell_progress_due
from .progressing import set_due_days

DAYS_BEFORE = 2
"""Days before the day of an impact check on which its owner is reminded."""

PROGRESS_BEFORE = timedelta(days=7)
"""Before the day by which progress is told."""

STILL_REMINDED = timedelta(days=60)
"""After that day; what is older is asked about by people."""


def remind_of_checks(*, today: date) -> int:
    """Remind of impact checks that come or have come, once for each day set. How many actions.

    The notices themselves are the memory: a new day, where it was too early to tell, is reminded of anew.
    """
    near = (today - STILL_REMINDED, today + timedelta(days=DAYS_BEFORE))
    rows = Action.objects.filter(state=Action.State.OPEN, impact_check_on__range=near).order_by("pk")
    rows = rows.select_for_update(of=("self",), skip_locked=True)  # of two clocks at once the second finds none
    actions = list(rows.select_related("plan__trust", "plan__school", "plan__begun_by__user", "owner__user"))
    paths = {action.pk: f"/t/{action.plan.trust.slug}/actions/{action.pk}/" for action in actions}
    said = Notice.objects.filter(path__in=paths.values(), subject__contains=f" {CHECK} ")
    known = {(path, subject.rpartition(f" {CHECK} ")[2]) for path, subject in said.values_list("path", "subject")}
    return sum(bool(tell_check(one)) for one in actions if (paths[one.pk], _day(one)) not in known)


def _day(action: Action) -> str:
    return day_words(action.impact_check_on) if action.impact_check_on else ""


def remind_of_progress(*, today: date) -> int:
    """Work out by when each open plan is told of, and remind of those near, once for each day. How many plans.

    The days are worked out anew because calendars and levels change under a plan.
    """
    rows = Plan.objects.filter(state=Plan.State.OPEN, strategy_version__isnull=False, editions__isnull=False)
    rows = Plan.objects.filter(pk__in=rows.values("pk")).select_related(
        "trust", "school__trust", "strategy_version", "begun_by__user"
    )
    plans = list(rows.order_by("pk").select_for_update(of=("self",), skip_locked=True))
    set_due_days(plans, today=today)
    near = [one for one in plans if one.update_due_on and one.update_due_on <= today + PROGRESS_BEFORE]
    near = [one for one in near if one.update_due_on and one.update_due_on >= today - STILL_REMINDED]
    paths = {one.pk: f"/t/{one.trust.slug}/plans/{one.pk}/progress/" for one in near}
    said = Notice.objects.filter(path__in=paths.values(), subject__contains=f" {PROGRESS} ")
    known = {(path, subject.rpartition(f" {PROGRESS} ")[2]) for path, subject in said.values_list("path", "subject")}
    days = {one.pk: day_words(one.update_due_on) for one in near if one.update_due_on}
    return sum(bool(tell_progress_due(one)) for one in near if (paths[one.pk], days[one.pk]) not in known)
