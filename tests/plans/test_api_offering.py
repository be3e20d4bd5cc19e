"""What can be given, written by another program: a school's by its head, suggested by the trust, as on the pages."""

from __future__ import annotations

from typing import Any

import pytest

from plans.models import Offer
from plans.services.matching import solve_matching
from schools.models import AuditEntry, Membership, Notice
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import member
from tests.plans.exchange_story import AREA, TYPED, asked, half, offered, proposed

API = "/api/v1/t/alder/"
NOBODYS = 999_999_999
SENT: dict[str, Any] = {"areas": [AREA], "most_days": 3, "from_on": "2026-09-01", "most_minutes": 60}


_today = stopped_at(TODAY)


def send(cast: Cast, person: Membership, path: str, data: Any = None, method: str = "put") -> tuple[int, Any]:
    answer = getattr(cast.client(person), method)(f"{API}{path}/", data or {}, "application/json")
    return answer.status_code, answer.json()


def read(cast: Cast, person: Membership, pk: int) -> tuple[int, Any]:
    answer = cast.client(person).get(f"{API}offers/{pk}/")
    return answer.status_code, answer.json()


def rows(cast: Cast) -> list[tuple[Any, ...]]:
    """Every offer and every entry about one."""
    names = ("school", "person", "state", "most_days", "areas", "per", "note", "confirmed_by", "although")
    with trust_scope(cast.alder):
        told = AuditEntry.objects.filter(did__startswith="offer.").order_by("pk").values_list("did", "by")
        return [*Offer.objects.order_by("pk").values_list(*names), *told]


def test_the_head_says_what_the_school_gives_and_it_is_confirmed(cast: Cast) -> None:
    at = f"schools/{cast.dunmere.pk}/offer"
    more = {
        "not_to": [cast.ashmere.pk],
        "not_to_why": "My sister heads it.",
        "note": "Fridays suit.",
        "although": "We can.",
    }
    status, told = send(cast, cast.ben, at, SENT | more)
    assert (status, told["state"], told["school"], told["person"]) == (200, "confirmed", cast.dunmere.pk, None)
    assert {name: told[name] for name in more} == more
    assert (told["areas"], told["most_days"], told["per"], told["until_on"]) == ([AREA], 3, "half_term", None)
    assert (read(cast, cast.ben, told["id"]), read(cast, cast.ada, told["id"])) == ((200, told), (200, told))
    status, anew = send(cast, cast.ben, at, SENT | {"most_days": 4, "per": "term", "until_on": "2027-07-20"})
    assert (status, anew["id"], anew["most_days"], anew["not_to"], anew["note"]) == (200, told["id"], 4, [], "")
    assert rows(cast)[1:] == [("offer.confirmed", cast.ben.pk)] * 2


def test_a_page_and_a_program_leave_the_same(cast: Cast) -> None:
    cast.client(cast.ben).post(f"/t/alder/schools/{cast.dunmere.pk}/exchange/", TYPED)
    by_page = rows(cast)
    send(cast, cast.ben, f"schools/{cast.dunmere.pk}/offer", SENT)
    assert rows(cast) == [*by_page, by_page[-1]]


def test_the_trust_suggests_and_the_head_confirms_it_as_it_stands(cast: Cast) -> None:
    at = f"schools/{cast.dunmere.pk}/offer"
    more = {
        "not_to": [cast.ashmere.pk],
        "not_to_why": "The same governors.",
        "note": "Fridays.",
        "until_on": "2027-07-20",
    }
    status, told = send(cast, cast.ada, at, SENT | more)
    assert (status, told["state"], told["confirmed_at"]) == (200, "suggested", None)
    with trust_scope(cast.alder):
        assert Notice.objects.filter(to=cast.ben, subject__contains="could your school help others?").exists()
    confirm = f"offers/{told['id']}/confirm"
    status, refused = send(cast, cast.ada, confirm, method="post")
    assert (status, "can ask for support" in refused["detail"]) == (403, True), "nobody volunteers a school"
    status, confirmed = send(cast, cast.ben, confirm, method="post")
    assert (status, confirmed["state"]) == (200, "confirmed")
    same = {*told} - {"state", "confirmed_at"}
    assert {name: confirmed[name] for name in same} == {name: told[name] for name in same}
    before = rows(cast)
    status, refused = send(cast, cast.ada, at, SENT)
    assert (status, list(refused["errors"])) == (400, [""])
    assert "The head has confirmed" in refused["errors"][""][0]
    assert rows(cast) == before


def test_what_is_withdrawn_gives_nothing_and_can_be_offered_again(cast: Cast) -> None:
    with trust_scope(cast.alder):
        offer = offered(cast, cast.dunmere, note="Fridays.")
        asked(cast, cast.ashmere)
        assert proposed(solve_matching(half(), by=cast.ada))
    assert send(cast, cast.ada, f"offers/{offer.pk}/withdraw", method="post")[0] == 403
    status, told = send(cast, cast.ben, f"offers/{offer.pk}/withdraw", method="post")
    assert (status, told["most_days"], told["state"], told["note"]) == (200, 0, "confirmed", "Fridays.")
    with trust_scope(cast.alder):
        assert not proposed(solve_matching(half(), by=cast.ada))
    assert rows(cast)[-1] == ("offer.confirmed", cast.ben.pk)
    assert send(cast, cast.ben, f"schools/{cast.dunmere.pk}/offer", SENT)[1]["most_days"] == 3


def test_a_person_of_the_team_gives_too(cast: Cast) -> None:
    with trust_scope(cast.alder):
        imogen = member("Imogen Vale", "director")
    at = f"team/{imogen.pk}/offer"
    status, told = send(cast, cast.ada, at, SENT | {"base": cast.ashmere.pk})
    assert (status, told["person"], told["name"], told["base"], told["state"]) == (
        200, imogen.pk, "Imogen Vale", cast.ashmere.pk, "confirmed",
    )  # fmt: skip
    assert send(cast, cast.ada, at, SENT | {"most_days": 7})[1]["id"] == told["id"]
    assert read(cast, cast.tom, told["id"])[1]["note"] is None, "a trustee reads who gives, and nothing beside it"
    assert send(cast, cast.ada, f"offers/{told['id']}/confirm", method="post")[0] == 404
    assert send(cast, cast.ben, f"offers/{told['id']}/withdraw", method="post")[0] == 404
    assert send(cast, cast.ada, f"offers/{told['id']}/withdraw", method="post")[1]["most_days"] == 0
    before = rows(cast)
    status, told = send(cast, cast.ada, f"team/{cast.olive.pk}/offer", SENT)
    assert (status, list(told["errors"])) == (400, ["person"])
    for nobody in (cast.cleo.pk, NOBODYS):
        assert send(cast, cast.ada, f"team/{nobody}/offer", SENT) == (404, {"detail": "Not found."})
    for person in (cast.ben, cast.tom, cast.gita):
        assert send(cast, person, at, SENT)[0] == 403, person
    assert send(cast, cast.cleo, at, SENT)[0] == 404
    assert rows(cast) == before


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"most_days": None}, "most_days", "null"),
        ({"most_days": "lots"}, "most_days", "valid integer"),
        ({"most_days": 61}, "most_days", "from 0 to 60"),
        ({"most_days": -1}, "most_days", "from 0 to 60"),
        ({"from_on": "soon"}, "from_on", "wrong format"),
        ({"until_on": "2026-08-01"}, "until_on", "Choose a day after the first"),
        ({"per": "week"}, "per", "Choose how often"),
        ({"most_minutes": 301}, "most_minutes", "from 1 to 300"),
        ({"most_minutes": 0}, "most_minutes", "greater than or equal to 1"),
        ({"areas": ["astronomy"]}, "areas", "no such criterion"),
        ({"areas": ["a\0b"]}, "areas.0", "Null characters"),
        ({"not_to": [NOBODYS], "not_to_why": "x"}, "not_to", "No other school"),
        ({"not_to_why": "x" * 301}, "not_to_why", "no more than 300"),
        ({"note": "a\0b"}, "note", "Null characters"),
        ({"although": "x" * 301}, "although", "no more than 300"),
        ({"base": 1}, "base", "This cannot be set here."),
        ({"state": "confirmed"}, "state", "This cannot be set here."),
    ],
)
def test_what_is_wrong_is_refused_by_field(cast: Cast, more: dict[str, Any], field: str, words: str) -> None:
    status, told = send(cast, cast.ben, f"schools/{cast.dunmere.pk}/offer", SENT | more)
    assert (status, list(told["errors"])) == (400, [field])
    assert words in told["errors"][field][0]
    assert not rows(cast)


def test_schools_that_are_named_are_others_of_the_trust(cast: Cast) -> None:
    at = f"schools/{cast.dunmere.pk}/offer"
    for school in (cast.dunmere.pk, cast.birchwood.pk):
        status, told = send(cast, cast.ben, at, SENT | {"not_to": [school], "not_to_why": "x"})
        assert (status, list(told["errors"])) == (400, ["not_to"])
    status, told = send(cast, cast.ben, at, SENT | {"not_to": [cast.ashmere.pk]})
    assert (status, list(told["errors"])) == (400, ["not_to_why"])
    with trust_scope(cast.alder):
        imogen = member("Imogen Vale", "director")
    status, told = send(cast, cast.ada, f"team/{imogen.pk}/offer", SENT | {"base": cast.birchwood.pk})
    assert (status, list(told["errors"])) == (400, ["base"])
    assert not rows(cast)


def test_who_speaks_for_a_school(cast: Cast) -> None:
    with trust_scope(cast.alder):
        nia, lee = member("Nia Ford", "head", cast.ashmere), member("Lee Leader", "leader", cast.dunmere)
        offer = offered(cast, cast.dunmere, note="Fridays.", not_to=[cast.ashmere], not_to_why="Ours.")
    before = rows(cast)
    each = (
        (f"schools/{cast.dunmere.pk}/offer", SENT, "put"), (f"offers/{offer.pk}/confirm", {}, "post"),
        (f"offers/{offer.pk}/withdraw", {}, "post"),
    )  # fmt: skip
    for path, data, method in each:
        for person in (cast.tom, cast.gita, lee):
            status, told = send(cast, person, path, data, method)
            assert (status, "can ask for support" in told["detail"]) == (403, True), (person, path)
        for person in (nia, cast.cleo):
            assert send(cast, person, path, data, method) == (404, {"detail": "Not found."}), (person, path)
    assert rows(cast) == before
    for person, told in ((cast.ben, "Ours."), (cast.ada, "Ours."), (lee, None), (cast.tom, None), (cast.gita, None)):
        shown = read(cast, person, offer.pk)[1]
        assert (shown["note"], shown["not_to_why"]) == ("Fridays.", told), person
        assert shown["not_to"] == ([cast.ashmere.pk] if told else None), person
    assert (read(cast, nia, offer.pk)[0], read(cast, cast.cleo, offer.pk)[0]) == (404, 404)
