"""Reminders by the calendar: actions whose impact is to be looked at."""

from __future__ import annotations

from datetime import date, timedelta

from plans.models import Action
from schools.models import Notice
from schools.words import on as day_words

from .news import CHECK, tell_check

DAYS_BEFORE = 2
"""Days before the day of an impact check on which its owner is reminded."""

STILL_REMINDED = timedelta(days=60)
"""After that day; what is older is asked about by people."""


def remind_of_checks(*, today: date) -> int:
    """Remind of impact checks that come or have come, once for each day set. How many actions.

    The notices themselves are the memory: a new day, where it was too early to tell, is reminded of anew.
    """
    near = (today - STILL_REMINDED, today + timedelta(days=DAYS_BEFORE))
    rows = Action.objects.filter(state=Action.State.OPEN, impact_check_on__range=near).order_by("pk")
    rows = rows.select_for_update(of=("self",), skip_locked=True)  # of two clocks at once the second finds none
    actions = list(rows.select_related("plan__school__trust", "owner__user"))
    paths = {action.pk: f"/t/{action.plan.school.trust.slug}/actions/{action.pk}/" for action in actions}
    said = Notice.objects.filter(path__in=paths.values(), subject__contains=f" {CHECK} ")
    known = {(path, subject.rpartition(f" {CHECK} ")[2]) for path, subject in said.values_list("path", "subject")}
    return sum(bool(tell_check(one)) for one in actions if (paths[one.pk], _day(one)) not in known)


def _day(action: Action) -> str:
    return day_words(action.impact_check_on) if action.impact_check_on else ""
