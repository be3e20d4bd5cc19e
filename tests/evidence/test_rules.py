"""Frameworks as data, joining, and the consistency of a category of concern."""

from __future__ import annotations

from datetime import date

import pytest

from evidence.models import Inspection
from evidence.rules import (
    CATEGORIES,
    FRAMEWORKS,
    category_doubt,
    category_words,
    joining,
    usual_category,
)

CARD = "report_card_2025"
FINE = {"curriculum_and_teaching": "Strong standard", "leadership_and_governance": "Expected standard"}
LEADERS = {**FINE, "leadership_and_governance": "Urgent improvement"}
TEACHING = {**FINE, "curriculum_and_teaching": "Urgent improvement"}
BOTH = {**LEADERS, "curriculum_and_teaching": "Urgent improvement"}


def test_every_framework_of_the_model_is_described_and_the_other_way_round() -> None:
    assert set(FRAMEWORKS) == set(Inspection.Framework.values)


def test_grades_are_in_order_and_every_tone_can_be_drawn() -> None:
    for framework in FRAMEWORKS.values():
        steps = [framework.grade(published).step for published in framework.order]
        assert steps == sorted(steps, key=int)
        assert {grade.step for grade in framework.grades} <= {1, 2, 3, 4, 5, "na"}
        assert len({area.key for area in framework.areas}) == len(framework.areas)


def test_the_report_card_has_its_areas_and_grades() -> None:
    card = FRAMEWORKS[CARD]
    assert [card.grade(published).words for published in card.order] == [
        "exceptional", "strong standard", "expected standard", "needs attention", "urgent improvement",
    ]  # fmt: skip
    assert [area.label for area in card.areas if not area.where_applicable] == [
        "Inclusion", "Curriculum and teaching", "Achievement", "Attendance and behaviour",
        "Personal development and well-being", "Leadership and governance",
    ]  # fmt: skip
    assert card.safeguarding("Not met") == "not met"


def test_a_grade_of_no_framework_keeps_its_own_word_and_has_no_tone() -> None:
    grade = FRAMEWORKS[CARD].grade("2")
    assert (grade.words, grade.step) == ("2", 0)


def test_categories_are_in_words_with_their_other_name() -> None:
    assert category_words("RSI") == "requires significant improvement (formerly serious weaknesses)"
    assert category_words("SWK") == "serious weaknesses (now requires significant improvement)"
    assert (category_words("SM"), category_words("")) == ("requires special measures", "")
    assert set(CATEGORIES) == {"SM", "RSI", "SWK"}


@pytest.mark.parametrize(
    ("grades", "safeguarding", "expected"),
    [
        (FINE, "Met", ""),
        (FINE, "Not met", "RSI"),
        (TEACHING, "Met", "RSI"),
        (TEACHING, "Not met", "RSI"),
        (LEADERS, "Met", "RSI"),
        (LEADERS, "Not met", "SM"),
        (BOTH, "Met", "SM"),
        (BOTH, "Not met", "SM"),
    ],
)
def test_the_usual_category(grades: dict[str, str], safeguarding: str, expected: str) -> None:
    assert usual_category(grades, safeguarding) == expected
    assert category_doubt(CARD, grades, safeguarding, expected) == ""
    for other in {"", "SM", "RSI"} - {expected}:
        doubt = category_doubt(CARD, grades, safeguarding, other)
        assert doubt.startswith("Published with")
        assert doubt.endswith("The published category stands: check the report.")


def test_there_is_no_doubt_where_nothing_can_be_said() -> None:
    assert category_doubt(CARD, BOTH, "", "") == ""
    assert category_doubt("graded_1_to_4", {"quality_of_education": "4"}, "No", "") == ""


@pytest.mark.parametrize(
    ("inspected", "joined", "predecessor", "expected"),
    [
        (date(2015, 8, 31), date(2015, 9, 1), False, "before joining"),
        (date(2015, 9, 1), date(2015, 9, 1), False, "after joining"),
        (date(2020, 1, 1), date(2015, 9, 1), True, "after joining"),
        (date(2020, 1, 1), None, False, "joining date not known"),
        (None, date(2015, 9, 1), False, "joining date not known"),
        (date(2020, 1, 1), None, True, "before joining"),
    ],
)
def test_before_or_after_joining(inspected: date | None, joined: date | None, predecessor: bool, expected: str) -> None:
    assert joining(inspected, joined, of_predecessor=predecessor) == expected
