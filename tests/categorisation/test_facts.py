"""Facts through the services: recorded by people, published by inspectors, and what proposals make of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from categorisation.models import SchoolFact
from categorisation.queries import facts_held, published_of
from categorisation.services import decide_category, declare_fact, end_fact, propose_categories
from schools.models import AuditEntry, EstablishmentLink, RoleGrant
from schools.tenancy import trust_scope
from tests.categorisation.facts_world import S0, S1, S2, FactsWorld, agreed_matrix, facts_world, proposal, publish
from tests.conftest import TODAY, stopped_at
from tests.reporting.stories import moment, term

SINCE = date(2026, 10, 5)
BOTH = {"category_of_concern", "safeguarding_not_met"}


_today = stopped_at(moment(TODAY, 14))


@pytest.fixture
def world(request: pytest.FixtureRequest, db: None) -> Iterator[FactsWorld]:
    """S1, or the strategy the test names; the trust is open."""
    found = facts_world(getattr(request, "param", S1))
    with trust_scope(found.trust):
        yield found


def declare(world: FactsWorld, key: str = "sras_stage_2", **changes: Any) -> SchoolFact:
    values = {"by": world.ada, "since": SINCE, "note": "Agreed with the governors.", **changes}
    return declare_fact(world.school, key, **values)


def end(world: FactsWorld, fact: SchoolFact, **changes: Any) -> SchoolFact:
    return end_fact(fact, **{"by": world.ada, "on": TODAY, "reason": "The exit test is passed.", **changes})


def held(world: FactsWorld, on: date = TODAY) -> list[str]:
    return [one.fact.key for one in facts_held(world.version.strategy, world.school, on=on)]


def test_a_recorded_fact_holds_from_its_first_day_to_the_day_it_ends(world: FactsWorld) -> None:
    fact = declare(world)
    end(world, fact, on=date(2026, 11, 12))
    days = (SINCE - timedelta(1), SINCE, date(2026, 11, 11), date(2026, 11, 12))
    assert [held(world, day) for day in days] == [[], ["sras_stage_2"], ["sras_stage_2"], []]


def test_each_leaves_one_entry_with_its_row_under_it(world: FactsWorld) -> None:
    fact = declare(world)
    end(world, fact)
    entries = AuditEntry.objects.filter(did__startswith="fact.").order_by("pk")
    assert list(entries.values_list("did", "before", "after", "why", "by", "school")) == [
        ("fact.declared", "", "SRAS Stage 2", "Agreed with the governors.", world.ada.pk, world.school.pk),
        ("fact.ended", "SRAS Stage 2", "", "The exit test is passed.", world.ada.pk, world.school.pk),
    ]
    history = SchoolFact._meta.get_field("history").related_model.objects
    assert set(history.values_list("pgh_context_id", flat=True)) == set(entries.values_list("act", flat=True))


@pytest.mark.parametrize(
    ("key", "changes", "field", "words"),
    [
        ("splendid", {}, "key", "no such fact"),
        ("category_of_concern", {}, "key", "read from the latest inspection"),
        ("safeguarding_not_met", {}, "key", "read from the latest inspection"),
        ("sras_stage_2", {"since": TODAY + timedelta(1)}, "since", "future"),
        ("sras_stage_2", {"since": date(2020, 8, 31)}, "since", "joined the trust on 1 September 2020"),
        ("sras_stage_2", {"note": "  "}, "note", "Say why"),
        ("sras_stage_2", {"note": "x" * 1001}, "note", "1,000"),
    ],
)
def test_what_cannot_be_recorded(world: FactsWorld, key: str, changes: dict, field: str, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        declare(world, key, **changes)
    assert words in refused.value.message_dict[field][0]
    assert not SchoolFact.objects.exists()


def test_nothing_is_on_record_twice_at_one_time(world: FactsWorld) -> None:
    fact = declare(world)
    with pytest.raises(ValidationError, match="on record already, since 5 October 2026"):
        declare(world, since=TODAY)
    end(world, fact, on=date(2026, 11, 12))
    with pytest.raises(ValidationError, match="until 12 November 2026"):
        declare(world, since=date(2026, 11, 11))
    declare(world, since=date(2026, 11, 12))
    assert held(world) == ["sras_stage_2"]
    declare(world, "capacity_giver")
    assert held(world) == ["sras_stage_2", "capacity_giver"]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"on": TODAY + timedelta(1)}, "on", "future"),
        ({"on": SINCE - timedelta(1)}, "on", "since 5 October 2026"),
        ({"reason": " "}, "reason", "Say why"),
    ],
)
def test_what_cannot_be_ended(world: FactsWorld, changes: dict, field: str, words: str) -> None:
    fact = declare(world)
    with pytest.raises(ValidationError) as refused:
        end(world, fact, **changes)
    assert words in refused.value.message_dict[field][0]


def test_what_was_ended_stays_ended(world: FactsWorld) -> None:
    fact = end(world, declare(world))
    with pytest.raises(ValidationError, match="ended already, on 20 November 2026"):
        end(world, fact)


def test_nobody_records_for_a_school_they_lead(world: FactsWorld) -> None:
    fact = declare(world)
    RoleGrant.objects.create(membership=world.ada, role="head", school=world.school)
    with pytest.raises(PermissionDenied):
        declare(world, "capacity_giver")
    with pytest.raises(PermissionDenied):
        end(world, fact)


def test_a_recorded_fact_limits_what_is_proposed_at_once_and_ending_it_frees_it(world: FactsWorld) -> None:
    agreed_matrix(world)
    assert proposal(world).level == "sustain_upper"
    fact = declare(world, "sras_stage_3")
    made = proposal(world)
    assert made.level == "stabilise"
    (sentence,) = made.explanation["words"]["held"]
    assert sentence.endswith("It rests on what the trust recorded from 5 October 2026.")
    end(world, fact)
    assert proposal(world).level == "sustain_upper"


def test_a_proposal_that_a_decision_rests_on_is_never_rewritten(world: FactsWorld) -> None:
    matrix = agreed_matrix(world)
    before = proposal(world)
    decided = decide_category(
        world.school, before.axis, by=world.ruth, level=before.level, period=term("autumn", 2026), reason="As proposed."
    )
    fact = declare(world, "sras_stage_3")
    assert list(propose_categories(matrix, today=TODAY)) == [before]
    end(world, fact)
    now = proposal(world)
    assert (now.pk, now.level, now.explanation, now.made_at) == (
        before.pk, before.level, before.explanation, before.made_at,
    )  # fmt: skip
    decided.refresh_from_db()
    assert decided.proposal_id == now.pk


CAPPED = [(S0, "four"), (S1, "stabilise"), (S2, "phase_1")]


@pytest.mark.parametrize(("world", "weakest"), CAPPED, indirect=["world"])
@pytest.mark.parametrize(
    ("on", "more"),
    [
        (date(2024, 6, 4), {"overall": "4", "safeguarding": "Yes", "category_of_concern": "SM"}),
        (date(2024, 6, 4), {"overall": "4", "safeguarding": "No"}),
        (date(2026, 2, 10), {"safeguarding": "Met", "category_of_concern": "RSI"}),
        (date(2026, 2, 10), {"safeguarding": "Not met"}),
    ],
)
def test_what_is_published_limits_the_proposal_until_a_later_inspection(
    world: FactsWorld, weakest: str, on: date, more: dict
) -> None:
    publish(world, on, **more)
    matrix = agreed_matrix(world)
    assert proposal(world).level == weakest
    words = " ".join(proposal(world).explanation["words"]["held"])
    assert f"It rests on the inspection of {on.day} {on:%B %Y}." in words
    publish(world, date(2026, 9, 15), safeguarding="Met")
    propose_categories(matrix, today=date(2026, 9, 14))
    assert proposal(world).level == weakest
    propose_categories(matrix, today=TODAY)
    assert proposal(world).level == world.version.strategy.axis_levels(proposal(world).axis)[0].key


def test_a_published_fact_that_was_typed_before_counts_for_nothing(world: FactsWorld) -> None:
    SchoolFact.objects.create(school=world.school, key="category_of_concern", since=SINCE)
    assert held(world) == []


def test_a_predecessors_inspection_counts_and_says_so(world: FactsWorld) -> None:
    EstablishmentLink.objects.create(
        urn=world.school.urn, linked_urn="900299", kind="Predecessor", source="Invented", as_at=TODAY
    )
    publish(world, date(2019, 3, 5), urn="900299", overall="4", category_of_concern="SM", safeguarding="Yes")
    (one,) = facts_held(world.version.strategy, world.school, on=TODAY)
    assert one.published == "requires special measures, inspection of 5 March 2019 of its predecessor, URN 900299"
    assert one.source == "the inspection of 5 March 2019 of its predecessor, URN 900299"


def test_an_inspection_without_a_day_is_passed_over(world: FactsWorld) -> None:
    publish(world, date(2026, 2, 10), safeguarding="Not met")
    publish(world, date(2026, 5, 10), safeguarding="Met", inspected_on=None)
    assert held(world) == ["safeguarding_not_met"]


def test_many_schools_are_read_in_one_query(
    world: FactsWorld, queries: Callable[[Callable[[], Any]], list[str]]
) -> None:
    strategy = world.version.strategy
    publish(world, date(2024, 3, 12), {"quality_of_education": "2"}, overall="2", safeguarding="Yes")
    urns = [world.school.urn, world.other.urn, *(str(900300 + n) for n in range(30))]
    assert len(queries(lambda: published_of({urns[0]: strategy}, on=TODAY))) == 1
    assert len(queries(lambda: published_of(dict.fromkeys(urns, strategy), on=TODAY))) == 1
    found = published_of(dict.fromkeys(urns, strategy), on=TODAY)
    assert found[urns[0]].readings["published_inspection"].level == "sustain_lower"
    assert (found[urns[1]].inspection, found[urns[1]].facts, found[urns[1]].readings) == (None, frozenset(), {})
