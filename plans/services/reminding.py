"""Reminders by the calendar: impact to look at, progress to tell, plans to answer, schools on a ladder to look at."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from plans.models import Action, Appraisal, ApprovalStep, Concern, Plan
from plans.queries.appraisals import NEXT_BY, steps_of
from plans.queries.concerns import in_full, standings
from plans.queries.on_ladders import live_steps, looks_again
from plans.rules.appraisal import next_step
from schools.models import Notice
from schools.queries import half_terms_of
from schools.words import on as day_words

from .news import (
    ANSWER,
    APPRAISAL,
    APPRAISAL_LATE,
    CHECK,
    LOOK,
    PROGRESS,
    UNDONE,
    tell_answer_due,
    tell_appraisal_due,
    tell_check,
    tell_look_again,
    tell_progress_due,
    tell_undone,
)
from .progressing import set_due_days

DAYS_BEFORE = 2
"""Days before the day of an impact check on which its owner is reminded."""

A_WEEK = timedelta(days=7)
"""After a step of a ladder, before it is asked about what nobody has put down."""

A_WEEK_BEFORE = timedelta(days=7)
"""Before the day by which progress is told, or a school on a ladder is looked at again."""

STILL_REMINDED = timedelta(days=60)
"""After that day; what is older is asked about by people."""

WATCHED_AT_MOST = timedelta(days=3 * 366)
"""How far back the calendar is read for schools that have left a ladder."""


class Reminded:
    """Who was reminded of which day already. The notices themselves are the memory: a new day is reminded of anew."""

    def __init__(self, of: str, paths: Iterable[str]) -> None:
        self._of = of
        said = Notice.objects.filter(path__in=list(paths), subject__contains=f" {of} ")
        self._known = {
            (path, subject.rpartition(f" {of} ")[2]) for path, subject in said.values_list("path", "subject")
        }

    def not_yet(self, path: str, day: date | None) -> bool:
        return (path, day_words(day) if day else "") not in self._known


def is_near(day: date | None, today: date) -> bool:
    """Whether the day comes within a week, or has gone by no longer than people are reminded."""
    return day is not None and today - STILL_REMINDED <= day <= today + A_WEEK_BEFORE


def remind_of_checks(*, today: date) -> int:
    """Remind of impact checks that come or have come, once for each day set. How many actions."""
    near = (today - STILL_REMINDED, today + timedelta(days=DAYS_BEFORE))
    rows = Action.objects.filter(state=Action.State.OPEN, impact_check_on__range=near).order_by("pk")
    rows = rows.select_for_update(of=("self",), skip_locked=True)  # of two clocks at once the second finds none
    actions = list(rows.select_related("plan__trust", "plan__school", "plan__begun_by__user", "owner__user"))
    paths = {one.pk: f"/t/{one.plan.trust.slug}/actions/{one.pk}/" for one in actions}
    said = Reminded(CHECK, paths.values())
    return sum(bool(tell_check(one)) for one in actions if said.not_yet(paths[one.pk], one.impact_check_on))


def remind_of_progress(*, today: date) -> int:
    """Work out by when each open plan is told of, and remind of those near, once for each day. How many plans.

    The days are worked out anew because calendars and levels change under a plan.
    """
    rows = Plan.objects.filter(state=Plan.State.OPEN, strategy_version__isnull=False, editions__isnull=False)
    rows = Plan.objects.filter(pk__in=rows.values("pk"))
    rows = rows.select_related("trust", "school__trust", "strategy_version", "begun_by__user")
    plans = list(rows.order_by("pk").select_for_update(of=("self",), skip_locked=True))
    set_due_days(plans, today=today)
    near = [one for one in plans if is_near(one.update_due_on, today)]
    paths = {one.pk: f"/t/{one.trust.slug}/plans/{one.pk}/progress/" for one in near}
    said = Reminded(PROGRESS, paths.values())
    return sum(bool(tell_progress_due(one)) for one in near if said.not_yet(paths[one.pk], one.update_due_on))


def remind_of_approvals(*, today: date) -> int:
    """Remind whoever can answer of plans that wait, from two days before their day on. How many plans."""
    rows = ApprovalStep.objects.filter(due_on__range=(today - STILL_REMINDED, today + timedelta(days=DAYS_BEFORE)))
    rows = rows.waiting().order_by("pk").select_for_update(of=("self",), skip_locked=True)
    steps = list(rows.select_related("edition__plan__trust", "edition__plan__school"))
    paths = {one.pk: f"/t/{one.edition.plan.trust.slug}/plans/{one.edition.plan_id}/" for one in steps}
    said = Reminded(ANSWER, paths.values())
    return sum(bool(tell_answer_due(one)) for one in steps if said.not_yet(paths[one.pk], one.due_on))


def remind_of_concerns(*, today: date) -> int:
    """Remind of the days on which schools on a ladder, or watched after it, are looked at, and of what is left undone.
    How many reminders."""
    live = Concern.objects.filter(state__in=(Concern.State.OPEN, Concern.State.WATCHED)).order_by("pk")
    live = live.select_for_update(of=("self",), skip_locked=True, no_key=True)
    rows = live.select_related("school__trust", "strategy_version")
    schools = [one.school for one in rows]
    halves = half_terms_of(schools, since=today - WATCHED_AT_MOST, until=today + A_WEEK_BEFORE) if schools else {}
    found = looks_again(live_steps(Concern.objects.filter(pk__in=[one.pk for one in rows])), halves)
    near = [one for one in found if one.is_look and is_near(one.on, today)]
    paths = _paths(one.concern for one in near)
    said = Reminded(LOOK, paths.values())
    told = sum(bool(tell_look_again(one)) for one in near if said.not_yet(paths[one.concern.pk], one.on))
    return told + _remind_of_undone([one.pk for one in rows], today)


def _paths(concerns: Iterable[Concern]) -> dict[int, str]:
    return {one.pk: f"/t/{one.school.trust.slug}/concerns/{one.pk}/" for one in concerns}


def _remind_of_undone(concerns: Collection[int], today: date) -> int:
    """Remind, a week after each step, of what the stage asks for and nobody has put down. How many concerns."""
    rows = Concern.objects.filter(pk__in=concerns).select_related("school__trust", "strategy_version").order_by("pk")
    late = [
        one
        for one in standings(list(in_full(rows)), today=today)
        if one.outstanding
        and one.entered
        and one.entered.since
        and today - STILL_REMINDED <= one.entered.since <= today - A_WEEK
    ]
    paths = _paths(one.concern for one in late)
    said = Reminded(UNDONE, paths.values())
    fresh = [one for one in late if one.entered and said.not_yet(paths[one.concern.pk], one.entered.since)]
    return sum(bool(tell_undone(one)) for one in fresh)


def remind_of_appraisals(*, today: date) -> int:
    """Remind of the next step of each appraisal, a week before its day and once it has passed. How many reminders."""
    rows = Appraisal.objects.annotate(next_by=NEXT_BY).filter(
        next_by__range=(today - STILL_REMINDED, today + A_WEEK_BEFORE)
    )
    rows = rows.order_by("pk").select_for_update(of=("self",), skip_locked=True)
    near = list(rows.select_related("trust", "person__user", "appraiser__user", "strategy_version"))
    paths = {one.pk: f"/t/{one.trust.slug}/appraisals/{one.pk}/" for one in near}
    said = {late: Reminded(APPRAISAL_LATE if late else APPRAISAL, paths.values()) for late in (False, True)}
    told = 0
    for one in near:
        step = next_step(steps_of(one))
        if step is not None and step.by is not None and said[step.by < today].not_yet(paths[one.pk], step.by):
            told += bool(tell_appraisal_due(one, step, late=step.by < today))
    return told
