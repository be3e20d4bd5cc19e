"""Filters of the record of changes. They live in the address, so that a filtered record can be sent on."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from schools.forms import DateInput
from schools.models import AuditEntry, Membership, School
from schools.queries import kinds_of_act


def _people(request: Any) -> QuerySet[Membership]:
    return Membership.objects.select_related("user").order_by("user__name")


def _schools(request: Any) -> QuerySet[School]:
    return School.objects.order_by("name")


SELECT: dict[str, Any] = {"widget": forms.Select(attrs={"class": "form-select"})}
DAY: dict[str, Any] = {
    "widget": DateInput(**{"class": "form-control"}),
    "error_messages": {"invalid": "Enter a date, for example 2026-09-01."},
}


class AuditFilter(django_filters.FilterSet):
    """By person, school, kind of change and day."""

    by = django_filters.ModelChoiceFilter(label="Who", queryset=_people, empty_label="Anybody", **SELECT)
    school = django_filters.ModelChoiceFilter(queryset=_schools, empty_label="Any school", **SELECT)
    did = django_filters.ChoiceFilter(label="What", choices=kinds_of_act, empty_label="Anything", **SELECT)
    since = django_filters.DateFilter(label="From", field_name="at", lookup_expr="date__gte", **DAY)
    until = django_filters.DateFilter(label="To", field_name="at", lookup_expr="date__lte", **DAY)

    class Meta:
        model = AuditEntry
        fields = ("by", "school", "did", "since", "until")
