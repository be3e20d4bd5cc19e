"""The register of practice: found by its words, filtered, asked for, counted; and pen portraits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from reviews.models import PenPortrait, Practice, PracticeRequest
from reviews.queries.register import Sought, found_practices
from reviews.services.register import PracticeEntry, ask_to_visit, offer_practice
from schools.models import Membership
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import SchoolFactory, member

REGISTER = "/t/alder/practice/"
ENTRIES = (
    PracticeEntry("Phonics every day", "Children blend and read.", "primary", "Reading lead", "Reading", "Books."),
    PracticeEntry("Attendance panel", "Families are met early.", "secondary", "Attendance lead", "Attendance"),
    PracticeEntry("Early writing", "Reading leads to writing.", "primary", "Early years lead", "Writing"),
)


_today = stopped_at(TODAY)


@pytest.fixture
def nia(cast: Cast) -> Membership:
    """The head of Ashmere; Dunmere has put three things in the register."""
    with trust_scope(cast.alder):
        for entry in ENTRIES:
            offer_practice(cast.dunmere, entry, by=cast.ben)
        return member("Nia Price", "head", cast.ashmere)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("sought", "titles"),
    [
        (Sought("reading"), ["Phonics every day", "Early writing"]),
        (Sought("family"), ["Attendance panel"]),  # by its stem
        (Sought("reading -phonics"), ["Early writing"]),
        (Sought("reading", subject="writing"), ["Early writing"]),
        (Sought(phase="secondary"), ["Attendance panel"]),
        (Sought(kind="excellence"), []),
        (Sought("nothing such"), []),
        (Sought("' ) & | !"), []),
    ],
)
def test_what_is_found(cast: Cast, nia: Membership, sought: Sought, titles: list[str]):
    with trust_scope(cast.alder):
        found = [one.title for one in found_practices(sought)]
    assert (sorted(found) if sought.words == "reading" else found) == (
        sorted(titles) if sought.words == "reading" else titles
    )


def test_every_school_finds_it_and_no_other_trust(cast: Cast, nia: Membership):
    page = text_of(cast.client(nia).get(f"{REGISTER}?words=phonics&subject=&phase=primary&kind="))
    assert "Phonics every day" in page
    assert "1 entry found." in page
    assert "Nothing is found for this." in text_of(cast.client(cast.gita).get(f"{REGISTER}?words=nothing"))
    assert cast.client(cast.cleo).get(REGISTER).status_code == 404
    assert "Nothing is in the register yet." in text_of(cast.client(cast.cleo).get("/t/birch/practice/"))
    assert cast.client(cast.olive).get(REGISTER).status_code == 403
    rows = cast.client(nia).get("/api/v1/t/alder/practices/?subject=reading").json()["results"]
    assert [(row["title"], row["asked"], row["visited"]) for row in rows] == [("Phonics every day", 0, 0)]


def test_a_head_asks_and_the_other_answers(cast: Cast, nia: Membership):
    with trust_scope(cast.alder):
        pk = Practice.objects.get(title="Phonics every day").pk
    page, asks, ben = f"{REGISTER}{pk}/", cast.client(nia), cast.client(cast.ben)
    assert "Ask to visit" in text_of(asks.get(page))
    assert 'name="visit-note"' not in text_of(ben.get(page))
    typed = {"visit-school": cast.ashmere.pk, "visit-note": "We begin in spring.", "visit-wanted_on": "1 December 2026"}
    assert asks.post(f"{page}ask/", typed).status_code == 302
    again = asks.post(f"{page}ask/", typed)
    assert (again.status_code, "Your school has asked already." in text_of(again)) == (422, True)
    with trust_scope(cast.alder):
        asked = PracticeRequest.objects.get()
    of = f"answer-{asked.pk}"
    assert asks.post(f"{page}requests/{asked.pk}/", {f"{of}-state": "accepted"}).status_code == 403
    refused = ben.post(f"{page}requests/{asked.pk}/", {f"{of}-state": "declined", f"{of}-answer": ""})
    assert (refused.status_code, "Say why, in a sentence." in text_of(refused)) == (422, True)
    for state in ("accepted", "visited"):
        assert ben.post(f"{page}requests/{asked.pk}/", {f"{of}-state": state}).status_code == 302
    assert "Asked for 1 time, 1 visit" in text_of(asks.get(page))
    assert "We begin in spring." not in text_of(cast.client(cast.gita).get(page))
    assert "We begin in spring." in text_of(cast.client(cast.ada).get(page))


def test_a_head_offers_for_their_own_school_alone(cast: Cast, nia: Membership):
    client = cast.client(nia)
    typed = {"school": cast.dunmere.pk, "title": "T", "text": "T", "phase": "primary", "contact": "Maths lead"}
    assert client.post(f"{REGISTER}new/", typed).status_code == 422
    made = client.post(f"{REGISTER}new/", typed | {"school": cast.ashmere.pk})
    assert made.status_code == 302
    assert cast.client(cast.gita).get(f"{REGISTER}new/").status_code == 403
    assert cast.client(cast.ben).post(f"{made['Location']}end/", {"end-reason": "No."}).status_code == 403
    assert client.post(f"{made['Location']}end/", {"end-reason": "It has moved on."}).status_code == 302
    assert client.get(made["Location"]).status_code == 404


def test_the_register_asks_as_often_for_thirty(cast: Cast, nia: Membership, queries: Callable[..., list[str]]):
    client = cast.client(nia)
    with trust_scope(cast.alder):
        practice = Practice.objects.first()
    client.get(REGISTER)
    few = len(queries(lambda: client.get(f"{REGISTER}?words=reading")))
    page = len(queries(lambda: client.get(f"{REGISTER}{practice.pk}/")))
    with trust_scope(cast.alder):
        for number in range(30):
            offer_practice(cast.dunmere, PracticeEntry(f"Reading {number}", "Words.", "primary", "Lead"), by=cast.ben)
            school = SchoolFactory()
            ask_to_visit(practice, school, by=member(f"Head {number}", "head", school), note="Please.")
    assert len(queries(lambda: client.get(f"{REGISTER}?words=reading"))) == few
    assert len(queries(lambda: client.get(f"{REGISTER}{practice.pk}/"))) == page


def test_a_portrait_is_a_persons_own(cast: Cast):
    typed = {
        "role": "Head of Dunmere",
        "experience": "Ten years.",
        "training": "",
        "availability": "",
    }
    ben = cast.client(cast.ben)
    assert ben.post("/t/alder/portraits/mine/", typed | {"role": ""}).status_code == 422
    assert ben.post("/t/alder/portraits/mine/", typed).status_code == 302
    ben.post("/t/alder/portraits/mine/", typed | {"experience": "Eleven years."})
    page = text_of(cast.client(cast.ada).get("/t/alder/portraits/"))
    assert "Eleven years." in page
    with trust_scope(cast.alder):
        assert PenPortrait.objects.get().membership == cast.ben
        Membership.objects.filter(pk=cast.ben.pk).update(ended_at=timezone.now())
    assert "Eleven years." not in text_of(cast.client(cast.ada).get("/t/alder/portraits/"))
    assert cast.client(cast.cleo).get("/t/alder/portraits/").status_code == 404
