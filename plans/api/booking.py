"""Support booked by another program, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from plans.api.input import LONGEST_KEY, key, number_of, number_once, pounds, text
from plans.api.support import SupportBookingOut
from plans.api.supporting import ForSchool, ServesIn, what_it_serves
from plans.models import SupportBooking
from plans.queries.bookable import Bookable, bookable_for
from plans.queries.support import gives, readable_bookings
from plans.services.booking import (
    LONGEST_WORDS,
    MOST_DATES,
    Terms,
    book_support,
    cancel_support,
    confirm_support,
    deny_miss,
    dispute_support,
    say_delivered,
    say_missed,
)
from schools.access import Permission, who_may
from schools.api import Refused, StrictSerializer, TrustView
from schools.strategy.basics import SupportUnit

P = Permission
TAG = "Support bookings"
B = SupportBooking


class SupportBookingIn(ServesIn):
    """What is booked, the same on each day. It is counted against an entitlement, a request, or lies beyond both."""

    entitlement = key("Its key in the strategy: one the school is entitled to as it stands.")
    request = number_of("Of /support_requests/; agreed.")
    what = text(200, "What it is; may stay blank with an entitlement.")
    amount = serializers.DecimalField(
        4, 1, required=False, default=Decimal(1), help_text="How much each time, in `unit`."
    )
    unit = key("day, session, visit, meeting or programme. An entitlement has its own.", SupportUnit.DAY.value)
    dates = serializers.ListField(child=serializers.DateField(), max_length=MOST_DATES, help_text="A booking for each.")
    provider = serializers.CharField(max_length=LONGEST_KEY, help_text="central, school or external.")
    provider_person = number_of("The membership of who gives it.")
    provider_school = number_of("Of /schools/; where another school gives it.")
    provider_words = text(160, "Or named in words.")
    funder = key("trust, school or shared. Blank: whoever pays by the menu for the request; else the trust.")
    token = number_once("booking")
    cost = pounds(9, "Pounds each time. Null: not known. 0: it costs nothing.")


class BookedOut(serializers.Serializer):
    """What was booked, a row for each day."""

    bookings = SupportBookingOut(many=True)


class SchoolSupportBookings(ForSchool):
    """Book support for a school."""

    needs, tag, operation = P.BOOK_SUPPORT, TAG, "support_bookings_write"
    takes = SupportBookingIn
    answers = {200: BookedOut, 201: BookedOut}

    def post(self, request: Request, **kwargs: str) -> Response:
        """Of the offer, as agreed with the school, or beyond both. Each day is confirmed on its own."""
        school, version = self.school_and_version()
        sent = self.taken()
        if sent["token"] and (before := self.booked(school=school, token=sent["token"])):
            return Response(BookedOut({"bookings": before}).data)
        known = bookable_for(school, version.strategy, today=timezone.localdate())
        criterion, action = what_it_serves(sent, version, known.actions)
        terms = Terms(**sent | _chosen(sent, known) | {"criterion": criterion, "action": action})
        made = book_support(school, version, terms, by=self.access.membership)
        return Response(BookedOut({"bookings": self.booked(pk__in=[one.pk for one in made])}).data, status=201)

    def booked(self, **which: Any) -> list[SupportBooking]:
        return list(readable_bookings(self.access).filter(**which).order_by("on", "pk"))


def _chosen(sent: dict[str, Any], known: Bookable) -> dict[str, Any]:
    """The rows that were named. Raises Refused by field where one is not among what can be booked."""
    refusals = {
        "request": (known.requests, "The school has no such request that is agreed."),
        "provider_person": (known.people, "Nobody of this number gives support to this school."),
        "provider_school": (known.schools, "No other school of the trust has this number."),
    }
    found = {name: _of(rows, sent[name]) for name, (rows, _) in refusals.items()}
    wrong = {name: [said] for name, (_, said) in refusals.items() if sent[name] and found[name] is None}
    if sent["entitlement"] and sent["entitlement"] not in dict(known.offers):
        wrong["entitlement"] = ["The school is not entitled to this as it stands."]
    elif sent["entitlement"] and sent["request"]:
        wrong["entitlement"] = ["It is counted against an entitlement or a request, not both."]
    if wrong:
        raise Refused(wrong)
    return found


def _of(rows: Iterable[Any], number: int | None) -> Any:
    return next((one for one in rows if one.pk == number), None)


class DeliveredIn(StrictSerializer):
    """That it came, how much of it, and what was done."""

    came = serializers.DecimalField(
        4, 1, required=False, allow_null=True, default=None,
        help_text="How much came, in its unit: less than was booked where only a part did. Null: all of it.",
    )  # fmt: skip
    note = text(LONGEST_WORDS, "What was done; the school reads it. Needed where the school has said otherwise.")


class MissedIn(StrictSerializer):
    """That it did not take place."""

    missed_by = serializers.CharField(max_length=LONGEST_KEY, help_text="provider, school or neither.")
    why = text(LONGEST_WORDS, needed=True)


class CancelIn(StrictSerializer):
    """Why it is called off."""

    why = text(LONGEST_WORDS, needed=True)


class ConfirmationIn(StrictSerializer):
    """Whether it came as is said."""

    came = serializers.BooleanField()
    answer = text(LONGEST_WORDS, "What was different; needed where it did not come so.")


class DenialIn(StrictSerializer):
    """What was different."""

    answer = text(LONGEST_WORDS, needed=True)


class _Become(TrustView):
    """What becomes of a booking."""

    model, tag = SupportBooking, TAG
    http_method_names = ["post"]
    also = (413, 415)
    answers = {200: SupportBookingOut}

    def rows(self) -> QuerySet[SupportBooking]:
        return readable_bookings(self.access)

    def told(self, booking: SupportBooking) -> Response:
        """As it stands now."""
        return Response(SupportBookingOut(self.rows().get(pk=booking.pk)).data)


class _ByWhoGives(_Become):
    """Said by who books, who gives it, or the head of the school that gives it."""

    needs = P.SEE_SUPPORT

    def given(self) -> SupportBooking:
        booking: SupportBooking = self.get_object()
        if not gives(self.access, booking):
            raise PermissionDenied(who_may(P.BOOK_SUPPORT))
        return booking


class SupportDelivered(_ByWhoGives):
    """Say that support came."""

    operation, takes = "support_bookings_delivered", DeliveredIn

    def post(self, request: Request, **kwargs: str) -> Response:
        """The school is asked to confirm it."""
        return self.told(say_delivered(self.given(), by=self.access.membership, **self.taken()))


class SupportMissed(_ByWhoGives):
    """Say that support did not take place."""

    operation, takes = "support_bookings_missed", MissedIn

    def post(self, request: Request, **kwargs: str) -> Response:
        """On whose side it lay, and why."""
        return self.told(say_missed(self.given(), by=self.access.membership, **self.taken()))


class SupportCancel(_ByWhoGives):
    """Call support off."""

    operation, takes = "support_bookings_cancel", CancelIn

    def post(self, request: Request, **kwargs: str) -> Response:
        """In good time, with the reason. It counts for nothing, and stays on record."""
        return self.told(cancel_support(self.given(), by=self.access.membership, **self.taken()))


class SupportConfirmation(_Become):
    """Answer for the school."""

    needs, operation, takes = P.CONFIRM_SUPPORT, "support_bookings_confirmation", ConfirmationIn

    def post(self, request: Request, **kwargs: str) -> Response:
        """That it came, or what was different. Nobody confirms what they have said themselves."""
        booking: SupportBooking = self.get_object()
        self.access.require(P.CONFIRM_SUPPORT, booking.school_id or 0)
        sent = self.taken()
        act = confirm_support if sent["came"] else dispute_support
        return self.told(act(booking, by=self.access.membership, answer=sent["answer"]))


class SupportDenial(_Become):
    """Answer for the school where a miss is said to lie with it."""

    needs, operation, takes = P.CONFIRM_SUPPORT, "support_bookings_denial", DenialIn

    def post(self, request: Request, **kwargs: str) -> Response:
        """That it did not, and what was different. It stays missed, with the words of both sides."""
        booking: SupportBooking = self.get_object()
        self.access.require(P.CONFIRM_SUPPORT, booking.school_id or 0)
        return self.told(deny_miss(booking, by=self.access.membership, **self.taken()))
