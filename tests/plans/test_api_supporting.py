"""Support asked for, answered, booked and confirmed by another program: as on the pages, and by the same people."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from plans.models import SupportBooking, SupportRequest
from plans.services.booking import say_delivered
from plans.services.supporting import Wanted, answer_request, ask_for_support, draft_request, is_review
from plans.services.writing import ActionEntry, NewAction, begin_plan, write_action
from reviews.models import ReviewWish
from schools.models import AuditEntry, Membership, RoleGrant, School
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import member
from tests.plans.support_world import book, place

API = "/api/v1/t/alder/"
OCTOBER, DECEMBER = date(2026, 10, 9), date(2026, 12, 4)
ASK = {"item": "coaching", "need": "Our deputy is new.", "priority": "now", "suits": "After Christmas"}
BOOK = {
    "entitlement": "support_reinforce", "dates": ["2026-10-09", "2026-12-04"], "provider": "central",
    "provider_words": "Reading adviser", "cost": "120.50",
}  # fmt: skip
PAST_ALL = 999_999_999
OWN_WORD = "You have said yourself that it came, so somebody else confirms it."
DRAFTERS = "Headteacher or School leader can write down what support a school needs."


_today = stopped_at(TODAY)


@pytest.fixture
def lee(cast: Cast) -> Membership:
    """A leader of Dunmere, who drafts and does not send."""
    with trust_scope(cast.alder):
        return member("Lee Leader", "leader", cast.dunmere)


def post(cast: Cast, person: Membership, path: str, data: Any) -> tuple[int, Any]:
    answer = cast.client(person).post(f"{API}{path}/", data, "application/json")
    return answer.status_code, answer.json()


def ask(cast: Cast, person: Membership, school: School | None = None, **more: Any) -> tuple[int, Any]:
    return post(cast, person, f"schools/{(school or cast.dunmere).pk}/support_requests", ASK | more)


def order(cast: Cast, person: Membership, school: School | None = None, **more: Any) -> tuple[int, Any]:
    return post(cast, person, f"schools/{(school or cast.dunmere).pk}/support_bookings", BOOK | more)


def became(cast: Cast, person: Membership, booking: SupportBooking | int, what: str, **data: Any) -> tuple[int, Any]:
    number = booking if isinstance(booking, int) else booking.pk
    return post(cast, person, f"support_bookings/{number}/{what}", data)


def acts(cast: Cast) -> list[tuple[str, int]]:
    """What the record holds of support, and who did it, oldest first."""
    with trust_scope(cast.alder):
        return list(AuditEntry.objects.filter(did__startswith="support.").order_by("at", "pk").values_list("did", "by"))


def asked(cast: Cast, **more: Any) -> SupportRequest:
    with trust_scope(cast.alder):
        found = ask_for_support(cast.dunmere, cast.version, Wanted("Our deputy is new.", **more), by=cast.ben)
    assert isinstance(found, SupportRequest)
    return found


def booked(cast: Cast, day: date = OCTOBER, **more: Any) -> SupportBooking:
    with trust_scope(cast.alder):
        return book(cast, day, **more)[0]


# Asking


def test_a_leader_drafts_the_head_sends_and_the_lead_answers(cast: Cast, lee: Membership) -> None:
    status, told = ask(cast, lee, criterion="behaviour")
    draft = told["support_request"]
    assert (status, draft["state"], draft["criterion"], told["review_wish"]) == (201, "draft", "behaviour", None)
    path = f"support_requests/{draft['id']}"
    assert post(cast, cast.ada, f"{path}/answer", {"outcome": "agreed"})[0] == 404, "a draft is the school's alone"
    assert post(cast, lee, f"{path}/send", {}) == (
        403,
        {"detail": "Headteacher can ask for support."},
    )
    status, sent = post(cast, cast.ben, f"{path}/send", {})
    assert (status, sent["support_request"]["state"]) == (200, "asked")
    assert post(cast, cast.ben, f"{path}/send", {}) == (400, {"errors": {"": ["This has been sent already."]}})
    status, answered = post(cast, cast.ada, f"{path}/answer", {"outcome": "later", "later_on": "2027-01-11"})
    assert (status, answered["state"], answered["later_on"]) == (200, "later", "2027-01-11")
    assert answered == cast.client(cast.ada).get(f"{API}{path}/").json()
    drafted, asked_for, decided = acts(cast)
    assert drafted == ("support.drafted", lee.pk)
    assert asked_for == ("support.asked", cast.ben.pk)
    assert decided == ("support.answered", cast.ada.pk)


def test_the_head_asks_at_once_and_a_review_of_the_menu_becomes_a_wish(cast: Cast) -> None:
    with trust_scope(cast.alder):
        plan = begin_plan(cast.dunmere, "sip", by=cast.ben)
        new = NewAction("Read more.", cast.ben, "", None, DECEMBER)
        action = write_action(plan, ActionEntry(new), by=cast.ben)
        review = next(one.key for one in cast.version.strategy.menu if is_review(cast.version, one.key))
    status, told = ask(cast, cast.ben, action=action.pk, send=True)
    assert (status, told["support_request"]["state"], told["support_request"]["action"]) == (201, "asked", action.pk)
    status, told = ask(cast, cast.ben, item=review, send=True)
    assert (status, told["support_request"]) == (201, None)
    with trust_scope(cast.alder):
        assert ReviewWish.objects.get().pk == told["review_wish"]["id"]
    assert told["review_wish"]["item"] == review
    assert ask(cast, cast.ben, send=True)[1]["errors"][""][0].startswith("Your school has asked for this already.")


@pytest.mark.parametrize(
    ("more", "field", "said"),
    [
        ({"need": " "}, "need", "Say what you need, and why"),
        ({"need": "x" * 2001}, "need", "no more than 2000"),
        ({"need": "a\0b"}, "need", "Null characters"),
        ({"item": "a_holiday"}, "item", "Choose what would help"),
        ({"priority": "never"}, "priority", "Choose how soon"),
        ({"suits": "x" * 201}, "suits", "no more than 200"),
        ({"criterion": "weather"}, "criterion", "no such criterion"),
        ({"action": PAST_ALL}, "action", "no such action that is open"),
        ({"criterion": "behaviour", "action": 1}, "action", "not both"),
        ({"state": "agreed"}, "state", "This cannot be set here."),
        ({"asked_by": 1}, "asked_by", "This cannot be set here."),
        ({"send": "perhaps"}, "send", "boolean"),
    ],
)
def test_what_makes_no_request_is_refused_by_field(cast: Cast, more: dict[str, Any], field: str, said: str) -> None:
    status, told = ask(cast, cast.ben, **more)
    assert (status, list(told["errors"])) == (400, [field])
    assert said in told["errors"][field][0]
    with trust_scope(cast.alder):
        assert not SupportRequest.objects.exists()
    assert not acts(cast)


def test_who_may_not_ask_is_told_who_may(cast: Cast, lee: Membership) -> None:
    for person in (cast.ada, cast.tom, cast.gita, cast.olive):
        status, told = ask(cast, person)
        assert (status, told["detail"]) == (
            403,
            "Headteacher or School leader can write down what support a school needs.",
        )
    assert ask(cast, lee, send=True) == (403, {"detail": "Headteacher can ask for support."})
    assert ask(cast, cast.ben, cast.ashmere)[0] == 404, "another school"
    assert ask(cast, cast.cleo)[0] == 404, "another trust"
    assert ask(cast, cast.ben, cast.birchwood)[0] == 404
    assert not acts(cast)


def test_an_answer_is_given_once_by_somebody_else_and_with_its_words(cast: Cast) -> None:
    path = f"support_requests/{asked(cast).pk}/answer"
    for person in (cast.ben, cast.tom):
        assert post(cast, person, path, {"outcome": "agreed"})[0] == 403
    assert post(cast, cast.cleo, path, {"outcome": "agreed"})[0] == 404
    assert post(cast, cast.ada, "support_requests/999999999/answer", {"outcome": "agreed"})[0] == 404
    for data, field, said in (
        ({"outcome": "perhaps"}, "outcome", "Choose what you decide"),
        ({}, "outcome", "required"),
        ({"outcome": "declined"}, "words", "Say why, in a sentence"),
        ({"outcome": "later"}, "later_on", "still to come"),
        ({"outcome": "later", "later_on": "2026-11-20"}, "later_on", "still to come"),
        ({"outcome": "agreed", "words": "a\0b"}, "words", "Null characters"),
        ({"outcome": "agreed", "by": 1}, "by", "This cannot be set here."),
    ):
        status, told = post(cast, cast.ada, path, data)
        assert (status, list(told["errors"])) == (400, [field])
        assert said in told["errors"][field][0]
    assert post(cast, cast.ada, path, {"outcome": "agreed", "words": "From January."})[0] == 200
    assert post(cast, cast.ada, path, {"outcome": "declined", "words": "No."}) == (
        400,
        {"errors": {"": ["Somebody has answered this already."]}},
    )
    assert [did for did, _ in acts(cast)] == ["support.asked", "support.answered"]


def test_nobody_answers_what_they_asked_for_themselves(cast: Cast) -> None:
    with trust_scope(cast.alder):
        both = member("Bo Both", "head", cast.ashmere)
        RoleGrant.objects.create(membership=both, role="si_lead")
        row = ask_for_support(cast.ashmere, cast.version, Wanted("Help."), by=both)
    status, told = post(cast, both, f"support_requests/{row.pk}/answer", {"outcome": "agreed"})
    assert (status, told["errors"][""][0]) == (400, "You have asked for this yourself, so somebody else answers.")


# Booking


def test_each_day_is_booked_delivered_and_confirmed(cast: Cast) -> None:
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")
    status, told = order(cast, cast.ada, criterion="behaviour")
    first, second = told["bookings"]
    assert (status, first["on"], second["on"]) == (201, "2026-10-09", "2026-12-04")
    assert (first["unit"], first["cost"], first["given_by"], first["state"]) == (
        "visit",
        "120.50",
        "Reading adviser",
        "booked",
    )
    assert (first["entitlement"], first["criterion"], first["funder"]) == ("support_reinforce", "behaviour", "trust")
    assert became(cast, cast.ada, second["id"], "delivered", note="") == (
        400,
        {"errors": {"": ["This is still to come."]}},
    )
    status, came = became(cast, cast.ada, first["id"], "delivered", note="Books looked at.")
    assert (status, came["state"], came["note"]) == (200, "delivered", "Books looked at.")
    assert became(cast, cast.ada, first["id"], "delivered")[1]["errors"][""][0].startswith("This stands as “Delivered”")
    status, said = became(cast, cast.ben, first["id"], "confirmation", came=False)
    assert (status, said) == (400, {"errors": {"answer": ["Say what was different"]}})
    status, said = became(cast, cast.ben, first["id"], "confirmation", came=False, answer="Nobody came.")
    assert (status, said["state"], said["answer"]) == (200, "disputed", "Nobody came.")
    assert became(cast, cast.ada, first["id"], "delivered")[1]["errors"]["note"]
    for much in ("0", "1.1", "-0.5"):
        assert became(cast, cast.ada, first["id"], "delivered", note="Half.", came=much)[1]["errors"]["came"], much
    status, part = became(cast, cast.ada, first["id"], "delivered", note="In the morning.", came="0.5")
    assert (part["state"], part["came"], part["amount"], part["cost"]) == ("delivered", "0.5", "1.0", "120.50")
    assert became(cast, cast.ben, first["id"], "confirmation", came=True)[1]["state"] == "confirmed"
    ledger = cast.client(cast.ben).get(f"/api/v1/t/alder/schools/{cast.dunmere.pk}/support/").json()
    [line] = [one for one in ledger["lines"] if one["key"] == "support_reinforce"]
    [half] = [one for one in line["half_terms"] if one["delivered"] != "0.0"]
    assert (half["delivered"], half["missed"], line["delivered"]) == ("0.5", "0.5", "0.5")
    assert line["cost"] == "180.75", "half of what the first day costs, and all of the second, which is to come"
    status, ended = became(cast, cast.ada, second["id"], "cancel", why="Snow.")
    assert (status, ended["state"], ended["why"]) == (200, "cancelled", "Snow.")
    ada, ben = cast.ada.pk, cast.ben.pk
    assert acts(cast) == [
        ("support.booked", ada), ("support.delivered", ada), ("support.disputed", ben), ("support.delivered", ada),
        ("support.confirmed", ben), ("support.cancelled", ada),
    ]  # fmt: skip


def test_what_was_agreed_is_booked_and_serves_what_the_school_said(cast: Cast) -> None:
    row = asked(cast, criterion="behaviour")
    more = {"entitlement": "", "what": "Coaching", "request": row.pk, "unit": "session", "dates": ["2026-12-04"]}
    assert order(cast, cast.ada, **more)[1]["errors"] == {"request": ["The school has no such request that is agreed."]}
    with trust_scope(cast.alder):
        answer_request(row, by=cast.ada, outcome="agreed")
    status, told = order(cast, cast.ada, **more)
    [made] = told["bookings"]
    assert (status, made["request"], made["criterion"], made["unit"]) == (201, row.pk, "behaviour", "session")


@pytest.mark.parametrize(
    ("more", "field", "said"),
    [
        ({"dates": []}, "dates", "at least one day"),
        ({"dates": ["4 December"]}, "dates.0", "wrong format"),
        ({"dates": ["2026-12-04"] * 41}, "dates", "no more than 40"),
        ({"amount": "0"}, "amount", "how much each time"),
        ({"amount": "NaN"}, "amount", "valid number"),
        ({"cost": "-1"}, "cost", "greater than or equal to 0"),
        ({"unit": "moon"}, "unit", "counted in"),
        ({"funder": "nobody"}, "funder", "who pays"),
        ({"provider": "nobody"}, "provider", "who gives it"),
        ({"provider_words": ""}, "provider_person", "who gives it"),
        ({"provider": "external", "provider_words": ""}, "provider_words", "from outside"),
        ({"provider": "school"}, "provider_school", "the school that gives it"),
        ({"provider_school": PAST_ALL}, "provider_school", "No other school"),
        ({"provider_person": PAST_ALL}, "provider_person", "Nobody of this number"),
        ({"entitlement": "support_reform"}, "entitlement", "not entitled"),
        ({"entitlement": "tea"}, "entitlement", "not entitled"),
        ({"entitlement": ""}, "what", "Say what it is"),
        ({"request": PAST_ALL, "entitlement": "", "what": "A visit"}, "request", "no such request"),
        ({"request": PAST_ALL}, "entitlement", "not both"),
        ({"criterion": "weather"}, "criterion", "no such criterion"),
        ({"action": PAST_ALL}, "action", "no such action"),
        ({"what": "a\0b"}, "what", "Null characters"),
        ({"booked_by": 1}, "booked_by", "This cannot be set here."),
        ({"state": "confirmed"}, "state", "This cannot be set here."),
    ],
)
def test_what_makes_no_booking_is_refused_by_field(cast: Cast, more: dict[str, Any], field: str, said: str) -> None:
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")
    status, told = order(cast, cast.ada, **more)
    assert (status, field in told["errors"]) == (400, True)
    assert said in told["errors"][field][0]
    with trust_scope(cast.alder):
        assert not SupportBooking.objects.exists()


def test_another_trusts_rows_are_not_there_to_be_named(cast: Cast) -> None:
    more = {"entitlement": "", "what": "A visit", "dates": ["2026-12-04"]}
    for field, theirs in (("provider_school", cast.birchwood.pk), ("provider_person", cast.cleo.pk)):
        status, told = order(cast, cast.ada, **more, **{field: theirs})
        assert (status, list(told["errors"])) == (400, [field])
    assert order(cast, cast.ada, cast.birchwood, **more)[0] == 404
    for nobody in (cast.ben, cast.gita, cast.tom):
        status, told = order(cast, cast.ada, **more, provider_person=nobody.pk)
        assert told["errors"]["provider_person"] == ["Nobody of this number gives support to this school."]
    itself = {"provider": "school", "provider_school": cast.dunmere.pk}
    assert list(order(cast, cast.ada, **more | itself)[1]["errors"]) == ["provider_school"]


def test_only_who_books_support_books_it(cast: Cast, lee: Membership) -> None:
    for person in (cast.ben, lee, cast.tom, cast.gita, cast.olive):
        status, told = order(cast, person)
        assert status == 403
        assert told["detail"].endswith("can decide on and book support.")
    assert order(cast, cast.cleo)[0] == 404


def test_only_who_gives_it_says_that_it_came_or_did_not(cast: Cast, lee: Membership) -> None:
    with trust_scope(cast.alder):
        ashby = member("Ashby Head", "head", cast.ashmere)
    mine = booked(
        cast, provider="school", provider_school=cast.ashmere, provider_person=None, entitlement="", what="A day"
    )
    for what, data in (
        ("delivered", {}),
        ("missed", {"missed_by": "provider", "why": "Ill."}),
        ("cancel", {"why": "Snow."}),
    ):
        for person in (cast.ben, lee, cast.tom):
            status, told = became(cast, person, mine, what, **data)
            assert status == 403
            assert told["detail"].endswith("can decide on and book support.")
        assert became(cast, cast.olive, mine, what, **data)[0] == 403
        assert became(cast, cast.cleo, mine, what, **data)[0] == 404
        assert became(cast, cast.ada, PAST_ALL, what, **data)[0] == 404
    status, told = became(cast, ashby, mine, "missed", missed_by="provider", why="Our teacher was ill.")
    assert (status, told["state"], told["missed_by"], told["why"]) == (
        200,
        "missed",
        "provider",
        "Our teacher was ill.",
    )
    assert acts(cast)[-1] == ("support.missed", ashby.pk)
    assert became(cast, ashby, mine, "cancel", why="Late.")[0] == 400, "it is missed already"


def test_only_the_school_confirms_and_nobody_their_own_word(cast: Cast, lee: Membership) -> None:
    with trust_scope(cast.alder):
        ashby = member("Ashby Head", "head", cast.ashmere)
    row = booked(cast)
    with trust_scope(cast.alder):
        say_delivered(row, by=cast.ben)
    for person in (cast.ada, lee, cast.gita):
        status, told = became(cast, person, row, "confirmation", came=True)
        assert (status, told["detail"]) == (403, "Headteacher can confirm support for the school.")
    assert became(cast, ashby, row, "confirmation", came=True)[0] == 404, "of another school"
    status, told = became(cast, cast.ben, row, "confirmation", came=True)
    assert (status, told["errors"][""][0]) == (
        400,
        "You have said yourself that it came, so somebody else confirms it.",
    )
    assert became(cast, cast.ben, row, "confirmation")[1]["errors"].keys() == {"came"}
    assert became(cast, cast.ben, row, "confirmation", came=True, state="x")[1]["errors"].keys() == {"state"}


@pytest.mark.parametrize(
    ("what", "data", "field"),
    [
        ("missed", {"missed_by": "the dog", "why": "Ill."}, "missed_by"),
        ("missed", {"missed_by": "school", "why": " "}, "why"),
        ("missed", {"missed_by": "school", "why": "a\0b"}, "why"),
        ("cancel", {"why": ""}, "why"),
        ("cancel", {"why": "x" * 2001}, "why"),
        ("cancel", {"why": "Snow.", "missed_by": "school"}, "missed_by"),
        ("delivered", {"note": "x" * 2001}, "note"),
        ("delivered", {"delivered_by": 1}, "delivered_by"),
    ],
)
def test_what_became_of_it_is_refused_by_field(cast: Cast, what: str, data: dict[str, Any], field: str) -> None:
    row = booked(cast)
    status, told = became(cast, cast.ada, row, what, **data)
    assert (status, list(told["errors"])) == (400, [field])
    with trust_scope(cast.alder):
        row.refresh_from_db()
    assert row.state == "booked"


def test_a_draft_of_a_program_is_the_draft_of_the_page(cast: Cast, lee: Membership) -> None:
    """Both leave the same row and the same entry."""
    told = ask(cast, lee)[1]["support_request"]
    with trust_scope(cast.alder):
        one = SupportRequest.objects.get(pk=told["id"])
        wanted = Wanted("Our deputy is new.", "coaching", "now", "After Christmas")
        other = draft_request(cast.dunmere, cast.version, wanted, by=lee)
        names = ("item", "need", "priority", "suits", "criterion", "action_id", "state", "written_by_id", "asked_by_id")
        assert [getattr(one, name) for name in names] == [getattr(other, name) for name in names]
        first, second = AuditEntry.objects.filter(did="support.drafted")
        told_of = ("did", "by_id", "school_id", "label", "before", "after", "why")
        assert [getattr(first, name) for name in told_of] == [getattr(second, name) for name in told_of]
