"""A matching asked for, changed by hand and accepted by another program."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from plans.api.booking import BookedOut
from plans.api.input import key, pounds, text
from plans.api.matching import TAG, MatchingWhole, MatchWhole, matched_lines
from plans.models import MatchLine, MatchRun, Offer
from plans.queries.matching import halves_to_match, own_periods, runs
from plans.queries.support import readable_bookings
from plans.rules.exchange import problem_of
from plans.services.booking import MOST_DATES
from plans.services.matching import (
    LONGEST_REASON,
    accept_line,
    add_line,
    change_line,
    put_back,
    remove_line,
    solve_matching,
    want_days,
)
from schools.access import Permission
from schools.api import Refused, StrictSerializer, TrustView
from schools.models import Period

P = Permission
LONGEST_NEED = 140
BEYOND = "Needed where it goes beyond a limit."


class ChangeIn(StrictSerializer):
    """Days of a match, and whether it stays."""

    days = serializers.IntegerField()
    pinned = serializers.BooleanField(
        required=False, default=False, help_text="Keep it when the matching is worked out again."
    )
    reason = text(LONGEST_REASON, BEYOND)


class RemoveIn(StrictSerializer):
    """Why a match is taken out."""

    reason = serializers.CharField(max_length=LONGEST_REASON)


class AcceptIn(StrictSerializer):
    """The days on which it is booked, and who pays."""

    dates = serializers.ListField(
        child=serializers.DateField(), max_length=MOST_DATES, help_text="As many as are matched, in the half term."
    )
    funder = key("trust, school or shared. Blank: whoever pays by the menu for the request; else the trust.")
    cost = pounds(9, "Pounds each day. Null: not known. 0: it costs nothing.")
    reason = text(LONGEST_REASON, "Needed where something stands against it that was not known when it was matched.")


class AddIn(StrictSerializer):
    """Somebody's own match."""

    need = serializers.CharField(max_length=LONGEST_NEED, help_text="Its key in the matching.")
    offer = serializers.IntegerField(min_value=1, help_text="Of /offers/; of a giver of the matching.")
    days = serializers.IntegerField()
    reason = text(LONGEST_REASON, BEYOND)


class WantIn(StrictSerializer):
    """How many days a need takes."""

    need = serializers.CharField(max_length=LONGEST_NEED, help_text="Its key in the matching.")
    days = serializers.IntegerField(help_text="In all, with what is booked already. 0 leaves it out.")


class _ByHand(TrustView):
    needs = P.BOOK_SUPPORT
    http_method_names = ["post"]
    also = (413, 415)


class PeriodMatching(_ByHand):
    """Ask for the matching of a half term."""

    model, tag, operation = Period, TAG, "matchings_solve"
    answers = {200: MatchingWhole}

    def rows(self) -> QuerySet[Period]:
        return Period.objects.filter(school=None)

    def post(self, request: Request, **kwargs: str) -> Response:
        """Of one that is not over, within the next three. Worked out at once, or again: what is pinned stays."""
        period: Period = self.get_object()
        today = timezone.localdate()
        if period not in halves_to_match(own_periods(today), today):
            raise Refused({"": ["Choose one of the half terms to come."]})
        return Response(MatchingWhole(solve_matching(period, by=self.access.membership)).data)


class _OfMatching(_ByHand):
    model, tag = MatchRun, TAG

    def rows(self) -> QuerySet[MatchRun]:
        return runs()


class MatchingMatches(_OfMatching):
    """Add a match by hand."""

    operation, takes, answers = "matchings_add", AddIn, {201: MatchWhole}

    def post(self, request: Request, **kwargs: str) -> Response:
        """It stays when the matching is worked out again."""
        run: MatchRun = self.get_object()
        sent = self.taken()
        offer = _giver(run, sent)
        line = add_line(run, offer, sent["need"], by=self.access.membership, days=sent["days"], reason=sent["reason"])
        return Response(MatchWhole(matched_lines(self.access).get(pk=line.pk)).data, status=201)


def _giver(run: MatchRun, sent: dict[str, Any]) -> Offer:
    """The giver that was named. Raises Refused by field where the page would not offer it for this need."""
    problem = problem_of(run.problem)
    need, giver = problem.need_by_key.get(sent["need"]), problem.giver_by_key.get(f"offer-{sent['offer']}")
    if need is None:
        raise Refused({"need": ["The matching has no such need."]})
    offer = Offer.objects.select_related("school", "person__user").filter(pk=sent["offer"]).first()
    if giver is None or offer is None or giver.school == need.school:
        raise Refused({"offer": ["No other giver of the matching has this number."]})
    return offer


class MatchingWanted(_OfMatching):
    """Set how many days a need takes."""

    operation, takes, answers = "matchings_want", WantIn, {200: MatchingWhole}
    http_method_names = ["put"]

    def put(self, request: Request, **kwargs: str) -> Response:
        """It holds from the next working out on."""
        run: MatchRun = self.get_object()
        want_days(run, by=self.access.membership, **self.taken())
        return Response(MatchingWhole(self.rows().get(pk=run.pk)).data)


class _OfMatch(_ByHand):
    model, tag, answers = MatchLine, "Matches of support", {200: MatchWhole}

    def rows(self) -> QuerySet[MatchLine]:
        return matched_lines(self.access)

    def told(self, line: MatchLine) -> Response:
        """As it stands now."""
        return Response(MatchWhole(self.rows().get(pk=line.pk)).data)


class MatchChange(_OfMatch):
    """Change a match by hand."""

    operation, takes = "matches_change", ChangeIn
    http_method_names = ["put"]

    def put(self, request: Request, **kwargs: str) -> Response:
        """Its days, and whether it stays. What is changed by hand stays in any case."""
        line: MatchLine = self.get_object()
        return self.told(change_line(line, by=self.access.membership, **self.taken()))


class MatchRemove(_OfMatch):
    """Take a match out."""

    operation, takes = "matches_remove", RemoveIn

    def post(self, request: Request, **kwargs: str) -> Response:
        """It stays out when the matching is worked out again, until it is put back."""
        line: MatchLine = self.get_object()
        return self.told(remove_line(line, by=self.access.membership, **self.taken()))


class MatchPutBack(_OfMatch):
    """Put back a match that was taken out."""

    operation, answers = "matches_put_back", {200: MatchingWhole}

    def post(self, request: Request, **kwargs: str) -> Response:
        """It may come again when the matching is worked out. Answers with the matching, which it is no line of now."""
        line: MatchLine = self.get_object()
        put_back(line, by=self.access.membership)
        return Response(MatchingWhole(runs().get(pk=line.run_id)).data)


class MatchAccept(_OfMatch):
    """Accept a match."""

    operation, takes, answers = "matches_accept", AcceptIn, {201: BookedOut}

    def post(self, request: Request, **kwargs: str) -> Response:
        """It is booked on these days, for the school to confirm as any other support."""
        line: MatchLine = self.get_object()
        made = accept_line(line, by=self.access.membership, **self.taken())
        rows = readable_bookings(self.access).filter(pk__in=[one.pk for one in made]).order_by("on")
        return Response(BookedOut({"bookings": rows}).data, status=201)
