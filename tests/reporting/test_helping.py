"""The chief executive's page tells the story: which school may slip, why, what support it had, and who could help."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from plans.services.booking import say_delivered
from plans.services.matching import solve_matching
from plans.services.offering import OfferEntry, confirm_offer
from schools.models import RoleGrant
from schools.services.people import end_role
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import member
from tests.plans.exchange_story import half
from tests.plans.support_world import book, place
from tests.plans.test_exchange_needs import rated

_today = stopped_at(TODAY)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().replace("&amp;", "&").split())


@pytest.fixture
def slipping(cast: Cast) -> Cast:
    """Dunmere lost its head and two criteria became weaker; one visit came. Ashmere is strong in one of them."""
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")
        rated(cast.dunmere, cast.version, {"behaviour": 2, "leadership": 2}, season="summer")
        rated(cast.dunmere, cast.version, {"behaviour": 4, "leadership": 3})
        rated(cast.ashmere, cast.version, {"behaviour": 1})
        say_delivered(book(cast, date(2026, 10, 9))[0], by=cast.ada)
        head = member("Hana Head", "head", cast.ashmere)
        confirm_offer(OfferEntry(["behaviour"], 3, date(2026, 9, 1)), by=head, school=cast.ashmere)
        end_role(RoleGrant.objects.get(role="head", school=cast.dunmere), by=cast.olive, why="Retired.")
    return cast


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_the_chief_executive_reads_who_may_slip_why_what_it_had_and_who_could_help(
    slipping: Cast, headers: dict[str, str]
) -> None:
    url = reverse("early_warning", args=["alder"])
    page = text_of(slipping.client(slipping.ruth).get(url, headers=headers))
    assert "Two criteria became weaker with the latest matrix" in page
    assert "The school has had no headteacher since 20 November 2026." in page
    assert "<strong>Support it had this year.</strong> Improvement support visits: 1 visit," in page
    speaks = "rated Sustain there, how far away is not known and three days left."
    said = f"Ashmere Primary, with Behaviour & Attitudes: {speaks}"
    assert f"<strong>Who could help.</strong> {said}" in page
    assert f'href="/t/alder/exchange/?school={slipping.dunmere.pk}"' in page


def test_who_does_not_book_support_is_not_told_who_could_help(slipping: Cast) -> None:
    page = text_of(slipping.client(slipping.tom).get(reverse("early_warning", args=["alder"])))
    assert "Support it had this year." in page
    assert "Who could help" not in page


def test_where_nobody_could_help_the_page_says_why(slipping: Cast) -> None:
    with trust_scope(slipping.alder):
        entry = OfferEntry(["behaviour"], 0, date(2026, 9, 1))
        head = RoleGrant.objects.get(role="head", school=slipping.ashmere).membership
        confirm_offer(entry, by=head, school=slipping.ashmere)
    page = text_of(slipping.client(slipping.ruth).get(reverse("early_warning", args=["alder"])))
    assert "With Behaviour & Attitudes: Ashmere Primary gives nothing for now." in page


def test_why_two_schools_are_kept_apart_is_for_who_runs_the_exchange(slipping: Cast) -> None:
    with trust_scope(slipping.alder):
        entry = OfferEntry(
            ["behaviour"], 3, date(2026, 9, 1), not_to=[slipping.dunmere], not_to_why="My sister heads it."
        )
        head = RoleGrant.objects.get(role="head", school=slipping.ashmere).membership
        confirm_offer(entry, by=head, school=slipping.ashmere)
    url, said = reverse("early_warning", args=["alder"]), "Ashmere Primary is not to go there: My sister heads it."
    assert said in text_of(slipping.client(slipping.ada).get(url))
    for person in (slipping.tom, slipping.gita, slipping.olive, slipping.ben):
        for headers in ({}, {"HX-Request": "true"}):
            page = text_of(slipping.client(person).get(url, headers=headers))
            assert "not to go there" not in page
            assert "My sister heads it." not in page


def test_the_ranking_and_the_matching_agree(slipping: Cast) -> None:
    with trust_scope(slipping.alder):
        run = solve_matching(half(), by=slipping.ada)
        line = run.lines.get(school=slipping.dunmere, offer__school=slipping.ashmere)
        assert line.key == f"criterion-{slipping.dunmere.pk}-behaviour"
    page = text_of(slipping.client(slipping.ruth).get(f"/t/alder/exchange/?school={slipping.dunmere.pk}"))
    assert "Support with Behaviour & Attitudes" in page
    assert "<strong>Yes.</strong> Rated Sustain there" in page
