"""Plans: who reads which, what one says as a whole document, and how its approval stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from evidence.rules.arithmetic import in_words
from plans.models import Action, ApprovalStep, Concern, Milestone, Plan, PlanEdition, PlanPaper, Priority, StageChange
from plans.models.approval import WRITERS
from plans.rules.chain import Rung, kinds_for, may_answer
from plans.rules.document import Document, Focus, Line, Paper, Section, Stage, changes
from reviews.queries.reviews import levels_of
from schools.access import ROLES, Access, Permission, where_may, who_may
from schools.models import Membership, RoleGrant, School, StrategyVersion
from schools.queries import Followed, strategy_of
from schools.strategy import Strategy
from schools.strategy.provision import PlanType, section_key
from schools.words import on


def readable_plans(access: Access) -> QuerySet[Plan]:
    """The plans of the schools whose plans this person reads, and for who reads all of them the trust's own.

    One that was never sent is read by those who write it alone. One without a version holds what was agreed elsewhere.
    """
    sent = Exists(PlanEdition.objects.filter(plan=OuterRef("pk")))
    read = where_may(access, Permission.WRITE_PLANS) | Q(strategy_version=None) | Q(state=Plan.State.CLOSED) | sent
    rows = Plan.objects.filter(where_may(access, Permission.SEE_PLANS)).filter(read)
    rows = rows.select_related("trust", "school__trust", "strategy_version", "begun_by__user", "closed_by__user")
    return rows.defer("strategy_version__text", "strategy_version__document").order_by("school__name", "title", "pk")


def may_write_plan(access: Access, plan: Plan) -> bool:
    """Whether this person writes the plan; the trust's own is written by those who write in every school."""
    return _may(access, Permission.WRITE_PLANS, plan)


def may_send_plan(access: Access, plan: Plan) -> bool:
    """Whether this person sends the plan and its progress, and closes it: leaders of a school write for their head."""
    return _may(access, Permission.SEND_PLANS, plan)


def _may(access: Access, permission: Permission, plan: Plan) -> bool:
    return access.may_everywhere(permission) if plan.school_id is None else access.may(permission, plan.school_id)


def require_writer(access: Access, plan: Plan) -> None:
    """Raise PermissionDenied, which names the roles that may, for who does not write the plan."""
    if not may_write_plan(access, plan):
        raise PermissionDenied(who_may(Permission.WRITE_PLANS))


def require_sender(access: Access, plan: Plan) -> None:
    """The same for who does not send it."""
    if not may_send_plan(access, plan):
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


def rules_checked(plan: Plan, step: ApprovalStep) -> tuple[str, ...]:
    """The rules of a good plan that whoever answers this step goes through, in the order of the strategy (S3-28)."""
    kind = kind_of(plan)
    return kind.quality_rules if kind is not None and kind.checked_by == step.role else ()


@dataclass(frozen=True)
class Approval:
    """How the last edition stands: its steps, and the one that waits to be answered."""

    edition: PlanEdition
    steps: tuple[ApprovalStep, ...]

    @property
    def waiting(self) -> ApprovalStep | None:
        """The first that nobody has answered, unless one before it has sent the plan back."""
        if self.ended:
            return None
        return next((one for one in self.steps if one.is_waiting), None)

    @property
    def ended(self) -> ApprovalStep | None:
        """The step that returned it, or took it back."""
        ends = (ApprovalStep.Outcome.RETURNED, ApprovalStep.Outcome.WITHDRAWN)
        return next((one for one in self.steps if one.outcome in ends), None)

    @property
    def is_approved(self) -> bool:
        return all(one.outcome in ApprovalStep.AGREED for one in self.steps)

    @property
    def conditions(self) -> list[ApprovalStep]:
        return [one for one in self.steps if one.outcome == ApprovalStep.Outcome.CONDITIONS]


def with_editions(plans: QuerySet[Plan]) -> QuerySet[Plan]:
    """The same plans, with their editions and steps. Two queries more."""
    return plans.prefetch_related(Prefetch("editions", _editions()))


def _editions() -> QuerySet[PlanEdition]:
    steps = Prefetch("steps", ApprovalStep.objects.with_holders().select_related("by__user").order_by("position"))
    return PlanEdition.objects.select_related("sent_by__user").prefetch_related(steps).order_by("-number")


def editions_of(plan: Plan) -> list[Approval]:
    """The latest first. No query on one of `with_editions`."""
    return [Approval(one, tuple(one.steps.all())) for one in plan.editions.all()]


def approvals_of(plans: Sequence[Plan]) -> dict[int, list[Approval]]:
    """By plan, its editions as they stand now, the latest first. Two queries."""
    found: dict[int, list[Approval]] = {one.pk: [] for one in plans}
    for edition in _editions().filter(plan__in=list(found)):
        found[edition.plan_id].append(Approval(edition, tuple(edition.steps.all())))
    return found


def why_not_send(approvals: Sequence[Approval], document: Document) -> str:
    """Why the plan as it stands has nobody to go to, as a sentence; empty where it can be sent."""
    last = approvals[0] if approvals else None
    if last is None:
        return ""
    if last.waiting is not None:
        role = last.waiting.role_label.lower()
        return f"This plan waits for the {role}. Take it back first, if you want to send it anew."
    if last.is_approved and not changes(last.edition.document, document):
        return "Nothing has changed since it was approved."
    return ""


def rules_to_check(plan: Plan) -> tuple[str, ...]:
    """The rules that whoever answers the step that waits goes through. Two queries."""
    waiting = next((one.waiting for one in approvals_of([plan]).get(plan.pk, []) if one.waiting), None)
    return rules_checked(plan, waiting) if waiting else ()


@dataclass(frozen=True)
class Standing:
    """Where a plan stands: the state of a chip, and words."""

    chip: str
    words: str


def standing_of(approvals: Sequence[Approval]) -> Standing:
    """“Waits for the chief executive”, “Approved”, “Being written”. `approvals`: the latest first."""
    last = approvals[0] if approvals else None
    if last is None:
        return Standing("draft", "Being written")
    if last.waiting is not None:
        return Standing("submitted", f"Waits for the {last.waiting.role_label.lower()}")
    if last.ended is not None:
        return Standing("returned", str(last.ended.get_outcome_display()))
    return Standing("agreed", "Approved with conditions" if last.conditions else "Approved")


def document_for(access: Access, plan: Plan, live: Document, last: Approval | None) -> Document:
    """What this person reads: the plan as it stands. Who does not write it: as it was sent, while it is changed."""
    if not plan.is_open or last is None or may_write_plan(access, plan) or not changes(last.edition.document, live):
        return live
    document: Document = last.edition.document
    return document


def why_not_answer(access: Access, plan: Plan, approval: Approval) -> str:
    """Why this person does not answer the step that waits, as a sentence; empty for one who may."""
    step = approval.waiting
    if step is None:
        return "Nothing of this plan waits to be approved."
    assert plan.strategy_version is not None  # a plan that was sent was begun
    stands_in = not may_answer((step.role,), access.roles, school=plan.school_id)
    if stands_in and not may_answer(step.instead, access.roles, school=plan.school_id):
        return "This plan waits for somebody with another role."
    if access.membership.pk in (approval.edition.sent_by_id, plan.begun_by_id):
        return "You have written or sent this plan, so somebody else answers."
    if ROLES[step.role].whole_trust and any(one in WRITERS and at == plan.school_id for one, at in access.roles):
        return "You lead this school, so somebody else answers for the trust."
    if any(one.by_id == access.membership.pk for one in approval.steps):
        return "You have answered an earlier step of this plan, so somebody else answers this one."
    if stands_in and step.has_holder:
        return f"The {step.role_label.lower()} answers this. You stand in where nobody with that role can."
    return ""


@dataclass(frozen=True)
class Able:
    """Who can answer a step: by their role, and instead of those."""

    holders: tuple[Membership, ...]
    instead: tuple[Membership, ...]

    @property
    def now(self) -> tuple[Membership, ...]:
        """Those whose turn it is: who stands in only where nobody who holds the role can."""
        return self.holders or self.instead


def able_to_answer(plan: Plan, rungs: Iterable[Rung], *, besides: Collection[int]) -> list[Able]:
    """For each step, who can answer it. One query."""
    rungs = list(rungs)
    roles = {role for rung in rungs for role in (rung.role, *rung.instead)}
    grants = RoleGrant.objects.current().filter(role__in=roles).exclude(membership__in=besides)
    if plan.school_id is None:
        grants = grants.filter(school=None)
    else:
        leads = RoleGrant.objects.current().filter(role__in=WRITERS, school=plan.school_id)
        grants = grants.filter(Q(school=None) | Q(school=plan.school_id))
        grants = grants.exclude(school=None, membership__in=leads.values("membership"))
    held: dict[str, dict[int, Membership]] = {}
    for grant in grants.select_related("membership__user"):
        held.setdefault(grant.role, {})[grant.membership_id] = grant.membership
    return [Able(_holding(held, (rung.role,)), _holding(held, rung.instead)) for rung in rungs]


def _holding(held: Mapping[str, Mapping[int, Membership]], roles: Iterable[str]) -> tuple[Membership, ...]:
    return tuple({pk: one for role in roles for pk, one in held.get(role, {}).items()}.values())
