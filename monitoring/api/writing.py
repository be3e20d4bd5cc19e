"""Writing a visit from another program: a draft, sent once."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from monitoring.models import Visit
from monitoring.queries.visits import form_of, may_write, readable_visits
from monitoring.services import save_visit, send_visit
from schools.access import Permission
from schools.api import Refused, StrictSerializer, TrustView
from schools.api.document import MEANINGS
from schools.filled import UnreadableError, Value, from_record, read
from schools.services.filling import SavedAnswers

LARGEST_VERSION = 2**31 - 1
ANSWERS_WORDS = "Answers of the head by the field’s key, as the form’s definition has them; null empties one."
ROWS_WORDS = "Rows with their slot; a row without one takes its place in the list."


class FilledIn(StrictSerializer):
    """What is written. What is left out stays as it is."""

    version = serializers.IntegerField(min_value=1, max_value=LARGEST_VERSION, help_text="The one this was written on.")
    answers = serializers.DictField(required=False, default=dict, help_text=ANSWERS_WORDS)
    rows = serializers.ListField(child=serializers.DictField(), required=False, default=list, help_text=ROWS_WORDS)


class SubmitIn(FilledIn):
    """The same, with the number that the device gave to it: sent again, it changes nothing."""

    token = serializers.UUIDField(help_text="Made by the sender, once for each visit it sends.")


class SavedVisitOut(serializers.Serializer):
    """What is stored now."""

    version = serializers.IntegerField()
    saved_at = serializers.DateTimeField()


class SubmittedOut(SavedVisitOut):
    """The visit is sent. `again`: it had been sent under this number before."""

    again = serializers.BooleanField()


class ClashOut(serializers.Serializer):
    """One answer that two people wrote differently."""

    field = serializers.CharField(help_text="Its name: a key, or r0-key for the first row.")
    by = serializers.CharField(help_text="Who wrote.")
    at = serializers.DateTimeField(allow_null=True)
    theirs = serializers.JSONField(allow_null=True)
    mine = serializers.JSONField(allow_null=True)


class VisitConflictOut(serializers.Serializer):
    """Nothing was saved: somebody changed these answers since. Both sides, and the version to send once settled."""

    version = serializers.IntegerField()
    conflicts = ClashOut(many=True)


class _Writing(TrustView):
    """A visit that is still open, for the side that writes it."""

    needs, model, tag = Permission.LOG_VISITS, Visit, "Visits"
    also = (413, 415)

    def rows(self) -> QuerySet[Visit]:
        return readable_visits(self.access)

    def writable(self) -> Visit:
        visit: Visit = self.get_object()
        self.access.require(Permission.LOG_VISITS, visit.school_id)
        if visit.is_open and not may_write(self.access, visit):
            raise NotFound
        return visit

    def sent(self, visit: Visit, serializer: serializers.Serializer) -> tuple[dict[str, Value | None], dict[str, Any]]:
        """What can be kept, by name, and the rest of what was sent. Raises Refused by name."""
        if not serializer.is_valid():
            raise Refused(serializer.errors)
        data = serializer.validated_data
        if data["version"] > visit.version:
            raise Refused({"version": [f"It is at version {visit.version}; it has had no such version."]})
        return _read(visit, data), data


def _read(visit: Visit, data: dict[str, Any]) -> dict[str, Value | None]:
    strategy, form = visit.strategy_version.strategy, form_of(visit)
    kept: dict[str, Value | None] = {}
    errors: dict[str, list[str]] = {}
    try:
        named = from_record(data)
    except UnreadableError as refusal:
        raise Refused({"rows": [str(refusal)]}) from None
    for name, typed in named.items():
        try:
            kept[name] = read(strategy, form, name, typed)
        except UnreadableError as refusal:
            errors[name] = [str(refusal)]
    if errors:
        raise Refused(errors)
    return kept


def _conflict(saved: SavedAnswers) -> Response:
    clashes = [
        {
            "field": one.clash.name,
            "by": one.by.user.name if one.by else "",
            "at": one.at,
            "theirs": one.clash.theirs,
            "mine": one.clash.mine,
        }
        for one in saved.conflicts
    ]
    return Response(VisitConflictOut({"version": saved.version, "conflicts": clashes}).data, status=409)


class VisitAnswers(_Writing):
    """Write in the form of a visit that is still open."""

    operation = "visits_write"
    http_method_names = ["patch"]
    takes = FilledIn
    answers = {200: SavedVisitOut, 409: OpenApiResponse(VisitConflictOut, description=MEANINGS[409])}

    def patch(self, request: Any, **kwargs: str) -> Response:
        """Save what is sent. What others wrote in other answers since that version stands."""
        visit = self.writable()
        typed, data = self.sent(visit, FilledIn(data=request.data))
        saved = save_visit(visit, typed, by=self.access.membership, version=data["version"])
        if saved.conflicts:
            return _conflict(saved)
        return Response(SavedVisitOut({"version": saved.version, "saved_at": saved.at}).data)


class VisitSubmit(_Writing):
    """Send a visit, once for each number."""

    operation = "visits_submit"
    http_method_names = ["post"]
    takes = SubmitIn
    answers = {200: SubmittedOut, 409: OpenApiResponse(VisitConflictOut, description=MEANINGS[409])}

    def post(self, request: Any, **kwargs: str) -> Response:
        """Save what is sent and send the visit to the school. Refused by name while something is lacking."""
        visit = self.writable()
        typed, data = self.sent(visit, SubmitIn(data=request.data))
        made = send_visit(visit, typed, by=self.access.membership, version=data["version"], token=data["token"])
        if made.saved.conflicts:
            return _conflict(made.saved)
        if made.lacks:
            raise ValidationError(made.lacks)
        told = {"version": made.saved.version, "saved_at": made.saved.at, "again": made.again}
        return Response(SubmittedOut(told).data)
