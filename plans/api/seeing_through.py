"""What is done between the steps of a ladder, by another program: duties, the plan, looks, the end of the watch."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from plans.api.escalating import ConcernMoving
from plans.api.input import LONGEST_KEY, text
from plans.services.escalating import LONGEST_WORDS
from plans.services.seeing_through import amend_plan, end_watch, record_duty, record_look
from schools.access import Permission
from schools.api import StrictSerializer


class DutyIn(StrictSerializer):
    """Something the ladder asks for that is done."""

    duty = text(LONGEST_WORDS, "In the words in which it is outstanding.", needed=True)
    on = serializers.DateField()
    words = text(1000, "By whom, and what came of it.")


class LookIn(StrictSerializer):
    """The next look at a school that has left the ladder."""

    on = serializers.DateField()
    finding = text(LONGEST_KEY, "holds or slips.", needed=True)
    words = text(LONGEST_WORDS, "What was seen, and how that is known.", needed=True)


class GainIn(StrictSerializer):
    """What the plan of the stage has gained."""

    words = text(LONGEST_WORDS, "It stands on the plan as well.", needed=True)


class EndIn(StrictSerializer):
    """How the school stands as its watch ends."""

    words = text(LONGEST_WORDS, needed=True)


class ConcernDuties(ConcernMoving):
    """Put down that something the ladder asks for is done."""

    operation, takes = "concerns_duty", DutyIn

    def post(self, request: Request, **kwargs: str) -> Response:
        """One of what is outstanding."""
        concern = self.theirs()
        record_duty(concern, by=self.access.membership, **self.taken())
        return self.told(concern)


class ConcernLooks(ConcernMoving):
    """Record a look at a school that has left the ladder."""

    operation, takes = "concerns_look", LookIn

    def post(self, request: Request, **kwargs: str) -> Response:
        """The next that is due."""
        concern = self.theirs()
        record_look(concern, by=self.access.membership, **self.taken())
        return self.told(concern)


class ConcernPlan(ConcernMoving):
    """Put down what the plan of the stage has gained."""

    operation, takes = "concerns_plan", GainIn

    def post(self, request: Request, **kwargs: str) -> Response:
        """The plan that the stage asks for is open; what was said before stays."""
        concern = self.theirs()
        amend_plan(concern, by=self.access.membership, **self.taken())
        return self.told(concern)


class ConcernEnd(ConcernMoving):
    """End the watch, and with it the concern."""

    needs, operation, takes = Permission.DECIDE, "concerns_end", EndIn

    def post(self, request: Request, **kwargs: str) -> Response:
        """Once every look was taken and no step waits."""
        concern = self.theirs()
        end_watch(concern, by=self.access.membership, **self.taken())
        return self.told(concern)
