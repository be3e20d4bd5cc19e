"""A half term's matching asked for, read with its reasons, changed by hand and accepted by another program."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from plans.models import MatchLine, MatchRun, SupportBooking
from plans.queries.matching import lines_of
from plans.services.matching import solve_matching
from schools.models import AuditEntry, Membership
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import SchoolFactory
from tests.plans.exchange_story import AREA, asked, half, offered, proposed

API = "/api/v1/t/alder/"
NOBODYS = 999_999_999
DATES = ["2026-12-01", "2026-12-08"]


_today = stopped_at(TODAY)


@pytest.fixture
def line(cast: Cast, matched: MatchRun) -> MatchLine:
    """Two days of Ashmere for Dunmere."""
    with trust_scope(cast.alder):
        [found] = lines_of(matched)
        return found


def send(cast: Cast, person: Membership, path: str, data: Any = None, method: str = "post") -> tuple[int, Any]:
    answer = getattr(cast.client(person), method)(f"{API}{path}/", data or {}, "application/json")
    return answer.status_code, answer.json()


def read(cast: Cast, person: Membership, path: str) -> tuple[int, Any]:
    answer = cast.client(person).get(f"{API}{path}/")
    return answer.status_code, answer.json()


def rows(cast: Cast) -> list[tuple[Any, ...]]:
    """Every line, what is wanted and booked, and every entry about them."""
    with trust_scope(cast.alder):
        told = AuditEntry.objects.filter(did__regex="^(match|support)").order_by("pk")
        return [
            *MatchLine.objects.order_by("pk").values_list(
                "offer", "key", "days", "pinned", "state", "reason", "by_hand"
            ),
            *MatchRun.objects.values_list("solved_at", "solved_by", "wanted"),
            *SupportBooking.objects.order_by("pk").values_list("on", "match"),
            *told.values_list("did", "by", "before", "after", "why"),
        ]


def test_a_half_term_is_matched_and_read_with_its_reasons(cast: Cast) -> None:
    with trust_scope(cast.alder):
        offer, need = offered(cast), asked(cast)
        period = half()
    status, told = send(cast, cast.ada, f"periods/{period.pk}/matching")
    assert (status, told["period"], told["status"], told["solved_by"]) == (200, period.pk, "best", cast.ada.pk)
    assert told["status_words"].startswith("This is the best matching there is")
    [match] = told["matches"]
    assert (match["offer"], match["giver"], match["school"], match["days"], match["state"]) == (
        offer.pk, "Ashmere Primary", cast.dunmere.pk, 2, "proposed",
    )  # fmt: skip
    assert "It has three days left in the half term; this takes two days." in match["why"]
    assert (match["need"], match["warnings"]) == (f"request-{need.pk}", [])
    [asked_for] = [one for one in told["needs"] if one["key"] == match["need"]]
    assert (asked_for["school"], asked_for["area"], asked_for["days"], asked_for["wanted"]) == (
        cast.dunmere.pk, AREA, 2, None,
    )  # fmt: skip
    assert (asked_for["days_open"], asked_for["why_open"]) == (0, "")
    assert any("“Friday absence grows.”" in words for words in asked_for["why"])
    assert read(cast, cast.ruth, f"matchings/{told['id']}") == (200, told)
    assert read(cast, cast.ada, f"matches/{match['id']}") == (200, match)
    status, listed = read(cast, cast.ada, "matchings")
    assert [(one["id"], "matches" in one) for one in listed["results"]] == [(told["id"], False)]
    with trust_scope(cast.alder):
        assert list(AuditEntry.objects.filter(did="match.solved").values_list("by", flat=True)) == [cast.ada.pk]
    assert send(cast, cast.ruth, f"periods/{period.pk}/matching")[1]["id"] == told["id"], "worked out again"


def test_what_is_not_met_says_why_and_a_need_who_could_come(cast: Cast, matched: MatchRun, line: MatchLine) -> None:
    with trust_scope(cast.alder):
        kestrel = SchoolFactory(name="Kestrel Primary")
        offered(cast, kestrel, most_days=0)
        matched.wanted = {line.key: 5}
        matched.save()
        run = solve_matching(half(), by=cast.ada)
    [need] = [one for one in read(cast, cast.ada, f"matchings/{run.pk}")[1]["needs"] if one["key"] == line.key]
    assert (need["days"], need["wanted"], need["days_open"]) == (5, 5, 2)
    assert "Kestrel Primary gives nothing for now." in need["why_open"]
    status, told = read(cast, cast.ada, f"matchings/{run.pk}/needs/{line.key}")
    assert (status, {name: told[name] for name in need}) == (200, need)
    assert [(one["name"], one["could"], one["against"], one["days_left"]) for one in told["candidates"]] == [
        ("Ashmere Primary", True, "", 3), ("Kestrel Primary", False, "gives nothing for now", 0),
    ]  # fmt: skip
    assert read(cast, cast.ada, f"matchings/{run.pk}/needs/request-999") == (404, {"detail": "Not found."})


def test_only_half_terms_to_come_are_matched(cast: Cast) -> None:
    with trust_scope(cast.alder):
        over = half(1)
    before = rows(cast)
    for period in (over.pk, cast.autumn.pk):
        assert send(cast, cast.ada, f"periods/{period}/matching") == (
            400, {"errors": {"": ["Choose one of the half terms to come."]}},
        )  # fmt: skip
    assert send(cast, cast.ada, f"periods/{NOBODYS}/matching")[0] == 404
    assert rows(cast) == before


def test_a_match_is_changed_by_hand_beyond_a_limit_only_with_a_reason(cast: Cast, line: MatchLine) -> None:
    at = f"matches/{line.pk}/change"
    status, told = send(cast, cast.ada, at, {"days": 1, "pinned": False}, "put")
    assert (status, told["days"], told["pinned"], told["by_hand"]) == (200, 1, True, True)
    before = rows(cast)
    status, told = send(cast, cast.ada, at, {"days": 4}, "put")
    assert (status, list(told["errors"])) == (400, ["reason"])
    assert "Ashmere Primary has three days left of 3 in the half term; 4 are matched." in told["errors"]["reason"][0]
    assert rows(cast) == before
    status, told = send(cast, cast.ada, at, {"days": 4, "pinned": True, "reason": "The head agreed."}, "put")
    assert (status, told["days"], told["reason"]) == (200, 4, "The head agreed.")
    assert len(told["warnings"]) == 2, "more than the giver has, and than is needed"
    with trust_scope(cast.alder):
        assert [one.days for one in lines_of(solve_matching(half(), by=cast.ada))] == [4]


def test_a_page_and_a_program_change_the_same(cast: Cast, line: MatchLine) -> None:
    cast.client(cast.ada).post(f"/t/alder/exchange/lines/{line.pk}/", {"days": "1", "pinned": "on", "reason": "Why."})
    by_page = rows(cast)
    assert (
        send(cast, cast.ada, f"matches/{line.pk}/change", {"days": 1, "pinned": True, "reason": "Why."}, "put")[0]
        == 200
    )
    entry, again = by_page[-1], rows(cast)[-1]
    assert rows(cast)[:-1] == by_page
    assert (again[0], again[1], again[3:]) == (entry[0], entry[1], entry[3:])


def test_one_is_taken_out_and_put_back(cast: Cast, matched: MatchRun, line: MatchLine) -> None:
    at, before = f"matches/{line.pk}", rows(cast)
    for wrong in ({}, {"reason": " "}, {"reason": "x" * 501}, {"reason": "a\0b"}):
        status, told = send(cast, cast.ada, f"{at}/remove", wrong)
        assert (status, list(told["errors"])) == (400, ["reason"])
    assert send(cast, cast.ada, f"{at}/put-back")[0] == 400
    assert rows(cast) == before
    status, told = send(cast, cast.ada, f"{at}/remove", {"reason": "They tried it last year."})
    assert (status, told["state"], told["reason"]) == (200, "removed", "They tried it last year.")
    with trust_scope(cast.alder):
        assert not proposed(solve_matching(half(), by=cast.ada))
    [need] = read(cast, cast.ada, f"matchings/{matched.pk}")[1]["needs"]
    assert need["why_open"] == "Ashmere Primary was taken out by hand."
    status, told = send(cast, cast.ada, f"{at}/put-back")
    assert (status, told["id"], told["matches"]) == (200, matched.pk, [])
    assert read(cast, cast.ada, at)[0] == 404
    with trust_scope(cast.alder):
        assert len(proposed(solve_matching(half(), by=cast.ada))) == 1


def test_a_giver_is_added_and_the_days_of_a_need_are_set(cast: Cast, matched: MatchRun, line: MatchLine) -> None:
    with trust_scope(cast.alder):
        kestrel = SchoolFactory(name="Kestrel Primary")
        other, own = offered(cast, kestrel, areas=[]), offered(cast, cast.dunmere)
        solve_matching(half(), by=cast.ada)
    at, data = f"matchings/{matched.pk}/matches", {"need": line.key, "offer": other.pk, "days": 1}
    before = rows(cast)
    for wrong, field in (
        ({}, "reason"), ({"days": 0, "reason": "x"}, "days"), ({"days": "lots"}, "days"), ({"offer": own.pk}, "offer"),
        ({"offer": NOBODYS}, "offer"), ({"need": "request-999"}, "need"), ({"need": "a\0b"}, "need"),
        ({"reason": "x" * 501}, "reason"), ({"pinned": True}, "pinned"),
    ):  # fmt: skip
        status, told = send(cast, cast.ada, at, data | wrong)
        assert (status, list(told["errors"])) == (400, [field]), wrong
    assert rows(cast) == before
    status, told = send(cast, cast.ada, at, data | {"reason": "They have done it before."})
    assert (status, told["giver"], told["by_hand"], told["pinned"]) == (201, "Kestrel Primary", True, True)
    assert any("does not offer" in words for words in told["warnings"])
    wanted = f"matchings/{matched.pk}/wanted"
    for wrong, field in (({"days": 41}, "days"), ({"days": -1}, "days"), ({"need": "request-999"}, "")):
        status, refused = send(cast, cast.ada, wanted, {"need": line.key, "days": 3} | wrong, "put")
        assert (status, list(refused["errors"])) == (400, [field]), wrong
    status, told = send(cast, cast.ada, wanted, {"need": line.key, "days": 3}, "put")
    assert (status, [one["wanted"] for one in told["needs"]]) == (200, [3])
    with trust_scope(cast.alder):
        assert proposed(solve_matching(half(), by=cast.ada)) == [
            ("Ashmere Primary", "Dunmere Primary", 2), ("Kestrel Primary", "Dunmere Primary", 1),
        ]  # fmt: skip


def test_a_match_is_accepted_once_and_booked_on_its_days(cast: Cast, line: MatchLine) -> None:
    at, before = f"matches/{line.pk}/accept", rows(cast)
    for wrong in ([], DATES[:1], [DATES[0], DATES[0]], ["2026-12-01", "2027-05-01"], [*DATES, "2026-12-09"]):
        status, told = send(cast, cast.ada, at, {"dates": wrong})
        assert (status, list(told["errors"])) == (400, ["dates"]), wrong
    status, told = send(cast, cast.ada, at, {"dates": ["soon", DATES[0]]})
    assert (status, list(told["errors"])) == (400, ["dates.0"])
    for wrong, field in (
        ({"funder": "nobody"}, "funder"), ({"cost": "lots"}, "cost"), ({"cost": "-1"}, "cost"),
        ({"reason": "x" * 501}, "reason"), ({"reason": "a\0b"}, "reason"), ({"what": "x"}, "what"),
    ):  # fmt: skip
        status, told = send(cast, cast.ada, at, {"dates": DATES} | wrong)
        assert (status, list(told["errors"])) == (400, [field]), wrong
    assert rows(cast) == before
    status, told = send(cast, cast.ada, at, {"dates": DATES, "funder": "shared", "cost": "350"})
    assert (status, [one["on"] for one in told["bookings"]]) == (201, DATES)
    assert {(one["funder"], one["cost"]) for one in told["bookings"]} == {("shared", "350.00")}
    assert read(cast, cast.ada, f"matches/{line.pk}")[1]["booked"] == "Booked"
    with trust_scope(cast.alder):
        line.refresh_from_db()
        booked = line.bookings.order_by("on")
        assert (line.state, line.accepted_by, [one.on for one in booked]) == (
            "accepted", cast.ada, [date(2026, 12, 1), date(2026, 12, 8)],
        )  # fmt: skip
        assert {one.provider_school_id for one in booked} == {cast.ashmere.pk}
    after = rows(cast)
    assert send(cast, cast.ada, at, {"dates": DATES})[0] == 400
    assert send(cast, cast.ada, f"matches/{line.pk}/change", {"days": 1}, "put")[0] == 400
    assert rows(cast) == after


def test_what_stands_against_it_by_now_needs_a_reason(cast: Cast, line: MatchLine) -> None:
    with trust_scope(cast.alder):
        offered(cast, not_to=[cast.dunmere], not_to_why="My sister heads it.")
    at, before = f"matches/{line.pk}/accept", rows(cast)
    status, told = send(cast, cast.ada, at, {"dates": DATES})
    assert (status, list(told["errors"])) == (400, ["reason"])
    assert "Ashmere Primary is not to go there: My sister heads it." in told["errors"]["reason"][0]
    assert rows(cast) == before
    assert send(cast, cast.ada, at, {"dates": DATES, "reason": "Both heads agree."})[0] == 201
    with trust_scope(cast.alder):
        line.refresh_from_db()
        assert (line.reason, line.changed_by) == ("Both heads agree.", cast.ada)


def test_only_who_books_support_sees_and_touches_it(cast: Cast, matched: MatchRun, line: MatchLine) -> None:
    with trust_scope(cast.alder):
        period = half()
    before = rows(cast)
    each: tuple[tuple[str, str, Any], ...] = (
        ("post", f"periods/{period.pk}/matching", {}),
        ("post", f"matchings/{matched.pk}/matches", {"need": line.key, "offer": line.offer_id, "days": 1}),
        ("put", f"matchings/{matched.pk}/wanted", {"need": line.key, "days": 1}),
        ("put", f"matches/{line.pk}/change", {"days": 1}),
        ("post", f"matches/{line.pk}/remove", {"reason": "No."}),
        ("post", f"matches/{line.pk}/put-back", {}),
        ("post", f"matches/{line.pk}/accept", {"dates": DATES}),
        ("get", "matchings", {}),
        ("get", f"matchings/{matched.pk}", {}),
        ("get", f"matchings/{matched.pk}/needs/{line.key}", {}),
    )
    for method, path, data in each:
        for person in (cast.ben, cast.tom, cast.gita, cast.olive):
            status, told = read(cast, person, path) if method == "get" else send(cast, person, path, data, method)
            assert (status, "can decide on and book support." in told["detail"]) == (403, True), (person, path)
        told = read(cast, cast.cleo, path) if method == "get" else send(cast, cast.cleo, path, data, method)
        assert told == (404, {"detail": "Not found."}), path
    assert rows(cast) == before


def test_as_many_questions_for_ten_more_schools(cast: Cast, matched: MatchRun, line: MatchLine, queries: Any) -> None:
    ada = cast.client(cast.ada)

    def asked_for() -> dict[str, int]:
        with trust_scope(cast.alder):
            one = MatchLine.objects.earliest("pk").pk
        pages = {"matchings": "", "matches": "", "offers": "", "a match": f"matches/{one}"}
        pages |= {"an offer": f"offers/{line.offer_id}", "a matching": f"matchings/{matched.pk}"}
        pages["a need"] = f"matchings/{matched.pk}/needs/{line.key}"
        for name, page in pages.items():
            assert ada.get(f"{API}{page or name}/").status_code == 200, name
        return {name: len(queries(lambda at=page or name: ada.get(f"{API}{at}/"))) for name, page in pages.items()}

    few = asked_for()
    assert max(few.values()) <= 15, few
    with trust_scope(cast.alder):
        for number in range(10):
            offered(cast, SchoolFactory(name=f"School {number}"), areas=[])
        solve_matching(half(), by=cast.ada)
    assert asked_for() == few
