"""The conditions on which plans were approved: who says that one is met, who confirms it, and for whom each waits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from plans.models import Condition, Plan, PlanEdition
from plans.models.approval import WRITERS
from plans.queries.plans import may_write_plan, readable_plans
from plans.rules.chain import may_answer
from schools.access import ROLES, Access
from schools.models import Membership, RoleGrant

State = Condition.State


def readable_conditions(access: Access) -> QuerySet[Condition]:
    """Of the plans that this person reads, also those that lapsed."""
    return _read(Condition.objects.filter(step__edition__plan__in=readable_plans(access).order_by().values("pk")))


def conditions_of(edition: PlanEdition) -> list[Condition]:
    """On which an edition was approved, in order; those of an earlier one have lapsed. One query."""
    return list(_read(Condition.objects.filter(step__edition=edition)))


@dataclass(frozen=True)
class Asked:
    """A condition, and what this person has to say of it now."""

    row: Condition
    may_say: bool
    may_confirm: bool


def conditions_for(access: Access, edition: PlanEdition) -> list[Asked]:
    """The same for this person. One query."""
    rows = conditions_of(edition)
    return [Asked(one, not why_not_say(access, one), not why_not_confirm(access, one)) for one in rows]


def _read(rows: QuerySet[Condition]) -> QuerySet[Condition]:
    people = ("step__by__user", "said_by__user", "answered_by__user")
    rows = rows.select_related(*people, "step__edition__plan__trust", "step__edition__plan__school__trust")
    return rows.annotate(setter_is_here=_still_there(OuterRef("step__by"))).order_by("step__position", "position")


def _still_there(person: OuterRef) -> Exists:
    """Whether somebody still has a role for the trust, or at the school of the plan."""
    held = RoleGrant.objects.current().filter(membership=person)
    return Exists(held.filter(Q(school=None) | Q(school=OuterRef("step__edition__plan__school"))))


def why_not_say(access: Access, row: Condition) -> str:
    """Why this person does not say that a condition is met, as a sentence; empty for who does."""
    if not row.step.edition.plan.is_open or row.state != State.OPEN:
        return f"This condition is not waited for: {row.get_state_display().lower()}."
    if row.step.by_id == access.membership.pk:
        return "You set this condition. Whoever writes the plan says when it is met, and you confirm it."
    if not may_write_plan(access, row.step.edition.plan):
        return "Whoever writes the plan says when it is met."
    return ""


def why_not_confirm(access: Access, row: Condition) -> str:
    """Why this person does not confirm that it is met: whoever set it does, or where they have left, their role."""
    plan, step, me = row.step.edition.plan, row.step, access.membership.pk
    if not plan.is_open or row.state != State.SAID:
        return "Nobody has said that this condition is met."
    if row.said_by_id == me:
        return "You have said that it is met, so somebody else confirms it."
    if step.by_id == me:
        return ""
    label, name = step.role_label.lower(), step.by.user.name if step.by else ""
    if row.setter_is_here:  # type: ignore[attr-defined]  # by _read
        return f"{name} set this condition as {label}, and confirms it."
    if ROLES[step.role].whole_trust and any(one in WRITERS and at == plan.school_id for one, at in access.roles):
        return "You lead this school, so somebody else confirms it for the trust."
    held = may_answer((step.role, *step.instead), access.roles, school=plan.school_id)
    return "" if held else f"{name} set this condition and has left: whoever is {label} now confirms it."


def confirmers(row: Condition) -> list[Membership]:
    """Who can confirm it now. At most two queries."""
    step, school = row.step, row.step.edition.plan.school_id
    grants = RoleGrant.objects.current().filter(Q(school=None) | Q(school=school)).select_related("membership__user")
    if step.by is not None and grants.filter(membership=step.by).exists():
        return [step.by]
    held = grants.filter(role__in=(step.role, *step.instead)).exclude(membership=row.said_by_id)
    return list({one.membership_id: one.membership for one in held}.values())


def to_meet(schools: Collection[int]) -> QuerySet[Condition]:
    """Those that somebody of these schools says are met."""
    return _open_plans(State.OPEN).filter(step__edition__plan__school__in=schools)


def to_meet_for_trust() -> QuerySet[Condition]:
    """The same of the trust's own plan."""
    return _open_plans(State.OPEN).filter(step__edition__plan__school=None)


def to_confirm(access: Access, *, at_schools: bool) -> QuerySet[Condition]:
    """Those that this person confirms, in a role at a school or in one for the trust."""
    me, gone = access.membership.pk, ~_still_there(OuterRef("step__by"))
    mine = Q(step__by=me)
    for role, school in access.roles:
        at = Q(step__edition__plan__school=school) if school else Q()
        mine |= at & gone & (Q(step__role=role) | Q(step__instead__contains=[role]))
    kinds = [key for key, rule in ROLES.items() if rule.whole_trust != at_schools]
    rows = _open_plans(State.SAID).filter(mine, step__role__in=kinds).exclude(said_by=me)
    leads = [school for role, school in access.roles if role in WRITERS]
    return rows if at_schools else rows.exclude(step__edition__plan__school__in=leads)


def _open_plans(state: str) -> QuerySet[Condition]:
    return Condition.objects.filter(state=state, step__edition__plan__state=Plan.State.OPEN)


def left_of_step() -> Exists:
    """Of steps: whether one of its conditions is still to be met, or to be confirmed."""
    return Exists(Condition.objects.filter(step=OuterRef("pk"), state__in=(State.OPEN, State.SAID)))
