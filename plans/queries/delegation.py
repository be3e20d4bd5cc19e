"""Whose people write a school's plan and checklist at the level it stands at, and whether this person is one of them.

Autonomy is earned (S2-38): roles say who may write plans at all, the level says whose people do so at this school.
What is agreed on a review or a visit, progress that is told and the verdict on an action stay with both sides.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied

from plans.models import Plan
from plans.queries.plans import strategy_in
from plans.rules.delegation import delegates, level_that_says, why_not
from reviews.queries.reviews import levels_of
from schools.access import ROLES, Access, Permission, who_may
from schools.models import Membership, RoleGrant, School
from schools.strategy import Strategy

P = Permission


def sides_in(roles: Iterable[tuple[str, int | None]], school_id: int) -> set[str]:
    """For whom somebody with these roles (role, school) writes at a school: “trust”, “school”, or both."""
    found = set()
    for role, school in roles:
        rule = ROLES.get(role)
        if rule is not None and P.WRITE_PLANS in rule.allows and (rule.whole_trust or school == school_id):
            found.add("trust" if rule.whole_trust else "school")
    return found


def why_not_write(access: Access, school: School | None, strategy: Strategy | None) -> str:
    """Why this person does not write the plans and the checklist of a school, as a sentence; empty for who may.

    Without a school, the plans of the trust itself: no level says anything of these. At most one query.
    """
    if school is None:
        return "" if access.may_everywhere(P.WRITE_PLANS) else who_may(P.WRITE_PLANS)
    if not access.may(P.WRITE_PLANS, school.pk):
        return who_may(P.WRITE_PLANS)
    return _why_not(access.roles, school, strategy)


def why_not_write_plan(access: Access, plan: Plan) -> str:
    """The same of a plan that was begun."""
    return why_not_write(access, plan.school, strategy_in(plan))


def _why_not(roles: Iterable[tuple[str, int | None]], school: School, strategy: Strategy | None) -> str:
    if strategy is None or not delegates(strategy):
        return ""
    levels = levels_of([school]).get(school.pk, {})
    return why_not(level_that_says(strategy, levels), sides_in(roles, school.pk))


def require_writes(school: School | None, strategy: Strategy | None, *, by: Membership) -> None:
    """Raise PermissionDenied, which says who writes. Two queries where the strategy delegates, otherwise none."""
    if school is None or strategy is None or not delegates(strategy):
        return
    roles = RoleGrant.objects.current().filter(membership=by).values_list("role", "school_id")
    if refusal := _why_not(roles, school, strategy):
        raise PermissionDenied(refusal)
