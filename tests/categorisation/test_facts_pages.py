"""What is on record, on the school page and its own, and the reading of inspections beside a rating."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from categorisation.models import SchoolFact
from categorisation.services import declare_fact, end_fact, open_assessment
from schools.models import Membership
from schools.services.strategies import choose_strategy, publish_strategy
from schools.tenancy import trust_scope
from tests.categorisation.facts_world import S1, S2, FactsWorld, agreed_matrix, facts_world, proposal, publish
from tests.conftest import STRATEGIES, TODAY, Cast, stopped_at
from tests.factories import SchoolFactory
from tests.reporting.stories import moment, term

SENT = {"key": "sras_stage_2", "since": "5 October 2026", "note": "Agreed with <b>governors</b>."}


_today = stopped_at(moment(TODAY, 14))


@pytest.fixture
def world(request: pytest.FixtureRequest, db: None) -> FactsWorld:
    return facts_world(getattr(request, "param", S1))


def address(world: FactsWorld, name: str = "facts", **more: Any) -> str:
    return reverse(name, kwargs={"trust": "cedar", "school_id": world.school.pk, **more})


def declared(world: FactsWorld) -> SchoolFact:
    with trust_scope(world.trust):
        since = date(2026, 10, 5)
        return declare_fact(world.school, "sras_stage_2", by=world.ada, since=since, note="Agreed with governors.")


def school_page(world: FactsWorld, person: Membership) -> str:
    return world.client(person).get(address(world, "school")).content.decode()


def test_the_school_page_says_what_holds_since_when_and_by_whom(world: FactsWorld) -> None:
    declared(world)
    publish(world, date(2026, 2, 10), safeguarding="Not met", category_of_concern="SM")
    for person in (world.ada, world.ben, world.ruth, world.tom):
        html = school_page(world, person)
        assert "SRAS Stage 2" in html
        assert "Since 5 October 2026, recorded by Ada Cedar." in html
        assert "Agreed with governors." in html
        assert "In a published category of concern" in html
        assert "Published: requires special measures, inspection of 10 February 2026." in html
        assert "Published: safeguarding not met, inspection of 10 February 2026." in html
        assert (address(world) in html) == (person in (world.ada, world.ruth))
    html = school_page(world, world.olive)
    assert "On record" not in html
    assert "SRAS Stage 2" not in html


def test_the_page_says_when_nothing_holds(world: FactsWorld) -> None:
    assert "Nothing is on record for this school today." in school_page(world, world.ben)


def test_a_strategy_without_facts_shows_nothing_of_them(cast: Cast) -> None:
    with trust_scope(cast.alder):
        other = publish_strategy((STRATEGIES / "no_categories.toml").read_text(), by=None, starts_on=date(2024, 9, 1))
        choose_strategy(other.key, by=None, from_on=date(2025, 9, 1))
    keys = {"trust": "alder", "school_id": cast.dunmere.pk}
    assert 'id="record"' not in cast.client(cast.ada).get(reverse("school", kwargs=keys)).content.decode()
    assert cast.client(cast.ada).get(reverse("facts", kwargs=keys)).status_code == 404
    assert cast.client(cast.cleo).get(reverse("facts", kwargs=keys)).status_code == 404


def test_only_those_who_moderate_may_open_it(world: FactsWorld) -> None:
    fact = declared(world)
    for person in (world.ada, world.ruth):
        assert world.client(person).get(address(world)).status_code == 200
    for person in (world.ben, world.tom, world.olive):
        client = world.client(person)
        assert client.get(address(world)).status_code == 403
        assert client.post(address(world), SENT).status_code == 403
        assert client.post(address(world, "fact_end", fact_id=fact.pk)).status_code == 403
    with trust_scope(world.trust):
        assert SchoolFact.objects.get().until is None


def test_a_lead_records_and_ends_a_fact(world: FactsWorld) -> None:
    client = world.client(world.ada)
    with trust_scope(world.trust):
        agreed_matrix(world)
    done = client.post(address(world), SENT, follow=True)
    html = done.content.decode()
    assert "“SRAS Stage 2” is on record." in html
    assert "Agreed with &lt;b&gt;governors&lt;/b&gt;." in html
    with trust_scope(world.trust):
        fact = SchoolFact.objects.get()
        assert (fact.key, fact.since, fact.by) == ("sras_stage_2", date(2026, 10, 5), world.ada)
        assert proposal(world).level == "repair_lower"
    sent = {"on": "20/11/2026", "reason": "The exit test is passed."}
    html = client.post(address(world, "fact_end", fact_id=fact.pk), sent, follow=True).content.decode()
    assert "No longer so" in html
    assert "Ended: The exit test is passed." in html
    assert "Nothing is on record for this school today." in html


def test_published_facts_are_not_offered(world: FactsWorld) -> None:
    form = world.client(world.ada).get(address(world)).context["form"]
    offered = {key for key, _ in form.fields["key"].choices}
    assert offered >= {"sras_stage_1", "sponsor_request"}
    assert offered.isdisjoint({"category_of_concern", "safeguarding_not_met"})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"key": ""}, "Choose what is true of the school"),
        ({"key": "category_of_concern"}, "Select a valid choice"),
        ({"since": ""}, "Enter the day, for example 16 October 2026"),
        ({"since": "someday"}, "Enter the day like 16 October 2026"),
        ({"since": "21 November 2026"}, "The day cannot be in the future"),
        ({"since": "1 May 2019"}, "joined the trust on 1 September 2020"),
        ({"note": " "}, "Say why, in a sentence the school will read"),
        ({"note": "x" * 1001}, "at most 1000 characters"),
    ],
)
def test_bad_input_is_said_beside_the_field_and_nothing_is_lost(world: FactsWorld, changes: dict, words: str) -> None:
    answer = world.client(world.ada).post(address(world), SENT | {"note": "What I typed."} | changes)
    form, html = answer.context["form"], answer.content.decode()
    assert answer.status_code == 422
    (field,) = changes
    assert words in form.errors[field][0]
    assert html.count(str(form.errors[field][0])) == 2
    assert "What I typed." in html or field == "note"
    with trust_scope(world.trust):
        assert not SchoolFact.objects.exists()


def test_what_is_on_record_already_is_said_beside_the_choice(world: FactsWorld) -> None:
    declared(world)
    answer = world.client(world.ada).post(address(world), SENT)
    assert "on record already, since 5 October 2026" in answer.context["form"].errors["key"][0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"on": ""}, "Enter the day"),
        ({"on": "1 October 2026"}, "It holds since 5 October 2026"),
        ({"on": "1 December 2026"}, "future"),
        ({"reason": ""}, "Say why it holds no more"),
    ],
)
def test_an_ending_that_is_refused_stays_open_with_its_words(world: FactsWorld, changes: dict, words: str) -> None:
    fact = declared(world)
    sent = {"on": "20 November 2026", "reason": "The exit test is passed.", **changes}
    answer = world.client(world.ada).post(address(world, "fact_end", fact_id=fact.pk), sent)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert words in html
    assert '<details class="questions end" open>' in html
    assert "The exit test is passed." in html or "reason" in changes


def test_an_ending_sent_twice_is_told_so(world: FactsWorld) -> None:
    fact = declared(world)
    with trust_scope(world.trust):
        end_fact(fact, by=world.ada, on=TODAY, reason="Done.")
    sent = {"on": "20 November 2026", "reason": "Again."}
    answer = world.client(world.ada).post(address(world, "fact_end", fact_id=fact.pk), sent)
    assert (answer.status_code, "ended already" in answer.content.decode()) == (422, True)


def test_a_fact_of_another_school_is_not_found(world: FactsWorld) -> None:
    fact = declared(world)
    elsewhere = reverse("fact_end", kwargs={"trust": "cedar", "school_id": world.other.pk, "fact_id": fact.pk})
    assert world.client(world.ada).post(elsewhere, {"on": "20 November 2026", "reason": "No."}).status_code == 404


def criterion(world: FactsWorld, key: str) -> HttpResponse:
    with trust_scope(world.trust):
        period = term("autumn", 2026)
        open_assessment(world.school, period)
    return world.client(world.ben).get(address(world, "criterion", period_id=period.pk, criterion=key))


def bridged(world: FactsWorld) -> tuple[str, str]:
    """A criterion with a bridged KPI, and one without."""
    kpis = {bridge.kpi for bridge in world.version.strategy.bridges}
    found = {bool(kpis & {kpi.key for kpi in one.kpis}): one.key for one in world.version.strategy.criteria[::-1]}
    return found[True], found[False]


@pytest.mark.parametrize("world", [S2], indirect=True)
def test_the_head_reads_the_published_grade_beside_the_rating(world: FactsWorld) -> None:
    publish(world, date(2024, 3, 12), {"quality_of_education": "2"}, overall="2", safeguarding="Yes")
    with_bridge, without = bridged(world)
    answer = criterion(world, with_bridge)
    html = answer.content.decode()
    line = "Published: good (2), inspection of 12 March 2024. Your trust reads it as Phase 3 Improve: “Overall grade"
    assert html.count(line) == 1
    assert f"{reverse('strategy_version', args=['cedar', world.version.pk])}#bridges" in html
    (sheet,) = answer.context["sheets"]
    assert (sheet.form["level"].value(), sheet.rating.filled, sheet.agrees) == ("2", True, False)
    assert "The inspection suggests" in html
    assert "Checked, accept" in html
    assert [one["value"] for one in sheet.suggestion.figures] == ["Good (2)"]
    assert "Published:" not in criterion(world, without).content.decode()


@pytest.mark.parametrize("world", [S2], indirect=True)
def test_the_page_reads_inspections_once(world: FactsWorld, queries: Callable[[Callable[[], Any]], list[str]]) -> None:
    """Also where no bridge leads, since the rail says what the whole matrix lacks."""
    with_bridge, without = bridged(world)

    criterion(world, with_bridge)  # filled in once, when it is begun

    def reads(key: str) -> list[str]:
        return [sql for sql in queries(lambda: criterion(world, key)) if "evidence_inspection" in sql]

    assert (len(reads(with_bridge)), len(reads(without))) == (1, 1)
    publish(world, date(2024, 3, 12), {"quality_of_education": "2"}, overall="2")
    publish(world, date(2021, 3, 12), {"quality_of_education": "2"}, overall="2")
    assert (len(reads(with_bridge)), len(reads(without))) == (1, 1)


def test_the_page_asks_the_same_however_much_is_on_record(
    world: FactsWorld, queries: Callable[[Callable[[], Any]], list[str]]
) -> None:
    client = world.client(world.ada)

    def record(held: str, ended: str) -> int:
        with trust_scope(world.trust):
            SchoolFactory()
            for key in (held, ended):
                fact = declare_fact(world.school, key, by=world.ada, since=date(2026, 10, 1), note="Why.")
            end_fact(fact, by=world.ada, on=date(2026, 10, 9), reason="Done.")
        client.get(address(world))
        return len(queries(lambda: client.get(address(world))))

    assert record("capacity_giver", "sras_stage_1") == record("capacity_taker", "sras_stage_2") <= 15
