"""Which actions a person may read, and which wait to be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from plans.models import Action, Plan
from plans.queries.checklists import CENTRAL
from plans.queries.plans import read_plans
from plans.queries.sources import visit_called
from reviews.models import Finding, Review
from reviews.queries.reviews import called
from schools.access import Access, Permission, where_may
from schools.models import Membership, Period, RoleGrant
from schools.strategy import Role
from schools.words import on

SOON = 14
"""Days before the day of an impact check on which it is shown as one to come."""


TOLD_WHERE_IT_CAME_OF = Q(is_draft=False) | Q(is_origin_fixed=True)
"""Actions shown with the review or visit they answer: what was agreed there, and of others what was sent."""


def readable_actions(access: Access) -> QuerySet[Action]:
    """The actions of the schools whose plans this person reads, those to look at first on top."""
    rows = with_plans_named(access, Action.objects.filter(read_actions(access)))
    rows = rows.select_related("plan__trust", "plan__school", "owner__user", "closed_by__user", "priority")
    rows = rows.select_related("finding__review__strategy_version")
    rows = rows.defer("finding__review__strategy_version__text", "finding__review__strategy_version__document")
    rows = rows.annotate(visit=F("visit_actions__visit"))  # one at most; visits are of an app above
    return rows.order_by(F("impact_check_on").asc(nulls_last=True), F("due_on").asc(nulls_last=True), "pk")


def with_plans_named(access: Access, rows: QuerySet[Action]) -> QuerySet[Action]:
    """The same, each with `names_plan`. What was agreed on a visit is read before the plan that holds it was sent."""
    return rows.annotate(names_plan=Exists(Plan.objects.filter(read_plans(access), pk=OuterRef("plan"))))


def read_actions(access: Access) -> Q:
    """Of actions, those this person reads. A draft is read by who writes in its plan, and by who is to see to it."""
    drafts = where_may(access, Permission.WRITE_PLANS, "plan__school") | Q(owner=access.membership)
    return where_may(access, Permission.SEE_PLANS, "plan__school") & (Q(is_draft=False) | drafts)


def reads_action(access: Access, action: Action, school_id: int | None) -> bool:
    """Whether this person, who reads what its school plans, reads this action too."""
    mine = action.owner_id == access.membership.pk or access.may(Permission.WRITE_PLANS, school_id)
    return mine or not action.is_draft


def actions_to_check(access: Access, today: date) -> QuerySet[Action]:
    """Open actions whose impact is to be looked at by now, or soon."""
    return readable_actions(access).filter(Q(impact_check_on__lte=today + timedelta(days=SOON)), state="open")


@dataclass(frozen=True)
class Setting:
    """What an action of a school is agreed in: who may see to it, who naturally does, and the half terms to come."""

    people: tuple[Membership, ...]  # those of the school before those of the trust
    owner: str  # the key of one of them; blank where the school has no head
    halves: tuple[Period, ...]
    today: date
    of_trust: frozenset[str] = frozenset()  # the keys of those who work with schools for the trust

    def check_after(self, due: date | None = None) -> date:
        """A day for the impact check: the end of the half term after the one in which it is agreed, or due."""
        day = max(due or self.today, self.today)
        return next((half.ends_on for half in self.halves if half.starts_on > day), day + USUAL_WAIT)


USUAL_WAIT = timedelta(weeks=8)
"""From agreeing an action to looking at its impact, where the calendar goes no further."""


def setting_of(school_id: int | None, today: date) -> Setting:
    """Of a school, or of the trust itself. Two queries."""
    asked = Q(school=school_id) if school_id is None else Q(school=school_id) | Q(school=None, role__in=CENTRAL)
    grants = list(RoleGrant.objects.current().filter(asked).select_related("membership__user"))
    here = {grant.membership_id for grant in grants if grant.school_id == school_id}
    people = {grant.membership_id: grant.membership for grant in grants}
    heads = [str(grant.membership.pk) for grant in grants if grant.role == Role.HEAD]
    named = tuple(sorted(people.values(), key=lambda one: (one.pk not in here, one.user.name)))
    of_trust = frozenset(str(pk) for pk in people if pk not in here)
    return Setting(named, heads[0] if heads else "", _halves(school_id, today), today, of_trust)


def _halves(school_id: int | None, today: date) -> tuple[Period, ...]:
    """The half terms to come, with the school's own days where they differ."""
    rows = Period.objects.halves().filter(Q(school=None) | Q(school=school_id), starts_on__gt=today)
    found = {(one.year, one.season, one.half): one for one in rows.order_by(F("school").asc(nulls_first=True))}
    return tuple(sorted(found.values(), key=lambda one: one.starts_on))


def findings_with_actions(review: Review) -> list[Finding]:
    """What a review found, each with the actions agreed on it. Three queries."""
    rows = Action.objects.filter(TOLD_WHERE_IT_CAME_OF).select_related("plan__school", "owner__user").order_by("pk")
    return list(Finding.objects.filter(review=review).prefetch_related(Prefetch("actions", rows)))


def may_agree(access: Access, review: Review) -> bool:
    """Whether this person puts actions from its findings into the school's plan: once it is published."""
    return review.state == Review.State.PUBLISHED and access.may(Permission.WRITE_PLANS, review.school_id)


@dataclass(frozen=True)
class Origin:
    """What an action came of: the page it stands on, by the name of its address, and what that is called."""

    route: str
    pk: int
    label: str
    words: str = ""


def origin_of(action: Action) -> Origin | None:
    """The finding or the visit an action came of. At most one query; visits are of an app above, read by their link."""
    if action.finding is not None:
        review = action.finding.review
        label = f"{called(review)}, {on(review.ends_on)}"
        return Origin("review", review.pk, label, f"{action.finding.get_kind_display()}: {action.finding.text}")
    rows = action.visit_actions.select_related("visit__strategy_version")
    link = rows.defer("visit__strategy_version__text", "visit__strategy_version__document", "visit__answers").first()
    if link is None:
        return None
    return Origin("visit", link.visit.pk, visit_called(link.visit))
