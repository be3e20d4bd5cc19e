"""When the next judgement is due (S0-12, S3 cadences)."""

from __future__ import annotations

from datetime import date

import pytest

from categorisation.rules import Period, cadence_of, next_due
from schools.strategy import Cadence
from tests.categorisation.rules_by_hand import SHIPPED

S0 = SHIPPED["numbered_categories"]
YEAR = (
    Period("term", date(2026, 9, 1), date(2026, 12, 18)),
    Period("half_term", date(2026, 9, 1), date(2026, 10, 23)),
    Period("half_term", date(2026, 11, 2), date(2026, 12, 18)),
    Period("term", date(2027, 1, 4), date(2027, 3, 25)),
    Period("half_term", date(2027, 1, 4), date(2027, 2, 12)),
    Period("half_term", date(2027, 2, 22), date(2027, 3, 25)),
)


def test_the_level_decides_the_cadence():
    assert cadence_of(S0, "overall", "three") is Cadence.TERM
    assert cadence_of(S0, "overall", "four") is Cadence.HALF_TERM


@pytest.mark.parametrize(
    ("level", "decided_on", "due"),
    [
        ("three", date(2026, 9, 30), date(2027, 3, 25)),  # next term
        ("four", date(2026, 9, 30), date(2026, 12, 18)),  # from the next half term on, not within this one
        ("four", date(2026, 10, 27), date(2026, 12, 18)),  # decided in the holiday
        ("four", date(2026, 11, 2), date(2027, 2, 12)),  # on its first day: the half term has begun
        ("three", date(2027, 1, 4), None),  # the calendar ends
    ],
)
def test_terms_and_half_terms(level, decided_on, due):
    assert next_due(S0.axis_by_key["overall"], level, decided_on, YEAR) == due


@pytest.mark.parametrize(
    ("cadence", "due"),
    [
        (Cadence.WEEK, date(2026, 2, 7)),
        (Cadence.THREE_WEEKS, date(2026, 2, 21)),
        (Cadence.SIX_WEEKS, date(2026, 3, 14)),
        (Cadence.MONTH, date(2026, 2, 28)),
        (Cadence.YEAR, date(2027, 1, 31)),
    ],
)
def test_weeks_and_months_count_from_the_decision(cadence, due):
    axis = S0.axis_by_key["overall"].model_copy(update={"default_cadence": cadence, "cadence": {}})
    assert next_due(axis, "one", date(2026, 1, 31), ()) == due
