"""Plans: who reads which, what one says as a whole document, and how its approval stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from plans.models import Concern, Milestone, Plan, PlanEdition, Priority, StageChange
from plans.rules.chain import approvers, kinds_for
from reviews.queries.reviews import levels_of
from schools.access import Access, Permission, where_may, who_may
from schools.models import School, StrategyVersion
from schools.queries import Followed, strategy_of
from schools.strategy import Role, Strategy
from schools.strategy.provision import PlanType


def readable_plans(access: Access) -> QuerySet[Plan]:
    """The plans of the schools whose plans this person reads, and for who reads all of them the trust's own.

    One that was never sent is read by those who write it alone. One without a version holds what was agreed elsewhere.
    """
    rows = Plan.objects.filter(read_plans(access))
    rows = rows.select_related("trust", "school__trust", "strategy_version", "begun_by__user", "closed_by__user")
    return rows.defer("strategy_version__text", "strategy_version__document").order_by("school__name", "title", "pk")


def read_plans(access: Access) -> Q:
    """Of plans, the same."""
    sent = Exists(PlanEdition.objects.filter(plan=OuterRef("pk")))
    read = where_may(access, Permission.WRITE_PLANS) | Q(strategy_version=None) | Q(state=Plan.State.CLOSED) | sent
    return where_may(access, Permission.SEE_PLANS) & Q(read)


def may_write_plan(access: Access, plan: Plan) -> bool:
    """Whether this person writes the plan; the trust's own is written by those who write in every school."""
    return _may(access, Permission.WRITE_PLANS, plan)


def may_send_plan(access: Access, plan: Plan) -> bool:
    """Whether this person sends the plan and its progress, and closes it: leaders of a school write for their head."""
    return _may(access, Permission.SEND_PLANS, plan)


def may_send_to_approve(access: Access, plan: Plan) -> bool:
    """Whether this person sends the plan to those who approve it: what the head approves, leaders send.

    By the level at which the school is now, as in `services.approving`. At most one query.
    """
    if may_send_plan(access, plan):
        return True
    return may_write_plan(access, plan) and Role.HEAD in approvers_of(plan)


def approvers_of(plan: Plan) -> tuple[str, ...]:
    """The roles that a plan sent today goes to, in order: by its kind, and by the level of its school. One query."""
    strategy, kind = strategy_in(plan), kind_of(plan)
    if strategy is None or kind is None:
        return ()
    return approvers(strategy, kind, levels_of([plan.school]).get(plan.school.pk, {}) if plan.school else {})


def _may(access: Access, permission: Permission, plan: Plan) -> bool:
    return access.may_everywhere(permission) if plan.school_id is None else access.may(permission, plan.school_id)


def others_to_stand_in(access: Access, plan: Plan) -> list[Plan]:
    """The other open plans of the school that this person writes, into which an action can be moved. One query."""
    rows = readable_plans(access).filter(school=plan.school_id, state=Plan.State.OPEN, strategy_version__isnull=False)
    return [one for one in rows.exclude(pk=plan.pk) if may_write_plan(access, one)]


def require_writer(access: Access, plan: Plan) -> None:
    """Raise PermissionDenied, which names the roles that may, for who does not write the plan."""
    if not may_write_plan(access, plan):
        raise PermissionDenied(who_may(Permission.WRITE_PLANS))


def require_sender(access: Access, plan: Plan, may: Callable[[Access, Plan], bool] = may_send_plan) -> None:
    """The same for who does not send it."""
    if not may(access, plan):
        raise PermissionDenied(who_may(Permission.SEND_PLANS))


def kind_of(plan: Plan) -> PlanType | None:
    """The kind as its strategy had it when the plan was begun; None where it only holds what was agreed elsewhere."""
    if plan.strategy_version is None:
        return None
    return next((one for one in plan.strategy_version.strategy.plan_types if one.key == plan.kind), None)


def strategy_in(plan: Plan) -> Strategy | None:
    """The strategy in whose words it is written; None for one that nobody has begun to write."""
    return plan.strategy_version.strategy if plan.strategy_version else None


def kinds_to_begin(
    school: School, *, today: date, followed: Followed | None = None, proposed: bool = False
) -> tuple[StrategyVersion | None, list[PlanType]]:
    """The version the school follows, and the kinds of plan of it that it has no open one of. Four queries.

    A school has the kinds of its level, and those that its stage on a ladder asks for. `proposed`: also those of a
    stage that it is proposed for, which who sees proposals begins (S0-36).
    """
    version = strategy_of(school, today, followed)
    if version is None:
        return None, []
    return version, _not_begun(_kinds_of(school, version.strategy, proposed=proposed), school)


def _kinds_of(school: School, strategy: Strategy, *, proposed: bool = False) -> list[PlanType]:
    levels = levels_of([school]).get(school.pk, {})
    return [*kinds_for(strategy, levels), *_asked_by_stages(school, strategy, proposed=proposed)]


def trust_kinds_to_begin(
    *, today: date, followed: Followed | None = None
) -> tuple[StrategyVersion | None, list[PlanType]]:
    """The version the trust follows, and the kinds of plan for the trust itself that none is open of. Two queries."""
    version = (followed or Followed.read()).by_trust(today)
    return (version, _not_begun(version.strategy.trust_plans, None)) if version else (None, [])


def _not_begun(kinds: Iterable[PlanType], school: School | None) -> list[PlanType]:
    rows = Plan.objects.filter(school=school, state=Plan.State.OPEN, strategy_version__isnull=False)
    begun = set(rows.values_list("kind", flat=True))
    return list({one.key: one for one in kinds if one.key not in begun}.values())


def _asked_by_stages(school: School, strategy: Strategy, *, proposed: bool) -> list[PlanType]:
    if not strategy.ladders:
        return []
    outcome = StageChange.Outcome
    which = Q(concern__state=Concern.State.OPEN, outcome=outcome.AGREED)
    which = which | Q(outcome=outcome.WAITING) if proposed else which
    steps = StageChange.objects.filter(which, concern__school=school)
    latest = steps.order_by("concern", "outcome", "-decided_at", "-pk").distinct("concern", "outcome")
    at = set(latest.values_list("concern__ladder", "stage"))
    asked = {stage.plan for ladder in strategy.ladders for stage in ladder.stages if (ladder.key, stage.key) in at}
    return [one for one in strategy.plan_types if one.key in asked]


@dataclass(frozen=True)
class Without:
    """A school that has not begun the plan that every school has."""

    school: School
    kind: PlanType


def schools_without(access: Access, *, today: date, followed: Followed) -> list[Without]:
    """For who reads all plans, the schools of the trust that have no open plan of the usual kind. One query."""
    if not access.may_everywhere(Permission.SEE_PLANS):
        return []
    begun = Plan.objects.filter(school=OuterRef("pk"), state=Plan.State.OPEN, strategy_version__isnull=False)
    rows = School.objects.on(today).annotate(begun=ArraySubquery(begun.values("kind"))).order_by("name", "pk")
    usual = ((one, followed.by(one, today)) for one in rows)
    asked = [(one, version.strategy.usual_plan) for one, version in usual if version]
    return [Without(one, kind) for one, kind in asked if kind and kind.key not in one.begun]


def may_follow(plan: Plan, *, today: date, followed: Followed) -> bool:
    """Whether the strategy has a next plan of the kind, for the school as it stands or the trust. Two queries."""
    if plan.school is None:
        version = followed.by_trust(today)
        return version is not None and any(one.key == plan.kind for one in version.strategy.trust_plans)
    version = followed.by(plan.school, today)
    if version is None:
        return False
    return any(one.key == plan.kind for one in _kinds_of(plan.school, version.strategy))


def priorities_of(plans: Sequence[Plan]) -> dict[int, list[Priority]]:
    """By plan, its priorities with their targets, without those that were left. Two queries."""
    stages = Prefetch("milestones", Milestone.objects.select_related("said_by__user").order_by("by_on", "pk"))
    found: dict[int, list[Priority]] = {}
    for priority in Priority.objects.filter(plan__in=plans, dropped_at=None).prefetch_related(stages):
        found.setdefault(priority.plan_id, []).append(priority)
    return found
