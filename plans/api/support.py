"""Support: what schools ask for, what is booked, and a school's ledger of a year."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from plans.models import SupportBooking, SupportRequest
from plans.queries.capacity import capacity_of
from plans.queries.support import readable_bookings, supported_schools
from plans.queries.support_asked import readable_requests
from plans.queries.support_last import this_year_and_left
from plans.rules.support import Line
from schools.access import Permission
from schools.api import IdFilter, Order, RowFilters, Rows, TrustView
from schools.models import School
from schools.queries import strategy_of
from schools.rules import academic_year
from schools.strategy.basics import SupportUnit


class SupportRequestOut(serializers.ModelSerializer):
    """Support that a school asks for, and what the trust decided. Reviews it asks for are review wishes."""

    item = serializers.CharField(
        help_text="The key of the entry on the strategy’s menu; blank in the school’s own words."
    )
    priority = serializers.CharField(help_text="now, term or when.")

    class Meta:
        model = SupportRequest
        fields = [
            "id", "school", "strategy_version", "item", "need", "priority", "suits", "criterion", "action", "state",
            "asked_at", "answer", "later_on", "answered_at",
        ]  # fmt: skip
        read_only_fields = fields


class SupportRequestFilters(RowFilters):
    """By school, by where it stands, by the entry of the menu."""

    school = IdFilter(field_name="school_id")
    state = filters.ChoiceFilter(choices=SupportRequest.State.choices)
    item = filters.CharFilter(max_length=60)
    ordering = Order(fields=["asked_at", "answered_at"])


class SupportRequests(Rows):
    """What the schools this person asks or answers for asked for."""

    needs, model, tag = Permission.SEE_SUPPORT, SupportRequest, "Support requests"
    serializer_class, filterset_class = SupportRequestOut, SupportRequestFilters

    def rows(self) -> QuerySet[SupportRequest]:
        return readable_requests(self.access)


class SupportBookingOut(serializers.ModelSerializer):
    """Support on one day. Without a school it is challenge to the trust itself. No cost is unknown, not nothing."""

    provider = serializers.CharField(help_text="central, school or external.")
    funder = serializers.CharField(help_text="trust, school or shared.")
    unit = serializers.CharField(help_text="day, session, visit, meeting or programme.")
    came = serializers.DecimalField(
        4, 1, allow_null=True, help_text="How much came where that was less than `amount`; the rest counts as missed."
    )
    given_by = serializers.CharField(read_only=True, help_text="Who gives it, by name.")
    missed_by = serializers.CharField(help_text="provider, school or neither; blank where it was not missed.")
    is_denied = serializers.BooleanField(help_text="Whether the school says in `answer` that a miss lay elsewhere.")

    class Meta:
        model = SupportBooking
        fields = [
            "id", "school", "strategy_version", "entitlement", "request", "what", "unit", "amount", "on", "provider",
            "provider_school", "given_by", "funder", "cost", "criterion", "action", "state", "delivered_at", "came",
            "note", "answered_at", "answer", "missed_by", "why", "is_denied",
        ]  # fmt: skip
        read_only_fields = fields


class SupportBookingFilters(RowFilters):
    """By school, what it is counted against, provider, funder, where it stands, and between two days."""

    school = IdFilter(field_name="school_id")
    provider_school = IdFilter(field_name="provider_school_id")
    entitlement = filters.CharFilter(max_length=60)
    provider = filters.ChoiceFilter(choices=SupportBooking.Provider.choices)
    funder = filters.ChoiceFilter(choices=SupportBooking.Funder.choices)
    state = filters.ChoiceFilter(choices=SupportBooking.State.choices)
    since = filters.DateFilter(field_name="on", lookup_expr="gte", label="On this day or later")
    until = filters.DateFilter(field_name="on", lookup_expr="lte", label="On this day or earlier")
    ordering = Order(fields=["on", "cost"])


class SupportBookings(Rows):
    """What is booked for the schools whose support this person sees, and what they or their school give."""

    needs, model, tag = Permission.SEE_SUPPORT, SupportBooking, "Support bookings"
    serializer_class, filterset_class = SupportBookingOut, SupportBookingFilters

    def rows(self) -> QuerySet[SupportBooking]:
        return readable_bookings(self.access)


class SupportCellOut(serializers.Serializer):
    """One half term of a line."""

    half_term = serializers.CharField(help_text="For example “Autumn 1”.")
    owed = serializers.IntegerField()
    booked = serializers.DecimalField(max_digits=7, decimal_places=1)
    delivered = serializers.DecimalField(max_digits=7, decimal_places=1, source="came")
    missed = serializers.DecimalField(max_digits=7, decimal_places=1)
    disputed = serializers.DecimalField(max_digits=7, decimal_places=1)


class SupportLineOut(serializers.Serializer):
    """One entitlement of the school; or what it asked for (asked_for), or what came beyond the offer (blank)."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.ChoiceField(choices=[one.value for one in SupportUnit])
    owed_by_now = serializers.IntegerField(source="owed_now")
    delivered = serializers.DecimalField(max_digits=7, decimal_places=1, source="came")
    behind = serializers.DecimalField(max_digits=7, decimal_places=1, source="short")
    behind_since = serializers.DateField(source="since", allow_null=True)
    cost = serializers.DecimalField(max_digits=11, decimal_places=2, allow_null=True, help_text="Null: not known.")
    half_terms = serializers.SerializerMethodField()

    @extend_schema_field(SupportCellOut(many=True))
    def get_half_terms(self, line: Line) -> list[dict[str, Any]]:
        cells = [{"half_term": half.short, **vars(cell)} for half, cell in line.by_half]
        return list(SupportCellOut(cells, many=True).data)


class NotComeOut(serializers.Serializer):
    """What was owed of one entitlement in the academic year before, and how much of it did not come."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.ChoiceField(choices=[one.value for one in SupportUnit])
    owed = serializers.IntegerField(source="owed_now")
    did_not_come = serializers.DecimalField(max_digits=7, decimal_places=1, source="short")


class CapacitySideOut(serializers.Serializer):
    """What the school gave, or took, in one half term; and whether the trust has set by hand that it does."""

    came = serializers.IntegerField(help_text="How many times.")
    booked = serializers.IntegerField(help_text="How many times more are booked or not settled.")
    also = serializers.CharField(help_text="What else speaks for it, in words; blank where nothing does.")
    is_so = serializers.BooleanField(help_text="Whether it gives, or takes, by all of this.")
    is_set = serializers.BooleanField(help_text="Whether the trust has set that it does.")
    difference = serializers.CharField(help_text="Where the two differ, in a sentence; else blank.")


class CapacityOut(serializers.Serializer):
    """One half term of this year that has begun."""

    half_term = serializers.CharField(source="half.short")
    gives = CapacitySideOut()
    takes = CapacitySideOut()


class SupportLedgerOut(serializers.Serializer):
    """A school's ledger of the academic year that began in `year`."""

    year = serializers.IntegerField()
    lines = SupportLineOut(many=True)
    last_year = NotComeOut(
        many=True, help_text="What did not come of what the year before owed; none of it is added to this year."
    )
    capacity = CapacityOut(many=True, help_text="Whether the school gave and took, by half term.")


class SupportLedger(TrustView):
    """A school's ledger of this academic year: owed, booked, delivered and missed, by half term."""

    needs, model, tag, operation = Permission.SEE_SUPPORT, School, "Support bookings", "schools_support"
    http_method_names = ["get", "head"]
    answers = {200: SupportLedgerOut}

    def rows(self) -> QuerySet[School]:
        return supported_schools(self.access)

    def get(self, request: Any, **kwargs: str) -> Response:
        """In the order of the strategy."""
        today = timezone.localdate()
        school, followed = self.get_object(), request.followed
        found, left = this_year_and_left([school], today=today, followed=followed)
        told: dict[str, Any] = {"year": academic_year(today), "lines": found[0].ledger.lines if found else ()}
        told |= {"last_year": left.whole.lines if left.whole else (), "capacity": ()}
        version = strategy_of(school, today, followed)
        if found and version:
            halves, strategy = found[0].ledger.halves, version.strategy
            told["capacity"] = capacity_of(school, halves, strategy, access=self.access, today=today)
        return Response(SupportLedgerOut(told).data)
