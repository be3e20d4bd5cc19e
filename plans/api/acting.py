"""Actions of a plan written by another program, and the verdicts on them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from plans.api.input import LONGEST_KEY, day, number_of, pounds, text
from plans.api.plans import ActionOut
from plans.api.writing import PlanWriting
from plans.models import Action, Plan
from plans.queries.actions import readable_actions, setting_of
from plans.queries.answerable import Answerable, Answers, answerable
from plans.queries.plans import others_to_stand_in, require_writer
from plans.rules.aiming import check_fault, day_fault
from plans.services import (
    LONGEST_NOTE,
    LONGEST_SUPPORT,
    LONGEST_WHAT,
    LONGEST_WHY,
    ActionEntry,
    NewAction,
    give_verdict,
    write_action,
)
from plans.services.tying import TIED
from schools.access import Permission
from schools.api import Refused, StrictSerializer, TrustView

P = Permission


class ActionIn(StrictSerializer):
    """An action, whole: what is left out is blank. Somebody sees to it: a person, or a role in words."""

    what = text(LONGEST_WHAT, needed=True)
    priority = number_of("The priority of this plan that it serves.")
    owner = number_of("The membership of somebody of the school, or of the trust.")
    owner_words = text(120, "A role, where no person is named.")
    due_on = day()
    impact_check_on = serializers.DateField(help_text="The day on which its impact is looked at.")
    success = text(500, "By what it will be judged.")
    support = text(LONGEST_SUPPORT, "Who helps, and how.")
    budget = pounds(10)
    training = text(300, "Training that it needs.")
    finding = number_of("What a published review of the school found that it answers.")
    visit = number_of("The visit whose record is final that it answers, where it is no finding.")
    appraisal = serializers.BooleanField(
        required=False, default=False, help_text="Whether it is also a target of an appraisal."
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Somebody sees to it, and its impact is looked at once it is done."""
        wrong = {}
        if not data["what"]:
            wrong["what"] = "Say what will be done."
        if not data["owner"] and not data["owner_words"]:
            wrong["owner"] = "Say who sees to it."
        if data["owner"] and data["owner_words"]:
            wrong["owner_words"] = "Name a person or a role, not both."
        if data["due_on"] and data["impact_check_on"] < data["due_on"]:
            wrong["impact_check_on"] = "Its impact is looked at once it is done, not before."
        if data["finding"] and data["visit"]:
            wrong["visit"] = "Name a finding or a visit, not both."
        if wrong:
            raise serializers.ValidationError(wrong)
        return data


class ActionAnewIn(ActionIn):
    """An action of a plan, written anew."""

    plan = number_of("Another open plan of the school, in which it is to stand from now on; its priority is of that.")


class _ActionWriting(PlanWriting):
    takes, tag = ActionIn, "Actions"

    def write(self, action_id: str = "") -> ActionOut:
        plan = self.writable()
        known = plan.actions.select_related("owner__user").filter(pk=action_id).first() if action_id else None
        if action_id and known is None:
            raise NotFound
        sent = self.taken()
        to = sent.pop("plan", None)
        other = next((one for one in others_to_stand_in(self.access, plan) if one.pk == to), None) if to else None
        if to and other is None:
            raise Refused({"plan": ["The school has no other open plan of this number that you write."]})
        answers = _answers(answerable(self.access, plan, known), sent.pop("finding"), sent.pop("visit"))
        entry = replace(_action_entry(other or plan, sent, known), plan=other, answers=answers)
        written = write_action(plan, entry, by=self.access.membership, action=known)
        return ActionOut(readable_actions(self.access).get(pk=written.pk))


class PlanActions(_ActionWriting):
    """Add an action to a plan."""

    operation, answers = "actions_add", {201: ActionOut}

    def post(self, request: Request, **kwargs: str) -> Response:
        """With who sees to it and the day on which its impact is looked at."""
        return Response(self.write().data, status=201)


class PlanAction(_ActionWriting):
    """Write an open action of a plan anew."""

    operation, takes, answers = "actions_write", ActionAnewIn, {200: ActionOut}
    http_method_names = ["put"]

    def put(self, request: Request, action_id: str, **kwargs: str) -> Response:
        """Whole, also into another plan of the school. What it was agreed on stays what it answers."""
        return Response(self.write(action_id).data)


def _answers(offered: Answerable, finding: int | None, visit: int | None) -> Answers | None:
    """What it is to answer; None where that stays. Raises Refused where the page would not offer it."""
    asked = Answers(finding, visit)
    if offered.stays and asked in (Answers(), offered.now):
        return None
    field = "finding" if finding else "visit"
    if offered.stays:
        raise Refused({field: [f"{TIED}."]})
    if asked.key and asked.key not in offered.by_key:
        raise Refused({field: [f"The school has no {field} of this number to answer."]})
    return asked


def _action_entry(plan: Plan, sent: dict[str, Any], known: Action | None) -> ActionEntry:
    """What the service takes. Raises Refused where the owner or the priority is none that the page would offer."""
    people = {one.pk: one for one in setting_of(plan.school_id, timezone.localdate()).people}
    if known is not None and known.owner is not None:
        people.setdefault(known.owner.pk, known.owner)
    priorities = {one.pk: one for one in plan.priorities.filter(dropped_at=None)}
    owner, priority = people.get(sent["owner"]), priorities.get(sent["priority"])
    wrong = {}
    if sent.pop("owner") and owner is None:
        wrong["owner"] = ["Nobody of this number could see to it here. A role can be named in words."]
    if sent.pop("priority") and priority is None:
        wrong["priority"] = ["This plan has no such priority."]
    due = sent["due_on"]
    if due and due != (known.due_on if known else None) and (fault := day_fault(due, today=timezone.localdate())):
        wrong["due_on"] = [fault]
    check, was = sent["impact_check_on"], known.impact_check_on if known else None
    if fault := check_fault(check, was, today=timezone.localdate()):
        wrong["impact_check_on"] = [fault]
    if wrong:
        raise Refused(wrong)
    asked = {name: sent.pop(name) for name in ("what", "owner_words", "due_on", "impact_check_on", "support")}
    return ActionEntry(NewAction(owner=owner, **asked), priority, **sent)


class VerdictIn(StrictSerializer):
    """Whether an action worked."""

    verdict = text(LONGEST_KEY, "worked, partly, did_not; or too_early, which leaves it open.", needed=True)
    note = text(LONGEST_NOTE, "What was seen, in a sentence or two. Name no person.")
    evidence = text(LONGEST_NOTE, "What shows it; needed to close the action.")
    again_on = day("Where it is too early: the day to look again.")
    why_early = text(LONGEST_WHY, "Why it can be closed before the day of its impact check.")


class ActionVerdict(TrustView):
    """Say whether an action worked."""

    needs, model, tag, operation = P.WRITE_PLANS, Action, "Actions", "actions_verdict"
    http_method_names = ["post"]
    also = (413, 415)
    takes = VerdictIn
    answers = {200: ActionOut}

    def rows(self) -> QuerySet[Action]:
        return readable_actions(self.access)

    def post(self, request: Request, **kwargs: str) -> Response:
        """It closes the action, but for one that is too early to tell."""
        action: Action = self.get_object()
        require_writer(self.access, action.plan)
        give_verdict(action, by=self.access.membership, **self.taken())
        return Response(ActionOut(self.rows().get(pk=action.pk)).data)
