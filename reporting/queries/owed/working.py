"""Actions, targets, answers to plans, reviews, visits and support with a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import CharField, DateField, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, JSONObject

from monitoring.models import Visit
from plans.models import DONE_BY, Action, Appraisal, ApprovalStep, ChecklistItem, Plan
from plans.queries.actions import read_actions
from plans.queries.appraisals import NEXT_BY, appraisals_of
from plans.queries.plans import read_plans
from plans.rules.support_entry import BOOKED
from reporting.rules.owed import Owed
from reviews.models import Review
from reviews.rules.kinds import label_of
from schools.access import ROLES, Permission, where_may
from schools.strategy import Strategy
from schools.words import capital, cut

from .aiming import ASKED, OF_REQUEST, OF_TARGET, TARGET, of_request, of_target, put_off, targets
from .booking import SAID, booked_days, of_booking
from .reading import Reader

P = Permission
MOST_WORDS = 90  # characters of an action's or a plan's own words
GETS_ON, OVER = ": how it gets on", ": its time is up, has it worked?"
NOTHING, APPRAISAL = Value(""), Value(": appraisal")


def works(read: Reader) -> Iterator[Owed]:
    """What is open of plans and checklists, answers plans wait for; reviews, visits, support, appraisals. One query."""
    first, *others = _dated(read)
    for page, pk, said, ending, school, due, check in first.union(*others, all=True):
        if page in NAMED:
            title = NAMED[page](read.strategies[school], said)
            yield Owed("review", due, title, school, held=True, page=page, place={"pk": pk})
            continue
        if page in TOLD_BY:
            yield TOLD_BY[page](read, pk, said, school, due)
            continue
        words = f"{cut(said, MOST_WORDS)}{_ending(ending)}"
        if due and due <= read.until:
            yield Owed("plan", due, words, school, page=page, place={"pk": pk})
        if check and check <= read.until and (due is None or due < read.today <= check):
            yield Owed("plan", check, f"Has it worked? {words}", school, page=page, place={"pk": pk})


def _dated(read: Reader) -> Iterator[QuerySet[Any]]:
    """Each open action by when it is done, and by when its impact is looked at; the rest by its one day.

    An action that was looked at and found too early to tell is no longer waited for, but its next impact check is.
    """
    actions = Action.objects.filter(read_actions(read.access), _of_plans(read, "plan__"), state=Action.State.OPEN)
    actions = actions.annotate(done_by=DONE_BY)
    yield _lines(actions, "action", said="what", at="plan__school_id", day="done_by", check_on="impact_check_on")
    items = ChecklistItem.objects.filter(where_may(read.access, P.SEE_PLANS), school__in=read.schools)
    items = items.exclude(status=ChecklistItem.Status.MET).filter(due_on__lte=read.until)
    yield _lines(items, "checklist_item", said="words", at="school_id", day="due_on")
    plans = Plan.objects.filter(read_plans(read.access), _of_plans(read), state=Plan.State.OPEN)
    plans = plans.filter(strategy_version__isnull=False)
    for day, ending in (("update_due_on", GETS_ON), ("ends_on", OVER)):
        told = plans.filter(**{f"{day}__lte": read.until})
        yield _lines(told, "plan", said="title", at="school_id", day=day, ending=Value(ending))
    aims = targets(read, _of_plans(read, "priority__plan__"))
    yield _lines(aims, TARGET, of="priority__plan_id", said=OF_TARGET, at="priority__plan__school_id", day="by_on")
    yield _lines(put_off(read), ASKED, said=OF_REQUEST, at="school_id", day="later_on")
    steps = ApprovalStep.objects.filter(_of_plans(read, "edition__plan__"), due_on__lte=read.until).waiting()
    of_plan = {"of": "edition__plan_id", "said": "edition__plan__title", "at": "edition__plan__school_id"}
    yield _lines(steps, "plan", **of_plan, day="due_on", ending=F("role"))
    span = (read.today, read.until)
    reviews = Review.objects.filter(where_may(read.access, P.SEE_REVIEWS), school__in=read.schools)
    reviews = reviews.filter(starts_on__range=span).exclude(state=Review.State.WITHDRAWN)
    yield _lines(reviews, "review", said="kind", at="school_id", day="starts_on")
    visits = Visit.objects.filter(where_may(read.access, P.SEE_VISITS), school__in=read.schools)
    visits = visits.filter(planned_for__range=span, state=Visit.State.PLANNED)
    yield _lines(visits, "visit", said="form", at="school_id", day="planned_for")
    yield _lines(booked_days(read), BOOKED, said=SAID, at="school_id", day="on")
    if read.access.may(P.SEE_APPRAISALS):
        mine = Q(school=None) | Q(school__in=read.schools)
        rows = Appraisal.objects.filter(appraisals_of(read.access), mine).annotate(next_by=NEXT_BY)
        rows = rows.filter(next_by__lte=read.until)
        yield _lines(rows, "appraisal", said="person__user__name", at="school_id", day="next_by", ending=APPRAISAL)


def _lines(
    rows: QuerySet[Any], page: str, *, said: str | JSONObject, at: str, day: str, of: str = "pk", check_on: str = "",
    ending: Value | F = NOTHING,
) -> QuerySet[Any]:  # fmt: skip
    """In the columns that all share: a page and its key, the words and their ending, the school and the days."""
    check = Cast(F(check_on) if check_on else Value(None), DateField())
    words = (Value(page, CharField()), F(of), Cast(said, TextField()), Cast(ending, TextField()))
    return rows.order_by().values_list(*words, F(at), F(day), check)


def _ending(held: str) -> str:
    """Who answers a plan, of whom the row holds the role; else the words that it holds."""
    return f": {ROLES[held].label.lower()} answers" if held in ROLES else held


def _review_name(strategy: Strategy | None, kind: str) -> str:
    return label_of(strategy, kind) if strategy else capital(kind.replace("_", " "))


def _visit_name(strategy: Strategy | None, form: str) -> str:
    known = strategy.form_by_key.get(form) if strategy else None
    return known.label if known else capital(form.replace("_", " "))


NAMED: Mapping[str, Callable[[Strategy | None, str], str]] = {"review": _review_name, "visit": _visit_name}
"""What takes place on its day, by its page; and its name, of which a row holds the key."""

TOLD_BY: Mapping[str, Callable[[Reader, int, str, int | None, date], Owed]] = {
    BOOKED: of_booking,
    TARGET: of_target,
    ASKED: of_request,
}
"""What is made of a row that holds more than its words, by its page."""


def _of_plans(read: Reader, plan: str = "") -> Q:
    """Rows of the plans of these schools, and for who reads all of them of the trust's own."""
    mine = Q(**{f"{plan}school__in": read.schools})
    if read.access.may_everywhere(P.SEE_PLANS):
        mine |= Q(**{f"{plan}school": None})
    return where_may(read.access, P.SEE_PLANS, f"{plan}school") & mine
