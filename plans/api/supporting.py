"""What a school asks for, written by another program: drafted, sent, answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from plans.api.input import LONGEST_KEY, day, key, number_of, number_once, text
from plans.api.support import SupportRequestOut
from plans.models import Action, SupportRequest
from plans.queries.support import supported_schools
from plans.queries.support_asked import open_actions, readable_requests
from plans.services.supporting import (
    LONGEST_ANSWER,
    LONGEST_NEED,
    Wanted,
    answer_request,
    ask_for_support,
    draft_request,
    send_request,
)
from reviews.api.reviews import WishOut
from reviews.models import ReviewWish
from reviews.models.wishes import Urgency
from schools.access import Permission
from schools.api import Refused, StrictSerializer, TrustView
from schools.models import School, StrategyVersion
from schools.queries import strategy_of

P = Permission
TAG = "Support requests"


class ServesIn(StrictSerializer):
    """What support serves: a criterion of the matrix, or an open action of the school's plans."""

    criterion = key("Its key in the strategy.")
    action = number_of("Of /actions/; one of them that is open.")


class SupportRequestIn(ServesIn):
    """What the school needs. Without `send` it is a draft, which whoever asks for the school sends."""

    item = key("The key of an entry on the strategy’s menu; blank in the school’s own words.")
    need = text(LONGEST_NEED, "What it needs, and why.", needed=True)
    priority = key("now, term or when.", Urgency.TERM.value)
    suits = text(200)
    token = number_once("request")
    send = serializers.BooleanField(required=False, default=False)


class AskedOut(serializers.Serializer):
    """What was asked for. A review from the menu becomes a review wish once it is sent; the other one is null."""

    support_request = SupportRequestOut(allow_null=True)
    review_wish = WishOut(allow_null=True)


class RequestAnswerIn(StrictSerializer):
    """What the trust decides."""

    outcome = serializers.CharField(max_length=LONGEST_KEY, help_text="agreed, later or declined.")
    words = text(LONGEST_ANSWER, "The school reads them. Needed where it is declined.")
    later_on = day("Where it is later: the day it is looked at again.")


def what_it_serves(
    sent: dict[str, Any], version: StrategyVersion, actions: Sequence[Action]
) -> tuple[str, Action | None]:
    """The criterion's key, or the action, that was named. Raises Refused where there is no such one."""
    criterion, number = sent["criterion"], sent["action"]
    action = next((one for one in actions if one.pk == number), None)
    if criterion and number:
        raise Refused({"action": ["Name a criterion or an action, not both."]})
    if criterion and criterion not in version.strategy.criterion_by_key:
        raise Refused({"criterion": ["The strategy has no such criterion."]})
    if number and action is None:
        raise Refused({"action": ["The school has no such action that is open."]})
    return criterion, action


class ForSchool(TrustView):
    """Something new for a school whose support this person sees, under the strategy it follows today."""

    model = School
    http_method_names = ["post"]
    also = (413, 415)

    def rows(self) -> QuerySet[School]:
        return supported_schools(self.access)

    def school_and_version(self) -> tuple[School, StrategyVersion]:
        """Raises NotFound where it follows none yet, PermissionDenied where this person may not here."""
        school: School = self.get_object()
        self.access.require(self.needs, school.pk)
        version = strategy_of(school, timezone.localdate())
        if version is None:
            raise NotFound
        return school, version


class SchoolSupportRequests(ForSchool):
    """Write down what a school needs, or ask for it."""

    needs, tag, operation = P.DRAFT_SUPPORT, TAG, "support_requests_write"
    takes = SupportRequestIn
    answers = {200: AskedOut, 201: AskedOut}

    def post(self, request: Request, **kwargs: str) -> Response:
        """A draft for whoever asks for the school; with `send`, for who may, asked for at once."""
        school, version = self.school_and_version()
        sent = self.taken()
        if sent["send"]:
            self.access.require(P.ASK_SUPPORT, school.pk)
        if sent["token"] and (
            before := readable_requests(self.access).filter(school=school, token=sent["token"]).first()
        ):
            return _asked(before, 200)
        criterion, action = what_it_serves(sent, version, open_actions(school))
        wanted = Wanted(sent["need"], sent["item"], sent["priority"], sent["suits"], criterion, action, sent["token"])
        act = ask_for_support if sent["send"] else draft_request
        return _asked(act(school, version, wanted, by=self.access.membership), 201)


class SupportRequestSend(TrustView):
    """Send a draft, for who asks for the school."""

    needs, model, tag, operation = P.ASK_SUPPORT, SupportRequest, TAG, "support_requests_send"
    http_method_names = ["post"]
    answers = {200: AskedOut}

    def rows(self) -> QuerySet[SupportRequest]:
        return readable_requests(self.access)

    def post(self, request: Request, **kwargs: str) -> Response:
        """Nothing is sent along. A draft of a review becomes the wish for it."""
        found: SupportRequest = self.get_object()
        self.access.require(P.ASK_SUPPORT, found.school_id)
        return _asked(send_request(found, by=self.access.membership), 200)


class SupportRequestAnswer(TrustView):
    """Answer what a school asks for, for the trust."""

    needs, model, tag, operation = P.BOOK_SUPPORT, SupportRequest, TAG, "support_requests_answer"
    http_method_names = ["post"]
    also = (413, 415)
    takes = RequestAnswerIn
    answers = {200: SupportRequestOut}

    def rows(self) -> QuerySet[SupportRequest]:
        return readable_requests(self.access)

    def post(self, request: Request, **kwargs: str) -> Response:
        """Agreed, put off to a day, or declined with the reason. Nobody answers what they asked for themselves."""
        found: SupportRequest = self.get_object()
        self.access.require(P.BOOK_SUPPORT, found.school_id)
        return Response(SupportRequestOut(answer_request(found, by=self.access.membership, **self.taken())).data)


def _asked(made: SupportRequest | ReviewWish, status: int) -> Response:
    is_wish = isinstance(made, ReviewWish)
    told = {"support_request": None if is_wish else made, "review_wish": made if is_wish else None}
    return Response(AskedOut(told).data, status=status)
