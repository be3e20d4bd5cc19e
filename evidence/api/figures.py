"""Targets and hand-made benchmarks."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers

from evidence.models import Benchmark, Span, Target
from schools.access import Permission
from schools.api.filters import IdFilter, Order, RowFilters
from schools.api.view import Rows
from schools.models import School


class TargetOut(serializers.ModelSerializer):
    """What a measure should reach by the end of a term (`season`) or, where that is empty, of the year.

    `school` is null for a target of the trust as a whole. `year` is the calendar year the academic year starts in.
    """

    class Meta:
        model = Target
        fields = ["id", "school", "measure", "group", "year", "season", "value"]
        read_only_fields = fields


class TargetFilters(RowFilters):
    """By school, measure, group of pupils and academic year."""

    school = IdFilter(field_name="school_id")
    measure = filters.CharFilter(max_length=60)
    group = filters.CharFilter(max_length=60)
    year = filters.NumberFilter(min_value=1900, max_value=2100)
    ordering = Order(fields=["year", "measure"])


class Targets(Rows):
    """The targets of the schools this person may see, and those of the trust."""

    needs, model, tag = Permission.SEE_RETURNS, Target, "Targets"
    serializer_class, filterset_class = TargetOut, TargetFilters

    def rows(self) -> QuerySet[Target]:
        mine = Q(school__in=School.objects.visible_to(self.access))
        trusts = Q(school=None) if self.access.may(Permission.COMPARE) else Q(pk__in=())
        return Target.objects.filter(mine | trusts).order_by("-year", "measure", "pk")


class BenchmarkOut(serializers.ModelSerializer):
    """A comparison figure that the trust entered, with its year, how final it is, and its source."""

    class Meta:
        model = Benchmark
        fields = [
            "id", "measure", "group", "phase", "against", "place", "year", "span", "value", "release", "source",
        ]  # fmt: skip
        read_only_fields = fields


class BenchmarkFilters(RowFilters):
    """By measure, group of pupils, academic year and part of the year."""

    measure = filters.CharFilter(max_length=60)
    group = filters.CharFilter(max_length=60)
    year = filters.NumberFilter(min_value=1900, max_value=2100)
    span = filters.ChoiceFilter(choices=Span.choices)
    ordering = Order(fields=["year", "measure"])


class Benchmarks(Rows):
    """The trust's own benchmarks. Official figures of England are not rows of a trust."""

    needs, model, tag = Permission.COMPARE, Benchmark, "Benchmarks"
    serializer_class, filterset_class = BenchmarkOut, BenchmarkFilters

    def rows(self) -> QuerySet[Benchmark]:
        return Benchmark.objects.order_by("-year", "measure", "pk")
