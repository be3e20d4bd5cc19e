"""Plans on their way through the people who approve them: what was sent, where it stands, and who answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from plans.models import ApprovalStep, Plan, PlanEdition, PlanPaper
from plans.models.approval import WRITERS
from plans.queries.conditions import left_of_step
from plans.queries.plans import kind_of, may_write_plan
from plans.rules.chain import Rung, may_answer
from plans.rules.document import Document, changes, with_ends
from schools.access import ROLES, Access
from schools.models import AuditEntry, Membership, RoleGrant

WRITTEN = (
    "plan.priority",
    "plan.priority_left",
    "plan.action",
    "plan.action_moved",
    "plan.checklist",
    "plan.paper",
    "plan.paper_away",
)
"""Acts by which somebody writes in a plan; of the prose of its sections `Plan.typed_by` keeps who wrote, and when."""


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
        return next((one for one in self.steps if one.outcome in ApprovalStep.ENDS), None)

    @property
    def is_approved(self) -> bool:
        return all(one.outcome in ApprovalStep.AGREED for one in self.steps)

    @property
    def conditions(self) -> list[ApprovalStep]:
        """The steps that agreed with conditions."""
        return [one for one in self.steps if one.outcome == ApprovalStep.Outcome.CONDITIONS]

    @property
    def waits_for_conditions(self) -> bool:
        """Whether one of its conditions is still to be met, or to be confirmed."""
        return any(one.has_conditions_left for one in self.steps)  # type: ignore[attr-defined]  # by _editions


def with_editions(plans: QuerySet[Plan]) -> QuerySet[Plan]:
    """The same plans, with their editions and steps. Two queries more."""
    return plans.prefetch_related(Prefetch("editions", _editions()))


def _editions() -> QuerySet[PlanEdition]:
    rows = ApprovalStep.objects.with_holders().annotate(has_conditions_left=left_of_step())
    steps = Prefetch("steps", rows.select_related("by__user").order_by("position"))
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


def written_by(plan: Plan, approvals: Sequence[Approval]) -> set[int]:
    """The memberships of who began the plan, and of who wrote in it since it was last approved. One query."""
    since = next((one.edition.sent_at for one in approvals if one.is_approved), None)
    acts = AuditEntry.objects.filter(about=Plan._meta.label_lower, about_id=plan.pk, did__in=WRITTEN).exclude(by=None)
    acts = acts.filter(at__gt=since) if since else acts
    marks = [(int(who), datetime.fromisoformat(at)) for who, at in plan.typed_by.items()]
    typed = {who for who, at in marks if since is None or at > since}
    began = {plan.begun_by_id} if plan.begun_by_id else set()
    return began | typed | set(acts.values_list("by", flat=True))


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
    if not last.conditions:
        return Standing("agreed", "Approved")
    return Standing("agreed", "Approved with conditions" if last.waits_for_conditions else "Approved, conditions met")


def document_for(access: Access, plan: Plan, live: Document, last: Approval | None) -> Document:
    """What this person reads: the plan as it stands. Who does not write it: as it was sent, while it is changed."""
    if not plan.is_open or last is None or may_write_plan(access, plan) or not changes(last.edition.document, live):
        return live
    return with_ends(last.edition.document, live)


def papers_of(access: Access, plan: Plan) -> QuerySet[PlanPaper]:
    """The documents of a plan that this person reads: who does not write it, those that it was sent with."""
    rows = PlanPaper.objects.filter(plan=plan)
    if may_write_plan(access, plan) or not plan.is_open:
        return rows
    sent = plan.editions.values_list("document", flat=True)
    return rows.filter(pk__in=[one["id"] for document in sent for one in document.get("papers", ())])


def why_not_answer(access: Access, plan: Plan, approval: Approval) -> str:
    """Why this person does not answer the step that waits, as a sentence; empty for one who may."""
    step = approval.waiting
    if step is None:
        return "Nothing of this plan waits to be approved."
    assert plan.strategy_version is not None  # a plan that was sent was begun
    stands_in = not may_answer((step.role,), access.roles, school=plan.school_id)
    if stands_in and not may_answer(step.instead, access.roles, school=plan.school_id):
        return "This plan waits for somebody with another role."
    if access.membership.pk in approval.edition.writers:
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
