"""Appraisals by their status, as the person, who leads them and who oversees them read them by program."""

from __future__ import annotations

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers

from plans.models import Appraisal, AppraisalObjective
from plans.queries.appraisals import readable_appraisals, steps_of
from plans.rules.appraisal import standing
from schools.access import Permission
from schools.api import IdFilter, Order, RowFilters, Rows


class AppraisalObjectiveOut(serializers.ModelSerializer):
    """What an objective is in the plans: an action, a priority, or a criterion by its key."""

    class Meta:
        model = AppraisalObjective
        fields = ["action", "priority", "criterion"]
        read_only_fields = fields


class AppraisalOut(serializers.ModelSerializer):
    """One person's appraisal for one academic year: its status, its days and its links, and nothing that was said."""

    stands = serializers.SerializerMethodField(help_text="The last step that is done, in the strategy's words.")
    objectives = AppraisalObjectiveOut(many=True, read_only=True)

    class Meta:
        model = Appraisal
        fields = [
            "id", "kind", "person", "appraiser", "school", "year", "stands", "set_by", "set_on", "review_by",
            "reviewed_on", "conclude_by", "concluded_on", "objectives",
        ]  # fmt: skip
        read_only_fields = fields

    def get_stands(self, row: Appraisal) -> str:
        return standing(steps_of(row))


class AppraisalFilters(RowFilters):
    """By school, kind and academic year."""

    school = IdFilter(field_name="school_id")
    kind = filters.CharFilter(max_length=60)
    year = filters.NumberFilter(min_value=2000, max_value=2100)
    ordering = Order(fields=["year"])


class Appraisals(Rows):
    """One's own, those one leads or is told of, and for who oversees them all."""

    needs, model, tag = Permission.SEE_APPRAISALS, Appraisal, "Appraisals"
    serializer_class, filterset_class = AppraisalOut, AppraisalFilters

    def rows(self) -> QuerySet[Appraisal]:
        return readable_appraisals(self.access)
