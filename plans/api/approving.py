"""A plan on its way through the people who approve it, moved by another program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from plans.api.input import LONGEST_KEY, text
from plans.api.plans import ConditionOut, PlanWhole
from plans.api.writing import plan_as_read
from plans.models import ApprovalStep, Condition, Plan
from plans.queries.approvals import rules_to_check
from plans.queries.conditions import readable_conditions
from plans.queries.plans import may_send_to_approve, readable_plans, require_sender
from plans.services import answer_plan, send_plan, take_back
from plans.services.approving import LONGEST_LINE, LONGEST_WORDS
from plans.services.conditions import LONGEST_ANSWER, LONGEST_HOW, answer_condition, say_met
from schools.access import Permission
from schools.api import Refused, StrictSerializer, TrustView

P = Permission
Met = ApprovalStep.Met


class SendIn(StrictSerializer):
    """What goes with a plan that is sent."""

    note = text(LONGEST_LINE, "A line to go with it.")


class AnswerIn(StrictSerializer):
    """What somebody decides about a plan that was sent to them."""

    outcome = text(LONGEST_KEY, "approved, conditions or returned.", needed=True)
    words = text(LONGEST_WORDS, "Conditions, or what has to change.")
    checked = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST_KEY), required=False, default=dict,
        help_text="met, not_yet or not_here of each rule of a good plan, by the words of the rule in the strategy’s "
        "quality_rules; needed of who goes through them before they agree.",
    )  # fmt: skip


class _Moving(TrustView):
    model, tag = Plan, "Plans"
    http_method_names = ["post"]
    also = (413, 415)
    answers = {200: PlanWhole}

    def rows(self) -> QuerySet[Plan]:
        return readable_plans(self.access)


class PlanSend(_Moving):
    """Send a plan to be approved."""

    needs, operation, takes = P.WRITE_PLANS, "plans_send", SendIn

    def post(self, request: Request, **kwargs: str) -> Response:
        """As it stands. It can be written on; what was sent stays as it was."""
        plan: Plan = self.get_object()
        require_sender(self.access, plan, may_send_to_approve)
        send_plan(plan, by=self.access.membership, note=self.taken()["note"])
        return Response(plan_as_read(self.access, plan))


class PlanTakeBack(_Moving):
    """Take a plan back before it is answered."""

    needs, operation = P.WRITE_PLANS, "plans_take_back"

    def post(self, request: Request, **kwargs: str) -> Response:
        """It can be sent again when it is ready."""
        plan: Plan = self.get_object()
        require_sender(self.access, plan, may_send_to_approve)
        take_back(plan, by=self.access.membership)
        return Response(plan_as_read(self.access, plan))


class PlanAnswer(_Moving):
    """Answer a plan that waits for this person's role."""

    needs, operation, takes = P.SEE_PLANS, "plans_answer", AnswerIn

    def post(self, request: Request, **kwargs: str) -> Response:
        """Approve it, approve it with conditions, or return it. Nobody answers what they have written or sent."""
        plan: Plan = self.get_object()
        sent, rules = self.taken(), rules_to_check(plan)
        _refuse_strange(sent["checked"], rules)
        try:
            answer_plan(plan, access=self.access, **sent)
        except ValidationError as refusal:
            raise Refused(_by_field(refusal, rules)) from None
        return Response(plan_as_read(self.access, plan))


class MetIn(StrictSerializer):
    """A condition of an approval that is said to be met."""

    met_on = serializers.DateField(help_text="The day on which it was met.")
    how = text(LONGEST_HOW, "How, in a sentence. Name no person.", needed=True)


class ConfirmIn(StrictSerializer):
    """What whoever set a condition says of that."""

    outcome = text(LONGEST_KEY, "confirmed or sent_back.", needed=True)
    words = text(LONGEST_ANSWER, "What is still missing, where it is sent back.")


class _OfConditions(TrustView):
    model, tag, needs = Condition, "Plans", P.SEE_PLANS
    http_method_names = ["post"]
    also = (413, 415)
    answers = {200: ConditionOut}

    def rows(self) -> QuerySet[Condition]:
        return readable_conditions(self.access)


class ConditionMet(_OfConditions):
    """Say that a condition of an approval is met."""

    operation, takes = "plan_conditions_met", MetIn

    def post(self, request: Request, **kwargs: str) -> Response:
        """For whoever writes the plan. Whoever set the condition is asked to confirm it."""
        return Response(ConditionOut(say_met(self.get_object(), access=self.access, **self.taken())).data)


class ConditionAnswer(_OfConditions):
    """Confirm that a condition is met, or send it back."""

    operation, takes = "plan_conditions_answer", ConfirmIn

    def post(self, request: Request, **kwargs: str) -> Response:
        """For whoever set it; where they have left, for whoever holds their role now."""
        return Response(ConditionOut(answer_condition(self.get_object(), access=self.access, **self.taken())).data)


def _refuse_strange(checked: Mapping[str, str], rules: Sequence[str]) -> None:
    """Raise Refused for a rule that is not gone through at this step, and for what is no answer to one."""
    told = f"Say {', '.join(Met.values[:-1])} or {Met.values[-1]}."
    wrong = {rule: [told] for rule, said in checked.items() if said not in Met.values}
    wrong |= {rule: ["This rule is not gone through at this step."] for rule in checked if rule not in rules}
    if wrong:
        raise Refused({"checked": wrong})


def _by_field(refusal: ValidationError, rules: Sequence[str]) -> dict[str, Any]:
    """The sentences by field; that of a rule stands in `checked`, under its words."""
    if not hasattr(refusal, "error_dict"):
        return {"": refusal.messages}
    said = dict(refusal.message_dict)
    checked = {rule: said.pop(f"rule-{n}") for n, rule in enumerate(rules) if f"rule-{n}" in said}
    return said | ({"checked": checked} if checked else {})
