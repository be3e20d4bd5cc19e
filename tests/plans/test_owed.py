"""The entitlement tables of S1 and S3, figure by figure, as a school's own calendar makes them due."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.rules.owed import Placed, applies, half_of, levels_on, owed_of
from schools.rules.rhythm import HalfTerm
from schools.services.calendar import usual_dates
from schools.strategy import Strategy, read_strategy
from tests.conftest import STRATEGIES

SINCE, PLACED = date(2020, 9, 1), date(2026, 7, 1)


def strategy_of(name: str) -> Strategy:
    return read_strategy((STRATEGIES / f"{name}.toml").read_text())


S1, S3 = strategy_of("sustain_to_stabilise"), strategy_of("two_axes")


def halves_of(year: int) -> list[HalfTerm]:
    found = []
    for term in usual_dates(year):
        found.append(HalfTerm(year, term.season, 1, term.starts_on, term.first_half_ends_on))
        found.append(HalfTerm(year, term.season, 2, term.second_half_on, term.ends_on))
    return found


HALVES = halves_of(2026)
"""School weeks in each half term: 8, 7, 6, 5, 7, 7."""

SHORT_OCTOBER = [
    HalfTerm(2026, "autumn", 1, date(2026, 9, 1), date(2026, 10, 16)),
    HalfTerm(2026, "autumn", 2, date(2026, 11, 2), date(2026, 12, 18)),
    *HALVES[2:],
]
"""A school with two weeks of holiday in October."""


def by_half(strategy: Strategy, axis: str, level: str, halves: list[HalfTerm] = HALVES) -> dict[str, list[int]]:
    """How much of each entitlement of a school at this level is owed in each half term."""
    found = owed_of(strategy, [Placed(PLACED, axis, level)], halves, since=SINCE)
    counted = {key: Counter(half_of(day, halves) for day in days) for key, days in found.items()}
    return {key: [places[place] for place in range(len(halves))] for key, places in counted.items()}


def of_level(strategy: Strategy, axis: str, level: str, halves: list[HalfTerm] = HALVES) -> dict[str, list[int]]:
    """The same without what every school has."""
    common = {one.key for one in strategy.entitlements if not one.levels}
    return {key: counts for key, counts in by_half(strategy, axis, level, halves).items() if key not in common}


ONCE_A_TERM, ONCE_A_HALF = [0, 1] * 3, [1] * 6
MONTHLY = [2, 2, 1, 2, 2, 2]  # September to July, each by its last school day: February's is after its holiday
WEEKS = [8, 7, 6, 5, 7, 7]

S1_TABLE = {
    "sustain_upper": {"days_sustain_upper": [0, 1, 0, 1, 0, 1]},
    "sustain_lower": {"days_sustain_lower": [1, 1, 1, 1, 1, 1]},
    "improve": {"days_improve": [2, 2, 2, 2, 2, 2]},
    "repair_upper": {"days_repair": [3, 3, 3, 3, 3, 3], "rap_monitoring": ONCE_A_HALF},
    "repair_lower": {"days_repair": [3, 3, 3, 3, 3, 3], "rap_monitoring": ONCE_A_HALF},
    "stabilise": {"weekly_stabilise": WEEKS, "plan_check_stabilise": ONCE_A_TERM},
}


@pytest.mark.parametrize("level", S1_TABLE)
def test_the_table_of_s1_by_half_term(level: str):
    assert of_level(S1, "phase", level) == S1_TABLE[level]


@pytest.mark.parametrize(
    ("level", "days"),
    [("sustain_upper", 1), ("sustain_lower", 2), ("improve", 4), ("repair_upper", 6), ("repair_lower", 6)],
)
def test_s1_gives_one_two_four_and_six_days_in_each_term(level: str, days: int):
    units = {one.key: one.unit.value for one in S1.entitlements}
    counts = [each for key, each in by_half(S1, "phase", level).items() if units[key] == "day"]
    assert [sum(each[place : place + 2]) for each in counts for place in (0, 2, 4)] == [days] * 3


S3_TABLE = {
    ("academic", "sustain"): {
        "progress_meeting_termly": ONCE_A_TERM,
        "joint_monitoring_visit": ONCE_A_TERM,
        "support_sustain": ONCE_A_HALF,
    },
    ("academic", "refine"): {
        "progress_meeting_termly": ONCE_A_TERM,
        "joint_monitoring_visit": ONCE_A_TERM,
        "support_refine": [2] * 6,
    },
    ("academic", "reinforce"): {
        "progress_meeting_half_termly": ONCE_A_HALF,
        "support_reinforce": [3] * 6,
        "progress_assurance": ONCE_A_TERM,
    },
    ("academic", "stabilise"): {
        "progress_meeting_monthly": MONTHLY,
        "support_stabilise": WEEKS,
        "rapid_plan_cycle": [1, 1, 1, 1, 1, 1],
    },
    ("operational", "sustain"): {
        "safety_audit": [0, 0, 0, 0, 0, 1],
        "joint_visit_sustain": ONCE_A_TERM,
        "ops_support_sustain": ONCE_A_TERM,
    },
    ("operational", "refine"): {
        "safety_audit": [0, 0, 0, 0, 0, 1],
        "joint_visit_refine": ONCE_A_TERM,
        "ops_support_refine": ONCE_A_TERM,
    },
    ("operational", "reinforce"): {
        "safety_audit": [0, 0, 0, 0, 0, 1],
        "joint_visit_reinforce": ONCE_A_HALF,
        "ops_support_reinforce": ONCE_A_HALF,
    },
    ("operational", "stabilise"): {"joint_visit_stabilise": MONTHLY},
}


@pytest.mark.parametrize(("axis", "level"), S3_TABLE)
def test_the_table_of_s3_by_half_term(axis: str, level: str):
    assert of_level(S3, axis, level) == S3_TABLE[axis, level]


def test_what_every_school_of_s3_has_by_half_term():
    common = {one.key for one in S3.entitlements if not one.levels}
    found = {key: counts for key, counts in by_half(S3, "academic", "sustain").items() if key in common}
    assert found == {
        "head_network": [2, 3, 2, 1, 3, 2],  # every three school weeks: forty weeks hold thirteen
        "deputy_network": ONCE_A_TERM,
        "subject_leader_network": ONCE_A_TERM,
        "training_day": [0, 0, 0, 0, 0, 1],
        "operations_network": MONTHLY,
    }


def test_two_schools_with_different_half_terms_are_owed_by_their_own_weeks():
    usual, own = (of_level(S1, "phase", "stabilise", halves)["weekly_stabilise"] for halves in (HALVES, SHORT_OCTOBER))
    assert (usual, own) == (WEEKS, [7, 7, 6, 5, 7, 7])
    days = of_level(S1, "phase", "repair_upper", SHORT_OCTOBER)["days_repair"]
    assert days == [2, 4, 3, 3, 3, 3], "six in the autumn term as everywhere; its first half is the shorter one"


def test_a_category_counts_from_the_first_span_that_begins_with_it():
    """Decided in November: the autumn term stays as it was, and spring brings the new days."""
    history = [Placed(PLACED, "phase", "improve"), Placed(date(2026, 11, 24), "phase", "repair_upper")]
    found = owed_of(S1, history, HALVES, since=SINCE)
    assert len(found["days_improve"]) == 4
    assert max(found["days_improve"]) == date(2026, 12, 18)
    assert len(found["days_repair"]) == 12
    assert min(found["days_repair"]) > date(2027, 1, 4)
    weekly = owed_of(S1, [Placed(date(2026, 11, 24), "phase", "stabilise")], HALVES, since=SINCE)["weekly_stabilise"]
    assert weekly[0] == date(2026, 12, 4), "the week after the decision is the first whole one"


def test_a_school_that_joins_or_leaves_is_owed_nothing_outside_its_time():
    history = [Placed(PLACED, "phase", "repair_upper")]
    joined = owed_of(S1, history, HALVES, since=date(2026, 11, 9))["days_repair"]
    assert (len(joined), min(joined) > date(2027, 1, 4)) == (12, True)
    left = owed_of(S1, history, HALVES, since=SINCE, until=date(2026, 12, 18))["days_repair"]
    assert len(left) == 6


def test_when_needed_owes_nothing_by_any_day_and_an_unknown_category_only_the_common_offer():
    assert "executive_stabilise" not in owed_of(S1, [Placed(PLACED, "phase", "stabilise")], HALVES, since=SINCE)
    levelled = {one.key for one in S1.entitlements if one.levels}
    assert not levelled & owed_of(S1, [], HALVES, since=SINCE).keys()


@pytest.mark.parametrize("year", [2023, 2027])
def test_a_leap_year_owes_no_more_days_a_term(year: int):
    """February 2024 and 2028 have 29 days."""
    history = [Placed(date(2020, 1, 1), "phase", "repair_upper")]
    found = owed_of(S1, history, halves_of(year), since=SINCE)["days_repair"]
    assert Counter(half_of(day, halves_of(year)) // 2 for day in found) == {0: 6, 1: 6, 2: 6}


@given(
    moves=st.lists(
        st.tuples(st.integers(0, 330), st.sampled_from([one.key for one in S1.axis_levels("phase")])), max_size=5
    ),
    joined=st.integers(-400, 330),
)
def test_nothing_is_owed_outside_term_nor_before_it_was_decided(moves: list[tuple[int, str]], joined: int):
    first = date(2026, 9, 1)
    history = sorted((Placed(first + timedelta(days=n), "phase", level) for n, level in moves), key=lambda one: one.on)
    since = first + timedelta(days=joined)
    for key, days in owed_of(S1, history, HALVES, since=since).items():
        one = next(each for each in S1.entitlements if each.key == key)
        assert days == sorted(days)
        for day in days:
            assert day >= since
            assert any(half.starts <= day <= half.ends for half in HALVES)
            assert not one.levels or any(
                placed.on <= day and applies(one, {"phase": placed.level}) for placed in history
            )


def test_levels_are_those_of_the_last_decision_on_each_axis():
    history = [
        Placed(date(2026, 1, 1), "a", "x"),
        Placed(date(2026, 2, 1), "b", "y"),
        Placed(date(2026, 3, 1), "a", "z"),
    ]
    assert levels_on(history, date(2026, 2, 1)) == {"a": "x", "b": "y"}
    assert levels_on(history, date(2026, 3, 1)) == {"a": "z", "b": "y"}
