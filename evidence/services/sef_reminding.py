"""Reminders of self-evaluations by the calendar, on the days on which schools are reminded of their returns."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q

from evidence.queries.sef import SefDue, sef_due_of
from schools.models import Notice, Period, School
from schools.queries import terms_begun

from .returns.chasing import DAYS_BEFORE, OVERDUE, reason_on
from .sef_news import DUE, LATE, NOT_SENT, path_of, tell_due


def remind_of_sefs(*, today: date) -> int:
    """Remind of what is due or late, once for each reason. How many schools were told."""
    schools = {school.pk: school for school in School.objects.on(today)}
    told = 0
    for period in terms_begun(today, years=1):
        for due in sef_due_of(schools.values(), period, today):
            if due.is_unsent and reason_on(due.due_on, today):
                told += _remind(schools[due.school_id], period, due, today)
    return told


def _remind(school: School, period: Period, due: SefDue, today: date) -> bool:
    """Whether the school was told. What its people were told since the reason came up is told once."""
    School.objects.select_for_update(no_key=True).get(pk=school.pk)  # of two clocks at once the second waits
    reason = reason_on(due.due_on, today)
    if _reminded_since(_first_day(due.due_on, reason), school, period):
        return False
    return bool(tell_due(school, period, due, overdue=reason == OVERDUE))


def _first_day(due_on: date, reason: str) -> date:
    return due_on + timedelta(days=1) if reason == OVERDUE else due_on - timedelta(days=DAYS_BEFORE[reason])


def _reminded_since(day: date, school: School, period: Period) -> bool:
    """By the clock or by a lead: the notices themselves are the memory, so that nothing need be begun to remind."""
    said = Q(subject__contains=f" {DUE} ") | Q(subject__endswith=f" {LATE}") | Q(subject__endswith=f" {NOT_SENT}")
    return Notice.objects.filter(said, path=path_of(school, period.pk), created_at__date__gte=day).exists()
