"""Visits, read with the visibility of the pages: the record, and what came of it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from monitoring.models import FollowUp, Visit, VisitAction
from monitoring.queries.visits import actions_of, form_of, is_told, readable_visits, reads_notes
from schools.access import Permission
from schools.api import IdFilter, Moment, Order, RowFilters, Rows
from schools.filled import as_record, definition

READ_WORDS = "Null where this person reads only that the visit took place, or its notes have been removed."


class FollowUpOut(serializers.ModelSerializer):
    """What the committee found of an action on a day. `closes`: the matter is closed for the committee."""

    by = serializers.CharField(source="by.user.name", read_only=True, help_text="Who put it on record.")

    class Meta:
        model = FollowUp
        fields = ["on", "found", "closes", "by", "at"]
        read_only_fields = fields


class VisitActionOut(serializers.ModelSerializer):
    """An action that came of the visit, with the row it answers and what the committee found of it."""

    action = serializers.IntegerField(source="action_id", help_text="Of /actions/.")
    what = serializers.CharField(source="action.what")
    slot = serializers.IntegerField(allow_null=True, help_text="The row of the form it was asked for in.")
    follow_ups = FollowUpOut(many=True)

    class Meta:
        model = VisitAction
        fields = ["action", "what", "slot", "follow_ups"]
        read_only_fields = fields


class VisitOut(serializers.ModelSerializer):
    """A visit: where it stands. What was written is in the whole one."""

    form = serializers.CharField(help_text="The key of its form.")
    reply_due_on = serializers.DateField(allow_null=True, help_text="Until then the school may reply.")

    class Meta:
        model = Visit
        fields = [
            "id", "school", "strategy_version", "form", "by_school", "state", "planned_for", "on", "subject",
            "year_groups", "sources", "submitted_at", "reply", "reply_due_on", "final_at", "considered_on",
            "notes_removed_at", "version",
        ]  # fmt: skip
        read_only_fields = fields

    def to_representation(self, visit: Visit) -> dict[str, Any]:
        told = super().to_representation(visit)
        if not is_told(self.context["view"].access, visit):
            told |= {"subject": "", "year_groups": [], "sources": []}
        return told


class VisitWhole(VisitOut):
    """A visit with its form's definition and its answers."""

    definition = serializers.SerializerMethodField(help_text="The form as it was when the visit was begun.")
    filled = serializers.SerializerMethodField(help_text=READ_WORDS)
    reply_text = serializers.SerializerMethodField(help_text=READ_WORDS)
    actions = serializers.SerializerMethodField(help_text="What was agreed, for who reads plans.")

    class Meta(VisitOut.Meta):
        fields = [*VisitOut.Meta.fields, "definition", "filled", "reply_text", "actions"]
        read_only_fields = fields

    def _reads(self, visit: Visit) -> bool:
        return reads_notes(self.context["view"].access, visit)

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_definition(self, visit: Visit) -> dict[str, Any]:
        return definition(visit.strategy_version.strategy, form_of(visit))

    @extend_schema_field({"type": "object", "nullable": True})
    def get_filled(self, visit: Visit) -> dict[str, Any] | None:
        return as_record(form_of(visit), visit.answers) if self._reads(visit) else None

    @extend_schema_field(VisitActionOut(many=True))
    def get_actions(self, visit: Visit) -> list[dict[str, Any]]:
        if not self.context["view"].access.may(Permission.SEE_PLANS, visit.school_id):
            return []
        return list(VisitActionOut(actions_of(visit), many=True).data)

    @extend_schema_field({"type": "string", "nullable": True})
    def get_reply_text(self, visit: Visit) -> str | None:
        return visit.reply_text if self._reads(visit) else None


class VisitFilters(RowFilters):
    """By school, form, where it stands, and sent since."""

    school = IdFilter(field_name="school_id")
    form = filters.CharFilter(max_length=60)
    state = filters.ChoiceFilter(choices=Visit.State.choices)
    since = Moment(field_name="submitted_at", lookup_expr="gte", label="Sent since")
    ordering = Order(fields=["on", "submitted_at", "considered_on"])


class Visits(Rows):
    """The visits this person knows of: those sent, and drafts of their own side."""

    needs, model, tag = Permission.SEE_VISITS, Visit, "Visits"
    serializer_class, filterset_class = VisitOut, VisitFilters

    def get_serializer_class(self) -> type[VisitOut]:
        return VisitWhole if self.action == "retrieve" else VisitOut

    def rows(self) -> QuerySet[Visit]:
        return readable_visits(self.access)
