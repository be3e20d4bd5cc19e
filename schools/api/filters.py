"""Filters in the address. What is none is refused, so that a slip of the pen does not answer with everything."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

LARGEST = 2**63 - 1
EARLIEST, LATEST = 1900, 9000


@extend_schema_field(OpenApiTypes.INT64)
class IdFilter(filters.NumberFilter):
    """The number of a row. One that may not be seen and one that does not exist find nothing alike."""

    field_class = forms.IntegerField

    def get_max_validator(self) -> MaxValueValidator:
        return MaxValueValidator(LARGEST)


class _MomentField(filters.IsoDateTimeFilter.field_class):
    default_error_messages = {"invalid": "Write the moment like 2026-11-20 or 2026-11-20T08:00:00Z."}

    def clean(self, value: Any) -> Any:
        try:
            found = super().clean(value)
        except OverflowError:
            found = None
        if value not in self.empty_values and not (found and EARLIEST < found.year < LATEST):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found


@extend_schema_field(OpenApiTypes.DATETIME)
class Moment(filters.IsoDateTimeFilter):
    """A day or a moment."""

    field_class = _MomentField


class _TruthField(forms.Field):
    widget = forms.TextInput

    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        if value.lower() not in ("true", "false"):
            raise forms.ValidationError("Write true or false.", code="invalid")
        return value.lower() == "true"


class Truth(filters.BooleanFilter):
    """True or false, and nothing else."""

    field_class = _TruthField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"widget": forms.TextInput, **kwargs})


class Order(filters.OrderingFilter):
    """One of the orders named, with the row's own number last so that pages do not overlap."""

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        if not value:
            return qs
        return qs.order_by(*(self.get_ordering_value(one) for one in value), "pk")


class RowFilters(filters.FilterSet):
    """Base of every set of filters."""
