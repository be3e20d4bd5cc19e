"""What the committee found, put on record by another program."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from monitoring.api.visits import VisitActionOut
from monitoring.models import Visit
from monitoring.queries.visits import actions_of, may_follow_up, readable_visits
from monitoring.services import follow_up
from monitoring.services.following import LONGEST_FOUND, Found
from schools.access import Permission
from schools.api import Refused, StrictSerializer, TrustView


class FoundIn(StrictSerializer):
    """What was found of one action."""

    action = serializers.IntegerField(min_value=1, help_text="Of /actions/; one that came of this visit.")
    found = serializers.CharField(max_length=LONGEST_FOUND)
    closes = serializers.BooleanField(help_text="Whether the matter is closed for the committee.")


class FollowUpIn(StrictSerializer):
    """The committee's day, and each action it looked at."""

    on = serializers.DateField()
    actions = FoundIn(many=True, allow_empty=False)


class VisitFollowUp(TrustView):
    """Follow up the actions of a visit, for its committee."""

    needs, model, tag, operation = Permission.FOLLOW_UP, Visit, "Visits", "visits_follow_up"
    http_method_names = ["post"]
    also = (413, 415)
    takes = FollowUpIn
    answers = {200: VisitActionOut(many=True)}

    def rows(self) -> QuerySet[Visit]:
        return readable_visits(self.access)

    def post(self, request: Any, **kwargs: str) -> Response:
        """Put on record what the committee found. The answer has every action of the visit."""
        visit: Visit = self.get_object()
        links = actions_of(visit)
        if not may_follow_up(self.access, visit, links):
            raise NotFound
        sent = FollowUpIn(data=request.data)
        if not sent.is_valid():
            raise Refused(sent.errors)
        known = {link.action_id: link for link in links}
        asked = sent.validated_data["actions"]
        if strangers := [one["action"] for one in asked if one["action"] not in known]:
            raise Refused({"actions": [f"No action {strangers[0]} came of this visit."]})
        found = [Found(known[one["action"]], one["found"], one["closes"]) for one in asked]
        follow_up(visit, by=self.access.membership, on=sent.validated_data["on"], found=found)
        return Response(VisitActionOut(actions_of(visit), many=True).data)
