"""A published visit is evidence of ratings: the proposal counts it, says its day, and is made anew at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from categorisation.models import Proposal
from categorisation.queries.seen import seen_by_visits
from categorisation.rules.entry import Entry
from evidence.models import Source
from monitoring.services import reply_to_visit
from schools.models import Trust
from schools.strategy import read_strategy
from tests.conftest import STRATEGIES, TODAY, Cast
from tests.monitoring.visits_world import final, sent
from tests.reporting.stories import agree, decide, rate

ONE_SOURCE = Entry(2, "What lies behind it.", date(2026, 11, 2), ("data",))
KPI = "teaching_over_time"


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any, open_alder: Trust) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def agreed(cast: Cast) -> Any:
    """A matrix in which one judgement rests on one kind of evidence."""
    matrix = rate(cast.dunmere, cast.autumn, head=cast.ben, but={KPI: ONE_SOURCE}, on=TODAY)
    return agree(matrix, by=cast.ada, on=TODAY)


def academic(cast: Cast) -> Proposal:
    return Proposal.objects.get(assessment__school=cast.dunmere, axis="academic")


def test_a_visit_of_another_kind_raises_the_number_of_independent_sources(cast: Cast) -> None:
    agreed(cast)
    assert KPI in academic(cast).explanation["facts"]["single_source"]
    visit = sent(cast)
    assert KPI in academic(cast).explanation["facts"]["single_source"], "not before it is final"
    reply_to_visit(visit, by=cast.ben, reply="accurate")
    found = academic(cast).explanation
    assert KPI not in found["facts"]["single_source"]
    seen = next(one for one in found["facts"]["seen"] if one["kpi"] == KPI)
    assert (seen["kinds"], seen["added"], seen["on"]) == (3, ["views", "work"], "2026-11-18")
    assert any(
        "three kinds of evidence, of which visits add pupils’ work, pupils’ views, last on 18 November 2026" in said
        for said in found["words"]["basis"]
    )


def test_what_a_decision_rests_on_stands(cast: Cast) -> None:
    matrix = agreed(cast)
    decide(matrix, by=cast.ruth, on=TODAY)
    final(cast)
    assert KPI in academic(cast).explanation["facts"]["single_source"]


def test_an_old_visit_no_longer_counts(cast: Cast) -> None:
    """The indicator asks for evidence of the last six months."""
    strategy = cast.version.strategy
    final(cast)
    assert KPI in seen_by_visits(cast.dunmere, strategy, today=date(2027, 5, 18))
    assert KPI not in seen_by_visits(cast.dunmere, strategy, today=date(2027, 5, 19))
    assert not seen_by_visits(cast.dunmere, strategy, today=date(2026, 11, 17)), "nor one to come"
    assert not seen_by_visits(cast.ashmere, strategy, today=TODAY)


def test_each_row_says_its_kind_and_of_what_it_is_evidence(cast: Cast) -> None:
    final(cast)
    rows = Source.objects.filter(kind="visit").order_by("area", "evidence").values_list("area", "evidence")
    areas = ("curriculum_intent", "teaching_over_time")
    assert list(rows) == [(area, kind) for area in areas for kind in ("views", "work")]


def test_the_matrix_shows_the_kinds_with_their_days(cast: Cast) -> None:
    agreed(cast)
    final(cast)
    place = reverse("matrix", kwargs={"trust": "alder", "school_id": cast.dunmere.pk, "period_id": cast.autumn.pk})
    said = cast.client(cast.ada).get(place).content.decode()
    assert "by visits: pupils’ views (18 November 2026) and pupils’ work (18 November 2026); 3 kinds in all" in said


@pytest.mark.parametrize(
    ("name", "form", "field", "option", "area"),
    [
        ("sustain_to_stabilise", "in_house_monitoring", "aspect", "Leadership", "leadership"),
        ("sustain_to_stabilise", "safeguarding_review", "", "", "safeguarding_culture"),
        ("no_categories", "evidence_form", "", "", "effective_teaching"),
        ("numbered_categories", "visit_record", "", "", "qa_visits"),
    ],
)
def test_the_shipped_forms_say_of_what_they_are_evidence(
    name: str, form: str, field: str, option: str, area: str
) -> None:
    found = read_strategy((STRATEGIES / f"{name}.toml").read_text()).form_by_key[form]
    assert (found.head_fields[field].informs[option] if field else found.informs[0]) == area


def test_what_a_school_records_of_itself_is_no_independent_evidence(cast: Cast) -> None:
    agreed(cast)
    sent(cast, by=cast.ben)
    assert Source.objects.filter(kind="visit").count() == 0
    assert KPI in academic(cast).explanation["facts"]["single_source"]
