"""A match is looked at afresh when it is accepted; what is booked, cancelled or paid for is said as it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from categorisation.models import Decision
from plans.models import MatchLine, MatchRun, SupportBooking
from plans.queries.matching import lines_of, problem_for
from plans.services.booking import Terms, book_support, cancel_support, dispute_support, say_delivered
from plans.services.matching import accept_line, add_line, solve_matching, want_days
from plans.services.offering import OfferEntry, confirm_offer
from plans.services.supporting import Wanted, answer_request, ask_for_support
from schools.audit import record_act
from schools.models import Membership, Period, RoleGrant, School, StrategyVersion
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, start_trust, stopped_at
from tests.factories import SchoolFactory, member
from tests.plans.exchange_story import AREA, FIRST, SECOND, asked, half, offered, proposed, text_of
from tests.plans.support_world import place

DAYS = [FIRST, SECOND]


_today = stopped_at(TODAY)


def not_there(cast: Cast) -> None:
    offered(cast, not_to=[cast.dunmere], not_to_why="My sister heads it.")


def another_area(cast: Cast) -> None:
    offered(cast, areas=["attendance"])


def too_far(cast: Cast) -> None:
    record_act("school.changed", School, by=None)
    School.objects.filter(pk=cast.dunmere.pk).update(easting=431_000, northing=286_000)
    School.objects.filter(pk=cast.ashmere.pk).update(easting=441_000, northing=286_000)
    offered(cast, most_minutes=1)


def in_dispute(cast: Cast) -> None:
    terms = Terms(dates=[TODAY - timedelta(days=1)], provider="school", provider_school=cast.ashmere, what="Books")
    [row] = book_support(cast.dunmere, cast.version, terms, by=cast.ada)
    dispute_support(say_delivered(row, by=cast.ada), by=cast.ben, answer="Nobody came.")


def at_a_level_that_gives_nothing(cast: Cast) -> None:
    place(cast, cast.ashmere, "stabilise")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (not_there, "Ashmere Primary is not to go there: My sister heads it."),
        (another_area, "Ashmere Primary does not offer Behaviour & Attitudes."),
        (too_far, "minutes away and travels at most 1."),
        (in_dispute, "Ashmere Primary is in dispute with the school over support that it gave."),
        (at_a_level_that_gives_nothing, "Stabilise"),
    ],
)
def test_what_stands_against_a_match_by_now_needs_a_reason(
    cast: Cast, matched: MatchRun, change: Callable[[Cast], None], said: str
) -> None:
    with trust_scope(cast.alder):
        [line] = lines_of(matched)
        change(cast)
        with pytest.raises(ValidationError) as refused, transaction.atomic():
            accept_line(line, by=cast.ada, dates=DAYS)
        [words] = refused.value.message_dict["reason"]
        assert words.startswith("By now: ")
        assert said in words
        assert words.endswith("If it is still right, say why.")
        assert not SupportBooking.objects.filter(match=line).exists()
        assert len(accept_line(line, by=cast.ada, dates=DAYS, reason="Both heads agree.")) == 2
        line.refresh_from_db()
        assert (line.state, line.reason, line.changed_by) == ("accepted", "Both heads agree.", cast.ada)


def test_a_reason_given_before_does_not_cover_what_came_since(cast: Cast, matched: MatchRun) -> None:
    with trust_scope(cast.alder):
        other = SchoolFactory(name="Elmhurst Primary")
        row, need = offered(cast, other, areas=["attendance"]), lines_of(matched)[0].key
        line = add_line(solve_matching(half(), by=cast.ada), row, need, by=cast.ada, days=2, reason="They know us.")
        terms = Terms(dates=DAYS, provider="school", provider_school=other, what="Books")
        book_support(cast.dunmere, cast.version, terms, by=cast.ada)
        with pytest.raises(ValidationError) as refused, transaction.atomic():
            accept_line(line, by=cast.ada, dates=DAYS)
        said = "By now: Elmhurst Primary has one day left of 3 in the half term; 2 are matched."
        assert refused.value.message_dict == {"reason": [f"{said} If it is still right, say why."]}
        SupportBooking.objects.update(state="cancelled", why="Moved.")
        assert len(accept_line(line, by=cast.ada, dates=DAYS)) == 2, "the area is what the reason was given for"
        line.refresh_from_db()
        assert line.reason == "They know us."


def test_the_page_asks_for_the_reason_and_keeps_what_was_typed(cast: Cast, matched: MatchRun) -> None:
    client = cast.client(cast.ada)
    with trust_scope(cast.alder):
        [line] = lines_of(matched)
        not_there(cast)
    page = f"/t/alder/exchange/lines/{line.pk}/accept/"
    typed = {"accept-dates": "1 December 2026\n8 December 2026", "accept-funder": "shared", "accept-cost": "350"}
    answer = client.post(page, typed)
    assert answer.status_code == 422
    assert "is not to go there: My sister heads it. If it is still right, say why." in text_of(answer)
    assert "8 December 2026" in text_of(answer)
    assert client.post(page, typed | {"accept-reason": "It is agreed."}).status_code == 302
    with trust_scope(cast.alder):
        rows = SupportBooking.objects.order_by("on")
        assert [(one.funder, one.cost) for one in rows] == [("shared", Decimal(350))] * 2


def test_what_the_school_needs_no_more_is_not_booked_without_a_word(cast: Cast, matched: MatchRun) -> None:
    with trust_scope(cast.alder):
        [line] = lines_of(matched)
        want_days(matched, line.key, by=cast.ada, days=0)
        with pytest.raises(ValidationError, match="is not needed here any more"), transaction.atomic():
            accept_line(line, by=cast.ada, dates=DAYS)


# Days set by hand


def test_days_set_by_hand_are_days_in_all(cast: Cast, matched: MatchRun) -> None:
    with trust_scope(cast.alder):
        [line] = lines_of(matched)
        want_days(matched, line.key, by=cast.ada, days=3)
        [line] = lines_of(solve_matching(half(), by=cast.ada))
        assert line.days == 3
        accept_line(line, by=cast.ada, dates=[*DAYS, SECOND + timedelta(days=1)])
        offered(cast, most_days=20)
        run = solve_matching(half(), by=cast.ada)
        assert not proposed(run), "all that was wanted is booked"
        want_days(run, line.key, by=cast.ada, days=5)
        [need] = problem_for(half(), today=TODAY, wanted={line.key: 5}).needs
        assert (need.days, need.booked) == (2, 3)
        assert proposed(solve_matching(half(), by=cast.ada)) == [("Ashmere Primary", "Dunmere Primary", 2)]
        key = line.key
    page = cast.client(cast.ada).get(f"/t/alder/exchange/matches/{matched.pk}/needs/{key}/")
    assert "2 days more needed, 3 booked already, set by hand." in text_of(page)
    assert page.context["want"].initial["days"] == 5


@pytest.mark.django_db
def test_days_wanted_beyond_what_the_term_owes_are_asked_for_once() -> None:
    trust, version = start_trust("cedar", "sustain_to_stabilise")
    with trust_scope(trust):
        lead, weak, strong = member("Lia Lead", "si_lead"), SchoolFactory(name="Weir"), SchoolFactory(name="Stone")
        _improve(weak, version, lead)
        confirm_offer(OfferEntry([], 20, TODAY), by=member("Hana Head", "head", strong), school=strong)
        key = f"owed-{weak.pk}-days_improve"
        [need] = problem_for(half(), today=TODAY, wanted={key: 6}).needs
        assert (need.days, need.booked) == (6, 0)
        told = {"provider": "school", "provider_school": strong, "entitlement": "days_improve"}
        days = [FIRST + timedelta(days=n) for n in (0, 1, 2, 7)]
        book_support(weak, version, Terms(dates=days, **told), by=lead)
        assert not problem_for(half(), today=TODAY, wanted={}).needs
        [need] = problem_for(half(), today=TODAY, wanted={key: 6}).needs
        assert (need.days, need.booked) == (2, 4)


def _improve(school: School, version: StrategyVersion, lead: Membership) -> None:
    record_act("decision.planted", Decision, by=None)
    Decision.objects.create(
        school=school, period=Period.objects.get(year=2026, season="autumn", half=0), axis="phase", level="improve",
        strategy_version=version, effective_on=TODAY - timedelta(days=140), decided_by=lead, tell_at=timezone.now(),
        decided_at=timezone.now(), reply_due_on=TODAY,
    )  # fmt: skip


# Who pays


@pytest.mark.django_db
def test_who_pays_by_the_menu_is_who_the_booking_says() -> None:
    """S0-19, S0-20: the school pays for the focus team."""
    trust, version = start_trust("birch", "numbered_categories")
    with trust_scope(trust):
        school, giver, lead = SchoolFactory(name="Weir"), SchoolFactory(name="Stone"), member("Lia Lead", "si_lead")
        head = member("Hana Head", "head", school)
        row = ask_for_support(school, version, Wanted("Our lead is new.", item="focus_team"), by=head)
        row = answer_request(row, by=lead, outcome="agreed")
        confirm_offer(OfferEntry([], 5, TODAY), by=member("Ida Head", "head", giver), school=giver)
        run = solve_matching(half(), by=lead)
        [line] = lines_of(run)
        days = [FIRST + timedelta(days=n) for n in range(line.days)]
    client = Cast.client(None, lead)  # type: ignore[arg-type]
    page = client.get(f"/t/birch/schools/{school.pk}/support/book/?request={row.pk}")
    assert page.context["form"].initial["funder"] == "school"
    assert "the school pays" in text_of(page)
    accept = client.get(f"/t/birch/exchange/lines/{line.pk}/").context["accept"]
    assert accept.initial["funder"] == "school"
    sent = {"request": row.pk, "dates": ["2026-12-03"], "provider": "school", "provider_school": giver.pk, "what": "It"}
    at = f"/api/v1/t/birch/schools/{school.pk}/support_bookings/"
    assert client.post(at, sent, "application/json").json()["bookings"][0]["funder"] == "school"
    shared = client.post(at, sent | {"funder": "shared"}, "application/json").json()
    assert shared["bookings"][0]["funder"] == "shared"
    with trust_scope(trust):
        rows = accept_line(MatchLine.objects.get(), by=lead, dates=days, cost=Decimal(20), reason="Still right.")
        assert {(one.funder, one.cost) for one in rows} == {("school", Decimal(20))}


# Cancelled since


def test_an_accepted_match_says_that_its_booking_was_cancelled(cast: Cast, matched: MatchRun) -> None:
    with trust_scope(cast.alder):
        [line] = lines_of(matched)
        first, second = accept_line(line, by=cast.ada, dates=DAYS)
        cancel_support(first, by=cast.ada, why="Moved.")
    client = cast.client(cast.ada)
    pages = (f"lines/{line.pk}/", f"matches/{matched.pk}/", f"matches/{matched.pk}/needs/{line.key}/")
    for page in pages:
        assert "1 of 2 days cancelled" in text_of(client.get(f"/t/alder/exchange/{page}"))
    with trust_scope(cast.alder):
        cancel_support(second, by=cast.ada, why="Moved.")
    for page in pages:
        assert "The booking was cancelled" in text_of(client.get(f"/t/alder/exchange/{page}"))


# Who has the same head


def test_only_who_leads_there_now_counts_as_the_same_head(cast: Cast) -> None:
    """Ben leads Dunmere and once led Ashmere, where he is a governor now: they have not the same headteacher."""
    with trust_scope(cast.alder):
        record_act("role.planted", RoleGrant, by=None)
        RoleGrant.objects.create(membership=cast.ben, role="head", school=cast.ashmere, ended_at=timezone.now())
        RoleGrant.objects.create(membership=cast.ben, role="governor", school=cast.ashmere)
        offered(cast)
        asked(cast)
        [giver] = problem_for(half(), today=TODAY, wanted={}).givers
        assert giver.keeps_from == {}
        RoleGrant.objects.create(membership=cast.ben, role="head", school=cast.ashmere)
        [giver] = problem_for(half(), today=TODAY, wanted={}).givers
        assert giver.keeps_from == {cast.dunmere.pk: "has the same headteacher"}
        assert AREA in giver.areas
