"""Whether a school gave and took, half term by half term, beside what the trust set by hand (S1-01)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from categorisation.models import SchoolFact
from plans.models import SupportRequest
from plans.queries.capacity import capacity_of
from plans.rules.capacity import GIVES, TAKES, Known, Lasting, Once, by_half
from plans.services.booking import Terms, book_support, say_delivered
from plans.services.offering import OfferEntry, confirm_offer, suggest_offer
from plans.services.supporting import Wanted, ask_for_support
from schools.access import access_of
from schools.audit import record_act
from schools.models import Membership
from schools.queries import half_terms_of
from schools.rules.rhythm import HalfTerm
from schools.tenancy import trust_scope
from tests.categorisation.facts_world import FactsWorld, facts_world
from tests.conftest import TODAY, stopped_at
from tests.factories import member

AUTUMN_1 = HalfTerm(2026, "autumn", 1, date(2026, 9, 1), date(2026, 10, 23))
AUTUMN_2 = HalfTerm(2026, "autumn", 2, date(2026, 11, 2), date(2026, 12, 18))
HALVES = [AUTUMN_1, AUTUMN_2, HalfTerm(2026, "spring", 1, date(2027, 1, 4), date(2027, 2, 12))]
LABELS = {GIVES: "Capacity Giver", TAKES: "Capacity Taker"}
OCTOBER, DECEMBER = date(2026, 10, 9), date(2026, 12, 4)


_today = stopped_at(TODAY)


# The rules


def test_only_half_terms_that_have_begun_are_told_of() -> None:
    found = by_half(HALVES, Known(), LABELS, today=TODAY)
    assert [one.half for one in found] == HALVES[:2]
    assert [(one.gives.words, one.takes.words, one.differences) for one in found] == [("Nothing", "Nothing", [])] * 2


def test_what_was_given_offered_taken_and_asked_for_is_counted_in_its_half_term() -> None:
    once = [Once(GIVES, OCTOBER, True), Once(GIVES, date(2026, 10, 28), True), Once(TAKES, DECEMBER, False)]
    offers = [Lasting(GIVES, date(2026, 11, 2))]
    first, second = by_half(HALVES, Known(once, offers, (), [DECEMBER]), {}, today=TODAY)
    assert (first.gives.words, first.takes.words) == ("Gave twice", "Nothing"), "a holiday is of the one before it"
    assert (second.gives.words, second.takes.words) == ("offers days", "1 booked; asked once")
    assert not first.differences
    assert not second.differences, "where nothing is set by hand nothing differs"


@pytest.mark.parametrize(
    ("set_by_hand", "once", "sentence"),
    [
        ((GIVES,), (), "On record as Capacity Giver, but it gave and offered nothing."),
        ((TAKES,), (), "On record as Capacity Taker, but it took and asked for nothing."),
        ((), (GIVES,), "Not on record as Capacity Giver, but it gave support or is to."),
        ((), (TAKES,), "Not on record as Capacity Taker, but it took support or is to."),
        ((GIVES, TAKES), (TAKES, GIVES), ""),
    ],
)
def test_where_the_two_differ_is_said(set_by_hand: tuple[str, ...], once: tuple[str, ...], sentence: str) -> None:
    known = Known(
        [Once(side, OCTOBER, True) for side in once],
        set_by_hand=[Lasting(side, AUTUMN_1.starts, AUTUMN_2.starts) for side in set_by_hand],
    )
    first, second = by_half(HALVES, known, LABELS, today=TODAY)
    assert first.differences == ([sentence] if sentence else [])
    assert not second.differences, "it ended on the first day of this half term"


# The page and the API


@pytest.fixture
def world(db: None) -> FactsWorld:
    return facts_world("sustain_to_stabilise")


def declare(world: FactsWorld, key: str, since: date = date(2026, 11, 2)) -> None:
    record_act("fact.recorded", SchoolFact, by=None)
    SchoolFact.objects.create(school=world.school, key=key, since=since, by=world.ada)


def lend(world: FactsWorld, *days: date) -> Any:
    """Days that the school gives to the other."""
    terms = Terms(
        dates=days, entitlement="", what="Moderation", unit="day", amount=Decimal(1), provider="school",
        provider_school=world.school,
    )  # fmt: skip
    return book_support(world.other, world.version, terms, by=world.ada)


def words(world: FactsWorld, person: Membership) -> list[tuple[str, str, list[str]]]:
    access = access_of(person.user)
    assert access is not None
    halves = half_terms_of([world.school], since=TODAY, until=TODAY)[world.school.pk]
    found = capacity_of(world.school, halves, world.version.strategy, access=access, today=TODAY)
    return [(one.gives.words, one.takes.words, one.differences) for one in found]


def test_the_page_says_what_is_derived_and_what_is_set(world: FactsWorld) -> None:
    with trust_scope(world.trust):
        [came, _] = lend(world, OCTOBER, DECEMBER)
        say_delivered(came, by=world.ada)
        declare(world, "capacity_taker")
        differs = "On record as Capacity Taker, but it took and asked for nothing."
        gave = "Not on record as Capacity Giver, but it gave support or is to."
        assert words(world, world.ben) == [
            ("Gave once", "Nothing", [gave]), ("1 booked", "Nothing", [gave, differs]),
        ]  # fmt: skip
        suggest_offer(OfferEntry([], most_days=3, from_on=date(2026, 9, 1)), by=world.ada, school=world.school)
        assert words(world, world.ben)[1][0] == "1 booked", "what its head has not confirmed offers nothing"
        confirm_offer(OfferEntry([], most_days=3, from_on=date(2026, 9, 1)), by=world.ben, school=world.school)
        assert words(world, world.ben)[1][0] == "1 booked; offers days"
        row = ask_for_support(world.school, world.version, Wanted("Our deputy is new."), by=world.ben)
        assert isinstance(row, SupportRequest)
        assert words(world, world.ben)[1][1:] == ("asked once", [gave])
        assert words(world, world.tom)[1][1] == "Nothing", "what is asked for is read by who asks and who answers"
    page, api = (f"{start}/t/cedar/schools/{world.school.pk}/" for start in ("", "/api/v1"))
    for person in (world.ben, world.ada):
        text = " ".join(world.client(person).get(f"{page}exchange/").content.decode().split())
        assert "Giving and taking" in text
        assert f'Capacity Taker<span class="note d-block">{gave}' in text
    told = world.client(world.ben).get(f"{api}support/").json()["capacity"]
    assert [one["half_term"] for one in told] == ["Autumn 1", "Autumn 2"]
    assert told[0]["gives"] == {
        "came": 1, "booked": 0, "also": "offers days", "is_so": True, "is_set": False, "difference": gave,
    }  # fmt: skip
    assert (told[1]["takes"]["is_set"], told[1]["takes"]["difference"]) == (True, "")


def test_it_is_one_question(world: FactsWorld, queries: Callable[..., list[str]]) -> None:
    with trust_scope(world.trust):
        lend(world, DECEMBER)
        declare(world, "capacity_giver")
        gov = member("Gus Governor", "governor", world.school)
        access = access_of(gov.user)
        assert access is not None
        halves, school = [AUTUMN_1, AUTUMN_2], world.school
        strategy = world.version.strategy
        assert len(queries(lambda: capacity_of(school, halves, strategy, access=access, today=TODAY))) == 1
    page = f"/t/cedar/schools/{world.school.pk}/exchange/"
    for person in (world.ben, world.ada):
        client = world.client(person)
        client.get(page)
        assert len(queries(lambda: client.get(page))) <= 15  # noqa: B023 - called at once
