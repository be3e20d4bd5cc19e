"""How a school stands decides what it gives in and how much it needs; and whether a giver gives too much."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from plans.rules.drained import Gave, GivenSpan, Slip, days_in, drained
from plans.rules.standing import Rated, Standing, rated_of
from schools.strategy import Strategy, read_strategy
from tests.conftest import STRATEGIES


def strategy_of(name: str) -> Strategy:
    return read_strategy((STRATEGIES / f"{name}.toml").read_text(), name=name)


TWO, NUMBERED = strategy_of("two_axes"), strategy_of("numbered_categories")


def stands(strategy: Strategy, ladder: str = "", **levels: str) -> Standing:
    return Standing(strategy, levels, {}, ladder)


@pytest.mark.parametrize(
    ("strategy", "levels", "share"),
    [
        (TWO, {}, 0),
        (TWO, {"academic": "sustain", "operational": "sustain"}, 0),
        (TWO, {"academic": "sustain", "operational": "reinforce"}, 2 / 3),
        (TWO, {"academic": "stabilise"}, 1),
        (NUMBERED, {NUMBERED.axes[0].key: "two"}, 1 / 3),
        (NUMBERED, {NUMBERED.axes[0].key: "a level of long ago"}, 0),
        (strategy_of("no_categories"), {}, 0),
    ],
)
def test_how_far_down_the_order_of_levels_a_school_stands(
    strategy: Strategy, levels: dict[str, str], share: float
) -> None:
    assert stands(strategy, **levels).share == pytest.approx(share)


def test_an_area_counts_on_the_axes_its_criterion_informs() -> None:
    """Weak in its operations, a school may still help others with behaviour."""
    school = stands(TWO, academic="sustain", operational="stabilise")
    assert school.held("behaviour") == ""
    assert school.held("finance") == "stands at Stabilise itself, where no support is asked of a school"
    assert "stands at Stabilise itself" in school.held(""), "where no area is named every axis counts"
    assert school.words == "Sustain (academic support) and Stabilise (operational support)"


@pytest.mark.parametrize(
    ("name", "giving", "held"),
    [
        ("two_axes", ["sustain", "refine"], ["reinforce", "stabilise"]),
        ("numbered_categories", ["one", "two"], ["three", "four"]),
        ("four_phases", ["phase_4", "phase_3"], ["phase_2", "phase_1"]),
        (
            "sustain_to_stabilise", ["sustain_upper", "sustain_lower", "improve"],
            ["repair_upper", "repair_lower", "stabilise"],
        ),
    ],
)  # fmt: skip
def test_which_levels_give_is_said_by_the_file(name: str, giving: list[str], held: list[str]) -> None:
    strategy = strategy_of(name)
    axis = strategy.axes[0].key
    assert [one.key for one in strategy.axis_levels(axis)] == [*giving, *held]
    assert [bool(stands(strategy, **{axis: level}).held("")) for level in (*giving, *held)] == [
        *[False] * len(giving), *[True] * len(held),
    ]  # fmt: skip


def test_a_school_on_a_ladder_gives_nothing() -> None:
    held = stands(TWO, "Additional support", academic="sustain").held("behaviour")
    assert held == "is itself on a ladder (Additional support), and its head has not said that it can give"


def test_a_criterion_is_known_only_where_what_is_unknown_could_not_change_it() -> None:
    criterion = TWO.criterion_by_key["behaviour"]
    numbers = {kpi.key: place for place, kpi in enumerate(criterion.kpis)}
    count = len(numbers)
    weak, strong = [4] * count, [1] * count
    assert rated_of(TWO, numbers, weak, phase="primary") == {
        "behaviour": Rated("Behaviour & Attitudes", "Stabilise", 5, False)
    }
    assert rated_of(TWO, numbers, weak, strong, phase="primary")["behaviour"].is_weaker
    assert not rated_of(TWO, numbers, strong, weak, phase="primary")["behaviour"].is_weaker
    assert rated_of(TWO, numbers, [1, *[None] * (count - 1)], phase="primary") == {}
    assert rated_of(TWO, numbers, [], phase="primary") == {}


# Drained


def span(days: int, limit: int) -> GivenSpan:
    return GivenSpan("the autumn term 2026/27, first half", Decimal(days), limit)


SLIPPED = (
    "It has given 3 days since last year began (0 this year), and went from Sustain to Refine (academic) on"
    " 20 October 2026."
)
WEAKER = "Two criteria of its own became weaker with its latest matrix while it gave 1.5 days this year: Roll and Site."
SLIP = Slip("academic", "Sustain", "Refine", date(2026, 10, 20))


@pytest.mark.parametrize(
    ("gave", "flagged"),
    [
        (Gave("Ashmere"), []),
        (Gave("Ashmere", spans=[span(4, 4)]), []),
        (Gave("Ashmere", spans=[span(5, 4)]), ["gives 5 days in the autumn term 2026/27, first half; its limit is 4."]),
        (Gave("Ashmere", slips=[SLIP]), []),
        (Gave("Ashmere", last_year=Decimal(3), slips=[SLIP]), [SLIPPED]),
        (Gave("Ashmere", last_year=Decimal(3), weaker=["Roll"]), []),
        (Gave("Ashmere", Decimal("1.5"), weaker=["Roll", "Site"]), [WEAKER]),
    ],
)  # fmt: skip
def test_a_giver_is_flagged_by_its_limit_and_by_what_became_of_itself(gave: Gave, flagged: list[str]) -> None:
    found = drained(gave)
    assert len(found) == len(flagged)
    assert all(words in told for words, told in zip(flagged, found, strict=True))


def test_what_each_unit_takes_of_a_day() -> None:
    assert [days_in(Decimal(2), unit) for unit in ("day", "session", "visit", "meeting", "programme")] == [
        2,
        1,
        1,
        1,
        2,
    ]
