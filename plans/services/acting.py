"""What is done with actions: agreed into the school's plan, and closed with a verdict on their impact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from plans.models import CLOSING, Action, Plan, Verdict
from plans.rules.aiming import check_fault, day_fault, far_fault
from reviews.models import Finding
from schools.audit import record_act
from schools.models import Membership, School
from schools.rules import academic_year
from schools.strategy import Strategy
from schools.words import capital, cut
from schools.words import on as day_words

LONGEST_WHAT = 1000
LONGEST_NOTE = 2000
LONGEST_SUPPORT = 500
LONGEST_WHY = 500


@dataclass(frozen=True)
class NewAction:
    """An action as it is agreed."""

    what: str
    owner: Membership | None = None
    owner_words: str = ""
    due_on: date | None = None
    impact_check_on: date | None = None
    support: str = ""


def plan_of(school: School, strategy: Strategy, *, today: date) -> Plan:
    """The school's open plan that every school may have, made on first use. Call it inside an act."""
    fresh = new_plan(school, strategy, today=today)
    defaults = {"title": fresh.title, "year": fresh.year}
    return Plan.objects.get_or_create(school=school, kind=fresh.kind, state=Plan.State.OPEN, defaults=defaults)[0]


def new_plan(school: School, strategy: Strategy, *, today: date) -> Plan:
    """The plan that every school may have, before it is saved and before anybody begins to write it."""
    usual = strategy.usual_plan
    title = usual.label if usual else capital(strategy.identity.words.plan)
    return Plan(school=school, kind=usual.key if usual else "", title=title[:200], year=academic_year(today))


def add_actions(
    school: School,
    strategy: Strategy,
    actions: Sequence[NewAction],
    *,
    today: date,
    findings: Sequence[Finding | None] = (),
) -> list[Action]:
    """Put what was agreed on a review or a visit into the school's plan, with its finding where there is one.

    Call it inside an act. What each came of stays from then on.

    Raises ValidationError where an action lacks an owner or a day for its impact check, that is before it is due, or a
    day is past or far ahead.
    """
    if not actions:
        return []
    for one in actions:
        check_action(one)
        if one.due_on and (fault := day_fault(one.due_on, today=today)):
            raise ValidationError(f"{fault} It is the day by which this is due: “{cut(one.what, 60)}”.")
        if one.impact_check_on and (fault := check_fault(one.impact_check_on, None, today=today)):
            raise ValidationError(f"{fault} It is the day of the impact check of “{cut(one.what, 60)}”.")
    plan = plan_of(school, strategy, today=today)
    pairs = zip(actions, findings or [None] * len(actions), strict=True)
    return [
        Action.objects.create(plan=plan, finding=finding, is_origin_fixed=True, **vars(one)) for one, finding in pairs
    ]


def check_action(one: NewAction) -> None:
    """Raise ValidationError where an action says nothing, has no owner, or is looked at before it is due."""
    if not one.what.strip():
        raise ValidationError("Say what is to be done.")
    if len(one.what) > LONGEST_WHAT:
        raise ValidationError(f"Use at most {LONGEST_WHAT:,} characters for an action; this has {len(one.what):,}.")
    if one.owner is None and not one.owner_words:
        raise ValidationError(f"Say who sees to it: “{cut(one.what, 60)}”")
    if one.impact_check_on is None:
        raise ValidationError(f"Say when its impact is looked at: “{cut(one.what, 60)}”")
    if one.due_on and one.impact_check_on < one.due_on:
        raise ValidationError(f"The day of the impact check is before the action is due: “{cut(one.what, 60)}”")


def give_verdict(
    action: Action,
    *,
    by: Membership,
    verdict: str,
    note: str,
    evidence: str = "",
    again_on: date | None = None,
    why_early: str = "",
) -> Action:
    """Say whether the action worked, in words, and what shows it. Too early to tell needs a new day, leaves it open.

    Before the day of the impact check a verdict that closes it needs a reason. Raises ValidationError by field.
    """
    locked = Action.objects.select_for_update().get(pk=action.pk)
    note, evidence, why_early = note.strip(), evidence.strip(), why_early.strip()
    if not locked.is_open:
        raise ValidationError("Somebody has closed this action already.")
    check_verdict(verdict, note, again_on)
    check_evidence(evidence, needed=verdict in CLOSING)
    if early := is_early(locked, verdict, today=timezone.localdate()):
        check_early(locked, why_early)
    words = str(Verdict(verdict).label)
    label = cut(locked.what, 120)
    school = action.plan.school
    record_act("action.verdict", locked, by=by, school=school, after=words, why=note, label=label)
    why = why_early if early else ""
    return judge(locked, by=by, verdict=verdict, note=note, evidence=evidence, again_on=again_on, why_early=why)


def judge(
    locked: Action,
    *,
    by: Membership,
    verdict: str,
    note: str,
    evidence: str,
    again_on: date | None = None,
    why_early: str = "",
) -> Action:
    """Write a verdict that has been checked. Call it inside an act."""
    locked.verdict, locked.why_early = verdict, why_early
    locked.verdict_note, locked.verdict_evidence = note, evidence
    if verdict == Verdict.TOO_EARLY:
        locked.impact_check_on = again_on
    else:
        locked.state, locked.closed_at, locked.closed_by = Action.State.DONE, timezone.now(), by
    locked.save()
    return locked


def check_verdict(verdict: str, note: str, again_on: date | None) -> None:
    """Raise ValidationError by field where a verdict is none, has no words, or no day to look again."""
    if verdict not in (*CLOSING, Verdict.TOO_EARLY):
        raise ValidationError({"verdict": "Choose whether it worked"})
    if not note:
        raise ValidationError({"note": "Say in a sentence what you saw"})
    if len(note) > LONGEST_NOTE:
        raise ValidationError({"note": f"Use at most {LONGEST_NOTE:,} characters; this has {len(note):,}"})
    if verdict == Verdict.TOO_EARLY and (again_on is None or again_on <= timezone.localdate()):
        raise ValidationError({"again_on": "Say on which day to look again; it is still to come"})
    if again_on and (fault := far_fault(again_on, today=timezone.localdate())):
        raise ValidationError({"again_on": fault})


def check_evidence(evidence: str, *, needed: bool, name: str = "evidence", of: str = "") -> None:
    """Raise ValidationError by field where nothing shows a verdict that closes, or too much is said."""
    if needed and not evidence.strip():
        raise ValidationError({name: f"Say what shows it: figures, books, visits, what people say{of}"})
    if len(evidence) > LONGEST_NOTE:
        raise ValidationError({name: f"Use at most {LONGEST_NOTE:,} characters; this has {len(evidence):,}"})


def is_early(action: Action, verdict: str, *, today: date) -> bool:
    """Whether this verdict would close the action before the day on which its impact was to be looked at."""
    return verdict in CLOSING and action.impact_check_on is not None and today < action.impact_check_on


def check_early(action: Action, why: str) -> None:
    """Raise ValidationError where there is no reason to judge it before its day."""
    if not why:
        day = day_words(action.impact_check_on) if action.impact_check_on else "a later day"
        raise ValidationError({"why_early": f"Its impact was to be looked at on {day}. Say why it can be judged now"})
    if len(why) > LONGEST_WHY:
        raise ValidationError({"why_early": f"Use at most {LONGEST_WHY:,} characters; this has {len(why):,}"})
