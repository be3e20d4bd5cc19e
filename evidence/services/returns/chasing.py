"""Asking for what is late: reminders by the calendar, and a lead's one press."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from evidence.models import Return
from evidence.queries.returns import NOT_OPEN, DueReturn, chased_on, returns_asked
from schools.audit import record_act
from schools.models import Membership, School

from .news import tell_chased, tell_due
from .opening import begin
from .sending import label_of

SOON, TOMORROW, OVERDUE = "soon", "tomorrow", "overdue"
DAYS_BEFORE = {SOON: 7, TOMORROW: 1}
"""Days before the due date at which a school is reminded, by the reason that is kept."""
STILL_REMINDED = timedelta(days=60)
"""After the due date; a return that is older is chased by people, or was never meant to be sent."""


def reason_on(due_on: date, today: date) -> str:
    """Why a school is reminded on a day: the nearest reason only; empty where there is none."""
    left = (due_on - today).days
    if left < 0:
        return OVERDUE if today - due_on <= STILL_REMINDED else ""
    return next((reason for reason, days in sorted(DAYS_BEFORE.items(), key=lambda one: one[1]) if left <= days), "")


def remind_schools(*, today: date) -> int:
    """Open what opens, and remind of what is due or late, once for each reason. How many schools were told."""
    schools = School.objects.on(today)
    told = 0
    for asked in returns_asked(schools, today):
        if asked.is_with_school and asked.state != NOT_OPEN and today - asked.due_on <= STILL_REMINDED:
            told += _remind(begin(asked), today)
    return told


def _remind(of_return: Return, today: date) -> bool:
    """Whether the school was told, for a reason it had not been told for before."""
    reason = reason_on(of_return.due_on, today)
    if not reason or reason in of_return.reminded:
        return False
    locked = Return.objects.select_for_update().get(pk=of_return.pk)
    if reason in locked.reminded or not locked.is_open:
        return False
    locked.reminded = [*locked.reminded, reason]
    locked.save(update_fields=["reminded"])
    tell_due(of_return, overdue=reason == OVERDUE)
    return True


def chase_returns(asked: Iterable[DueReturn], *, by: Membership, today: date) -> list[Return]:
    """Ask schools for what they have not sent: a notice to each, and an act each. Not twice on one day.

    Raises ValidationError where nothing is left to ask for.
    """
    wanted = [one for one in asked if one.is_with_school]
    already = chased_on(one.return_id for one in wanted if one.return_id)
    fresh = [one for one in wanted if not _on_day(already.get(one.return_id or 0), today)]
    if not fresh:
        raise ValidationError(
            "These schools were asked today already." if wanted else "Nothing is left to ask for here."
        )
    chased = []
    for one in fresh:
        of_return = begin(one)
        record_act("return.chased", of_return, by=by, school=one.school, after="asked for", label=label_of(of_return))
        tell_chased(of_return, by=by)
        chased.append(of_return)
    return chased


def _on_day(moment: object, today: date) -> bool:
    return bool(moment) and timezone.localdate(moment) == today  # type: ignore[arg-type]
