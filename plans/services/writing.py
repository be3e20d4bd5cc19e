"""What is done while a plan is written: begun, its prose kept, its priorities, milestones and actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone

from plans.models import Action, Plan, Priority
from plans.queries.answerable import Answers
from plans.queries.concerns import sees_proposals
from plans.queries.delegation import require_writes
from plans.queries.plans import kinds_to_begin, strategy_in, trust_kinds_to_begin
from plans.queries.position import prefilled
from plans.rules.aiming import check_fault, day_fault
from reviews.queries.reviews import levels_of
from schools.access import access_of
from schools.audit import record_act
from schools.filled import Value
from schools.models import Membership, School, Trust
from schools.rules import academic_year
from schools.services.filling import SavedAnswers, keep_answers
from schools.tenancy import current_trust_id
from schools.words import cut

from .acting import NewAction, check_action
from .aiming import StageEntry, check_aims, keep_milestones
from .following import take_up
from .marking import check_unchanged
from .news import tell_owners
from .tying import answer, tie_to_visit

CLOSED = "This plan is closed. Nothing of it changes any more."


@dataclass(frozen=True)
class PriorityEntry:
    """A priority as it is typed, with its milestones."""

    label: str
    change: str = ""
    success: str = ""
    criterion: str = ""
    milestones: Sequence[StageEntry] = ()


@dataclass(frozen=True)
class ActionEntry:
    """An action of a plan as it is typed. `budget` is in pounds; without `answers` what it answers is as it was."""

    action: NewAction
    priority: Priority | None = None
    success: str = ""
    budget: Decimal | None = None
    training: str = ""
    appraisal: bool = False
    plan: Plan | None = None  # another of the school, in which it is to stand from now on
    answers: Answers | None = None


def begin_plan(school: School | None, kind: str, *, by: Membership) -> Plan:
    """Begin a plan of a kind the school has, or take up the one that so far only holds what was agreed elsewhere.

    Without a school it is a plan of the trust itself. A positional analysis begins with what is known of the school.

    Raises ValidationError where the strategy has no such kind for the school, or one is open already.
    """
    today = timezone.localdate()
    if school is None:
        version, kinds = trust_kinds_to_begin(today=today)
    else:
        access = access_of(by.user)
        proposed = access is not None and sees_proposals(access)
        version, kinds = kinds_to_begin(school, today=today, proposed=proposed)
    found = next((one for one in kinds if one.key == kind), None)
    if version is None or found is None:
        raise ValidationError("A plan of this kind is open already, or there is none of this kind here.")
    require_writes(school, version.strategy, by=by)
    _one_at_a_time(school)
    plan = Plan.objects.filter(school=school, kind=kind, state=Plan.State.OPEN).first()
    plan = plan or Plan(school=school, kind=kind, title=found.label[:200], year=academic_year(today))
    if plan.strategy_version_id:
        raise ValidationError("Somebody has just begun this plan.")
    record_act("plan.begun", plan if plan.pk else Plan, by=by, school=school, after=found.label, label=plan.title)
    plan.strategy_version, plan.begun_by = version, by
    plan.answers = {**prefilled(found, school, by=by, today=today), **plan.answers}
    plan.save()
    if found.checklists and school is not None:
        take_up(school, version, levels_of([school]).get(school.pk, {}), by=by)
    return plan


def _one_at_a_time(school: School | None) -> None:
    """Of two who begin a plan at once, the second finds that of the first."""
    if school is not None:
        School.objects.select_for_update().get(pk=school.pk)
    else:
        Trust.objects.select_for_update().get(pk=current_trust_id() or 0)


def locked_plan(plan: Plan) -> Plan:
    """The plan as it stands now; of two changes at once the second waits."""
    rows = Plan.objects.select_for_update(of=("self",)).select_related("trust", "school__trust", "strategy_version")
    return rows.get(pk=plan.pk)


def open_plan(plan: Plan, *, by: Membership | None = None) -> Plan:
    """The plan, locked; with `by`, for somebody who writes it. Raises ValidationError once it is closed.

    Raises PermissionDenied where the school's level leaves the writing to others (`queries.delegation`).
    """
    locked = locked_plan(plan)
    if by is not None:
        require_writes(locked.school, strategy_in(locked), by=by)
    if locked.state != Plan.State.OPEN:
        raise ValidationError(CLOSED)
    return locked


def save_sections(
    plan: Plan,
    typed: Mapping[str, Value | None],
    *,
    by: Membership,
    version: int,
    base: Mapping[str, Value | None] | None = None,
) -> SavedAnswers:
    """Keep the prose of a plan, as a draft is kept. Raises ValidationError once it is closed."""
    row = open_plan(plan, by=by)
    before = row.version
    saved = keep_answers(row, typed, by=by, version=version, base=base)
    if row.version != before:
        row.typed_by = {**row.typed_by, str(by.pk): saved.at.isoformat()}
        row.save(update_fields=["typed_by"])
    return saved


def write_priority(
    plan: Plan, entry: PriorityEntry, *, by: Membership, priority: Priority | None = None, seen: str = ""
) -> Priority:
    """Add a priority to the end, or write one anew; its milestones become those of the entry.

    `seen` is the `mark_of` what was read before. Raises ValidationError where the plan is closed, the strategy lacks
    what is named, the priority was left, or reads otherwise by now.
    """
    locked = open_plan(plan, by=by)
    _check_entry(locked, entry)
    check_aims(locked, entry.milestones, priority)
    last = locked.priorities.aggregate(last=Max("position"))["last"] or 0
    row = Priority(plan=locked, position=last + 1)
    if priority is not None:
        row = Priority.objects.select_for_update().get(pk=priority.pk)
        if row.dropped_at:
            raise ValidationError("This priority was left already.")
        check_unchanged(row, seen)
    before = row.label if row.pk else ""
    record_act("plan.priority", locked, by=by, school=locked.school, before=before, after=entry.label)
    row.label, row.change, row.success = entry.label, entry.change, entry.success
    row.criterion = entry.criterion
    row.save()
    keep_milestones(row, entry.milestones)
    return row


def _check_entry(plan: Plan, entry: PriorityEntry) -> None:
    strategy = strategy_in(plan)
    if entry.criterion and (strategy is None or entry.criterion not in strategy.criterion_by_key):
        raise ValidationError({"criterion": "Choose one of the list."})
    known = strategy.measure_by_key if strategy else {}
    if any(one.measure and one.measure not in known for one in entry.milestones):
        raise ValidationError("Choose a measure of the list.")


def drop_priority(priority: Priority, *, by: Membership, why: str) -> Priority:
    """Leave a priority, with a reason. It stays on record; its open actions serve none from then on."""
    locked = open_plan(priority.plan, by=by)
    if priority.dropped_at:
        raise ValidationError("This priority was left already.")
    if not why.strip():
        raise ValidationError({"why": "Say why it is left"})
    record_act("plan.priority_left", locked, by=by, school=locked.school, before=priority.label, why=why.strip())
    priority.dropped_at = timezone.now()
    priority.save(update_fields=["dropped_at"])
    return priority


def _check_days_to_come(entry: NewAction, row: Action) -> None:
    """Raise ValidationError by field where a day that is new is past; one that stood there before may stay."""
    today, wrong = timezone.localdate(), {}
    if entry.due_on and entry.due_on != row.due_on and (fault := day_fault(entry.due_on, today=today)):
        wrong["due_on"] = fault
    check = entry.impact_check_on
    if check and (fault := check_fault(check, row.impact_check_on, today=today)):
        wrong["impact_check_on"] = fault
    if wrong:
        raise ValidationError(wrong)


def write_action(
    plan: Plan, entry: ActionEntry, *, by: Membership, action: Action | None = None, seen: str = ""
) -> Action:
    """Add an action, or write an open one anew, also into another open plan of the school.

    `seen` is the `mark_of` what was read before. Raises ValidationError where the plan or the action is closed, nobody
    sees to it, its days do not follow, the priority or what it answers is none it can have, or it reads otherwise by
    now. Who sees to it from now on hears of it.
    """
    locked, stands_in = _both(plan, entry.plan if action else None, by=by)
    check_action(entry.action)
    if entry.priority is not None and entry.priority.plan_id != stands_in.pk:
        raise ValidationError({"priority": "Choose a priority of this plan"})
    row = Action(plan=locked, is_draft=True)
    if action is not None:
        row = Action.objects.select_for_update().get(pk=action.pk)
        if not row.is_open:
            raise ValidationError("This action is closed. Its words stay as they were.")
        check_unchanged(row, seen)
        if row.plan_id != locked.pk:
            raise ValidationError("This action stands in another plan by now. Change it there.")
    _check_days_to_come(entry.action, row)
    answer(row, entry.answers, locked.school)
    before, saw_to_it = cut(row.what, 120) if row.pk else "", row.owner_id
    label = cut(entry.action.what, 120)
    if stands_in != locked:
        into = f"into “{stands_in.title}”"
        record_act("plan.action_moved", locked, by=by, school=locked.school, before=before, after=into)
        row.is_draft = True  # until that plan is sent
    record_act("plan.action", stands_in, by=by, school=locked.school, before=before, after=label)
    for name, value in {**vars(entry.action), "plan": stands_in, "priority": entry.priority}.items():
        setattr(row, name, value)
    row.success, row.budget, row.training = entry.success, entry.budget, entry.training
    if row.appraisal and not entry.appraisal and row.appraised_in.exists():
        raise ValidationError(
            {"appraisal": "It is an objective of an appraisal. Whoever leads that takes it out there."}
        )
    row.appraisal = entry.appraisal
    row.save()
    tie_to_visit(row, entry.answers)
    if row.owner_id != saw_to_it:
        tell_owners([row], by=by)
    return row


def _both(plan: Plan, other: Plan | None, *, by: Membership) -> tuple[Plan, Plan]:
    """The plan of an action, and the one in which it is to stand, locked in the order in which everybody locks them."""
    locked = {one.pk: open_plan(one, by=by) for one in sorted({plan, other or plan}, key=lambda one: one.pk)}
    found, to = locked[plan.pk], locked[(other or plan).pk]
    if to != found and (to.school_id != found.school_id or to.strategy_version_id is None):
        raise ValidationError({"plan": "Choose an open plan of the same school"})
    return found, to
