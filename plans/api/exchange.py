"""The exchange of capacity as programs read it: who offers days of support, and how they are matched."""

from __future__ import annotations

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers

from plans.models import MatchLine, Offer
from schools.access import Permission, where_may
from schools.api import IdFilter, Order, RowFilters, Rows


class OfferOut(serializers.ModelSerializer):
    """What a school, or without one a person of the trust’s own team, can give. Only what is confirmed is matched."""

    name = serializers.CharField(read_only=True, help_text="Of the school, or of the person.")
    areas = serializers.ListField(child=serializers.CharField(), help_text="Keys of criteria of the strategy.")
    per = serializers.CharField(help_text="half_term or term.")
    most_minutes = serializers.IntegerField(allow_null=True, help_text="Of a journey. Null: any distance.")

    class Meta:
        model = Offer
        fields = ["id", "school", "name", "areas", "most_days", "per", "from_on", "until_on", "most_minutes", "state"]
        read_only_fields = fields


class OfferFilters(RowFilters):
    """By school, and by whether it is confirmed."""

    school = IdFilter(field_name="school_id")
    state = filters.ChoiceFilter(choices=Offer.State.choices)
    ordering = Order(fields=["from_on", "most_days"])


class Offers(Rows):
    """The offers of the schools whose support this person sees; of the trust's team for who sees every school."""

    needs, model, tag = Permission.SEE_SUPPORT, Offer, "Offers of support"
    serializer_class, filterset_class = OfferOut, OfferFilters

    def rows(self) -> QuerySet[Offer]:
        seen = where_may(self.access, Permission.SEE_SUPPORT)
        return Offer.objects.filter(seen).select_related("school", "person__user").order_by("pk")


class MatchOut(serializers.ModelSerializer):
    """Days of one giver for one need of a school, proposed, taken out by hand, or accepted and so booked."""

    period = serializers.IntegerField(source="run.period_id", read_only=True, help_text="The half term.")
    need = serializers.CharField(source="key", read_only=True, help_text="The key of the need in its matching.")
    giver = serializers.CharField(source="offer.name", read_only=True)
    why = serializers.ListField(child=serializers.CharField(), help_text="Why this giver, in sentences.")
    others = serializers.ListField(child=serializers.CharField(), help_text="Who else offers it, and why not.")

    class Meta:
        model = MatchLine
        fields = [
            "id", "period", "offer", "giver", "school", "need", "what", "days", "pinned", "by_hand", "reason", "why",
            "others", "state", "accepted_at",
        ]  # fmt: skip
        read_only_fields = fields


class MatchFilters(RowFilters):
    """By school in need, offer, half term, and where it stands."""

    school = IdFilter(field_name="school_id")
    offer = IdFilter(field_name="offer_id")
    period = IdFilter(field_name="run__period_id")
    state = filters.ChoiceFilter(choices=MatchLine.State.choices)
    ordering = Order(fields=["days"])


class Matches(Rows):
    """The matching, for who books support."""

    needs, model, tag = Permission.BOOK_SUPPORT, MatchLine, "Matches of support"
    serializer_class, filterset_class = MatchOut, MatchFilters

    def rows(self) -> QuerySet[MatchLine]:
        rows = MatchLine.objects.filter(where_may(self.access, Permission.BOOK_SUPPORT))
        return rows.select_related("run", "offer__school", "offer__person__user").order_by("-pk")
