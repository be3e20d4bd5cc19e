"""Actions, answers to plans, reviews and visits with a day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import CharField, DateField, F, Q, QuerySet, Value
from django.db.models.functions import Cast

from monitoring.models import Visit
from plans.models import Action, ApprovalStep, ChecklistItem, Plan
from plans.queries.concerns import readable_concerns
from plans.queries.on_ladders import looks_again
from reporting.rules.owed import Owed
from reviews.models import Review
from reviews.rules.kinds import label_of
from schools.access import Permission, where_may
from schools.words import capital, cut

from .reading import Reader

P = Permission
MOST_WORDS = 90  # characters of an action's or a plan's own words
GETS_ON, OVER = ": how it gets on", ": its time is up, has it worked?"
NO_DAY = Value(None)


def actions(read: Reader) -> Iterator[Owed]:
    """Each open action by the day that counts next: by when it is done, then when its impact is looked at.

    With them, in the same query, the items of checklists that have a day and are not met, when each plan is told of
    next, and when its time is up.
    """
    rows = Action.objects.filter(_of_plans(read, "plan__"), state=Action.State.OPEN)
    items = ChecklistItem.objects.filter(where_may(read.access, P.SEE_PLANS), school__in=read.schools)
    items = items.exclude(status=ChecklistItem.Status.MET).filter(due_on__lte=read.until)
    plans = Plan.objects.filter(_of_plans(read), state=Plan.State.OPEN, strategy_version__isnull=False)
    found = _lines(rows, "action", "", ("what", "plan__school_id", "due_on"), F("impact_check_on")).union(
        _lines(items, "checklist_item", "", ("words", "school_id", "due_on")),
        _lines(plans.filter(update_due_on__lte=read.until), "plan", GETS_ON, ("title", "school_id", "update_due_on")),
        _lines(plans.filter(ends_on__lte=read.until), "plan", OVER, ("title", "school_id", "ends_on")),
        all=True,
    )
    for page, ending, pk, what, school, due, check in found:
        ahead = due if due and (due >= read.today or check is None) else check
        if ahead and ahead <= read.until:
            done = "" if ahead == due else "Has it worked? "
            yield Owed("plan", ahead, f"{done}{cut(what, MOST_WORDS)}{ending}", school, page=page, place={"pk": pk})


def _lines(
    rows: QuerySet[Any], page: str, ending: str, names: tuple[str, str, str], check: F | Value = NO_DAY
) -> QuerySet[Any]:
    """In the columns that they share; `names` are those of the words, the school and the day."""
    words, school, day = names
    told = {"page": Value(page, CharField()), "ending": Value(ending, CharField()), "said": F(words), "at": F(school)}
    days = {"day": F(day), "check_on": Cast(check, DateField())}
    columns = ("page", "ending", "pk", "said", "at", "day", "check_on")
    return rows.order_by().annotate(**told, **days).values_list(*columns)


def approvals(read: Reader) -> Iterator[Owed]:
    """The step of each plan that waits for an answer."""
    rows = ApprovalStep.objects.filter(_of_plans(read, "edition__plan__"), due_on__lte=read.until).waiting()
    for row in rows.select_related("edition__plan"):
        plan = row.edition.plan
        title = f"{cut(plan.title, MOST_WORDS)}: {row.role_label.lower()} answers"
        yield Owed("plan", row.due_on, title, plan.school_id, page="plan", place={"pk": plan.pk})


def _of_plans(read: Reader, plan: str = "") -> Q:
    """Rows of the plans of these schools, and for who reads all of them of the trust's own."""
    mine = Q(**{f"{plan}school__in": read.schools})
    if read.access.may_everywhere(P.SEE_PLANS):
        mine |= Q(**{f"{plan}school": None})
    return where_may(read.access, P.SEE_PLANS, f"{plan}school") & mine


def concerns(read: Reader) -> Iterator[Owed]:
    """The day on which a school on a ladder is looked at again, and each look at one that has left it."""
    if not any(one.ladders for one in read.strategies.values() if one):
        return
    for look in looks_again(readable_concerns(read.access).filter(school__in=read.schools), read.halves):
        if look.on <= read.until:
            concern = look.concern
            yield Owed("concern", look.on, look.words, concern.school_id, page="concern", place={"pk": concern.pk})


def reviews(read: Reader) -> Iterator[Owed]:
    """Those agreed or proposed that are still to come."""
    may = where_may(read.access, P.SEE_REVIEWS)
    rows = Review.objects.filter(may, school__in=read.schools, starts_on__range=(read.today, read.until))
    rows = rows.exclude(state=Review.State.WITHDRAWN)
    for pk, kind, school, day in rows.values_list("pk", "kind", "school_id", "starts_on"):
        strategy = read.strategies[school]
        title = label_of(strategy, kind) if strategy else capital(kind.replace("_", " "))
        yield Owed("review", day, title, school, held=True, page="review", place={"pk": pk})


def visits(read: Reader) -> Iterator[Owed]:
    may = where_may(read.access, P.SEE_VISITS)
    rows = Visit.objects.filter(may, school__in=read.schools, state=Visit.State.PLANNED)
    for pk, form, school, day in rows.values_list("pk", "form", "school_id", "planned_for"):
        if day is not None and read.today <= day <= read.until:
            strategy = read.strategies[school]
            known = strategy.form_by_key.get(form) if strategy else None
            title = known.label if known else capital(form.replace("_", " "))
            yield Owed("review", day, title, school, held=True, page="visit", place={"pk": pk})
