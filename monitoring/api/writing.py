"""Writing a visit from another program: a draft, sent once."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from monitoring.models import Visit
from monitoring.queries.visits import form_of, may_write, readable_visits
from monitoring.services import save_visit, send_visit
from schools.access import Permission
from schools.api import Refused, TrustView
from schools.api.answers import CONFLICT, SavedAnswersOut, VersionIn, conflict, read_answers, require_had
from schools.filled import UnreadableError, Value, from_record

ANSWERS_WORDS = "Answers of the head by the field’s key, as the form’s definition has them; null empties one."
ROWS_WORDS = "Rows with their slot; a row without one takes its place in the list."


class FilledIn(VersionIn):
    """What is written. What is left out stays as it is."""

    answers = serializers.DictField(required=False, default=dict, help_text=ANSWERS_WORDS)
    rows = serializers.ListField(child=serializers.DictField(), required=False, default=list, help_text=ROWS_WORDS)


class SubmitIn(FilledIn):
    """The same, with the number that the device gave to it: sent again, it changes nothing."""

    token = serializers.UUIDField(help_text="Made by the sender, once for each visit it sends.")


class SubmittedOut(SavedAnswersOut):
    """The visit is sent. `again`: it had been sent under this number before."""

    again = serializers.BooleanField()


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
        require_had(visit.version, data)
        return _read(visit, data), data


def _read(visit: Visit, data: dict[str, Any]) -> dict[str, Value | None]:
    try:
        named = from_record(data)
    except UnreadableError as refusal:
        raise Refused({"rows": [str(refusal)]}) from None
    return read_answers(visit.strategy_version.strategy, form_of(visit), named)


class VisitAnswers(_Writing):
    """Write in the form of a visit that is still open."""

    operation = "visits_write"
    http_method_names = ["patch"]
    takes = FilledIn
    answers = {200: SavedAnswersOut, **CONFLICT}

    def patch(self, request: Any, **kwargs: str) -> Response:
        """Save what is sent. What others wrote in other answers since that version stands."""
        visit = self.writable()
        typed, data = self.sent(visit, FilledIn(data=request.data))
        saved = save_visit(visit, typed, by=self.access.membership, version=data["version"])
        if saved.conflicts:
            return conflict(saved)
        return Response(SavedAnswersOut({"version": saved.version, "saved_at": saved.at}).data)


class VisitSubmit(_Writing):
    """Send a visit, once for each number."""

    operation = "visits_submit"
    http_method_names = ["post"]
    takes = SubmitIn
    answers = {200: SubmittedOut, **CONFLICT}

    def post(self, request: Any, **kwargs: str) -> Response:
        """Save what is sent and send the visit to the school. Refused by name while something is lacking."""
        visit = self.writable()
        typed, data = self.sent(visit, SubmitIn(data=request.data))
        made = send_visit(visit, typed, by=self.access.membership, version=data["version"], token=data["token"])
        if made.saved.conflicts:
            return conflict(made.saved)
        if made.lacks:
            raise ValidationError(made.lacks)
        told = {"version": made.saved.version, "saved_at": made.saved.at, "again": made.again}
        return Response(SubmittedOut(told).data)
