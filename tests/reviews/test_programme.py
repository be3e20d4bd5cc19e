"""The programme for the year: entitled, planned and done, in days or in visits."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.rules.kinds import kinds_of
from reviews.rules.programme import Booked, Seen, done_of, programme_of
from schools.strategy import Strategy, read_strategy
from tests.conftest import STRATEGIES

TODAY = date(2026, 11, 20)


def strategy_of(name: str) -> Strategy:
    return read_strategy((STRATEGIES / f"{name}.toml").read_text())


def booked(entitlement: str, days: str, *dates: date, is_agreed: bool = True) -> Booked:
    return Booked(entitlement, Decimal(days), dates, is_agreed)


OVER, TO_COME = date(2026, 11, 19), date(2027, 2, 1)


def test_days_of_the_strategy_are_entitled_planned_and_done():
    rows = [booked("qa_days", "3", OVER, OVER, TO_COME), booked("optional_days", "1", OVER, is_agreed=False)]
    found = programme_of(strategy_of("no_categories"), {}, rows, today=TODAY)
    told = {line.key: (line.entitled, line.planned, line.done, line.left) for line in found.lines}
    assert told == {"qa_days": (3, 1, 2, 0), "optional_days": (3, 1, 0, 2)}
    assert (found.entitled, found.planned, found.done) == (6, 2, 2)


def test_days_follow_the_category_and_the_cadence():
    strategy = strategy_of("sustain_to_stabilise")
    repair = programme_of(strategy, {"phase": "repair_upper"}, [], today=TODAY)
    assert [(line.key, line.entitled) for line in repair.lines if line.unit == "day"] == [("days_repair", 18)]
    unknown = programme_of(strategy, {}, [], today=TODAY)
    assert [line for line in unknown.lines if line.unit == "day"] == []


def test_a_visit_is_counted_as_one_whatever_its_days():
    rows = [booked("peer_review", "2", OVER)]
    found = programme_of(strategy_of("numbered_categories"), {}, rows, today=TODAY)
    [line] = [line for line in found.lines if line.key == "peer_review"]
    assert (line.unit, line.entitled, line.done, found.done) == ("visit", 1, 1, 0)


def test_what_no_entitlement_covers_is_beyond_the_offer():
    found = programme_of(strategy_of("no_categories"), {}, [booked("", "1.5", TO_COME)], today=TODAY)
    assert (found.lines[-1].label, found.lines[-1].planned, found.lines[-1].entitled) == (
        "Beyond the offer",
        Decimal("1.5"),
        None,
    )


@given(
    days=st.decimals(min_value="0.5", max_value=20, places=1),
    offsets=st.lists(st.integers(-60, 60), min_size=1, max_size=12),
    is_agreed=st.booleans(),
)
def test_no_more_is_done_than_was_booked_and_nothing_is_lost(days: Decimal, offsets: list[int], is_agreed: bool):
    one = booked("qa_days", str(days), *(TODAY + timedelta(days=n) for n in offsets), is_agreed=is_agreed)
    done = done_of(one, one.days, TODAY)
    assert 0 <= done <= days
    assert done == 0 or is_agreed
    found = programme_of(strategy_of("no_categories"), {}, [one], today=TODAY)
    assert found.planned + found.done == days
    if is_agreed and all(n < 0 for n in offsets):
        assert done == days


@pytest.mark.parametrize("name", ["two_axes", "four_phases"])
def test_every_strategy_can_be_counted(name: str):
    assert programme_of(strategy_of(name), {}, [], today=TODAY).done == 0


def test_an_entitlement_that_is_carried_out_as_visits_is_counted_from_them():
    """A form of the same kind, or the form that the entitlement names; a visit counts once."""
    seen = [Seen("safeguarding_review", True), Seen("safeguarding_review", False), Seen("health_check", True)]
    found = programme_of(strategy_of("sustain_to_stabilise"), {}, [], seen, today=TODAY)
    told = {line.key: (line.entitled, line.planned, line.done, line.beyond) for line in found.lines}
    assert told["safeguarding_review"] == (1, 1, 1, 1)
    assert told["health_safety_review"] == (1, 0, 0, 0)
    joint = programme_of(
        strategy_of("two_axes"), {"operational": "refine"}, [], [Seen("joint_visit", True)], today=TODAY
    )
    assert [(line.entitled, line.done) for line in joint.lines if line.key == "joint_visit_refine"] == [(3, 1)]
    assert not [line for line in joint.lines if line.key == "joint_visit_sustain"]


def test_days_beyond_the_offer_stand_apart():
    rows = [booked("qa_days", "4", OVER), booked("", "2", TO_COME), booked("optional_days", "1", OVER)]
    found = programme_of(strategy_of("no_categories"), {}, rows, today=TODAY)
    assert {line.key: line.beyond for line in found.lines} == {"qa_days": 1, "optional_days": 0, "": 2}
    assert (found.beyond, found.entitled, found.planned + found.done) == (3, 6, 7)


def test_where_the_strategy_names_no_days_there_is_no_nought():
    assert programme_of(strategy_of("numbered_categories"), {}, [], today=TODAY).entitled is None


def test_a_kind_that_is_agreed_has_terms_and_a_team_whatever_its_form():
    text = (STRATEGIES / "sustain_to_stabilise.toml").read_text()
    agreed = text.replace(
        'label = "Safeguarding review"\nform =', 'label = "Safeguarding review"\nagreed = true\nform ='
    )
    assert "safeguarding_review" not in {one.key for one in kinds_of(read_strategy(text))}
    strategy = read_strategy(agreed)
    assert "safeguarding_review" in {one.key for one in kinds_of(strategy)}
    found = programme_of(strategy, {}, [booked("safeguarding_review", "1", OVER)], today=TODAY)
    assert [line.done for line in found.lines if line.key == "safeguarding_review"] == [1]
