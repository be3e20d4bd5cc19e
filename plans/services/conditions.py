"""The conditions on which a plan was approved: laid down with the approval, said to be met, confirmed or sent back."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from plans.models import ApprovalStep, Condition, Plan, PlanEdition
from plans.queries.conditions import confirmers, readable_conditions, why_not_confirm, why_not_say
from plans.rules.conditions import conditions_in
from schools.access import Access
from schools.audit import record_act
from schools.models import Membership
from schools.services.news import tell_people
from schools.words import cut
from schools.words import on as day_words

from .news import about_plan, owners_of
from .writing import locked_plan

LONGEST_HOW, LONGEST_ANSWER = 2000, 1000  # characters of how it was met, and of the answer to that
CONFIRMED, SENT_BACK = "confirmed", "sent_back"
State = Condition.State


def lay_down(plan: Plan, edition: PlanEdition) -> None:
    """The conditions of an edition that is approved take the place of earlier ones. Call it inside an act."""
    left = Condition.objects.filter(step__edition__plan=plan, state__in=(State.OPEN, State.SAID))
    for row in left.exclude(step__edition=edition):
        row.state = State.LAPSED
        row.save(update_fields=["state"])
    for step in edition.steps.filter(outcome=ApprovalStep.Outcome.CONDITIONS).order_by("position"):
        for place, words in enumerate(conditions_in(step.words), start=1):
            Condition.objects.create(step=step, position=place, words=words)


def say_met(condition: Condition, *, access: Access, met_on: date | None, how: str) -> Condition:
    """Say that a condition is met, since which day and how. Whoever set it is told.

    Raises ValidationError by field; also where this person does not say so, or somebody was quicker.
    """
    plan, row = _locked(condition, access)
    if refusal := why_not_say(access, row):
        raise ValidationError(refusal)
    today, how, by = timezone.localdate(), how.strip(), access.membership
    sent = timezone.localdate(row.step.edition.sent_at)
    if met_on is None:
        raise ValidationError({"met_on": "Say on which day it was met"})
    if met_on > today:
        raise ValidationError({"met_on": "This day is still to come. Give the day on which it was met"})
    if met_on < sent:
        raise ValidationError({"met_on": f"The plan was sent on {day_words(sent)}. Give that day, or a later one"})
    if not how:
        raise ValidationError({"how": "Say in a sentence how it was met"})
    if len(how) > LONGEST_HOW:
        raise ValidationError({"how": f"Use at most {LONGEST_HOW:,} characters; this has {len(how):,}"})
    record_act("plan.condition_met", plan, by=by, school=plan.school, after=cut(row.words, 120), why=how)
    row.state, row.met_on, row.how, row.said_by, row.said_at = State.SAID, met_on, how, by, timezone.now()
    row.answer, row.answered_by, row.answered_at = "", None, None
    row.save()
    body = f"{by.user.name} says that this is met since {day_words(met_on)}: “{cut(row.words, 200)}” {cut(how, 300)}"
    _tell(plan, row, confirmers(row), "a condition said to be met", body, by=by)
    return row


def answer_condition(condition: Condition, *, access: Access, outcome: str, words: str = "") -> Condition:
    """Confirm that a condition is met, or send it back with a word. Whoever said so, and the school's head, are told.

    Raises ValidationError by field; also where this person does not answer, or somebody was quicker.
    """
    plan, row = _locked(condition, access)
    if refusal := why_not_confirm(access, row):
        raise ValidationError(refusal)
    words, by = words.strip(), access.membership
    if outcome not in (CONFIRMED, SENT_BACK):
        raise ValidationError({"outcome": "Choose whether you confirm it"})
    if outcome == SENT_BACK and not words:
        raise ValidationError({"words": "Say what is still missing"})
    if len(words) > LONGEST_ANSWER:
        raise ValidationError({"words": f"Use at most {LONGEST_ANSWER:,} characters; this has {len(words):,}"})
    is_met = outcome == CONFIRMED
    act = "plan.condition_confirmed" if is_met else "plan.condition_back"
    record_act(act, plan, by=by, school=plan.school, after=cut(row.words, 120), why=words)
    row.state = State.MET if is_met else State.OPEN
    row.answer, row.answered_by, row.answered_at = words, by, timezone.now()
    row.save()
    people = [*([row.said_by] if row.said_by else []), *owners_of(plan)]
    said = "a condition is met" if is_met else "a condition is sent back"
    body = f"{by.user.name} {'confirms that this is met' if is_met else 'sent this back'}: “{cut(row.words, 200)}”"
    _tell(plan, row, people, said, f"{body} {cut(words, 300)}".strip(), by=by)
    return row


def _locked(condition: Condition, access: Access) -> tuple[Plan, Condition]:
    """The plan, so that of two at once the second waits, and the condition as it stands now."""
    plan = locked_plan(condition.step.edition.plan)
    return plan, readable_conditions(access).get(pk=condition.pk)


def _tell(plan: Plan, row: Condition, people: list[Membership], said: str, body: str, *, by: Membership) -> None:
    subject = about_plan(plan, f"{plan.title}: {said}")
    tell_people(people, plan.trust, subject=subject, body=body, path=f"plans/conditions/{row.pk}/", besides=by)
