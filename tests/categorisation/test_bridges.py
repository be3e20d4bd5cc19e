"""How strategies read a published inspection, and which facts it makes true: the shipped files, day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from categorisation.rules.bridges import ANY, reading_words, readings_of
from categorisation.rules.published import OVERALL, SAFEGUARDING, Inspection, facts_published
from evidence.rules import FRAMEWORKS
from tests.categorisation.rules_by_hand import SHIPPED

GRADED, CARD = "graded_1_to_4", "report_card_2025"
S0, S1, S2 = "numbered_categories", "sustain_to_stabilise", "four_phases"
S3, S4 = "two_axes", "no_categories"
LAST_OVERALL, FIRST_WITHOUT = date(2024, 9, 1), date(2024, 9, 2)
LAST_GRADED, FIRST_CARD = date(2025, 11, 9), date(2025, 11, 10)


def graded(overall: str = "Not judged", on: date = LAST_GRADED, **areas: str) -> Inspection:
    return Inspection(GRADED, on, overall, {"quality_of_education": "2", **areas}, "Yes")


def card(on: date = FIRST_CARD, safeguarding: str = "Met", **areas: str) -> Inspection:
    grades = {area.key: "Strong standard" for area in FRAMEWORKS[CARD].areas if not area.where_applicable}
    return Inspection(CARD, on, "", {**grades, **areas}, safeguarding)


def level(name: str, inspection: Inspection, kpi: str = "published_inspection") -> str | None:
    found = readings_of(SHIPPED[name], inspection).get(kpi)
    return found.level if found else None


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        (S0, ("grade_1", "grade_2", "grade_3", "grade_4")),
        (S1, ("sustain_upper", "sustain_lower", "repair_upper", "stabilise")),
        (S2, ("phase_4", "phase_3", "phase_2", "phase_1")),
    ],
)
def test_each_framework_is_read_in_its_own_time(name: str, levels: tuple[str, ...]) -> None:
    """The overall grade while there was one, then the weakest area, then the card; never a day too long."""
    for grade, expected in zip("1234", levels, strict=True):
        assert level(name, graded(grade, LAST_OVERALL, leadership_and_management="4")) == expected
        assert level(name, graded(grade, FIRST_WITHOUT, quality_of_education="1")) == levels[0]
        others = {"quality_of_education": "1", "leadership_and_management": grade}
        assert level(name, graded("Not judged", LAST_OVERALL, **others)) is None
        assert level(name, graded("Not judged", FIRST_WITHOUT, **others)) == expected
        assert level(name, graded("Not judged", LAST_GRADED, **others)) == expected
        assert level(name, graded("Not judged", FIRST_CARD, **others)) is None
    published = ("Exceptional", "Strong standard", "Expected standard", "Needs attention", "Urgent improvement")
    for grade, expected in zip(published, (levels[0], *levels), strict=True):
        assert level(name, card(achievement=grade)) == (levels[0] if grade == "Exceptional" else expected)
        assert level(name, card(LAST_GRADED, achievement=grade)) is None
    assert level(name, card(safeguarding="Not met")) == levels[-1]
    assert level(name, card(LAST_GRADED, safeguarding="Not met")) is None


@pytest.mark.parametrize(
    ("inspection", "sef", "audit"),
    [
        (graded("1", LAST_OVERALL, quality_of_education="3"), "reinforce", None),
        (graded(quality_of_education="1", leadership_and_management="4"), "sustain", None),
        (card(curriculum_and_teaching="Expected standard", achievement="Needs attention"), "refine", None),
        (card(curriculum_and_teaching="Exceptional", inclusion="Urgent improvement"), "stabilise", None),
        (card(safeguarding="Not met"), "sustain", "stabilise"),
    ],
)
def test_a_strategy_may_read_one_area_alone(inspection: Inspection, sef: str, audit: str | None) -> None:
    assert level(S3, inspection, "sef_ofsted") == sef
    assert level(S3, inspection, "safeguarding_audit") == audit


@pytest.mark.parametrize(
    ("inspection", "kpis"),
    [
        (card(), set()),
        (card(leadership_and_governance="Urgent improvement"), {"leadership_senior"}),
        (card(curriculum_and_teaching="Urgent improvement"), {"independent_learning"}),
        (card(safeguarding="Not met"), {"safe"}),
        (graded("4", LAST_OVERALL, quality_of_education="4"), set()),
    ],
)
def test_grades_that_a_bridge_does_not_list_say_nothing(inspection: Inspection, kpis: set[str]) -> None:
    found = readings_of(SHIPPED[S4], inspection)
    assert set(found) == kpis
    assert {reading.level for reading in found.values()} <= {"needs_support"}


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("grade", ["", "9", "Not judged", "Not applicable", "Splendid"])
def test_no_readable_grade_gives_nothing(name: str, grade: str) -> None:
    for framework, day in ((GRADED, LAST_OVERALL), (GRADED, FIRST_WITHOUT), (CARD, FIRST_CARD)):
        grades = {area.key: grade for area in FRAMEWORKS[framework].areas}
        assert readings_of(SHIPPED[name], Inspection(framework, day, grade, grades, "")) == {}
    assert readings_of(SHIPPED[name], None) == {}


def test_a_bridge_is_read_whatever_the_letters_and_by_the_frameworks_words() -> None:
    assert level(S2, card(achievement="needs  ATTENTION")) == "phase_2"
    bridge = SHIPPED[S2].bridges[0]
    said = bridge.model_copy(update={"grades": {"Good": "phase_3", "outstanding": "phase_4"}})
    strategy = SHIPPED[S2].model_copy(update={"bridges": (said,)})
    assert readings_of(strategy, graded("2", LAST_OVERALL))["published_inspection"].level == "phase_3"
    assert readings_of(strategy, graded("3", LAST_OVERALL)) == {}


def test_every_grade_a_shipped_bridge_lists_is_one_the_framework_publishes() -> None:
    for strategy in SHIPPED.values():
        for bridge in strategy.bridges:
            framework = FRAMEWORKS[bridge.framework]
            known = {word.casefold() for grade in framework.grades for word in (grade.published, grade.words)}
            if bridge.area == SAFEGUARDING:
                known = {word.casefold() for pair in framework.safeguarding_words.items() for word in pair}
            assert set(bridge.grades) <= known
            assert bridge.area in {ANY, OVERALL, SAFEGUARDING, *(area.key for area in framework.areas)}


@st.composite
def inspections(draw: st.DrawFn) -> Inspection:
    framework = FRAMEWORKS[draw(st.sampled_from(sorted(FRAMEWORKS)))]
    grade = st.sampled_from(["", *(one.published for one in framework.grades)])
    day = draw(st.sampled_from([LAST_OVERALL, FIRST_WITHOUT, LAST_GRADED, FIRST_CARD, FIRST_CARD + timedelta(400)]))
    areas = draw(st.dictionaries(st.sampled_from([area.key for area in framework.areas]), grade))
    met = draw(st.sampled_from(["", *framework.safeguarding_words]))
    return Inspection(framework.key, day, draw(grade) if framework.overall_ends else "", areas, met)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SHIPPED)), inspections())
def test_the_weakest_reading_wins(name: str, inspection: Inspection) -> None:
    """No bridge on its own, and no single area, is read weaker than the whole; and some bridge is read as the whole."""
    strategy = SHIPPED[name]
    whole = readings_of(strategy, inspection)
    alone = [strategy.model_copy(update={"bridges": (bridge,)}) for bridge in strategy.bridges]
    parts = [found for one in alone for found in readings_of(one, inspection).values()]
    assert set(whole) == {found.kpi for found in parts}
    for kpi, reading in whole.items():
        scale = [one.key for one in strategy.levels_of(strategy.kpi_by_key[kpi].scale)]
        assert scale.index(reading.level) == max(scale.index(each.level) for each in parts if each.kpi == kpi)
        assert reading_words(strategy, reading, inspection).startswith("Published: ")
    for area, grade in inspection.grades.items():
        only = Inspection(inspection.framework, inspection.on, "", {area: grade}, "")
        for kpi, reading in readings_of(strategy, only).items():
            scale = [one.key for one in strategy.levels_of(strategy.kpi_by_key[kpi].scale)]
            assert scale.index(reading.level) <= scale.index(whole[kpi].level)


@pytest.mark.parametrize(
    ("name", "inspection", "words"),
    [
        (
            S2,
            graded("2", date(2024, 3, 12)),
            "Published: good (2), inspection of 12 March 2024. Your trust reads it as Phase 3 Improve.",
        ),
        (
            S0,
            card(date(2026, 1, 20), achievement="Needs attention", inclusion="Needs attention"),
            "Published: needs attention for inclusion, inspection of 20 January 2026. "
            "Your trust reads it as requires improvement (3).",
        ),
        (
            S1,
            card(date(2026, 1, 20), safeguarding="Not met"),
            "Published: safeguarding not met, inspection of 20 January 2026. Your trust reads it as Stabilise.",
        ),
    ],
)
def test_the_head_is_told_in_one_line(name: str, inspection: Inspection, words: str) -> None:
    reading = readings_of(SHIPPED[name], inspection)["published_inspection"]
    assert reading_words(SHIPPED[name], reading, inspection) == words


def test_a_predecessors_inspection_says_so() -> None:
    inspection = Inspection(GRADED, date(2020, 1, 8), "3", predecessor="123456")
    assert inspection.words == "inspection of 8 January 2020 of its predecessor, URN 123456"


@pytest.mark.parametrize("name", [S0, S1, S2])
@pytest.mark.parametrize(
    ("inspection", "facts"),
    [
        (Inspection(GRADED, LAST_OVERALL, "4", {}, "Yes", "SM"), {"category_of_concern"}),
        (Inspection(GRADED, LAST_OVERALL, "4", {}, "No", "SWK"), {"category_of_concern", "safeguarding_not_met"}),
        (Inspection(GRADED, LAST_OVERALL, "4", {}, "No"), {"safeguarding_not_met"}),
        (Inspection(CARD, FIRST_CARD, "", {}, "Not met", "RSI"), {"category_of_concern", "safeguarding_not_met"}),
        (Inspection(CARD, FIRST_CARD, "", {}, "Not met"), {"safeguarding_not_met"}),
        (Inspection(CARD, FIRST_CARD, "", {}, "Met", ""), set()),
        (Inspection(GRADED, LAST_OVERALL, "1", {}, "Yes", " "), set()),
        (Inspection(GRADED, LAST_OVERALL, "1", {}, ""), set()),
        (None, set()),
    ],
)
def test_published_facts_follow_the_inspection(name: str, inspection: Inspection | None, facts: set[str]) -> None:
    assert facts_published(SHIPPED[name], inspection) == facts


@pytest.mark.parametrize("name", [S3, S4])
def test_a_strategy_without_facts_has_none(name: str) -> None:
    assert facts_published(SHIPPED[name], Inspection(CARD, FIRST_CARD, "", {}, "Not met", "SM")) == frozenset()
