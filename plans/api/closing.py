"""The end of a plan or of one of its priorities, by another program."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from plans.api.input import LONGEST_KEY, day, text
from plans.api.plans import PlanWhole
from plans.api.writing import PlanWriting, plan_as_read
from plans.queries.plans import require_sender
from plans.services import LONGEST_NOTE, LONGEST_WHY, drop_priority
from plans.services.closing import CARRY, Close, Ending, close_plan
from schools.access import Permission
from schools.api import Refused, StrictSerializer

MOST_ROWS = 200
FIELDS = {"what": "what", "note": "note", "evidence": "evidence", "early": "why_early"}
"""What the service calls a part of an ending, and what it is called here."""


class LeaveIn(StrictSerializer):
    """Why a priority is left."""

    why = text(300, needed=True)


class EndingIn(StrictSerializer):
    """What becomes of an open action."""

    action = serializers.IntegerField(min_value=1)
    what = text(LONGEST_KEY, f"The verdict on it, or {CARRY} where it goes into the next plan.", needed=True)
    note = text(LONGEST_NOTE, "What was seen; needed for a verdict.")
    evidence = text(LONGEST_NOTE, "What shows it; needed for a verdict.")
    why_early = text(LONGEST_WHY, "Why it is judged before its day.")


class CloseIn(StrictSerializer):
    """The verdict on a plan, and what becomes of each of its open actions."""

    verdict = text(LONGEST_KEY, "worked, partly, did_not or too_early.", needed=True)
    note = text(LONGEST_NOTE, "What has changed for pupils.", needed=True)
    evidence = text(LONGEST_NOTE, "What shows it; needed to close the plan.")
    again_on = day("Where it is too early: the day on which it is looked at again. The plan stays open.")
    begin_next = serializers.BooleanField(required=False, default=False, help_text="Begin the next of the kind.")
    keep = serializers.ListField(
        child=serializers.IntegerField(min_value=1), max_length=MOST_ROWS, required=False, default=list,
        help_text="The priorities that go on into the next plan.",
    )  # fmt: skip
    endings = EndingIn(many=True, required=False, default=list)


class PriorityLeave(PlanWriting):
    """Leave a priority of a plan."""

    operation, takes, answers = "plans_leave_priority", LeaveIn, {200: PlanWhole}

    def post(self, request: Request, priority_id: str, **kwargs: str) -> Response:
        """It stays on record; its open actions serve none from then on."""
        plan = self.writable()
        priority = plan.priorities.filter(dropped_at=None, pk=priority_id).first()
        if priority is None:
            raise NotFound
        drop_priority(priority, by=self.access.membership, **self.taken())
        return Response(plan_as_read(self.access, plan))


class PlanClose(PlanWriting):
    """Close a plan with its verdict, or leave it open where it is too early."""

    needs = Permission.SEND_PLANS
    operation, takes, answers = "plans_close", CloseIn, {200: PlanWhole}

    def post(self, request: Request, **kwargs: str) -> Response:
        """The plan that takes its place, where one begins; otherwise the plan itself."""
        plan, sent = self.writable(), self.taken()
        require_sender(self.access, plan)
        wrong = _strange(sent, set(plan.actions.values_list("pk", flat=True)))
        if wrong:
            raise Refused({"endings": [wrong]})
        told = {one.pop("action"): Ending(**one) for one in sent.pop("endings")}
        try:
            became = close_plan(plan, Close(**sent, endings=told), by=self.access.membership)
        except ValidationError as refusal:
            raise Refused(_by_field(refusal, list(told))) from None
        return Response(plan_as_read(self.access, became))


def _strange(sent: dict[str, Any], actions: set[int]) -> str:
    """What is wrong with the actions that are named, whatever is said of them."""
    named = [one["action"] for one in sent["endings"]]
    if set(named) - actions:
        return "The plan has no such action."
    return "Say once what becomes of an action." if len(named) > len(set(named)) else ""


def _by_field(refusal: ValidationError, actions: list[int]) -> dict[str, Any]:
    """The sentences by field: those of an action by the place at which it was sent, or where it was not, of all."""
    if not hasattr(refusal, "error_dict"):
        return {"": refusal.messages}
    return {_named(name, actions): words for name, words in refusal.message_dict.items()}


def _named(name: str, actions: list[int]) -> str:
    if not name.startswith("action-"):
        return name
    _, number, part = name.split("-")
    return f"endings.{actions.index(int(number))}.{FIELDS[part]}" if int(number) in actions else "endings"
