"""Schools, periods and the versions of the trust's strategy."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from rest_framework import serializers

from schools.access import Permission
from schools.models import Period, School, StrategyVersion
from schools.models.calendar import Season

from .filters import IdFilter, Order, RowFilters, Truth
from .view import Rows


class SchoolOut(serializers.ModelSerializer):
    """A school as this trust knows it. Null or empty means unknown, never zero."""

    class Meta:
        model = School
        fields = [
            "id", "urn", "laestab", "ukprn", "name", "short_name", "phase", "age_low", "age_high", "pupils",
            "capacity", "la_name", "joined_on", "left_on", "as_at",
        ]  # fmt: skip
        read_only_fields = fields


class SchoolFilters(RowFilters):
    """By phase of education, register number, and whether the school is in the trust today."""

    phase = filters.ChoiceFilter(choices=School._meta.get_field("phase").choices)
    urn = filters.CharFilter(max_length=6)
    current = Truth(method="in_the_trust", label="In the trust today")
    ordering = Order(fields=["name", "urn", "joined_on", "pupils"])

    def in_the_trust(self, rows: QuerySet[School], name: str, value: bool) -> QuerySet[School]:
        today = timezone.localdate()
        here = Q(joined_on__lte=today) & (Q(left_on=None) | Q(left_on__gt=today))
        return rows.filter(here if value else ~here)


class Schools(Rows):
    """The schools this person may see."""

    needs, model, tag = Permission.SEE_SCHOOLS, School, "Schools"
    serializer_class, filterset_class = SchoolOut, SchoolFilters

    def rows(self) -> QuerySet[School]:
        return School.objects.visible_to(self.access).order_by("name", "pk")


class PeriodOut(serializers.ModelSerializer):
    """A term (`half` 0) or a half term. `school` is set where one school's half term differs from the trust's."""

    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    academic_year = serializers.CharField(read_only=True)

    class Meta:
        model = Period
        fields = ["id", "label", "academic_year", "year", "season", "half", "school", "starts_on", "ends_on"]
        read_only_fields = fields


class PeriodFilters(RowFilters):
    """By academic year, term, half term, and the day it must hold."""

    year = filters.NumberFilter(min_value=1900, max_value=2100)
    season = filters.ChoiceFilter(choices=Season.choices)
    half = filters.NumberFilter(min_value=0, max_value=2)
    school = IdFilter(field_name="school_id")
    on = filters.DateFilter(method="holding", label="A day of the period")
    ordering = Order(fields=["starts_on", "ends_on"])

    def holding(self, rows: QuerySet[Period], name: str, day: Any) -> QuerySet[Period]:
        return rows.filter(starts_on__lte=day, ends_on__gte=day)


class Periods(Rows):
    """Terms and half terms, with the dates this trust keeps."""

    needs, model, tag = Permission.BELONG, Period, "Periods"
    serializer_class, filterset_class = PeriodOut, PeriodFilters

    def rows(self) -> QuerySet[Period]:
        mine = School.objects.visible_to(self.access)
        return Period.objects.filter(Q(school=None) | Q(school__in=mine)).order_by("starts_on", "half", "pk")


class StrategyOut(serializers.ModelSerializer):
    """One published version of a strategy."""

    class Meta:
        model = StrategyVersion
        fields = ["id", "key", "version", "title", "starts_on", "published_at"]
        read_only_fields = fields


class StrategyDocument(serializers.ModelSerializer):
    """One published version with its document: scales, axes, criteria, KPIs and rules by their keys."""

    document = serializers.DictField(read_only=True)

    class Meta:
        model = StrategyVersion
        fields = ["id", "key", "version", "title", "starts_on", "published_at", "document"]
        read_only_fields = fields


class StrategyFilters(RowFilters):
    """By the strategy's key."""

    key = filters.CharFilter(max_length=60)
    ordering = Order(fields=["key", "version", "starts_on"])


class Strategies(Rows):
    """The versions of the trust's strategies. Judgements name one of them and the keys in it."""

    needs, model, tag = Permission.SEE_STRATEGY, StrategyVersion, "Strategies"
    filterset_class = StrategyFilters

    def get_serializer_class(self) -> type[serializers.ModelSerializer]:
        return StrategyDocument if self.action == "retrieve" else StrategyOut

    def rows(self) -> QuerySet[StrategyVersion]:
        rows = StrategyVersion.objects.order_by("key", "-version", "pk").defer("text")
        return rows if self.action == "retrieve" else rows.defer("text", "document")
