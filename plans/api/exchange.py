"""The exchange of capacity as programs read it: who offers days of support."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from plans.models import Offer
from plans.queries.exchange import readable_offers
from schools.access import Access, Permission
from schools.api import IdFilter, Order, RowFilters, Rows

P = Permission


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


class OfferWhole(OfferOut):
    """An offer with what is said beside it.

    Whom it is kept from, and what a person’s says, is null for who neither speaks for the giver nor books support.
    """

    not_to = serializers.SerializerMethodField(help_text="Schools the giver is not to go to.")
    not_to_why = serializers.SerializerMethodField()
    although = serializers.SerializerMethodField(
        help_text="The head’s words, where the school stands where no support is asked of it: why it can give."
    )
    note = serializers.SerializerMethodField()
    base = serializers.SerializerMethodField(help_text="The school from which a person travels.")

    class Meta(OfferOut.Meta):
        fields = [*OfferOut.Meta.fields, "person", "base", "not_to", "not_to_why", "although", "note", "confirmed_at"]
        read_only_fields = fields

    def _told(self, row: Offer, said: Any) -> Any:
        access: Access = self.context["access"]
        speaks = row.school_id is not None and access.may(P.ASK_SUPPORT, row.school_id)
        return said if speaks or access.may(P.BOOK_SUPPORT, row.school_id) else None

    @extend_schema_field(serializers.ListField(child=serializers.IntegerField(), allow_null=True))
    def get_not_to(self, row: Offer) -> list[int] | None:
        kept: list[int] | None = self._told(row, sorted(one.school_id for one in row.not_to.all()))
        return kept

    def get_not_to_why(self, row: Offer) -> str | None:
        said: str | None = self._told(row, row.not_to_why)
        return said

    def get_although(self, row: Offer) -> str | None:
        said: str | None = row.although if row.school_id else self._told(row, row.although)
        return said

    def get_note(self, row: Offer) -> str | None:
        said: str | None = row.note if row.school_id else self._told(row, row.note)
        return said

    def get_base(self, row: Offer) -> int | None:
        base: int | None = self._told(row, row.base_id)
        return base


class OfferFilters(RowFilters):
    """By school, and by whether it is confirmed."""

    school = IdFilter(field_name="school_id")
    state = filters.ChoiceFilter(choices=Offer.State.choices)
    ordering = Order(fields=["from_on", "most_days"])


class Offers(Rows):
    """The offers of the schools whose support this person sees; of the trust's team for who sees every school."""

    needs, model, tag = P.SEE_SUPPORT, Offer, "Offers of support"
    filterset_class = OfferFilters

    def get_serializer_class(self) -> type[OfferOut]:
        return OfferWhole if self.action == "retrieve" else OfferOut

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "access": self.access}

    def rows(self) -> QuerySet[Offer]:
        return readable_offers(self.access)
