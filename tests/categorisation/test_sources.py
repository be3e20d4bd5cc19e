"""The kinds of source a rating may name are those of its own matrix's strategy."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from categorisation.models import Assessment, Rating
from categorisation.services import open_assessment
from schools.services.strategies import choose_strategy, publish_strategy
from schools.tenancy import trust_scope
from tests.categorisation.test_api import read
from tests.categorisation.test_api_writing import rate
from tests.categorisation.test_matrix_pages import url
from tests.conftest import STRATEGIES, Cast


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


@pytest.fixture
def numbered(cast: Cast) -> Assessment:
    """A matrix under a strategy with sources of its own."""
    with trust_scope(cast.alder):
        text = (STRATEGIES / "numbered_categories.toml").read_text()
        version = publish_strategy(text, by=None, starts_on=date(2025, 9, 1))
        choose_strategy(version.key, by=None, from_on=date(2025, 9, 1), school=cast.dunmere)
        found = open_assessment(cast.dunmere, cast.autumn)
        assert found.strategy_version.strategy
        return found


def test_the_form_offers_those_of_the_strategy(cast: Cast, numbered: Assessment) -> None:
    criterion = numbered.strategy_version.strategy.criteria[0].key
    html = cast.client(cast.ben).get(url(cast, "criterion", criterion=criterion)).content.decode()
    assert "Partnership review" in html
    assert "Pupils’ work" not in html


def test_the_api_names_them_and_takes_no_others(cast: Cast, numbered: Assessment) -> None:
    strategy = numbered.strategy_version.strategy
    kinds = read(cast, "ben", f"assessments/{numbered.pk}/").json()["source_kinds"]
    assert [kind["key"] for kind in kinds] == list(strategy.matrix.source_labels)
    assert {"key": "qa_visit", "label": "Trust QA visit"} in kinds
    ben, kpi = cast.client(cast.ben), strategy.criteria[0].kpis[0].key
    sent = {"version": 1, "ratings": {kpi: {"sources": ["qa_visit", "planning"]}}}
    answer = rate(ben, numbered, sent)
    assert answer.status_code == 400
    [said] = answer.json()["errors"][f"ratings.{kpi}.sources.1"]
    assert said.startswith("This strategy has no such kind of source. Choose from: data, ")
    sent["ratings"][kpi]["sources"] = ["qa_visit", "data"]  # type: ignore[index]
    assert rate(ben, numbered, sent).status_code == 200


def test_a_key_from_before_is_shown_in_words(cast: Cast) -> None:
    """A matrix keeps the version it began with, and that one its own words."""
    text = (STRATEGIES / "two_axes.toml").read_text().replace("version = 1", "version = 2", 1)
    with trust_scope(cast.alder):
        old = open_assessment(cast.dunmere, cast.autumn)
        version = publish_strategy(
            text.replace('{ key = "planning", label = "Planning" },', "").replace('= "planning"', '= "records"'),
            by=None,
            starts_on=date(2026, 11, 1),
        )
        assert "planning" not in version.strategy.matrix.source_labels
    body = {"version": 1, "ratings": {"attendance": {"sources": ["planning", "data"]}}}
    assert rate(cast.client(cast.ben), old, body).status_code == 200
    assert "data, planning" in cast.client(cast.ben).get(url(cast, "matrix")).content.decode()
    with trust_scope(cast.alder):
        assert Rating.objects.get().sources == ["data", "planning"]
