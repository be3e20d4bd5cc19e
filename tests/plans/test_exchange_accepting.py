"""Matches are accepted into bookings; who may; givers that give too much; and how much each page asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from plans.models import MatchLine, MatchRun, SupportBooking, SupportRequest
from plans.queries.matching import halves_to_match, lines_of, own_periods
from plans.services.booking import Terms, book_support
from plans.services.matching import accept_line, solve_matching
from plans.services.offering import confirm_offer
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import SchoolFactory
from tests.plans.exchange_story import AREA, FIRST, SECOND, TYPED, asked, entry, half, offered, proposed, text_of
from tests.plans.support_world import place

_today = stopped_at(TODAY)


# Accepted


def test_an_accepted_match_is_booked_for_the_school_to_confirm(cast: Cast, matched: MatchRun) -> None:
    client = cast.client(cast.ada)
    with trust_scope(cast.alder):
        [line] = lines_of(matched)
    page = f"/t/alder/exchange/lines/{line.pk}/accept/"
    pays = {"accept-funder": "trust"}
    assert "as many as are matched" in text_of(client.post(page, pays | {"accept-dates": "1 December 2026"}))
    outside = client.post(page, pays | {"accept-dates": "1 December 2026\n11 January 2027"})
    assert "11 January 2027 is not in this half term" in text_of(outside)
    several = client.post(page, pays | {"accept-dates": "5 December 2026\n11 January 2027\n8 December 2026"})
    for said in ("Enter two days", "11 January 2027 is not in this half term", "5 December 2026 is a Saturday"):
        assert said in text_of(several), said
    assert client.post(page, pays | {"accept-dates": "1 December 2026\n8 December 2026"}).status_code == 302
    with trust_scope(cast.alder):
        line.refresh_from_db()
        assert (line.state, line.accepted_by) == ("accepted", cast.ada)
        bookings = list(SupportBooking.objects.order_by("on"))
        assert [(one.provider_school, one.school, one.on, one.request_id, one.match_id) for one in bookings] == [
            (cast.ashmere, cast.dunmere, day, SupportRequest.objects.get().pk, line.pk) for day in (FIRST, SECOND)
        ]
        assert not proposed(solve_matching(half(), by=cast.ada)), "what is booked is needed no more"
    shown = text_of(client.get(f"/t/alder/exchange/lines/{line.pk}/"))
    assert "Booked" in shown
    assert "Accept and book" not in shown


def test_what_the_trust_has_not_agreed_to_is_matched_and_not_booked(cast: Cast) -> None:
    with trust_scope(cast.alder):
        offered(cast)
        asked(cast, agree=False)
        [line] = lines_of(solve_matching(half(), by=cast.ada))
        assert "Nobody has agreed to it yet." in line.why
        with pytest.raises(ValidationError, match="Agree to what the school asks for first"), transaction.atomic():
            accept_line(line, by=cast.ada, dates=[FIRST, SECOND])
        assert MatchLine.objects.get().state == "proposed"


def test_the_limit_is_looked_at_again_when_it_is_accepted(cast: Cast, matched: MatchRun) -> None:
    with trust_scope(cast.alder):
        [line] = lines_of(matched)
        terms = Terms(dates=[FIRST, SECOND], provider="school", provider_school=cast.ashmere, what="Books")
        book_support(cast.dunmere, cast.version, terms, by=cast.ada)
        with pytest.raises(ValidationError, match="has one day left of 3"):
            accept_line(line, by=cast.ada, dates=[FIRST, SECOND])


# Who may


def test_only_who_books_support_sees_the_matching(cast: Cast, matched: MatchRun) -> None:
    with trust_scope(cast.alder):
        [line] = lines_of(matched)
        assert [one.half for one in halves_to_match(own_periods(TODAY), TODAY)] == [2, 1, 2]
    pages = ("exchange/", f"exchange/matches/{matched.pk}/", f"exchange/lines/{line.pk}/", "exchange/team/",
             f"exchange/matches/{matched.pk}/needs/{line.key}/")  # fmt: skip
    for page in pages:
        assert cast.client(cast.ada).get(f"/t/alder/{page}").status_code == 200
        for person in (cast.ben, cast.tom, cast.gita, cast.olive):
            assert cast.client(person).get(f"/t/alder/{page}").status_code == 403
        assert cast.client(cast.cleo).get(f"/t/alder/{page}").status_code == 404
    own = f"/t/alder/schools/{cast.dunmere.pk}/exchange/"
    assert cast.client(cast.gita).get(own).status_code == 200, "governors read what their school gives"
    assert cast.client(cast.gita).post(own, TYPED).status_code == 403
    assert cast.client(cast.ben).get(f"/t/alder/schools/{cast.ashmere.pk}/exchange/").status_code == 404
    assert cast.client(cast.ada).get("/t/alder/exchange/matches/999999/").status_code == 404
    assert cast.client(cast.ada).get(f"/t/alder/exchange/matches/{matched.pk}/needs/nothing/").status_code == 404


def test_the_page_of_the_exchange_names_who_could_help_one_school(cast: Cast, matched: MatchRun) -> None:
    page = text_of(cast.client(cast.ada).get(f"/t/alder/exchange/?school={cast.dunmere.pk}"))
    assert "What it needs, and who could come as things stand now." in page
    assert "Who could help with Behaviour &amp; Attitudes" in page
    assert "Every school" in page


def test_a_half_term_that_is_over_is_not_matched(cast: Cast) -> None:
    client = cast.client(cast.ada)
    with trust_scope(cast.alder):
        over, ahead = half(1), half(2)
    assert client.post("/t/alder/exchange/solve/", {"period": over.pk})["Location"] == "/t/alder/exchange/"
    assert "/exchange/matches/" in client.post("/t/alder/exchange/solve/", {"period": ahead.pk})["Location"]


# A giver that is drained


def test_a_giver_that_gives_more_than_its_limit_is_flagged(cast: Cast) -> None:
    with trust_scope(cast.alder):
        offered(cast, most_days=1)
        terms = Terms(dates=[FIRST, SECOND], provider="school", provider_school=cast.ashmere, what="Books")
        book_support(cast.dunmere, cast.version, terms, by=cast.ada)
    said = "Ashmere Primary gives 2 days in the autumn term 2026/27, second half; its limit is 1."
    for page in ("exchange/", f"schools/{cast.ashmere.pk}/exchange/"):
        assert said in text_of(cast.client(cast.ada).get(f"/t/alder/{page}"))


def test_a_giver_that_slipped_while_it_gave_is_flagged_and_one_that_gave_nothing_is_not(cast: Cast) -> None:
    with trust_scope(cast.alder):
        offered(cast, most_days=5, although="We can.")
        place(cast, cast.ashmere, "sustain", on=date(2026, 3, 2))
        place(cast, cast.ashmere, "reinforce", on=date(2026, 10, 20))
        page = f"/t/alder/schools/{cast.ashmere.pk}/exchange/"
    assert "May be giving too much" not in text_of(cast.client(cast.ada).get(page))
    with trust_scope(cast.alder):
        terms = Terms(dates=[date(2026, 10, 6)], provider="school", provider_school=cast.ashmere, what="Books")
        book_support(cast.dunmere, cast.version, terms, by=cast.ada)
    said = (
        "It has given 1 day since last year began (1 this year), and went from Sustain to Reinforce (academic support)"
    )
    assert said in text_of(cast.client(cast.ada).get(page))


# The API


def test_programs_read_offers_and_matches(cast: Cast, matched: MatchRun) -> None:
    ada, ben = cast.client(cast.ada), cast.client(cast.ben)
    [offer] = ada.get("/api/v1/t/alder/offers/").json()["results"]
    assert (offer["name"], offer["areas"], offer["most_days"], offer["state"]) == (
        "Ashmere Primary",
        [AREA],
        3,
        "confirmed",
    )
    [line] = ada.get("/api/v1/t/alder/matches/").json()["results"]
    assert (line["giver"], line["school"], line["days"]) == ("Ashmere Primary", cast.dunmere.pk, 2)
    assert line["why"]
    assert ben.get("/api/v1/t/alder/matches/").status_code == 403
    assert ben.get("/api/v1/t/alder/offers/").json()["results"] == []


def test_as_many_questions_for_thirty_schools(
    cast: Cast, matched: MatchRun, queries: Callable[[Callable[[], Any]], list[str]]
) -> None:
    ada, ben = cast.client(cast.ada), cast.client(cast.ben)
    with trust_scope(cast.alder):
        [line] = lines_of(matched)
        confirm_offer(entry(), by=cast.ben, school=cast.dunmere)
    asking = [
        (ada, "exchange/", 17),
        (ben, f"schools/{cast.dunmere.pk}/exchange/", 18),
        (ada, f"schools/{cast.ashmere.pk}/exchange/", 17),
        (ada, f"exchange/matches/{matched.pk}/", 9),
        (ada, f"exchange/lines/{line.pk}/", 10),
    ]
    for client, page, _ in asking:
        client.get(f"/t/alder/{page}")
    few = [len(queries(lambda client=client, page=page: client.get(f"/t/alder/{page}"))) for client, page, _ in asking]
    with trust_scope(cast.alder):
        for school in SchoolFactory.create_batch(30):
            offered(cast, school, areas=[])
    many = [len(queries(lambda client=client, page=page: client.get(f"/t/alder/{page}"))) for client, page, _ in asking]
    assert many == few
    assert all(count <= most for count, (_, _, most) in zip(many, asking, strict=True)), many
