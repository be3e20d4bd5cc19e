"""Support in a planted trust: asked for, booked, delivered, missed; and one request for each route."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from plans.models import SupportBooking
from plans.services.booking import Terms, book_support, dispute_support, say_delivered, say_missed
from plans.services.supporting import Wanted, answer_request, ask_for_support, draft_request
from schools.models import School
from tests.architecture.planted import Planted, canary
from tests.factories import member

PAST, AHEAD = date(2026, 11, 10), date(2026, 12, 1)
KEY = "head_network"
"""What every school is entitled to, whatever its category."""

ASKED = {"need": "Changed.", "priority": "now", "suits": "After Easter"}

ITEMS = ("plan_training", "bids_help", "marketing_help")
"""Of the menu, and no reviews."""


def booked(here: Planted, school: School | None, day: date = PAST, **more: Any) -> SupportBooking:
    """Something booked, with words in every part."""
    words = f"{canary(here.slug)}support"
    told = {"provider": "external", "provider_words": words, "what": words, "cost": Decimal(350), **more}
    return book_support(school, here.rows["version"], Terms(dates=[day], **told), by=here.people["si_lead"])[0]


def plant_support(here: Planted, school: School) -> None:
    """A booking and a request in each state, and challenge to the trust itself."""
    head, lead, version = here.people["head"], here.people["si_lead"], here.rows["version"]
    words = f"{canary(here.slug)}need"
    draft, asked, agree = (Wanted(words, item, suits=words, criterion="behaviour") for item in ITEMS)
    here.rows["support_draft"] = draft_request(school, version, draft, by=head)
    here.rows["support_asked"] = ask_for_support(school, version, asked, by=head)
    agreed = ask_for_support(school, version, agree, by=head)
    here.rows["support_agreed"] = answer_request(agreed, by=lead, outcome="agreed", words=f"{canary(here.slug)}answer")  # type: ignore[arg-type]
    here.rows["support_booked"] = booked(here, school, entitlement=KEY)
    here.rows["support_delivered"] = say_delivered(booked(here, school), by=lead, note=f"{canary(here.slug)}note")
    disputed = say_delivered(booked(here, school, request=here.rows["support_agreed"]), by=lead)
    dispute_support(disputed, by=head, answer=f"{canary(here.slug)}answer")
    missed = say_missed(booked(here, school), by=lead, missed_by="school", why=f"{canary(here.slug)}why")
    here.rows["support_missed"] = missed
    booked(here, school, provider="school", provider_school=here.rows["other_school"])
    here.rows["lender"] = member(f"{canary(here.slug)}giver", "leader", here.rows["other_school"])
    booked(here, None)


def grow_support(here: Planted, school: School, n: int) -> None:
    """One more school that asks, and has something booked, delivered and missed."""
    head, lead = here.people["head"], here.people["si_lead"]
    ask_for_support(school, here.rows["version"], Wanted(f"Need {n}"), by=head)
    booked(here, school, AHEAD, entitlement=KEY)
    say_delivered(booked(here, school, provider="school", provider_school=here.rows["school"]), by=lead)
    say_missed(booked(here, school), by=lead, missed_by="school", why="Snow.")
    booked(here, None)


def _always(**data: Any) -> Callable[[Planted], dict[str, Any]]:
    return lambda here: dict(data)


def _booking(here: Planted) -> dict[str, Any]:
    return {
        "against": KEY, "what": "Changed.", "amount": "1", "unit": "meeting", "dates": "1 December 2026",
        "provider": "school", "provider_person": "", "provider_school": here.rows["other_school"].pk,
        "provider_words": "Maths lead", "funder": "shared", "cost": "100", "risk": "criterion:behaviour",
    }  # fmt: skip


def _booking_sent(here: Planted) -> dict[str, Any]:
    return {
        "entitlement": KEY, "request": None, "what": "Changed.", "amount": "1", "unit": "meeting",
        "dates": ["2026-12-01"], "provider": "school", "provider_person": here.rows["lender"].pk,
        "provider_school": here.rows["other_school"].pk, "provider_words": "Maths lead", "funder": "shared",
        "cost": "100", "criterion": "", "action": here.rows["plan_action"].pk,
    }  # fmt: skip


def _of_the_trust(here: Planted) -> dict[str, Any]:
    return {name: value for name, value in _booking(here).items() if name not in ("against", "risk")}


SUPPORT_ACTS: dict[str, tuple[Any, ...]] = {
    "support_ask": (
        "head",
        _always(**ASKED, item="coaching", risk="criterion:behaviour"),
    ),
    "support_request": ("si_lead", _always(outcome="later", words="In January.", later_on="11 January 2027")),
    "support_request_send": ("head", _always()),
    "support_request_back": ("head", _always()),
    "support_book": ("si_lead", _booking),
    "support_book_trust": ("ceo", _of_the_trust),
    "support_came": ("si_lead", _always(came="0.5", note="Books looked at.")),
    "support_confirm": ("head", _always(outcome="disputed", answer="Nobody came.")),
    "support_deny": ("head", _always(answer="We were in.")),
    "support_end": ("si_lead", _always(ended="missed", missed_by="provider", why="Ill.")),
    "api_support_ask": ("head", _always(**ASKED, item="coaching", criterion="behaviour", action=None, send=True)),
    "api_support_send": ("head", _always()),
    "api_support_answer": ("si_lead", _always(outcome="later", words="In January.", later_on="2027-01-11")),
    "api_support_book": ("si_lead", _booking_sent),
    "api_support_delivered": ("si_lead", _always(came="0.5", note="Books looked at.")),
    "api_support_missed": ("si_lead", _always(missed_by="provider", why="Ill.")),
    "api_support_cancel": ("si_lead", _always(why="Snow.")),
    "api_support_denial": ("head", _always(answer="We were in.")),
    "api_support_confirmation": ("head", _always(came=False, answer="Nobody came.")),
}
"""Route -> who sends what and, where it is no act, how many entries it leaves."""

SUPPORT_POST_ONLY = frozenset(
    {"support_request_send", "support_request_back", "support_came", "support_confirm", "support_deny", "support_end"}
)

SUPPORT_ROWS: dict[str, str] = {
    **dict.fromkeys(
        ("support_request.pk", "support_request_back.pk", "api_support_requests-detail.pk", "api_support_answer.pk"),
        "support_asked",
    ),
    **dict.fromkeys(("support_request_send.pk", "api_support_send.pk"), "support_draft"),
    **dict.fromkeys(
        (
            "support_booking.pk",
            "support_came.pk",
            "support_end.pk",
            "api_support_bookings-detail.pk",
            "api_support_delivered.pk",
            "api_support_missed.pk",
            "api_support_cancel.pk",
        ),
        "support_booked",
    ),
    **dict.fromkeys(("support_confirm.pk", "api_support_confirmation.pk"), "support_delivered"),
    **dict.fromkeys(("support_deny.pk", "api_support_denial.pk"), "support_missed"),
    **dict.fromkeys(("api_support_ledger.pk", "api_support_ask.pk", "api_support_book.pk"), "school"),
}
"""`parameter`, or `route.parameter` -> the planted row."""
