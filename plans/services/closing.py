"""A plan at its end: judged with the evidence, its open actions judged or carried over into the next of its kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from plans.models import CLOSING, Action, Milestone, Plan, Priority, Verdict
from plans.queries.approvals import approvals_of
from plans.queries.documents import document_of
from schools.access import ROLES
from schools.audit import record_act
from schools.models import Membership
from schools.words import counted, cut
from schools.words import on as day_words

from .acting import LONGEST_NOTE, check_early, check_evidence, check_verdict, is_early, judge
from .writing import begin_plan, open_plan

CARRY = "carry"
"""In the place of a verdict on an action: it goes into the next plan."""


@dataclass(frozen=True)
class Ending:
    """What becomes of an open action: a verdict in words with what shows it, or `carry`."""

    what: str
    note: str = ""
    why_early: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class Close:
    """How a plan ends. `again_on`: the new day where it is too early to tell; `keep`: priorities that go on."""

    verdict: str
    note: str
    evidence: str = ""
    again_on: date | None = None
    begin_next: bool = False
    keep: Sequence[int] = ()
    endings: Mapping[int, Ending] = field(default_factory=dict)


def close_plan(plan: Plan, close: Close, *, by: Membership) -> Plan:
    """Judge the plan. Too early to tell leaves it open with a new day; otherwise it is closed, whole and for good.

    The plan that takes its place, where one is begun, or the plan itself. Raises ValidationError by field.
    """
    locked = open_plan(plan, by=by)
    note = close.note.strip()
    check_verdict(close.verdict, note, close.again_on)
    if close.verdict == Verdict.TOO_EARLY:
        return _look_again(locked, close, note, by=by)
    _check_closing(locked, close)
    actions = list(Action.objects.select_for_update().filter(plan=locked, state=Action.State.OPEN).order_by("pk"))
    _check_endings(actions, close)
    document = document_of(locked)
    after = str(Verdict(close.verdict).label)
    record_act("plan.closed", locked, by=by, school=locked.school, after=after, why=note, label=locked.title)
    for action in actions:
        ending = close.endings[action.pk]
        if ending.what != CARRY:
            early = ending.why_early.strip() if is_early(action, ending.what, today=timezone.localdate()) else ""
            note_on, shown = ending.note.strip(), ending.evidence.strip()
            judge(action, by=by, verdict=ending.what, note=note_on, evidence=shown, why_early=early)
    _end(locked, close, note, by=by)
    locked.state, locked.closed_at, locked.closed_by = Plan.State.CLOSED, timezone.now(), by
    locked.final, locked.update_due_on = document, None
    locked.save()
    locked.actions.filter(is_draft=True).update(is_draft=False)  # a closed plan is read by everybody who reads plans
    carried = [action for action in actions if close.endings[action.pk].what == CARRY]
    return _next(locked, carried, close, by=by) if close.begin_next else locked


def _look_again(plan: Plan, close: Close, note: str, *, by: Membership) -> Plan:
    after = f"{Verdict.TOO_EARLY.label}; again on {day_words(close.again_on)}" if close.again_on else ""
    record_act("plan.looked_at", plan, by=by, school=plan.school, after=after, why=note, label=plan.title)
    _end(plan, close, note, by=by)
    plan.ends_on = close.again_on
    plan.save()
    return plan


def _end(plan: Plan, close: Close, note: str, *, by: Membership) -> None:
    plan.verdict, plan.verdict_note, plan.verdict_evidence = close.verdict, note, close.evidence.strip()


def _check_closing(plan: Plan, close: Close) -> None:
    if plan.strategy_version_id is None:
        raise ValidationError("Begin to write this plan first.")
    check_evidence(close.evidence, needed=True)
    waiting = next((one.waiting for one in approvals_of([plan]).get(plan.pk, []) if one.waiting), None)
    if waiting is not None:
        role = ROLES[waiting.role].label.lower()
        raise ValidationError(f"This plan waits for the {role}. Take it back first, if you want to close it.")


def _check_endings(actions: Sequence[Action], close: Close) -> None:
    """Every open action is judged or carried over; nothing is carried to nowhere."""
    for action in actions:
        ending, name = close.endings.get(action.pk, Ending("")), f"action-{action.pk}"
        of = f"“{cut(action.what, 60)}”"
        if ending.what not in (*CLOSING, CARRY):
            raise ValidationError({f"{name}-what": f"Say whether it worked, or carry it over: {of}"})
        if ending.what == CARRY:
            if not close.begin_next:
                raise ValidationError({f"{name}-what": "To carry it over, begin the next plan as well"})
            continue
        if not ending.note.strip():
            raise ValidationError({f"{name}-note": f"Say in a sentence what you saw: {of}"})
        if len(ending.note) > LONGEST_NOTE:
            raise ValidationError({f"{name}-note": f"Use at most {LONGEST_NOTE:,} characters"})
        check_evidence(ending.evidence, needed=True, name=f"{name}-evidence", of=f": {of}")
        if is_early(action, ending.what, today=timezone.localdate()):
            try:
                check_early(action, ending.why_early.strip())
            except ValidationError as refused:
                raise ValidationError({f"{name}-early": refused.messages}) from None


def _next(plan: Plan, carried: Sequence[Action], close: Close, *, by: Membership) -> Plan:
    """Begin the next of the kind, with the priorities that go on and the actions carried over."""
    following = begin_plan(plan.school, plan.kind, by=by)
    following.follows = plan
    following.save(update_fields=["follows"])
    kept = {row.pk: row for row in plan.priorities.filter(dropped_at=None)}
    wanted = set(close.keep) | {one.priority_id for one in carried if one.priority_id in kept}
    fresh: dict[int | None, Priority] = {}
    for place, old in enumerate((row for pk, row in kept.items() if pk in wanted), start=1):
        told = {name: getattr(old, name) for name in ("label", "change", "success", "criterion")}
        fresh[old.pk] = Priority.objects.create(plan=following, position=place, **told)
        _carry_targets(old, fresh[old.pk])
    for action in carried:
        action.plan, action.priority = following, fresh.get(action.priority_id)
        action.save(update_fields=["plan", "priority"])
    return following


def _carry_targets(old: Priority, new: Priority) -> None:
    """Those whose day is still to come, and that nobody has said are met."""
    for stage in old.milestones.filter(by_on__gt=timezone.localdate()).exclude(outcome=Milestone.Outcome.MET):
        told = {name: getattr(stage, name) for name in ("by_on", "words", "measure", "group", "value")}
        Milestone.objects.create(priority=new, **told)


def next_words(plan: Plan, carried: int) -> str:
    """What the page says once the next plan is begun."""
    count = counted(carried, "action")
    return f"Closed. The next {plan.title[:1].lower()}{plan.title[1:]} is begun" + (
        f" with {count}." if carried else "."
    )
