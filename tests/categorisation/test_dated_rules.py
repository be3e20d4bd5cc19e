"""Audits and reviews rate themselves by age and outcome."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from categorisation.rules.dated import Event, suggest
from categorisation.rules.suggestion import Suggestion
from tests.strategies.reading import shipped

S3 = shipped("two_axes")
RECORD = S3.kpi_by_key["single_central_record"]
LEVELS = S3.levels_of(RECORD.scale)
TODAY = date(2026, 11, 20)


def said(*events: Event, today: date = TODAY) -> Suggestion:
    return suggest(RECORD, LEVELS, events, today=today)


@pytest.mark.parametrize(
    ("day", "outcome", "label"),
    [
        (date(2026, 7, 20), "no_points", "Sustain"),  # to the day four months ago
        (date(2026, 7, 19), "no_points", "Refine"),
        (date(2026, 5, 20), "no_points", "Refine"),
        (date(2025, 11, 20), "no_points", "Reinforce"),
        (date(2025, 11, 19), "no_points", "Stabilise"),
        (date(2026, 11, 1), "put_right", "Refine"),
        (date(2026, 11, 1), "checks_missing", "Stabilise"),
        (date(2025, 12, 1), "put_right", "Reinforce"),
        (date(2026, 11, 1), "", "Sustain"),
    ],
)
def test_age_and_outcome(day: date, outcome: str, label: str) -> None:
    assert said(Event(day, outcome)).label == label


def test_in_words() -> None:
    one = said(Event(date(2026, 9, 10), "open_points", by="Trust safeguarding lead"), Event(date(2025, 9, 10)))
    assert (one.value, one.about, one.age) == ("Points still open", "10 September 2026", "2 months old")
    assert one.arithmetic == (
        "2 months old; up to 4 months suggests Sustain. “Points still open” is no better than Reinforce."
    )
    assert one.source == "Recorded: Trust safeguarding lead"


def test_cautions() -> None:
    assert said(Event(date(2026, 6, 1))).cautions == (
        "Older than the 4 months this indicator allows.",
        "Its outcome is not recorded.",
    )


def test_nothing_is_recorded() -> None:
    assert said() == Suggestion(missing="Nothing is recorded yet.")
    assert said(Event(TODAY + timedelta(days=1))).missing == "Nothing is recorded yet."


days = st.dates(date(2023, 1, 1), TODAY)
outcomes = st.sampled_from(range(len(RECORD.outcomes)))


@given(days, days, outcomes, outcomes)
def test_later_and_better_is_never_weaker(one: date, other: date, this: int, that: int) -> None:
    early, late = sorted((one, other))
    better, worse = sorted((this, that))
    strong = said(Event(late, RECORD.outcomes[better].key)).level
    weak = said(Event(early, RECORD.outcomes[worse].key)).level
    assert strong is not None
    assert weak is not None
    assert strong <= weak
