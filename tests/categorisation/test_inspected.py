"""What the last inspection suggests of an indicator: only by the trust's own dated bridges, and in words to check."""

from __future__ import annotations

from datetime import date

import pytest

from categorisation.rules.bridges import readings_of
from categorisation.rules.inspected import suggest, suggests_from_inspection
from categorisation.rules.published import Inspection
from categorisation.rules.suggestion import Suggestion
from tests.categorisation.rules_by_hand import SHIPPED

S0, S1, S2, S3, S4 = (
    "numbered_categories", "sustain_to_stabilise", "four_phases", "two_axes", "no_categories",
)  # fmt: skip
TODAY = date(2026, 11, 20)
GOOD = Inspection("graded_1_to_4", date(2024, 3, 12), "2", {"quality_of_education": "2"}, "Yes")
CARD = Inspection("report_card_2025", date(2026, 3, 10), "", {"achievement": "Needs attention"}, "Met")


def suggested(name: str, inspection: Inspection | None, key: str = "published_inspection") -> Suggestion | None:
    strategy = SHIPPED[name]
    reading = readings_of(strategy, inspection).get(key)
    return suggest(strategy, strategy.kpi_by_key[key], reading, inspection, today=TODAY)


@pytest.mark.parametrize(
    ("name", "inspection", "label", "value"),
    [
        (S0, GOOD, "2", "Good (2)"),
        (S1, GOOD, "Sustain", "Good (2)"),
        (S2, GOOD, "Phase 3", "Good (2)"),
        (S0, CARD, "3", "Needs attention for achievement"),
        (S1, CARD, "Repair", "Needs attention for achievement"),
        (S2, CARD, "Phase 2", "Needs attention for achievement"),
    ],
)
def test_a_level_with_what_it_rests_on(name: str, inspection: Inspection, label: str, value: str) -> None:
    one = suggested(name, inspection)
    assert one is not None
    assert label in one.label
    assert (one.value, one.on, one.origin, one.hidden) == (value, inspection.on, "inspection", False)
    assert one.arithmetic.startswith(f"Published: {value[0].lower()}{value[1:]}, {inspection.words}. Your trust reads")
    assert any(bridge.label in one.arithmetic for bridge in SHIPPED[name].bridges)
    assert one.source.startswith("Published by Ofsted: ")


def test_an_old_one_and_a_predecessors_say_so() -> None:
    old = Inspection("graded_1_to_4", date(2019, 3, 12), "2", {}, "Yes", predecessor="123456")
    one = suggested(S2, old)
    assert one is not None
    assert one.cautions == (
        "Older than the 48 months this indicator allows.", "Of the school before it, URN 123456.",
    )  # fmt: skip
    assert suggested(S2, CARD).cautions == ()  # type: ignore[union-attr]


def test_without_one_it_says_so_and_suggests_nothing() -> None:
    none, unread = suggested(S2, None), suggested(S2, Inspection("graded_1_to_4", date(2024, 3, 12), "Not judged"))
    assert none is not None
    assert (none.level, none.missing, none.origin) == (None, "No inspection of this school is published here.", "")
    assert unread is not None
    assert unread.level is None
    assert unread.missing.startswith("The latest inspection of 12 March 2024 has no grade that your trust reads")


def test_a_bridge_of_one_area_alone_is_silent_where_it_found_nothing() -> None:
    assert suggested(S4, CARD, "leadership_senior") is None
    assert suggested(S4, None, "safe") is None
    urgent = Inspection("report_card_2025", date(2026, 3, 10), "", {"leadership_and_governance": "Urgent improvement"})
    one = suggested(S4, urgent, "leadership_senior")
    assert one is not None
    assert one.label == "Needs support"


def test_what_figures_or_dates_fill_is_left_to_them() -> None:
    strategy = SHIPPED[S3]
    kpis = [kpi for criterion in strategy.criteria for kpi in criterion.kpis]
    assert [kpi.key for kpi in suggests_from_inspection(strategy, kpis)] == ["sef_ofsted"]
