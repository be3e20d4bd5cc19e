"""Actions, answers to plans, reviews and visits with a day."""

from __future__ import annotations

from collections.abc import Iterator

from monitoring.models import Visit
from plans.models import Action, ApprovalStep
from reporting.rules.owed import Owed
from reviews.models import Review
from reviews.rules.kinds import label_of
from schools.access import Permission, where_may
from schools.words import capital, cut

from .reading import Reader

P = Permission
MOST_WORDS = 90  # characters of an action's or a plan's own words


def actions(read: Reader) -> Iterator[Owed]:
    """Each open action by the day that counts next: by when it is done, then when its impact is looked at."""
    may = where_may(read.access, P.SEE_PLANS, "plan__school")
    rows = Action.objects.filter(may, state=Action.State.OPEN, plan__school__in=read.schools)
    for row in rows.values_list("pk", "what", "plan__school_id", "due_on", "impact_check_on"):
        pk, what, school, due, check = row
        ahead = due if due and (due >= read.today or check is None) else check
        if ahead and ahead <= read.until:
            done = "" if ahead == due else "Has it worked? "
            yield Owed("plan", ahead, f"{done}{cut(what, MOST_WORDS)}", school, page="action", place={"pk": pk})


def approvals(read: Reader) -> Iterator[Owed]:
    """The step of each plan that waits for an answer."""
    may = where_may(read.access, P.SEE_PLANS, "edition__plan__school")
    rows = ApprovalStep.objects.filter(may, due_on__lte=read.until, edition__plan__school__in=read.schools).waiting()
    for row in rows.select_related("edition__plan"):
        plan = row.edition.plan
        title = f"{cut(plan.title, MOST_WORDS)}: {row.role_label.lower()} answers"
        yield Owed("plan", row.due_on, title, plan.school_id, page="plan", place={"pk": plan.pk})


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
