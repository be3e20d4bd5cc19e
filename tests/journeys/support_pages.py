"""The pages of support as the demo fills them, and what each of their forms is sent filled in wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone

from plans.models import SupportBooking, SupportRequest
from plans.services.booking import LONGEST_WORDS
from tests.journeys.forms_with_faults import Form

if TYPE_CHECKING:
    from tests.journeys.addresses import Addresses

Rows = dict[str, list[dict[str, Any]]]
TOO_LONG = "x" * (LONGEST_WORDS + 1)


def _bookings(state: str) -> list[SupportBooking]:
    """One of a school that is in this state, its day past; none in a trust that owes nothing by now."""
    rows = SupportBooking.objects.exclude(school=None).filter(state=state, on__lte=timezone.localdate())
    return list(rows.order_by("-on", "pk")[:1])


def rows_of_support() -> Rows:
    """By route, what its address names: a booking and a request in each state."""
    bookings = [one for state in SupportBooking.State.values for one in _bookings(state)]
    asked = [SupportRequest.objects.filter(state=state).first() for state in ("draft", "asked", "agreed", "declined")]
    return {
        "school_support": [{"school_id": pk} for pk in sorted({one.school_id or 0 for one in bookings})[:3]],
        "support_ask": [{"school_id": bookings[0].school_id}],
        "support_book": [{"school_id": bookings[0].school_id}],
        "support_request": [{"pk": one.pk} for one in asked if one],
        "support_booking": [{"pk": one.pk} for one in bookings],
    }


def support_with_faults(addresses: Addresses) -> list[Form]:
    """Every form of support, as those send it who may."""
    slug, rows = addresses.trust.slug, rows_of_support()

    def at(name: str, **more: Any) -> str:
        return reverse(name, kwargs={"trust": slug, **more})

    asked = SupportRequest.objects.filter(state="asked").order_by("pk").first()
    assert asked is not None  # of the demo
    (past,), (came,) = _bookings("booked"), _bookings("delivered")
    missed = SupportBooking.objects.filter(state="missed", missed_by="school").order_by("-on", "pk").first()
    assert missed is not None  # of the demo
    school = rows["support_book"][0]["school_id"]
    wrong = {"dates": "soon", "amount": "lots", "cost": "cheap", "provider": "", "what": "x" * 201}
    page, answer = at("support_booking", pk=past.pk), {"outcome": "later", "later_on": "soon"}
    return [
        Form("support_ask", f"head of {school}", at("support_ask", school_id=school), {"need": ""}),
        Form("support_request", "si_lead", at("support_request", pk=asked.pk), answer),
        Form("support_book", "si_lead", at("support_book", school_id=school), wrong),
        Form("support_book_trust", "si_lead", at("support_book_trust"), wrong),
        Form("support_came", "si_lead", page, {"came": "lots", "note": TOO_LONG}, "/came/"),
        Form("support_end", "si_lead", page, {"ended": "missed", "why": ""}, "/end/"),
        Form(
            "support_confirm", f"head of {came.school_id}", at("support_booking", pk=came.pk), {"answer": TOO_LONG},
            "/confirm/",
        ),
        Form(
            "support_deny", f"head of {missed.school_id}", at("support_booking", pk=missed.pk), {"answer": TOO_LONG},
            "/deny/",
        ),
    ]  # fmt: skip
