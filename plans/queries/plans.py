"""Plans: who reads which, what one says as a whole document, and how its approval stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from evidence.rules.arithmetic import in_words
from plans.models import Action, Concern, Milestone, Plan, PlanEdition, PlanPaper, Priority, StageChange
from plans.rules.chain import kinds_for, may_approve
from plans.rules.document import Document, Focus, Line, Paper, Section, Stage
from reviews.queries.reviews import levels_of
from schools.access import Access, Permission, where_may, who_may
from schools.models import School, StrategyVersion
from schools.queries import Followed, strategy_of
from schools.strategy import Role, Strategy
from schools.strategy.provision import PlanType, section_key
from schools.words import on


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
    """Whether this person sends the plan to those who approve it: what the head approves, leaders send."""
    strategy, kind = strategy_in(plan), kind_of(plan)
    to_head = strategy is not None and kind is not None and Role.HEAD in may_approve(strategy, kind)
    return may_send_plan(access, plan) or (to_head and may_write_plan(access, plan))


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
    school: School, *, today: date, followed: Followed | None = None
) -> tuple[StrategyVersion | None, list[PlanType]]:
    """The version the school follows, and the kinds of plan of it that it has no open one of. Four queries.

    A school has the kinds of its level, and those that its stage on a ladder asks for.
    """
    version = strategy_of(school, today, followed)
    if version is None:
        return None, []
    return version, _not_begun(_kinds_of(school, version.strategy), school)


def _kinds_of(school: School, strategy: Strategy) -> list[PlanType]:
    levels = levels_of([school]).get(school.pk, {})
    return [*kinds_for(strategy, levels), *_asked_by_stages(school, strategy)]


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


def _asked_by_stages(school: School, strategy: Strategy) -> list[PlanType]:
    if not strategy.ladders:
        return []
    steps = StageChange.objects.filter(concern__school=school, concern__state=Concern.State.OPEN, outcome="agreed")
    latest = steps.order_by("concern", "-decided_at", "-pk").distinct("concern").values_list("concern__ladder", "stage")
    at = set(latest)
    asked = {stage.plan for ladder in strategy.ladders for stage in ladder.stages if (ladder.key, stage.key) in at}
    return [one for one in strategy.plan_types if one.key in asked]


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


def document_of(plan: Plan, priorities: Sequence[Priority] | None = None) -> Document:
    """The plan as it stands, whole. Four queries; two where its `priorities` are known."""
    known = None if priorities is None else {plan.pk: priorities}
    return documents_of([plan], known)[plan.pk]


def documents_of(
    plans: Sequence[Plan], priorities: Mapping[int, Sequence[Priority]] | None = None
) -> dict[int, Document]:
    """Several plans as they stand, by plan. Four queries; two where their `priorities` are known."""
    known = priorities_of(plans) if priorities is None else priorities
    actions: dict[int, list[Action]] = {}
    rows = Action.objects.filter(plan__in=plans).select_related("owner__user", "finding")
    for row in rows.order_by("due_on", "pk"):
        actions.setdefault(row.plan_id, []).append(row)
    papers: dict[int, list[Paper]] = {}
    for pk, plan, name, size in PlanPaper.objects.filter(plan__in=plans, taken_away_at=None).values_list(
        "pk", "plan", "name", "size"
    ):
        papers.setdefault(plan, []).append(Paper(id=pk, name=name, size=size))
    return {
        one.pk: _document(one, known.get(one.pk, []), actions.get(one.pk, []), papers.get(one.pk, [])) for one in plans
    }


def _document(plan: Plan, priorities: Sequence[Priority], actions: Sequence[Action], papers: list[Paper]) -> Document:
    strategy = strategy_in(plan)
    known, lines = {one.pk for one in priorities}, defaultdict[int | None, list[Line]](list)
    for row in actions:
        lines[row.priority_id if row.priority_id in known else None].append(_line(row))
    return Document(
        title=plan.title,
        year=plan.year,
        sections=_sections(kind_of(plan), plan),
        priorities=[_focus(one, strategy, lines[one.pk]) for one in priorities],
        actions=lines[None],
        papers=papers,
    )


def _sections(kind: PlanType | None, plan: Plan) -> list[Section]:
    found = []
    for label in kind.sections if kind else ():
        key, holds = section_key(label), kind.holds.get(label, "") if kind else ""
        found.append(Section(key=key, label=label, holds=holds, text=str(plan.answers.get(key) or "")))
    return found


def _focus(row: Priority, strategy: Strategy | None, actions: list[Line]) -> Focus:
    criterion = strategy.criterion_by_key.get(row.criterion) if strategy else None
    return Focus(
        id=row.pk,
        label=row.label,
        change=row.change,
        success=row.success,
        criterion=criterion.label if criterion else "",
        milestones=[_stage(one, strategy) for one in row.milestones.all()],
        actions=actions,
    )


def _stage(row: Milestone, strategy: Strategy | None) -> Stage:
    return Stage(
        id=row.pk, by=on(row.by_on), words=row.words, measure=row.measure, group=row.group,
        aim=aim_words(row, strategy),
    )  # fmt: skip


def aim_words(row: Milestone, strategy: Strategy | None) -> str:
    """For example “Attendance: 95.5%” or “Phonics, disadvantaged pupils: 80%”; blank for one in words alone."""
    measure = strategy.measure_by_key.get(row.measure) if strategy else None
    if measure is None or row.value is None:
        return ""
    group = strategy.group_by_key.get(row.group) if strategy and row.group != "all" else None
    of = f", {group.label[:1].lower()}{group.label[1:]}" if group else ""
    typed = -int(row.value.normalize().as_tuple().exponent)  # a target is shown as exactly as it was set
    return f"{measure.label}{of}: {in_words(row.value, max(measure.decimals, typed), measure.unit_shown)}"


def _line(row: Action) -> Line:
    return Line(
        id=row.pk,
        what=row.what,
        owner=row.seen_to_by if row.owner_id or row.owner_words else "",
        due=on(row.due_on) if row.due_on else "",
        check=on(row.impact_check_on) if row.impact_check_on else "",
        success=row.success,
        budget=f"{row.budget:,.2f}".removesuffix(".00") if row.budget is not None else "",
        training=row.training,
        support=row.support,
        finding=row.finding.text if row.finding else "",
        appraisal="Also a target of an appraisal" if row.appraisal else "",
        verdict=row.get_verdict_display() if row.verdict else "",
        closed=on(timezone.localdate(row.closed_at)) if row.closed_at else "",
    )
