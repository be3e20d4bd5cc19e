"""What counts as a need: what is asked for, what is owed and not booked, and what is rated weakest."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from categorisation.models import Assessment, Decision
from plans.models import Concern
from plans.queries.matching import problem_for, see
from plans.rules.exchange import Need
from plans.services.booking import Terms, book_support
from plans.services.matching import accept_line, solve_matching
from plans.services.offering import OfferEntry, confirm_offer
from plans.services.supporting import Wanted, ask_for_support
from reviews.services.register import PracticeEntry, offer_practice
from schools.audit import record_act
from schools.models import Establishment, Kpi, Period, School, StrategyVersion
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, start_trust, stopped_at
from tests.factories import SchoolFactory, member
from tests.plans.exchange_story import asked, half

THEN = datetime(2026, 10, 1, tzinfo=UTC)


_today = stopped_at(TODAY)


def rated(school: School, version: StrategyVersion, levels: dict[str, int], season: str = "autumn") -> None:
    """An agreed matrix: every indicator of these criteria at this place of the scale, 1 the strongest."""
    numbers = dict(Kpi.objects.values_list("key", "number"))
    slots: list[int | None] = [None] * (max(numbers.values()) + 1)
    for key, level in levels.items():
        for kpi in version.strategy.criterion_by_key[key].kpis:
            slots[numbers[kpi.key]] = level
    year = 2026 if season == "autumn" else 2025
    record_act("matrix.planted", Assessment, by=None)
    Assessment.objects.create(
        school=school, period=Period.objects.get(year=year, season=season, half=0), strategy_version=version,
        state="agreed", due_on=TODAY, agreed_at=THEN, levels=slots,
        evidence_days=[TODAY.toordinal() if one else None for one in slots],
        source_counts=[2 if one else None for one in slots],
    )  # fmt: skip


def needs(**more: object) -> list[Need]:
    found = problem_for(half(), today=TODAY, wanted={}, **more).needs  # type: ignore[arg-type]
    return sorted(found, key=lambda one: one.key)


def test_what_is_rated_weakest_is_a_need_as_many_as_the_strategy_says(cast: Cast) -> None:
    weak = {"behaviour": 4, "leadership": 3, "quality_of_education": 3, "personal_development": 3, "safeguarding": 1}
    with trust_scope(cast.alder):
        rated(cast.dunmere, cast.version, {"behaviour": 2}, season="summer")
        rated(cast.dunmere, cast.version, weak)
        found = needs()
        assert len(found) == cast.version.strategy.exchange.most_needs == 3
        first = next(one for one in found if one.area == "behaviour")
        assert (first.key, first.days) == (f"criterion-{cast.dunmere.pk}-behaviour", 2)
        assert first.why == (
            "Behaviour & Attitudes is rated Stabilise in its latest agreed matrix.",
            "It became weaker with that matrix.",
        )
        assert see(TODAY).standings[cast.dunmere.pk].ratings["safeguarding"].tone == 2


def test_what_is_asked_for_goes_before_what_the_matrix_says_of_the_same(cast: Cast) -> None:
    with trust_scope(cast.alder):
        rated(cast.dunmere, cast.version, {"behaviour": 4})
        row = asked(cast, priority="now")
        [found] = needs()
        assert found.key == f"request-{row.pk}"
        assert "It is needed now." in found.why
        method = cast.version.strategy.exchange
        assert found.weight == method.weigh_any + method.weigh_now


def test_what_is_booked_for_a_criterion_is_needed_no_more(cast: Cast) -> None:
    with trust_scope(cast.alder):
        rated(cast.dunmere, cast.version, {"behaviour": 4})
        told = {"provider": "external", "provider_words": "A hub", "what": "Behaviour", "criterion": "behaviour"}
        book_support(cast.dunmere, cast.version, Terms(dates=[date(2026, 12, 1)], **told), by=cast.ada)
        assert [one.days for one in needs()] == [1]
        book_support(cast.dunmere, cast.version, Terms(dates=[date(2026, 12, 2)], **told), by=cast.ada)
        assert needs() == []


def test_a_rating_that_is_strong_and_a_practice_speak_for_a_giver(cast: Cast) -> None:
    with trust_scope(cast.alder):
        rated(cast.ashmere, cast.version, {"behaviour": 1})
        head = member("Hana Head", "head", cast.ashmere)
        confirm_offer(OfferEntry(["behaviour"], 2, date(2026, 9, 1)), by=head, school=cast.ashmere)
        told = PracticeEntry("Calm corridors", "Come and see.", "primary", "Deputy head", "behaviour & attitudes")
        offer_practice(cast.ashmere, told, by=head)
        [found] = problem_for(half(), today=TODAY, wanted={}).givers
        assert found.strong == {"behaviour": "Sustain"}
        assert found.practice == {"behaviour": "Calm corridors"}


def test_where_a_school_stands_is_the_trusts_correction_and_else_the_registers(cast: Cast) -> None:
    Establishment.objects.create(
        urn=cast.dunmere.urn, name="Dunmere", easting=431_000, northing=286_000, source="gias", as_at=TODAY
    )
    with trust_scope(cast.alder):
        assert see(TODAY).places == {cast.dunmere.pk: (431_000, 286_000)}
        record_act("school.changed", School, by=None)
        School.objects.filter(pk=cast.dunmere.pk).update(easting=1, northing=2)
        assert see(TODAY).places == {cast.dunmere.pk: (1, 2)}


@pytest.mark.django_db
def test_days_that_the_term_owes_and_nobody_booked_are_matched_and_counted_against_the_offer() -> None:
    trust, version = start_trust("cedar", "sustain_to_stabilise")
    with trust_scope(trust):
        lead, weak, strong = member("Lia Lead", "si_lead"), SchoolFactory(name="Weir"), SchoolFactory(name="Stone")
        head = member("Hana Head", "head", strong)
        record_act("decision.planted", Decision, by=None)
        Decision.objects.create(
            school=weak, period=Period.objects.get(year=2026, season="autumn", half=0), axis="phase", level="improve",
            strategy_version=version, effective_on=date(2026, 7, 1), decided_by=lead, decided_at=THEN, tell_at=THEN,
            reply_due_on=TODAY,
        )  # fmt: skip
        confirm_offer(OfferEntry([], 3, date(2026, 9, 1)), by=head, school=strong)
        [found] = needs()
        assert (found.key, found.days) == (f"owed-{weak.pk}-days_improve", 4)
        assert "4 days of it are owed this term and not booked." in found.why
        run = solve_matching(half(), by=lead)
        [line] = run.lines.all()
        assert (line.offer.school, line.days) == (strong, 3)
        rows = accept_line(line, by=lead, dates=[date(2026, 12, n) for n in (1, 2, 3)])
        assert {row.entitlement for row in rows} == {"days_improve"}
        assert [one.days for one in needs()] == [1]
        later = problem_for(Period.objects.get(year=2026, season="spring", half=1, school=None), today=TODAY, wanted={})
        assert later.needs == (), "what this term owes is not matched with another term's days"


@pytest.mark.django_db
def test_a_school_on_a_ladder_comes_first_and_gives_nothing() -> None:
    trust, version = start_trust("cedar", "sustain_to_stabilise")
    with trust_scope(trust):
        school, ladder = SchoolFactory(name="Weir"), version.strategy.ladders[0]
        head = member("Hana Head", "head", school)
        ask_for_support(school, version, Wanted("Our lead is new."), by=head)
        confirm_offer(OfferEntry([], 2, date(2026, 9, 1)), by=head, school=school)
        [before] = needs()
        record_act("concern.planted", Concern, by=None)
        Concern.objects.create(
            school=school, ladder=ladder.key, strategy_version=version, state="open", trigger="Why",
            evidence="What shows it", opened_on=date(2026, 10, 1),
        )  # fmt: skip
        [after] = needs()
        assert after.weight == before.weight + version.strategy.exchange.weigh_ladder
        assert f"It is on a ladder: {ladder.label}." in after.why
        [giver] = problem_for(half(), today=TODAY, wanted={}).givers
        assert "is itself on a ladder" in giver.held[""]
