"""Items of checklists: read as the pages show them, and one written at a time."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from plans.models import ChecklistItem
from plans.queries.checklists import people_for, readable_items
from plans.services import ItemEntry, write_item
from plans.services.checklists import LONGEST_EVIDENCE
from schools.access import Permission
from schools.api import IdFilter, Order, Refused, RowFilters, Rows, StrictSerializer, TrustView
from schools.api.document import MEANINGS, Refusal
from schools.audit import CHANGED_SINCE
from schools.models import Membership

LARGEST_VERSION = 2**31 - 1
NOBODY = "Nobody of this school, or of the trust’s team, has this number."


class ChecklistItemOut(serializers.ModelSerializer):
    """An item of the checklist of a level, at one school. `version` grows with every change."""

    class Meta:
        model = ChecklistItem
        fields = [
            "id", "school", "axis", "level", "checklist", "group", "group_label", "key", "words", "taken_up_on",
            "status", "owner", "owner_words", "due_on", "evidence", "evidence_on", "evidence_link", "set_at",
            "version",
        ]  # fmt: skip
        read_only_fields = fields


class ChecklistItemFilters(RowFilters):
    """By school, axis, level, domain, how it stands, and by when it is due."""

    school = IdFilter(field_name="school_id")
    axis = filters.CharFilter(max_length=60)
    level = filters.CharFilter(max_length=60)
    group = filters.CharFilter(max_length=60)
    status = filters.ChoiceFilter(choices=ChecklistItem.Status.choices)
    due_by = filters.DateFilter(field_name="due_on", lookup_expr="lte")
    ordering = Order(fields=["due_on", "evidence_on"])


class ChecklistItems(Rows):
    """The items of the schools whose plans this person reads."""

    needs, model, tag = Permission.SEE_PLANS, ChecklistItem, "Checklist items"
    serializer_class, filterset_class = ChecklistItemOut, ChecklistItemFilters

    def rows(self) -> QuerySet[ChecklistItem]:
        return readable_items(self.access)


class ItemIn(StrictSerializer):
    """What is said of an item. What is left out stays as it is."""

    version = serializers.IntegerField(min_value=1, max_value=LARGEST_VERSION, help_text="The one this was written on.")
    status = serializers.ChoiceField(choices=ChecklistItem.Status.choices, required=False)
    owner = serializers.IntegerField(allow_null=True, required=False, min_value=1, max_value=2**63 - 1)
    owner_words = serializers.CharField(allow_blank=True, required=False, max_length=120)
    due_on = serializers.DateField(allow_null=True, required=False)
    evidence = serializers.CharField(allow_blank=True, required=False, max_length=LONGEST_EVIDENCE)
    evidence_on = serializers.DateField(allow_null=True, required=False)
    evidence_link = serializers.URLField(allow_blank=True, required=False, max_length=500)


PARTS = ("status", "owner_words", "due_on", "evidence", "evidence_on", "evidence_link")


class ChecklistItemEntry(TrustView):
    """Write one item, as those whose level it is to write (`directs` and `edits` of the strategy's levels)."""

    needs, model, tag = Permission.WRITE_PLANS, ChecklistItem, "Checklist items"
    operation = "checklist_items_write"
    http_method_names = ["patch"]
    also = (413, 415)
    takes = ItemIn
    answers = {200: ChecklistItemOut, 409: OpenApiResponse(Refusal, description=MEANINGS[412])}

    def rows(self) -> QuerySet[ChecklistItem]:
        return readable_items(self.access)

    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Who sees to it, by when, how it stands and what shows it. Met needs evidence in words."""
        item: ChecklistItem = self.get_object()
        self.access.require(Permission.WRITE_PLANS, item.school_id)
        sent = ItemIn(data=request.data)
        if not sent.is_valid():
            raise Refused(sent.errors)
        data = sent.validated_data
        entry = ItemEntry(owner=self._owner(item, data), **{one: data.get(one, getattr(item, one)) for one in PARTS})
        try:
            saved = write_item(item, entry, by=self.access.membership, version=data["version"])
        except ValidationError as refusal:
            if getattr(refusal, "code", None) != CHANGED_SINCE:
                raise
            return Response({"detail": refusal.messages[0]}, status=409)
        return Response(ChecklistItemOut(saved).data)

    def _owner(self, item: ChecklistItem, data: dict[str, Any]) -> Membership | None:
        """Whom was named; who it was where nothing is said of it."""
        if "owner" not in data or data["owner"] == item.owner_id:
            return item.owner
        known = {one.pk: one for one in people_for(item.school_id)}
        if data["owner"] is not None and data["owner"] not in known:
            raise Refused({"owner": [NOBODY]})
        return known.get(data["owner"])
