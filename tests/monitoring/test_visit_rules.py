"""What a filled form says of itself, and when its notes go."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.rules.coverage import coverage_of, judgements_of, years_in
from monitoring.rules.retention import are_notes_due
from schools.rules import months_after
from tests.monitoring.visits_world import ANSWERS
from tests.strategies.reading import keyed, shipped

FORM = keyed(shipped("two_axes").forms)["monitoring_form"]
EVIDENCE = keyed(shipped("no_categories").forms)["evidence_form"]
KEPT: dict[str, Any] = {name: value for name, value in ANSWERS.items() if value}


@pytest.mark.parametrize(
    ("words", "years"),
    [
        ("Year 3", ["3"]),
        ("5B", ["5"]),
        ("Year 3-5", ["3", "4", "5"]),
        ("Y4 and Y6", ["4", "6"]),
        ("Yr 4", ["4"]),
        ("Reception, 1", ["R", "1"]),
        ("YR", ["R"]),
        ("Nursery", ["N"]),
        ("Oak class", []),
        ("2026", []),
        ("Year 11 to 13", ["11", "12", "13"]),
        ("3, 4 and 6", ["3", "4", "6"]),
        ("Year 5 and 6 pupils", ["5", "6"]),
        ("5 Oak", ["5"]),
        ("5 children in Reception", ["R"]),
        ("6 books from Year 2", ["2"]),
        ("6 more able pupils, Year 4", ["4"]),
        ("Year 3 (5 of 30)", ["3"]),
        ("Years 1 to 3: 12 pupils", ["1", "2", "3"]),
        ("3-4 children in Nursery", ["N"]),
        ("A group of 4, Year 6", ["6"]),
        ("5-year-olds", []),
        ("9:30, Year 2", ["2"]),
        ("12.5% of Year 7", ["7"]),
        ("Year 6 and 4 children", ["6"]),
        ("Year 6 and 4 more able pupils", ["6"]),
        ("Year 6, 12 books", ["6"]),
        ("Year 4, 5 books", ["4"]),
        ("Year 2 & 10 parents", ["2"]),
        ("Y6 and 4.5 hours", ["6"]),
        ("Years 5, 6 and 4 children", ["5", "6"]),
        ("Years 3 and 5 pupils", ["3", "5"]),
        ("Years 5 and 6, and 4 children", ["5", "6"]),
        ("Year 3, 4 and 5 pupils", ["3", "4", "5"]),
        ("Year 5/6 pupils", ["5", "6"]),
        ("Year 6 and 4", ["4", "6"]),
        ("Year 3 and 5 in the hall", ["3", "5"]),
        ("Year 3 and 5 with their teachers", ["3", "5"]),
        ("Year 6 and Year 4 children", ["4", "6"]),
        ("Class 6 and 4B children", ["4", "6"]),
    ],
)
def test_year_groups_are_read_as_people_write_them(words: str, years: list[str]) -> None:
    assert sorted(set(years_in(words)), key=lambda year: (year != "N", year != "R", year.zfill(2))) == years


def test_a_form_says_when_on_what_and_from_which_evidence() -> None:
    found = coverage_of(FORM, KEPT)
    assert (found.on, found.subject, found.year_groups) == (date(2026, 11, 18), "Science", ("3", "4", "5"))
    assert found.sources == ("work", "views")


def test_the_subject_comes_before_the_focus() -> None:
    answers = {"focus": "Fractions", "subject": "Mathematics", "year_class": "Year 5"}
    assert coverage_of(EVIDENCE, answers).subject == "Mathematics"
    assert coverage_of(EVIDENCE, {"focus": "Fractions"}).subject == "Fractions"


def test_every_box_that_is_filled_in_is_a_judgement_on_its_own_scale() -> None:
    field = EVIDENCE.judgements[0]
    level = shipped("no_categories").levels_of(field.scale or "")[1].key
    (judged,) = judgements_of(EVIDENCE, {field.key: level})
    assert (judged.area, judged.scale, judged.level) == (field.area, field.scale, level)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 240))
def test_the_months_are_counted_to_the_same_day_or_the_last(day: date, months: int) -> None:
    after = months_after(day, months)
    assert (after.year * 12 + after.month) - (day.year * 12 + day.month) == months
    assert after.day == day.day or (after.day < day.day and months_after(after, 0) == after)


def test_notes_stay_until_the_day_and_for_ever_without_one() -> None:
    on = date(2023, 11, 30)
    assert not are_notes_due(on, 36, today=date(2026, 11, 29))
    assert are_notes_due(on, 36, today=date(2026, 11, 30))
    assert not are_notes_due(on, None, today=date(2090, 1, 1))
