"""The programmes of schools and years, with their form as both sides filled it in."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from reviews.models import ProgrammeEdition, YearProgramme
from reviews.queries.years import form_for, readable_years, side_of
from schools.access import Permission
from schools.api.filters import IdFilter, Order, RowFilters
from schools.api.view import Rows
from schools.filled import as_record, definition


class ProgrammeOut(serializers.ModelSerializer):
    """A school’s year: where it stands, and who signed. What was written is in the whole one."""

    form = serializers.CharField(help_text="The key of its form in the strategy.")
    year = serializers.IntegerField(help_text="The year in which the academic year begins.")
    state = serializers.ChoiceField(choices=YearProgramme.State.choices, read_only=True)

    class Meta:
        model = YearProgramme
        fields = [
            "id", "school", "strategy_version", "form", "year", "state", "begun_at", "trust_signed_at",
            "school_signed_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class ProgrammeEditionOut(serializers.ModelSerializer):
    """The words as both sides agreed them; they never change."""

    trust_signed_by = serializers.CharField(source="trust_signed_by.user.name", read_only=True)
    school_signed_by = serializers.CharField(source="school_signed_by.user.name", read_only=True)
    filled = serializers.SerializerMethodField()

    class Meta:
        model = ProgrammeEdition
        fields = ["number", "trust_signed_at", "trust_signed_by", "school_signed_at", "school_signed_by", "filled"]
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_filled(self, edition: ProgrammeEdition) -> dict[str, Any]:
        return as_record(self.context["form"], edition.answers)


class ProgrammeWhole(ProgrammeOut):
    """A school’s year with its form’s definition, what is written now, and everything agreed before."""

    definition = serializers.SerializerMethodField(help_text="The form as it was when the record was begun.")
    filled = serializers.SerializerMethodField(help_text="As it stands; null but for both sides while it is written.")
    editions = serializers.SerializerMethodField(help_text="What was agreed, the latest first.")

    class Meta(ProgrammeOut.Meta):
        fields = [*ProgrammeOut.Meta.fields, "definition", "filled", "editions"]
        read_only_fields = fields

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_definition(self, row: YearProgramme) -> dict[str, Any]:
        return definition(row.strategy_version.strategy, form_for(row))

    @extend_schema_field({"type": "object", "nullable": True})
    def get_filled(self, row: YearProgramme) -> dict[str, Any] | None:
        reads = row.is_agreed or side_of(self.context["view"].access, row.school_id).writes
        return as_record(form_for(row), row.answers) if reads else None

    @extend_schema_field(ProgrammeEditionOut(many=True))
    def get_editions(self, row: YearProgramme) -> list[Any]:
        editions = ProgrammeEditionOut(row.editions.all(), many=True, context={"form": form_for(row)})
        return list(editions.data)


class ProgrammeFilters(RowFilters):
    """By school, by year, and whether both sides have signed it."""

    school = IdFilter(field_name="school_id")
    year = filters.NumberFilter(min_value=1900, max_value=2999)
    agreed = filters.BooleanFilter(method="by_agreed")
    ordering = Order(fields=["year", "begun_at"])

    def by_agreed(self, rows: QuerySet[YearProgramme], name: str, wanted: bool) -> QuerySet[YearProgramme]:
        agreed = Q(trust_signed_at__isnull=False, school_signed_at__isnull=False)
        return rows.filter(agreed if wanted else ~agreed)


class Programmes(Rows):
    """The programmes this person may read: of their side from the start, others once they were agreed."""

    needs, model, tag = Permission.SEE_REVIEWS, YearProgramme, "Programmes"
    serializer_class, filterset_class = ProgrammeOut, ProgrammeFilters

    def get_serializer_class(self) -> type[ProgrammeOut]:
        return ProgrammeWhole if self.action == "retrieve" else ProgrammeOut

    def rows(self) -> QuerySet[YearProgramme]:
        return readable_years(self.access).order_by("-year", "school__name", "pk")
