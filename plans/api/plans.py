"""Plans as they stand; their actions: what is agreed, and with which verdict it was closed."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from plans.models import Action, ApprovalStep, Condition, Plan, Priority, ProgressUpdate, Validation, Verdict
from plans.models.action import ACTION_WORDS
from plans.models.plan import PLAN_WORDS
from plans.queries.action_support import with_support
from plans.queries.actions import readable_actions
from plans.queries.approvals import document_for, editions_of, standing_of, with_editions
from plans.queries.conditions import conditions_of
from plans.queries.documents import document_of
from plans.queries.levels_then import closed_at_level
from plans.queries.plans import may_write_plan, priorities_of, readable_plans
from plans.queries.progress import reached_by
from plans.queries.validating import validation_of, with_validation
from plans.queries.verdicts import with_words
from plans.rules.document import Document
from schools.access import Permission
from schools.api import IdFilter, Order, RowFilters, Rows

VERDICTS = [(one.value, one.label) for one in Verdict if one.value]


class ActionOut(serializers.ModelSerializer):
    """An action; without a school it is of the trust's own plan. `owner_words` is a role, not a person.

    `plan` and `priority` are null for somebody who may not open the plan: it was not sent yet.

    `item` is the item of a checklist it came of.
    """

    school = serializers.IntegerField(source="plan.school_id", read_only=True, allow_null=True)
    finding = serializers.IntegerField(
        source="finding_id", read_only=True, allow_null=True, help_text="What a review found that it answers."
    )
    review = serializers.IntegerField(
        source="finding.review_id",
        read_only=True,
        allow_null=True,
        default=None,
        help_text="The review of the finding.",
    )
    visit = serializers.IntegerField(read_only=True, allow_null=True, help_text="The visit that it answers.")
    plan = serializers.SerializerMethodField()
    priority = serializers.SerializerMethodField()
    verdict = serializers.CharField(help_text="worked, partly, did_not; too_early leaves it open; blank: none yet.")

    class Meta:
        model = Action
        fields = [
            "id", "school", "plan", "priority", "finding", "review", "visit", "item", "what", "owner", "owner_words",
            "support", "success", "budget", "training", "appraisal", "agreed_on", "due_on", "impact_check_on", "state",
            "verdict", "verdict_note", "verdict_evidence", "why_early", "closed_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_plan(self, row: Action) -> int | None:
        return row.plan_id if row.names_plan else None  # type: ignore[attr-defined]  # by readable_actions

    def get_priority(self, row: Action) -> int | None:
        return row.priority_id if row.names_plan else None  # type: ignore[attr-defined]


class ActionFilters(RowFilters):
    """By school, by the review or visit it came of, by where it stands, by its verdict, by words."""

    school = IdFilter(field_name="plan__school_id")
    review = IdFilter(field_name="finding__review_id")
    visit = IdFilter(field_name="visit_actions__visit_id")
    state = filters.ChoiceFilter(choices=Action.State.choices)
    verdict = filters.ChoiceFilter(choices=VERDICTS)
    phase = filters.CharFilter(field_name="plan__school__phase", max_length=20)
    criterion = filters.CharFilter(field_name="priority__criterion", max_length=60)
    supported = filters.BooleanFilter(method="with_support", help_text="Whether support is named, or came.")
    words = filters.CharFilter(method="with_words", max_length=200, help_text="In what was done and in its verdict.")
    level = filters.CharFilter(
        method="at_level", max_length=130, help_text="“axis:level”, where the school stood when it was closed."
    )
    ordering = Order(fields=["due_on", "impact_check_on", "closed_at"])

    def at_level(self, rows: QuerySet[Action], name: str, value: str) -> QuerySet[Action]:
        return closed_at_level(rows, value, "plan__school")

    def with_support(self, rows: QuerySet[Action], name: str, value: bool) -> QuerySet[Action]:
        return rows.filter(with_support() if value else ~with_support())

    def with_words(self, rows: QuerySet[Action], name: str, value: str) -> QuerySet[Action]:
        return with_words(rows, value, ACTION_WORDS)


class Actions(Rows):
    """The actions of the schools whose plans this person reads."""

    needs, model, tag = Permission.SEE_PLANS, Action, "Actions"
    serializer_class, filterset_class = ActionOut, ActionFilters

    def rows(self) -> QuerySet[Action]:
        return readable_actions(self.access)


class ValidationOut(serializers.Serializer):
    """How somebody from outside the school sees the verdict on a plan."""

    outcome = serializers.CharField(help_text="confirmed or differs.")
    verdict = serializers.CharField(help_text="The one they would give, where they differ: worked, partly or did_not.")
    saw = serializers.CharField()
    place = serializers.CharField(help_text="Where it was seen.")
    on = serializers.DateField(help_text="When it was seen.")
    adviser = serializers.CharField(help_text="Who looked at it from outside the trust, in words.")
    by = serializers.CharField(help_text="Who put it on record, by name.")


class PlanOut(serializers.ModelSerializer):
    """A school's plan, and the last edition that was sent to be approved with its chain."""

    standing = serializers.SerializerMethodField(help_text="Where it stands, in words.")
    verdict = serializers.CharField(help_text="worked, partly, did_not; too_early leaves it open; blank: none yet.")
    validation = serializers.SerializerMethodField(help_text="How its verdict is seen from outside; null: not yet.")

    class Meta:
        model = Plan
        fields = [
            "id",
            "school",
            "kind",
            "title",
            "year",
            "state",
            "strategy_version",
            "standing",
            "update_due_on",
            "ends_on",
            "verdict",
            "verdict_note",
            "verdict_evidence",
            "validation",
            "closed_at",
            "follows",
        ]
        read_only_fields = fields

    @extend_schema_field(ValidationOut(allow_null=True))
    def get_validation(self, plan: Plan) -> dict[str, Any] | None:
        said = validation_of(plan)
        return None if said is None else dict(ValidationOut(said).data)

    def get_standing(self, plan: Plan) -> str:
        return standing_of(editions_of(plan)).words


class ConditionOut(serializers.ModelSerializer):
    """One condition on which an edition was approved."""

    class Meta:
        model = Condition
        fields = ["id", "words", "state", "met_on", "how", "answer", "answered_at"]
        read_only_fields = fields


class StepOut(serializers.ModelSerializer):
    """One step of the chain that an edition goes through."""

    checked = serializers.SerializerMethodField(help_text="By the words of a rule: met, not_yet or not_here.")
    conditions = serializers.SerializerMethodField(help_text="Of one approved with conditions, once all have agreed.")

    class Meta:
        model = ApprovalStep
        fields = ["position", "role", "due_on", "outcome", "words", "checked", "at", "conditions"]
        read_only_fields = fields

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_checked(self, step: ApprovalStep) -> dict[str, str]:
        return dict(step.checked)

    @extend_schema_field(ConditionOut(many=True))
    def get_conditions(self, step: ApprovalStep) -> list[dict[str, Any]]:
        rows = self.context["conditions"].get(step.pk, [])
        return list(ConditionOut(rows, many=True).data)


class UpdateOut(serializers.ModelSerializer):
    """How the plan got on, as told: `document` has an overall line, and by priority what was done and what changed."""

    class Meta:
        model = ProgressUpdate
        fields = ["due_on", "sent_at", "document"]
        read_only_fields = fields


class PlanTargetOut(serializers.Serializer):
    """How a target of a plan stands: by the figures, or by what was said of one in words."""

    id = serializers.IntegerField()
    priority = serializers.IntegerField()
    by_on = serializers.DateField()
    stands = serializers.CharField(
        help_text="met, partly, not_met, ahead (met before its day), overdue, unsaid, none (no figure yet), hidden,"
        " withheld; blank: its day is still to come."
    )
    words = serializers.CharField(help_text="The same in words, with the figure, or what was said, by whom and when.")
    note = serializers.CharField(help_text="Of one in words: what was said to show it.")
    said_by = serializers.IntegerField(allow_null=True, help_text="The membership of who said it.")
    said_at = serializers.DateTimeField(allow_null=True)


class PlanWhole(PlanOut):
    """A plan as it stands, as a document, with its targets, the steps of its last edition and its updates."""

    version = serializers.SerializerMethodField(
        help_text="Of its prose, to write on. Null for who does not write it, and where nobody has begun it."
    )
    targets = serializers.SerializerMethodField(help_text="How each target stands, as everybody may read it.")
    document = serializers.SerializerMethodField(help_text="Sections, priorities with targets and actions, as read.")
    steps = serializers.SerializerMethodField()
    updates = UpdateOut(many=True, read_only=True)

    class Meta(PlanOut.Meta):
        fields = [*PlanOut.Meta.fields, "version", "document", "targets", "steps", "updates"]
        read_only_fields = fields

    def get_version(self, plan: Plan) -> int | None:
        written = plan.strategy_version_id and may_write_plan(self.context["access"], plan)
        return plan.version if written else None

    @extend_schema_field({"type": "object"})
    def get_document(self, plan: Plan) -> Document:
        if not hasattr(self, "_read"):  # asked once, for itself and for the targets
            found = editions_of(plan)
            live = plan.final or document_of(plan, self._priorities(plan))
            self._read = document_for(self.context["access"], plan, live, found[0] if found else None)
        return self._read

    def _priorities(self, plan: Plan) -> list[Priority]:
        """Asked once."""
        if not hasattr(self, "_known"):
            self._known = priorities_of([plan]).get(plan.pk, [])
        return self._known

    @extend_schema_field(PlanTargetOut(many=True))
    def get_targets(self, plan: Plan) -> list[dict[str, Any]]:
        priorities = self._priorities(plan)
        known = reached_by(plan, priorities, today=timezone.localdate(), access=None)
        shown = {stage["id"] for one in self.get_document(plan)["priorities"] for stage in one["milestones"]}
        rows = [
            {
                "id": stage.pk, "priority": one.pk, "by_on": stage.by_on,
                "stands": known[stage.pk].state if stage.pk in known else "",
                "words": known[stage.pk].line if stage.pk in known else "", "note": stage.outcome_note,
                "said_by": stage.said_by_id, "said_at": stage.said_at,
            }
            for one in priorities for stage in one.milestones.all() if stage.pk in shown
        ]  # fmt: skip
        return list(PlanTargetOut(rows, many=True).data)

    @extend_schema_field(StepOut(many=True))
    def get_steps(self, plan: Plan) -> list[dict[str, Any]]:
        found = editions_of(plan)
        if not found:
            return []
        conditions: dict[int, list[Condition]] = {}
        for row in conditions_of(found[0].edition) if found[0].conditions else ():
            conditions.setdefault(row.step_id, []).append(row)
        return list(StepOut(found[0].steps, many=True, context={"conditions": conditions}).data)


class PlanFilters(RowFilters):
    """By school, kind, whether it is open, and by when its next update is due."""

    school = IdFilter(field_name="school_id")
    kind = filters.CharFilter(max_length=60)
    state = filters.ChoiceFilter(choices=Plan.State.choices)
    verdict = filters.ChoiceFilter(choices=VERDICTS)
    phase = filters.CharFilter(field_name="school__phase", max_length=20)
    words = filters.CharFilter(method="with_words", max_length=200, help_text="In its title and its verdict.")
    validated = filters.ChoiceFilter(choices=Validation.Outcome.choices, field_name="validations__outcome")
    update_due_by = filters.DateFilter(field_name="update_due_on", lookup_expr="lte")
    level = filters.CharFilter(
        method="at_level", max_length=130, help_text="“axis:level”, where the school stood when it was closed."
    )
    ordering = Order(fields=["year", "title", "update_due_on", "closed_at"])

    def at_level(self, rows: QuerySet[Plan], name: str, value: str) -> QuerySet[Plan]:
        return closed_at_level(rows, value, "school")

    def with_words(self, rows: QuerySet[Plan], name: str, value: str) -> QuerySet[Plan]:
        return with_words(rows, value, PLAN_WORDS)


class Plans(Rows):
    """The plans of the schools whose plans this person reads."""

    needs, model, tag = Permission.SEE_PLANS, Plan, "Plans"
    serializer_class, filterset_class = PlanOut, PlanFilters

    def get_serializer_class(self) -> type[PlanOut]:
        return PlanWhole if self.action == "retrieve" else PlanOut

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "access": self.access}

    def rows(self) -> QuerySet[Plan]:
        return with_validation(with_editions(readable_plans(self.access)))
