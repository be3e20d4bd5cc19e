"""What waits of support, and who had less than they are owed, on the pages people open first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.utils import timezone

from monitoring.models import Visit
from monitoring.services import begin_visit
from plans.queries.support import SchoolLedger, ledgers
from plans.queries.support_short import ledgers_of_trust
from plans.rules.support import Line
from plans.services.booking import dispute_support, say_delivered
from plans.services.supporting import Wanted, ask_for_support, draft_request
from reviews.services.agreeing import SCHOOL, TRUST, propose_review, sign_review
from schools.models import Period
from schools.queries import half_terms_of
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import SchoolFactory, member
from tests.plans.support_world import book, place
from tests.reviews.reviews_world import TERMS

OCTOBER = date(2026, 10, 9)


_today = stopped_at(TODAY)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_the_chief_executive_reads_who_had_less_than_is_owed(cast: Cast):
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")
        for row in book(cast, OCTOBER, date(2026, 11, 6)):
            say_delivered(row, by=cast.ada)
    for person in (cast.ruth, cast.ada, cast.tom):
        page = cast.client(person).get("/t/alder/overview/")
        assert "Less support than is owed" in text_of(page)
        [first] = page.context["support"]["items"]
        assert first["title"] == "Dunmere Primary"
        assert first["url"] == f"/t/alder/schools/{cast.dunmere.pk}/support/"
        assert first["note"] == ("Improvement support visits: 2 of 6 visits this term, four school weeks left")
    with trust_scope(cast.alder):
        days = [date(2026, 11, 9), date(2026, 11, 10)]
        for row in [*book(cast, *days), *book(cast, OCTOBER, entitlement="progress_meeting_half_termly")]:
            say_delivered(row, by=cast.ada)
    assert cast.client(cast.ruth).get("/t/alder/overview/").context["support"]["items"] == []


def test_a_term_that_is_over_says_nothing_of_it(cast: Cast):
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")

        summer = Period.objects.get(year=2025, season="summer", half=0).pk
    assert cast.client(cast.ruth).get(f"/t/alder/overview/?period={summer}").context["support"] is None


def test_the_overview_asks_no_more_of_thirty_schools(cast: Cast, queries: Any):
    ruth = cast.client(cast.ruth)
    ruth.get("/t/alder/overview/")
    few = len(queries(lambda: ruth.get("/t/alder/overview/")))
    with trust_scope(cast.alder):
        for school in SchoolFactory.create_batch(30):
            book(cast, OCTOBER, school=school)
            place(cast, school, "reinforce")
    assert len(queries(lambda: ruth.get("/t/alder/overview/"))) <= few <= 15


def test_what_waits_for_each_of_them(cast: Cast):
    with trust_scope(cast.alder):
        maya = member("Maya Grant", "leader", cast.dunmere)
        draft_request(cast.dunmere, cast.version, Wanted("Help with phonics."), by=maya)
        ask_for_support(cast.dunmere, cast.version, Wanted("Help with writing."), by=cast.ben)
        came, disputed, _ = book(cast, OCTOBER, date(2026, 10, 12), date(2026, 10, 13))
        say_delivered(came, by=cast.ada)
        dispute_support(say_delivered(disputed, by=cast.ada), by=cast.ben, answer="Nobody came.")
    ben, ada, ruth = (text_of(cast.client(one).get(f"/t/alder/{page}/")) for one, page in
                      ((cast.ben, "my-school"), (cast.ada, "overview"), (cast.ruth, "overview")))  # fmt: skip
    assert "Improvement support visits: did it come?" in ben
    assert "To send: Help with phonics." in ben
    for page in (ada, ruth):
        assert "Asked for: Help with writing." in page
        assert "Improvement support visits: the school says otherwise" in page
        assert "One booking of support is past its day" in page
        assert "Help with phonics." not in page, "a draft is the school’s own"


def test_the_overview_counts_as_the_ledger_does(cast: Cast):
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")
        place(cast, cast.ashmere, "stabilise")
        place(cast, cast.dunmere, "refine", axis="operational")
        for row in [
            *book(cast, OCTOBER, date(2026, 11, 6)),
            *book(cast, OCTOBER, school=cast.ashmere, entitlement="head_network"),
        ]:
            say_delivered(row, by=cast.ada)
        form = next(one for one in cast.version.strategy.forms if one.key == "joint_visit")
        begin_visit(cast.dunmere, cast.version, form, by=cast.ada, by_school=False, planned_for=date(2026, 12, 1))
        done = begin_visit(cast.dunmere, cast.version, form, by=cast.ada, by_school=False)
        Visit.objects.filter(pk=done.pk).update(
            on=OCTOBER, state="submitted", submitted_at=timezone.now(), submitted_by=cast.ada, reply_due_on=TODAY
        )
        terms = replace(TERMS, entitlement="progress_assurance", dates=(OCTOBER, date(2026, 12, 2)))
        review = propose_review(cast.dunmere, cast.version, by=cast.ada, kind="governance", terms=terms)
        sign_review(review, TRUST, by=cast.ada)
        sign_review(review, SCHOOL, by=cast.ben)
        schools = [cast.dunmere, cast.ashmere]
        halves = half_terms_of(schools, since=TODAY, until=TODAY)
        short = ledgers_of_trust(schools, {one.pk: cast.version for one in schools}, halves, today=TODAY)
        whole = ledgers(schools, 2026, today=TODAY)

    def lines(found: list[SchoolLedger]) -> list[Line]:
        return [line for one in found for line in one.ledger.lines if line.entitlement]

    def told(one: Line) -> tuple[Any, ...]:
        return one.key, one.came, one.booked, one.short, one.since, one.is_kept, one.words()

    assert list(map(told, lines(short))) == list(map(told, lines(whole)))
    assert {one.key: (one.came, one.booked) for one in lines(short) if one.came or one.booked} == {
        "support_reinforce": (2, 0), "head_network": (1, 0), "joint_visit_refine": (1, 1), "progress_assurance": (0, 1),
    }  # fmt: skip
