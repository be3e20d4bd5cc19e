"""The exchange of capacity: offers confirmed, a half term matched, changed by hand, accepted into bookings."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from plans.models import MatchRun, Offer, SupportRequest
from plans.queries.matching import lines_of
from plans.services.booking import Terms, book_support, dispute_support, say_delivered
from plans.services.matching import accept_line, add_line, change_line, put_back, remove_line, solve_matching, want_days
from plans.services.offering import confirm_offer, suggest_offer
from plans.services.supporting import Wanted, answer_request, ask_for_support
from schools.audit import record_act
from schools.models import AuditEntry, Notice, RoleGrant, School
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import SchoolFactory, member
from tests.plans.exchange_story import AREA, FIRST, SECOND, TYPED, asked, entry, half, offered, proposed, stand, text_of
from tests.plans.support_world import place

_today = stopped_at(TODAY)


# What is offered


def test_a_head_confirms_what_the_school_gives_and_nobody_else_volunteers_it(cast: Cast) -> None:
    page = f"/t/alder/schools/{cast.dunmere.pk}/exchange/"
    ada, ben = cast.client(cast.ada), cast.client(cast.ben)
    assert "Nothing is asked of it before its head says so" in text_of(ben.get(page))
    assert ada.post(page, TYPED).status_code == 302
    with trust_scope(cast.alder):
        row = Offer.objects.get()
        assert (row.state, row.confirmed_at, row.areas) == ("suggested", None, [AREA])
        assert Notice.objects.filter(to=cast.ben, subject__contains="could your school help others?").exists()
        asked(cast, cast.dunmere)
        assert not proposed(solve_matching(half(), by=cast.ada)), "what nobody confirmed gives nothing"
    shown = text_of(ada.get("/t/alder/exchange/"))
    assert "Waiting for the head to confirm" in shown
    assert ben.post(page, TYPED | {"most_days": "4"}).status_code == 302
    with trust_scope(cast.alder):
        row.refresh_from_db()
        assert (row.state, row.most_days, row.confirmed_by) == ("confirmed", 4, cast.ben)
        assert [one.did for one in AuditEntry.objects.filter(did__startswith="offer.").order_by("pk")] == [
            "offer.suggested", "offer.confirmed",
        ]  # fmt: skip
        with pytest.raises(ValidationError, match="The head has confirmed"):
            suggest_offer(entry(), by=cast.ada, school=cast.dunmere)
    assert ada.post(page, TYPED).status_code == 403
    assert "4 days each half term at most" in text_of(ben.get(page)).replace("<strong>", "").replace("</strong>", "")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"most_days": "lots"}, "Enter a whole number from 0 to 60."),
        ({"from_on": ""}, "Enter the day, for example 16 October 2026"),
        ({"until_on": "1 August 2026"}, "Choose a day after the first"),
        ({"most_minutes": "0"}, "Enter a whole number from 1 to 300."),
        ({"per": ""}, "Choose how often"),
        ({"areas": ["astronomy"]}, "Choose from the list"),
        ({"note": "x" * 301}, "at most 300 characters"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(
    cast: Cast, typed: dict[str, Any], said: str
) -> None:
    answer = cast.client(cast.ben).post(f"/t/alder/schools/{cast.dunmere.pk}/exchange/", TYPED | typed)
    assert answer.status_code == 422
    assert said in text_of(answer)
    with trust_scope(cast.alder):
        assert not Offer.objects.exists()


def test_a_school_that_is_kept_from_needs_a_reason(cast: Cast) -> None:
    page, client = f"/t/alder/schools/{cast.dunmere.pk}/exchange/", cast.client(cast.ben)
    typed = TYPED | {"not_to": [str(cast.ashmere.pk)]}
    assert "Say why, in a few words" in text_of(client.post(page, typed))
    assert client.post(page, typed | {"not_to_why": "My sister heads it."}).status_code == 302
    with trust_scope(cast.alder):
        assert [one.school for one in Offer.objects.get().not_to.all()] == [cast.ashmere]
    assert client.post(page, TYPED).status_code == 302
    with trust_scope(cast.alder):
        assert not Offer.objects.get().not_to.exists()


def test_a_person_of_the_team_gives_too(cast: Cast) -> None:
    client = cast.client(cast.ada)
    with trust_scope(cast.alder):
        imogen = member("Imogen Vale", "director")
        with pytest.raises(ValidationError, match="is not of the trust’s own team"):
            confirm_offer(entry(), by=cast.ada, person=cast.olive)
    typed = {key: value for key, value in TYPED.items() if key != "although"}
    assert "Choose who" in text_of(client.post("/t/alder/exchange/team/", typed))
    typed |= {"person": str(imogen.pk), "base": str(cast.ashmere.pk), "most_minutes": ""}
    assert client.post("/t/alder/exchange/team/", typed).status_code == 302
    with trust_scope(cast.alder):
        row = Offer.objects.get()
        assert (row.person, row.base, row.state) == (imogen, cast.ashmere, "confirmed")
        asked(cast)
        run = solve_matching(half(), by=cast.ada)
        assert proposed(run) == [("Imogen Vale", "Dunmere Primary", 2)]
        [booking, _] = accept_line(lines_of(run)[0], by=cast.ada, dates=[FIRST, SECOND])
        assert (booking.provider, booking.provider_person) == ("central", imogen)
    assert client.post(f"/t/alder/exchange/team/{row.pk}/", typed | {"most_days": "0"}).status_code == 302
    assert '<td class="num" data-label="Left"><strong>0</strong></td>' in text_of(client.get("/t/alder/exchange/"))


def test_the_database_refuses_what_no_service_writes(cast: Cast) -> None:
    with trust_scope(cast.alder):
        row = offered(cast)
        told = {"most_days": 1, "from_on": TODAY, "written_by": cast.ada, "written_at": row.written_at}
        for wrong in (
            {},
            {"school": cast.dunmere, "person": cast.ada},
            {"school": cast.dunmere, "state": "confirmed"},
            {"school": cast.ashmere},
            {"school": cast.dunmere, "until_on": date(2020, 1, 1)},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Offer.objects.create(**told, **wrong)


# The matching


def test_a_half_term_is_matched_and_every_match_says_why(cast: Cast, matched: MatchRun) -> None:
    with trust_scope(cast.alder):
        [line] = lines_of(matched)
        assert matched.status == "best"
        assert (line.offer.name, line.school, line.days, line.key) == (
            "Ashmere Primary", cast.dunmere, 2, f"request-{SupportRequest.objects.get().pk}",
        )  # fmt: skip
        said = " ".join(line.why)
        assert line.speaks.startswith("Ashmere Primary offers Behaviour & Attitudes")
        assert "The school asked for it on 20 November 2026: “Friday absence grows.”" in said
        assert "Ashmere Primary offers Behaviour & Attitudes" in said
        assert "How far it has to come is not known." in said
        assert "It has three days left in the half term; this takes two days." in said
    page = text_of(cast.client(cast.ada).get(f"/t/alder/exchange/matches/{matched.pk}/"))
    assert "Ashmere Primary to Dunmere Primary: 2 days" in page
    assert "This is the best matching there is." in page


def test_what_is_not_met_is_listed_with_its_reason(cast: Cast) -> None:
    with trust_scope(cast.alder):
        stand(cast.dunmere)
        record_act("school.changed", School, by=None)
        School.objects.filter(pk=cast.ashmere.pk).update(easting=531_000, northing=286_000)
        offered(cast, most_minutes=60)
        asked(cast)
        run = solve_matching(half(), by=cast.ada)
        assert not proposed(run)
    page = text_of(cast.client(cast.ada).get(f"/t/alder/exchange/matches/{run.pk}/"))
    assert "Ashmere Primary is about 205 minutes away and travels at most 60." in page
    assert "There was nothing to match" in page


def test_the_weaker_school_goes_first_by_the_order_of_levels(cast: Cast) -> None:
    with trust_scope(cast.alder):
        kestrel = SchoolFactory(name="Kestrel Primary")
        member("Kit Head", "head", kestrel)
        place(cast, cast.dunmere, "sustain")
        place(cast, kestrel, "stabilise")
        offered(cast, most_days=2)
        asked(cast)
        row = ask_for_support(kestrel, cast.version, Wanted("Absence.", criterion=AREA), by=cast.ben)
        answer_request(row, by=cast.ada, outcome="agreed")  # type: ignore[arg-type]
        run = solve_matching(half(), by=cast.ada)
        assert proposed(run) == [("Ashmere Primary", "Kestrel Primary", 2)]
        assert any("stands at" in words and "Stabilise" in words for words in lines_of(run)[0].why)


def test_a_school_at_a_weak_level_gives_nothing_unless_its_head_says_so(cast: Cast) -> None:
    with trust_scope(cast.alder):
        place(cast, cast.ashmere, "stabilise")
        offer = offered(cast)
        asked(cast)
        run = solve_matching(half(), by=cast.ada)
        assert not proposed(run)
        confirm_offer(entry(although="Our attendance team is strong."), by=offer.confirmed_by, school=cast.ashmere)
        assert proposed(solve_matching(half(), by=cast.ada)) == [("Ashmere Primary", "Dunmere Primary", 2)]


@pytest.mark.parametrize("why", ["dispute", "head", "declared"])
def test_two_schools_are_kept_apart(cast: Cast, why: str) -> None:
    with trust_scope(cast.alder):
        more: dict[str, Any] = {}
        if why == "head":
            offered(cast)
            RoleGrant.objects.create(membership=cast.ben, role="head", school=cast.ashmere)
        elif why == "declared":
            more = {"not_to": [cast.dunmere], "not_to_why": "An interest"}
        offered(cast, **more)
        if why == "dispute":
            terms = Terms(dates=[date(2026, 10, 9)], provider="school", provider_school=cast.ashmere, what="Books")
            [row] = book_support(cast.dunmere, cast.version, terms, by=cast.ada)
            dispute_support(say_delivered(row, by=cast.ada), by=cast.ben, answer="Nobody came.")
        asked(cast)
        assert not proposed(solve_matching(half(), by=cast.ada))


def test_a_limit_counts_what_is_booked_already(cast: Cast) -> None:
    with trust_scope(cast.alder):
        offered(cast, most_days=3)
        terms = Terms(dates=[FIRST, SECOND], provider="school", provider_school=cast.ashmere, what="Books")
        book_support(cast.dunmere, cast.version, terms, by=cast.ada)
        asked(cast)
        assert proposed(solve_matching(half(), by=cast.ada)) == [("Ashmere Primary", "Dunmere Primary", 1)]


def test_a_limit_of_a_term_counts_both_halves(cast: Cast) -> None:
    with trust_scope(cast.alder):
        offered(cast, most_days=3, per="term")
        terms = Terms(
            dates=[date(2026, 9, 15)], provider="school", provider_school=cast.ashmere, what="Books", amount=2
        )  # type: ignore[arg-type]
        book_support(cast.dunmere, cast.version, terms, by=cast.ada)
        asked(cast)
        assert proposed(solve_matching(half(), by=cast.ada)) == [("Ashmere Primary", "Dunmere Primary", 1)]


def test_an_offer_that_has_not_begun_gives_nothing(cast: Cast) -> None:
    with trust_scope(cast.alder):
        offered(cast, from_on=date(2027, 1, 4))
        asked(cast)
        run = solve_matching(half(), by=cast.ada)
        assert not proposed(run)
    page = text_of(cast.client(cast.ada).get(f"/t/alder/exchange/matches/{run.pk}/"))
    assert "Ashmere Primary offers nothing before 4 January 2027." in page


# By hand


def test_what_is_set_by_hand_stays_when_it_is_worked_out_again(cast: Cast, matched: MatchRun) -> None:
    with trust_scope(cast.alder):
        [line] = lines_of(matched)
        change_line(line, by=cast.ada, days=1, pinned=False)
        again = solve_matching(half(), by=cast.ruth)
        assert again.pk == matched.pk
        [line] = lines_of(again)
        assert (line.days, line.pinned, line.by_hand, again.solved_by) == (1, True, True, cast.ruth)


def test_beyond_a_limit_only_with_a_reason_and_the_warning_stays(cast: Cast, matched: MatchRun) -> None:
    client = cast.client(cast.ada)
    with trust_scope(cast.alder):
        [line] = lines_of(matched)
    page = f"/t/alder/exchange/lines/{line.pk}/"
    refused = client.post(page, {"days": "4", "pinned": "on", "reason": ""})
    assert refused.status_code == 422
    assert "Ashmere Primary has three days left of 3 in the half term; 4 are matched." in text_of(refused)
    assert "If it is still right, say why." in text_of(refused)
    assert (
        client.post(page, {"days": "4", "pinned": "on", "reason": "The head agreed on the phone."}).status_code == 302
    )
    for shown in (client.get(page), client.get(f"/t/alder/exchange/matches/{matched.pk}/")):
        assert "Beyond a limit" in text_of(shown)
        assert "Ada Whitlock: “The head agreed on the phone.”" in text_of(shown)
    with trust_scope(cast.alder):
        [line] = lines_of(solve_matching(half(), by=cast.ada))
        assert line.days == 4
        assert len(accept_line(line, by=cast.ada, dates=[date(2026, 12, n) for n in (1, 2, 3, 4)])) == 4


def test_what_is_taken_out_stays_out_until_it_is_put_back(cast: Cast, matched: MatchRun) -> None:
    client = cast.client(cast.ada)
    with trust_scope(cast.alder):
        [line] = lines_of(matched)
    page = f"/t/alder/exchange/lines/{line.pk}/remove/"
    assert "Say why, in a sentence" in text_of(client.post(page, {"out-reason": ""}))
    assert client.post(page, {"out-reason": "They tried it last year."}).status_code == 302
    with trust_scope(cast.alder):
        assert not proposed(solve_matching(half(), by=cast.ada))
    shown = text_of(client.get(f"/t/alder/exchange/matches/{matched.pk}/"))
    assert "“They tried it last year.”" in shown
    assert "Ashmere Primary was taken out by hand." in shown
    assert client.post(page).status_code == 302
    with trust_scope(cast.alder):
        assert len(proposed(solve_matching(half(), by=cast.ada))) == 1


def test_a_giver_is_added_by_hand_and_days_of_a_need_are_set(cast: Cast, matched: MatchRun) -> None:
    client = cast.client(cast.ada)
    with trust_scope(cast.alder):
        [line] = lines_of(matched)
        kestrel = SchoolFactory(name="Kestrel Primary")
        other = offered(cast, kestrel, areas=[])
        solve_matching(half(), by=cast.ada)
    need = f"/t/alder/exchange/matches/{matched.pk}/needs/{line.key}/"
    assert "does not offer Behaviour &amp; Attitudes" in text_of(
        client.post(f"{need}add/", {"add-offer": str(other.pk), "add-days": "1", "add-reason": ""})
    )
    typed = {"add-offer": str(other.pk), "add-days": "1", "add-reason": "They have done it before."}
    assert client.post(f"{need}add/", typed).status_code == 302
    assert client.post(need, {"days": "3"}).status_code == 302
    with trust_scope(cast.alder):
        run = solve_matching(half(), by=cast.ada)
        assert proposed(run) == [("Ashmere Primary", "Dunmere Primary", 2), ("Kestrel Primary", "Dunmere Primary", 1)]
        assert run.wanted == {line.key: 3}
    assert client.post(need, {"days": "0"}).status_code == 302
    with trust_scope(cast.alder):
        run = solve_matching(half(), by=cast.ada)
        assert proposed(run) == [("Kestrel Primary", "Dunmere Primary", 1)], "the pin stays, and is warned of"
    assert "is not needed here any more" in text_of(client.get(f"/t/alder/exchange/matches/{matched.pk}/"))


def test_what_is_not_possible_by_hand_is_refused(cast: Cast, matched: MatchRun) -> None:
    with trust_scope(cast.alder):
        [line] = lines_of(matched)
        with pytest.raises(ValidationError, match="matched with it already"):
            add_line(matched, line.offer, line.key, by=cast.ada, days=1)
        with pytest.raises(ValidationError, match="not in the matching"):
            add_line(matched, line.offer, "request-999", by=cast.ada, days=1)
        with pytest.raises(ValidationError, match="not in the matching"):
            want_days(matched, "request-999", by=cast.ada, days=1)
        with pytest.raises(ValidationError, match="whole number of days"):
            change_line(line, by=cast.ada, days=0, pinned=True)
        with pytest.raises(ValidationError, match="Proposed"):
            put_back(line, by=cast.ada)
        with pytest.raises(ValidationError, match="one of the half terms"):
            solve_matching(cast.autumn, by=cast.ada)
        remove_line(line, by=cast.ada, reason="No.")
        for act in (
            lambda: remove_line(line, by=cast.ada, reason="No."),
            lambda: change_line(line, by=cast.ada, days=1, pinned=True),
            lambda: accept_line(line, by=cast.ada, dates=[FIRST, SECOND]),
        ):
            with pytest.raises(ValidationError, match="Taken out"):
                act()
