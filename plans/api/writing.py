"""A plan written by another program: begun, its priorities with their milestones, its actions, their verdicts."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from plans.api.input import LONGEST_KEY, day, key, number_of, pounds, text
from plans.api.plans import ActionOut, PlanWhole
from plans.forms.writing import MOST_STAGES
from plans.models import Action, Milestone, Plan, Priority
from plans.queries.actions import readable_actions, setting_of
from plans.queries.plans import kind_of, readable_plans, require_writer, with_editions
from plans.services import (
    LONGEST_NOTE,
    LONGEST_SUPPORT,
    LONGEST_WHAT,
    LONGEST_WHY,
    ActionEntry,
    NewAction,
    PriorityEntry,
    StageEntry,
    begin_plan,
    give_verdict,
    write_action,
    write_priority,
)
from schools.access import Access, Permission
from schools.api import Refused, StrictSerializer, TrustView
from schools.forms.boxes import LONGEST
from schools.models import School
from schools.strategy import Strategy

P = Permission
ALL_PUPILS = "all"


def plan_as_read(access: Access, plan: Plan) -> dict[str, Any]:
    """The plan as it stands now, whole."""
    return PlanWhole(with_editions(readable_plans(access)).get(pk=plan.pk)).data


class PlanIn(StrictSerializer):
    """The plan that is begun."""

    kind = text(LONGEST_KEY, "The key of a plan type of the strategy.", needed=True)


class SchoolPlans(TrustView):
    """Begin a plan of a school."""

    needs, model, tag, operation = P.WRITE_PLANS, School, "Plans", "plans_begin"
    http_method_names = ["post"]
    also = (413, 415)
    takes = PlanIn
    answers = {201: PlanWhole}

    def rows(self) -> QuerySet[School]:
        return School.objects.visible_to(self.access)

    def post(self, request: Request, **kwargs: str) -> Response:
        """Of a kind the school has and none is open of; what was agreed elsewhere before becomes part of it."""
        school: School = self.get_object()
        self.access.require(P.WRITE_PLANS, school.pk)
        plan = begin_plan(school, self.taken()["kind"], by=self.access.membership)
        return Response(plan_as_read(self.access, plan), status=201)


class TrustPlans(TrustView):
    """Begin a plan of the trust itself."""

    needs, model, tag, operation = P.WRITE_PLANS, Plan, "Plans", "plans_begin_for_trust"
    http_method_names = ["post"]
    also = (413, 415)
    takes = PlanIn
    answers = {201: PlanWhole}

    def post(self, request: Request, **kwargs: str) -> Response:
        """Of a kind of the trust’s own strategy that none is open of. By those who write in every school."""
        require_writer(self.access, Plan(school=None))
        plan = begin_plan(None, self.taken()["kind"], by=self.access.membership)
        return Response(plan_as_read(self.access, plan), status=201)


class PlanWriting(TrustView):
    """A plan that was begun, for who writes it."""

    needs, model, tag = P.WRITE_PLANS, Plan, "Plans"
    http_method_names = ["post"]
    also = (413, 415)

    def rows(self) -> QuerySet[Plan]:
        return readable_plans(self.access)

    def writable(self) -> Plan:
        plan: Plan = self.get_object()
        require_writer(self.access, plan)
        if kind_of(plan) is None:
            raise NotFound
        return plan


class MilestoneOut(serializers.ModelSerializer):
    """A target by a day: in words, or as a value of a measure for a group of pupils."""

    class Meta:
        model = Milestone
        fields = ["id", "by_on", "words", "measure", "group", "value"]
        read_only_fields = fields


class PriorityOut(serializers.ModelSerializer):
    """What a plan is about, with its targets on the way."""

    milestones = MilestoneOut(many=True, read_only=True)

    class Meta:
        model = Priority
        fields = ["id", "plan", "position", "label", "change", "success", "criterion", "milestones"]
        read_only_fields = fields


class MilestoneIn(StrictSerializer):
    """A target by a day: in words, or as a value of a measure."""

    by_on = serializers.DateField()
    words = text(300)
    measure = key("Its key in the strategy.")
    group = key("The key of a group of pupils of the strategy.", ALL_PUPILS)
    value = serializers.DecimalField(12, 4, allow_null=True, required=False, default=None, help_text="As it is stored.")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """A value belongs to a measure; without both there are words."""
        wrong = {}
        if data["measure"] and data["value"] is None:
            wrong["value"] = "Say which value it aims at."
        if data["value"] is not None and not data["measure"]:
            wrong["measure"] = "Say what is measured."
        if data["value"] is None and not data["measure"] and not data["words"]:
            wrong["words"] = "Say what the target is."
        if wrong:
            raise serializers.ValidationError(wrong)
        return data


class PriorityIn(StrictSerializer):
    """A priority, whole: what is left out is blank, and the milestones become those that are sent."""

    label = serializers.CharField(max_length=200)  # type: ignore[assignment]
    change = text(LONGEST, "What will be different for pupils.")
    success = text(LONGEST, "How that will be known.")
    criterion = key("The key of what it answers in the matrix.")
    milestones = MilestoneIn(many=True, required=False, default=list)

    def validate_milestones(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """As many as the page holds."""
        if len(rows) > MOST_STAGES:
            raise serializers.ValidationError(f"Name at most {MOST_STAGES} targets.")
        return rows


class _PriorityWriting(PlanWriting):
    takes = PriorityIn

    def write(self, priority_id: str = "") -> PriorityOut:
        plan = self.writable()
        known = plan.priorities.filter(dropped_at=None)
        priority = known.filter(pk=priority_id).first() if priority_id else None
        if priority_id and priority is None:
            raise NotFound
        assert plan.strategy_version is not None  # `writable` has seen to it
        entry = _priority_entry(plan.strategy_version.strategy, self.taken())
        written = write_priority(plan, entry, by=self.access.membership, priority=priority)
        return PriorityOut(Priority.objects.prefetch_related("milestones").get(pk=written.pk))


class PlanPriorities(_PriorityWriting):
    """Add a priority to a plan."""

    operation, answers = "plans_add_priority", {201: PriorityOut}

    def post(self, request: Request, **kwargs: str) -> Response:
        """With its milestones. It comes last."""
        return Response(self.write().data, status=201)


class PlanPriority(_PriorityWriting):
    """Write a priority of a plan anew."""

    operation, answers = "plans_write_priority", {200: PriorityOut}
    http_method_names = ["put"]

    def put(self, request: Request, priority_id: str, **kwargs: str) -> Response:
        """Whole. Milestones that read as before stay the same ones."""
        return Response(self.write(priority_id).data)


def _priority_entry(strategy: Strategy, sent: dict[str, Any]) -> PriorityEntry:
    """What the service takes. Raises Refused by field where the strategy lacks what is named."""
    wrong: dict[str, list[str]] = {}
    groups = {one.key for one in strategy.pupil_groups} | {ALL_PUPILS, ""}
    if sent["criterion"] and sent["criterion"] not in strategy.criterion_by_key:
        wrong["criterion"] = ["The strategy has no such criterion."]
    for place, one in enumerate(sent["milestones"]):
        if one["measure"] and one["measure"] not in strategy.measure_by_key:
            wrong[f"milestones.{place}.measure"] = ["The strategy has no such measure."]
        if one["group"] not in groups:
            wrong[f"milestones.{place}.group"] = ["The strategy has no such group of pupils."]
    if wrong:
        raise Refused(wrong)
    stages = [StageEntry(**one | {"group": one["group"] or ALL_PUPILS}) for one in sent["milestones"]]
    return PriorityEntry(**sent | {"milestones": stages})


class ActionIn(StrictSerializer):
    """An action, whole: what is left out is blank. Somebody sees to it: a person, or a role in words."""

    what = text(LONGEST_WHAT, needed=True)
    priority = number_of("The priority of this plan that it serves.")
    owner = number_of("The membership of somebody of the school.")
    owner_words = text(120, "A role, where no person is named.")
    due_on = day()
    impact_check_on = serializers.DateField(help_text="The day on which its impact is looked at.")
    success = text(500, "By what it will be judged.")
    support = text(LONGEST_SUPPORT, "Who helps, and how.")
    budget = pounds(10)
    training = text(300, "Training that it needs.")
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
        if wrong:
            raise serializers.ValidationError(wrong)
        return data


class _ActionWriting(PlanWriting):
    takes, tag = ActionIn, "Actions"

    def write(self, action_id: str = "") -> ActionOut:
        plan = self.writable()
        known = plan.actions.select_related("owner__user").filter(pk=action_id).first() if action_id else None
        if action_id and known is None:
            raise NotFound
        entry = _action_entry(plan, self.taken(), known)
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

    operation, answers = "actions_write", {200: ActionOut}
    http_method_names = ["put"]

    def put(self, request: Request, action_id: str, **kwargs: str) -> Response:
        """Whole. The finding it answers stays."""
        return Response(self.write(action_id).data)


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
    if wrong:
        raise Refused(wrong)
    asked = {name: sent.pop(name) for name in ("what", "owner_words", "due_on", "impact_check_on", "support")}
    return ActionEntry(NewAction(owner=owner, **asked), priority, **sent)


class VerdictIn(StrictSerializer):
    """Whether an action worked."""

    verdict = text(LONGEST_KEY, "worked, partly, did_not; or too_early, which leaves it open.", needed=True)
    note = text(LONGEST_NOTE, "What was seen, in a sentence or two. Name no person.")
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
