"""What schools and people of the trust's own team can give, written by another program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from plans.api.exchange import OfferWhole
from plans.api.input import LONGEST_KEY, day, key, number_of, text
from plans.models import Offer
from plans.queries.exchange import areas_of, readable_offers
from plans.queries.matching import Seen, see
from plans.queries.support import supported_schools
from plans.services.offering import LONGEST, OfferEntry, confirm_offer, entry_of, suggest_offer
from schools.access import Permission, who_may
from schools.api import Refused, StrictSerializer, TrustView
from schools.models import Membership, School
from schools.queries import members

P = Permission
TAG = "Offers of support"
MOST_ROWS = 500


class GivingIn(StrictSerializer):
    """What can be given, whole: what is left out is blank. No days: nothing for now."""

    areas = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_KEY), max_length=MOST_ROWS, required=False, default=list,
        help_text="Keys of criteria of the strategy.",
    )  # fmt: skip
    most_days = serializers.IntegerField(help_text="At most, in `per`. 0 gives nothing for now.")
    per = key("half_term or term.", Offer.Per.HALF_TERM.value)
    from_on = serializers.DateField()
    until_on = day()
    most_minutes = number_of("Of a journey. Null: any distance.")
    not_to = serializers.ListField(
        child=serializers.IntegerField(min_value=1), max_length=MOST_ROWS, required=False, default=list,
        help_text="Schools the giver is not to go to.",
    )  # fmt: skip
    not_to_why = text(LONGEST, "Needed where a school is named.")
    note = text(LONGEST, "For example who comes, or which weekday suits. Name a role.")


class SchoolOfferIn(GivingIn):
    """What a school can give."""

    although = text(LONGEST, "Where no support is asked of a school that stands as it does: why it can give.")


class PersonOfferIn(GivingIn):
    """What a person of the trust's own team can give."""

    base = number_of("The school from which they travel. Null: not known.")


class _Offering(TrustView):
    tag = TAG
    http_method_names = ["put"]
    also = (413, 415)
    answers = {200: OfferWhole}

    def entry(self, seen: Seen, areas: Mapping[str, str], school: School | None = None) -> OfferEntry:
        """What the service takes. Raises Refused by field where what is named is none that the page would offer."""
        sent, known = self.taken(), {one.pk: one for one in seen.schools}
        others = {pk: one for pk, one in known.items() if school is None or pk != school.pk}
        wrong = {}
        if set(sent["areas"]) - set(areas):
            wrong["areas"] = ["The strategy has no such criterion."]
        if set(sent["not_to"]) - set(others):
            wrong["not_to"] = ["No other school of the trust has this number."]
        if sent.get("base") and sent["base"] not in known:
            wrong["base"] = ["No school of the trust has this number."]
        if wrong:
            raise Refused(wrong)
        chosen: dict[str, Any] = {
            "areas": list(dict.fromkeys(sent["areas"])),
            "not_to": [others[pk] for pk in dict.fromkeys(sent["not_to"])],
            "base": known.get(sent.get("base") or 0),
        }
        return OfferEntry(**{**sent, **chosen})

    def told(self, offer: Offer) -> Response:
        """As it stands now."""
        return Response(OfferWhole(readable_offers(self.access).get(pk=offer.pk), context={"access": self.access}).data)


class SchoolOffer(_Offering):
    """Write what a school can give."""

    needs, model, operation, takes = P.SEE_SUPPORT, School, "offers_write", SchoolOfferIn

    def rows(self) -> QuerySet[School]:
        return supported_schools(self.access)

    def put(self, request: Request, **kwargs: str) -> Response:
        """By who asks for the school, so it is confirmed. The trust suggests it, as long as nothing is confirmed."""
        school: School = self.get_object()
        speaks = self.access.may(P.ASK_SUPPORT, school.pk)
        if not speaks and not self.access.may(P.BOOK_SUPPORT, school.pk):
            raise PermissionDenied(who_may(P.ASK_SUPPORT))
        seen = see(timezone.localdate())
        entry = self.entry(seen, areas_of(seen.standings.get(school.pk)), school)
        act = confirm_offer if speaks else suggest_offer
        return self.told(act(entry, by=self.access.membership, school=school))


class PersonOffer(_Offering):
    """Write what a person of the trust's own team can give."""

    needs, model, operation, takes = P.BOOK_SUPPORT, Membership, "offers_write_of_person", PersonOfferIn

    def rows(self) -> QuerySet[Membership]:
        return members()

    def put(self, request: Request, **kwargs: str) -> Response:
        """Of the membership in the address. It is on record at once."""
        person: Membership = self.get_object()
        seen = see(timezone.localdate())
        return self.told(confirm_offer(self.entry(seen, seen.labels), by=self.access.membership, person=person))


class _Standing(_Offering):
    """An offer as it stands, for who speaks for its giver."""

    needs, model = P.SEE_SUPPORT, Offer
    http_method_names = ["post"]

    def rows(self) -> QuerySet[Offer]:
        return readable_offers(self.access)


class OfferConfirm(_Standing):
    """Confirm what a school can give."""

    operation = "offers_confirm"

    def post(self, request: Request, **kwargs: str) -> Response:
        """As it stands, by who asks for the school. Nothing is asked of it before."""
        offer: Offer = self.get_object()
        if offer.school is None:  # what a person gives is confirmed from the beginning
            raise NotFound
        self.access.require(P.ASK_SUPPORT, offer.school.pk)
        return self.told(confirm_offer(entry_of(offer), by=self.access.membership, school=offer.school))


class OfferWithdraw(_Standing):
    """Withdraw an offer."""

    operation = "offers_withdraw"

    def post(self, request: Request, **kwargs: str) -> Response:
        """No days from now on. What is booked stays, and so does the rest, for when days are offered again."""
        offer: Offer = self.get_object()
        self.access.require(P.ASK_SUPPORT if offer.school else P.BOOK_SUPPORT, offer.school_id)
        entry, me = replace(entry_of(offer), most_days=0), self.access.membership
        return self.told(confirm_offer(entry, by=me, school=offer.school, person=offer.person))
