"""A plan written by another program: begun, and its priorities with their milestones."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from plans.api.input import LONGEST_KEY, key, text
from plans.api.plans import PlanWhole
from plans.forms.writing import MOST_STAGES
from plans.models import Milestone, Plan, Priority
from plans.queries.approvals import with_editions
from plans.queries.plans import kind_of, readable_plans, require_writer
from plans.queries.validating import with_validation
from plans.rules.aiming import day_fault, value_fault
from plans.services import PriorityEntry, StageEntry, begin_plan, write_priority
from schools.access import Access, Permission
from schools.api import Refused, StrictSerializer, TrustView
from schools.forms.boxes import LONGEST
from schools.models import School
from schools.strategy import Strategy

P = Permission
ALL_PUPILS = "all"


def plan_as_read(access: Access, plan: Plan) -> dict[str, Any]:
    """The plan as it stands now, whole."""
    return PlanWhole(
        with_validation(with_editions(readable_plans(access))).get(pk=plan.pk), context={"access": access}
    ).data


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
    also: ClassVar[tuple[int, ...]] = (413, 415)

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
        entry = _priority_entry(plan.strategy_version.strategy, self.taken(), priority)
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


def _priority_entry(strategy: Strategy, sent: dict[str, Any], priority: Priority | None) -> PriorityEntry:
    """What the service takes. Raises Refused by field where the strategy lacks what is named, or nothing can be so."""
    wrong: dict[str, list[str]] = {}
    groups = {one.key for one in strategy.pupil_groups} | {ALL_PUPILS, ""}
    if sent["criterion"] and sent["criterion"] not in strategy.criterion_by_key:
        wrong["criterion"] = ["The strategy has no such criterion."]
    for place, one in enumerate(sent["milestones"]):
        if one["measure"] and one["measure"] not in strategy.measure_by_key:
            wrong[f"milestones.{place}.measure"] = ["The strategy has no such measure."]
        if one["group"] not in groups:
            wrong[f"milestones.{place}.group"] = ["The strategy has no such group of pupils."]
    wrong |= _unreachable(strategy, sent["milestones"], priority)
    if wrong:
        raise Refused(wrong)
    stages = [StageEntry(**one | {"group": one["group"] or ALL_PUPILS}) for one in sent["milestones"]]
    return PriorityEntry(**sent | {"milestones": stages})


def _unreachable(strategy: Strategy, sent: list[dict[str, Any]], priority: Priority | None) -> dict[str, list[str]]:
    """By field, why a target that is new or reads otherwise than before cannot be one."""
    names, today = ("by_on", "words", "measure", "group", "value"), timezone.localdate()
    kept = set(priority.milestones.values_list(*names)) if priority else set()
    wrong: dict[str, list[str]] = {}
    for place, one in enumerate(sent):
        if tuple((one | {"group": one["group"] or ALL_PUPILS})[name] for name in names) in kept:
            continue
        if fault := day_fault(one["by_on"], today=today):
            wrong[f"milestones.{place}.by_on"] = [fault]
        if fault := value_fault(one["value"], strategy.measure_by_key.get(one["measure"])):
            wrong[f"milestones.{place}.value"] = [fault]
    return wrong
