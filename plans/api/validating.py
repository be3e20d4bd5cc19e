"""The verdict on a closed plan as somebody from outside the school sees it, by another program."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from plans.api.input import LONGEST_KEY, text
from plans.api.plans import PlanWhole
from plans.api.writing import plan_as_read
from plans.models import Plan
from plans.queries.plans import readable_plans
from plans.services.acting import LONGEST_NOTE
from plans.services.validating import LONGEST_ADVISER, LONGEST_PLACE, Said, validate_plan
from schools.access import Permission
from schools.api import StrictSerializer, TrustView


class ValidationIn(StrictSerializer):
    """Whether the verdict is confirmed from outside, with what was seen."""

    outcome = text(LONGEST_KEY, "confirmed or differs.", needed=True)
    verdict = text(LONGEST_KEY, "Where it differs, the verdict they would give: worked, partly or did_not.")
    saw = text(LONGEST_NOTE, "What was seen. Name no person.", needed=True)
    place = text(LONGEST_PLACE, "Where it was seen.", needed=True)
    on = serializers.DateField(help_text="The day on which it was seen.")
    adviser = text(LONGEST_ADVISER, "Who looked at it from outside the trust, in words.")


class PlanValidate(TrustView):
    """Confirm the verdict on a closed plan, or say how it is seen differently."""

    needs, model, tag, operation = Permission.RUN_REVIEWS, Plan, "Plans", "plans_validate"
    http_method_names = ["post"]
    also = (413, 415)
    takes = ValidationIn
    answers = {200: PlanWhole}

    def rows(self) -> QuerySet[Plan]:
        return readable_plans(self.access)

    def post(self, request: Request, **kwargs: str) -> Response:
        """Once for each plan, by somebody for the whole trust who did not write, send or close it."""
        plan: Plan = self.get_object()
        validate_plan(plan, Said(**self.taken()), access=self.access)
        return Response(plan_as_read(self.access, plan))
