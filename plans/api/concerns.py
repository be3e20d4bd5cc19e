"""Schools on a ladder: where each stands, and each step that was agreed."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from plans.models import Concern, StageChange
from plans.queries.concerns import in_full, readable_concerns, standing_of
from schools.access import Permission
from schools.api import IdFilter, Order, RowFilters, Rows


class ConcernOut(serializers.ModelSerializer):
    """Why a school is on a ladder of its strategy, and since when."""

    ladder = serializers.CharField(help_text="Its key in the strategy.")
    sources = serializers.SerializerMethodField(help_text="What it rests on, as it was called then.")

    class Meta:
        model = Concern
        fields = [
            "id", "school", "ladder", "strategy_version", "state", "trigger", "sources",
            "opened_on", "left_on", "ended_on",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_sources(self, concern: Concern) -> list[str]:
        return [one["label"] for one in concern.sources]


class StageOut(serializers.Serializer):
    """Where the school stands now. Without a longest stay `until` and `days_left` are null; below zero it is over."""

    stage = serializers.CharField(allow_blank=True, help_text="The stage's key; blank off the ladder.")
    words = serializers.CharField(help_text="The same in words, with the day since when.")
    since = serializers.DateField()
    until = serializers.DateField(allow_null=True)
    days_left = serializers.IntegerField(allow_null=True)
    review_on = serializers.DateField(allow_null=True)
    outstanding = serializers.ListField(
        child=serializers.CharField(), help_text="What is still to be done, or told: told is who has the letter."
    )


class StepAnswerOut(serializers.Serializer):
    """Somebody who agreed to a step: in which role, where several agree in turn, and when."""

    role = serializers.CharField(help_text="Its key.")
    by = serializers.CharField(help_text="Their name.")
    at = serializers.DateTimeField()


class StepTaken(serializers.ModelSerializer):
    """A step that was agreed: open, up, down, hold, close, back."""

    step = serializers.CharField()
    agreed = serializers.SerializerMethodField(help_text="By whom, in the order in which they agreed.")

    class Meta:
        model = StageChange
        fields = [
            "step", "stage", "came_from", "since", "reason", "causes", "review_on", "plan", "plan_words", "agreed",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(StepAnswerOut(many=True))
    def get_agreed(self, change: StageChange) -> list[dict[str, Any]]:
        said = [(one.role, one.by, one.at) for one in change.agreed]
        if change.decided_by is not None and change.decided_at is not None:
            said.append((change.turn, change.decided_by, change.decided_at))
        rows = [{"role": role, "by": by.user.name, "at": at} for role, by, at in said]
        return list(StepAnswerOut(rows, many=True).data)


class ConcernWhole(ConcernOut):
    """A concern with where the school stands and every step that was agreed."""

    standing = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()

    class Meta(ConcernOut.Meta):
        fields = [*ConcernOut.Meta.fields, "entry_tests", "evidence", "standing", "steps"]
        read_only_fields = fields

    @extend_schema_field(StageOut)
    def get_standing(self, concern: Concern) -> dict[str, Any]:
        found = standing_of(concern, today=timezone.localdate())
        return {
            "stage": found.stage.key if found.stage else "",
            "words": found.words,
            "since": found.stay.since,
            "until": found.stay.until,
            "days_left": found.stay.left(found.today),
            "review_on": found.review_on,
            "outstanding": [one.words for one in found.to_do],
        }

    @extend_schema_field(StepTaken(many=True))
    def get_steps(self, concern: Concern) -> list[dict[str, Any]]:
        return list(StepTaken([one for one in concern.changes.all() if one.is_agreed], many=True).data)


class ConcernFilters(RowFilters):
    """By school, ladder, and whether it is open, watched or over."""

    school = IdFilter(field_name="school_id")
    ladder = filters.CharFilter(max_length=60)
    state = filters.ChoiceFilter(choices=Concern.State.choices)
    ordering = Order(fields=["opened_on", "left_on"])


class Concerns(Rows):
    """The concerns this person reads."""

    needs, model, tag = Permission.SEE_CONCERNS, Concern, "Concerns"
    serializer_class, filterset_class = ConcernOut, ConcernFilters

    def get_serializer_class(self) -> type[ConcernOut]:
        return ConcernWhole if self.action == "retrieve" else ConcernOut

    def rows(self) -> QuerySet[Concern]:
        rows = readable_concerns(self.access)
        return in_full(rows) if self.action == "retrieve" else rows
