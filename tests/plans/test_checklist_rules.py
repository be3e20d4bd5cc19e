"""Stays at a level, who writes at it, and what of a strategy is a checklist: no database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.queries.checklists import ROLE_WORDS
from plans.rules.chain import approvers_at
from plans.rules.checklist import (
    Tally,
    asked_at,
    checklists_at,
    comes_next,
    has_checklists,
    next_level,
    tally,
    to_take_up,
)
from plans.rules.delegation import delegates, handed_over, hands_on, level_on, level_that_says, why_not
from plans.rules.stays import Run, Told, length, runs, soonest_end, stay_of
from schools.rules.rhythm import HalfTerm
from schools.strategy.basics import Duration
from schools.strategy.load import read_strategy
from tests.conftest import STRATEGIES

S2 = read_strategy((STRATEGIES / "four_phases.toml").read_text())
TODAY = date(2026, 11, 20)
AUTUMN = HalfTerm(2026, "autumn", 1, starts=date(2026, 9, 1), ends=date(2026, 10, 23))
AUTUMN_2 = HalfTerm(2026, "autumn", 2, starts=date(2026, 11, 2), ends=date(2026, 12, 18))
SPRING = HalfTerm(2026, "spring", 1, starts=date(2027, 1, 4), ends=date(2027, 2, 12))
SPRING_2 = HalfTerm(2026, "spring", 2, starts=date(2027, 2, 22), ends=date(2027, 3, 26))
SUMMER = HalfTerm(2026, "summer", 1, starts=date(2027, 4, 12), ends=date(2027, 5, 28))
YEAR = (AUTUMN, AUTUMN_2, SPRING, SPRING_2, SUMMER)


def told(level: str, month: int, version: int = 1, axis: str = "phase") -> Told:
    return Told(axis, level, date(2026, month, 1), datetime(2026, month, 2, 8, tzinfo=UTC), version)


def test_a_stay_lasts_while_the_same_is_decided_again():
    first, second, third = runs([told("a", 1), told("a", 4, 2), told("b", 6), told("a", 9)])["phase"]
    assert (first.since, first.until, first.was, first.version) == (date(2026, 1, 1), date(2026, 6, 1), "", 2)
    assert (second.level, second.was, second.was_version, second.until) == ("b", "a", 2, date(2026, 9, 1))
    assert (third.level, third.since, third.was, third.until) == ("a", date(2026, 9, 1), "b", None)


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=12))
def test_stays_follow_each_other_without_a_gap(levels: list[str]):
    found = runs([told(level, month) for month, level in enumerate(levels, start=1)]).get("phase", [])
    for before, after in pairwise(found):
        assert before.until == after.since
        assert after.was == before.level != after.level
    assert not found or (found[-1].until is None and found[-1].level == levels[-1])


@pytest.mark.parametrize(
    ("span", "usual", "longest"),
    [
        (Duration(at_least=1, at_most=2, unit="terms"), date(2027, 1, 6), date(2027, 4, 14)),
        (Duration(at_least=12, at_most=18, unit="months"), date(2027, 9, 3), date(2028, 3, 3)),
        (Duration(at_most=6, unit="weeks"), None, date(2026, 10, 15)),
        (Duration(at_least=1, unit="years"), date(2027, 9, 3), None),
        (None, None, None),
    ],
)
def test_how_long_is_usual_is_counted_in_the_school_s_own_terms(span: Duration, usual: date, longest: date):
    run = Run("phase", "phase_1", date(2026, 9, 3), datetime(2026, 9, 4, 8, tzinfo=UTC), 1)
    stay = stay_of(run.since, span, YEAR)
    assert (soonest_end(run, span, YEAR), stay.until) == (usual, longest)
    assert stay.is_over(date(2029, 1, 1)) is (longest is not None)


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (date(2026, 11, 20), "0 days"), (date(2026, 11, 19), "1 day"), (date(2026, 11, 6), "2 weeks"),
        (date(2026, 8, 1), "3 months"), (date(2025, 9, 3), "14 months"), (date(2027, 1, 1), "0 days"),
    ],
)  # fmt: skip
def test_how_long_it_is_in_words(since: date, words: str):
    assert length(since, TODAY) == words


def test_each_phase_says_whose_people_write():
    found = [level_on(S2, "phase", f"phase_{n}") for n in (1, 2, 3, 4)]
    assert [one.edits for one in found if one] == [("trust",), ("trust", "school"), ("school",), ("school",)]
    assert delegates(S2)
    assert not delegates(read_strategy((STRATEGIES / "two_axes.toml").read_text()))
    assert level_on(S2, "phase", "stabilise") is None
    assert level_on(S2, "academic", "phase_1") is None


@pytest.mark.parametrize(
    ("phase", "sides", "may"),
    [
        (1, {"trust"}, True), (1, {"school"}, False), (1, {"trust", "school"}, True), (2, {"trust"}, True),
        (2, {"school"}, True), (3, {"trust"}, False), (3, {"school"}, True), (4, {"trust"}, False), (4, set(), False),
    ],
)  # fmt: skip
def test_who_may_write_at_which_phase(phase: int, sides: set[str], may: bool):
    level = level_that_says(S2, {"phase": f"phase_{phase}"})
    refusal = why_not(level, sides)
    assert (not refusal) is may
    assert may or refusal.startswith(f"In Phase {phase}")


def test_a_school_without_a_phase_is_left_to_the_roles():
    assert why_not(level_that_says(S2, {}), set()) == ""
    assert why_not(level_that_says(S2, {"phase": "elsewhere"}), {"school"}) == ""


def test_a_move_says_what_changes_hands_and_nothing_else():
    one, two, three, four = (hands_on(S2, "phase", f"phase_{n}") for n in (1, 2, 3, 4))
    assert one is not None
    assert two is not None
    assert four is not None
    assert handed_over(one, two, ROLE_WORDS) == [
        "The central team and the school write the plan and its checklist. Before, the central team did.",
        "Approved by: director of education then chief executive. Before: chief executive then chair of the trust.",
    ]
    assert handed_over(three, four, ROLE_WORDS) == []
    assert handed_over(None, one, ROLE_WORDS)[0] == "The central team writes the plan and its checklist."


@pytest.mark.parametrize(
    ("axis", "level", "roles"),
    [
        ("academic", "sustain", ("si_lead",)), ("academic", "stabilise", ("si_lead", "ceo")),
        ("operational", "sustain", ("si_lead",)), ("operational", "refine", ("operations",)),
        ("operational", "stabilise", ("operations",)), ("operational", "elsewhere", ()),
    ],
)  # fmt: skip
def test_who_approves_is_the_chain_of_the_plan_that_serves_the_axis(axis: str, level: str, roles: tuple[str, ...]):
    two_axes = read_strategy((STRATEGIES / "two_axes.toml").read_text())
    assert approvers_at(two_axes, axis, level) == roles


def test_where_the_plan_follows_the_level_those_of_the_level_approve():
    assert approvers_at(S2, "phase", "phase_2") == ("director", "ceo")  # of the plan that takes up its checklist
    assert approvers_at(S2, "phase", "phase_3") == ("chair",)


def test_a_school_works_through_its_own_level_and_the_one_above():
    assert has_checklists(S2)
    assert next_level(S2, "phase", "phase_1") == "phase_2"
    assert next_level(S2, "phase", "phase_4") == ""
    assert {one.level for one in to_take_up(S2, {"phase": "phase_1"})} == {"phase_1", "phase_2"}
    assert {one.level for one in to_take_up(S2, {"phase": "phase_4"})} == {"phase_4"}
    assert to_take_up(S2, {"academic": "stabilise"}) == []
    asked = list(asked_at(S2, "phase", "phase_1"))
    assert len(asked) == sum(len(group.items) for one in checklists_at(S2, "phase", "phase_1") for group in one.groups)
    assert len({one.place for one in asked}) == len(asked) == 37


def test_counts_and_the_picture():
    day = date(2026, 11, 1)
    found = tally([("met", day), ("met", None), ("under_way", day), ("open", None), ("open", TODAY)], TODAY)
    assert found == Tally(met=2, under_way=1, open=2, late=1)
    assert (found.count, found.outstanding, found.squares) == (5, 3, ["d", "d", "b", "n", "n"])
    assert (found.words, found.late_words, Tally(met=2).words) == ("1 under way, 2 not begun", "1 overdue", "")


@pytest.mark.parametrize(
    ("due", "status", "mine", "first"),
    [
        (date(2026, 11, 1), "open", False, True), (date(2026, 12, 4), "under_way", False, True),
        (date(2026, 12, 5), "open", False, False), (None, "open", True, True), (None, "open", False, False),
        (date(2026, 11, 1), "met", True, False),
    ],
)  # fmt: skip
def test_what_comes_first(due: date | None, status: str, mine: bool, first: bool):
    assert comes_next(due, status, mine=mine, today=TODAY) is first
