"""The smallest sets of changes equal brute force."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from categorisation.rules import Change, propose
from categorisation.rules.judgement import Judgement
from categorisation.rules.matrix import Row
from schools.strategy import strategy_from
from tests.categorisation.rules_by_hand import (
    SHIPPED,
    SHIPPED_AXES,
    TODAY,
    brute_force,
    evidence_of,
    level_by_hand,
    ratings_of,
    scale_keys,
    small_strategies,
)

calm = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}


def sets_of(moves):
    return [one.changes for one in moves.sets]


def check_both_ways(strategy, axis, ratings, phase, facts, most):
    proposal = propose(strategy, axis, evidence_of(ratings), facts=facts, phase=phase, today=TODAY)
    if not proposal.enough:
        assert proposal.moves_up == proposal.moves_down == ()
        return
    for moves, up in ((proposal.up, True), (proposal.down, False)):
        found = sets_of(moves)
        if found and len(found[0]) > most:
            found = []
        assert found == brute_force(strategy, axis, ratings, phase, up=up, most=most, facts=facts)
        check_where_they_lead(strategy, axis, ratings, phase, facts, moves, proposal.level)
        check_when_there_are_none(strategy, axis, ratings, phase, facts, moves, up, proposal.level)


def check_where_they_lead(strategy, axis, ratings, phase, facts, moves, level):
    levels = scale_keys(strategy, strategy.axis_by_key[axis].scale)
    for one in moves.sets:
        changed = {**ratings, **{change.kpi: change.to for change in one.changes}}
        assert levels[level_by_hand(strategy, axis, changed, phase, "worst", facts)] == one.reaches != level


def check_when_there_are_none(strategy, axis, ratings, phase, facts, moves, up, level):
    """No level that way; or nothing whatever would do it; or it takes more than three."""
    assert bool(moves.sets) == (moves.to is not None and moves.possible and moves.needs_more_than is None)
    levels = scale_keys(strategy, strategy.axis_by_key[axis].scale)
    assert (moves.to is None) == (level == (levels[0] if up else levels[-1]))
    if moves.to is not None:
        far = {kpi.key: scale_keys(strategy, kpi.scale)[0 if up else -1] for kpi in strategy.kpis()}
        reached = level_by_hand(strategy, axis, far, phase, "worst", facts)
        assert moves.possible == (reached < levels.index(level) if up else reached > levels.index(level))


@settings(max_examples=120, **calm)
@given(strategy=small_strategies(), data=st.data(), watched=st.booleans())
def test_equal_brute_force_up_to_three_changes(strategy, data, watched):
    facts = frozenset({"watched"} if watched else ())
    check_both_ways(strategy, "overall", data.draw(ratings_of(strategy)), "primary", facts, most=3)


@pytest.mark.parametrize(("changes", "examples"), [(1, 3), (2, 2), (3, 1), (None, 1)])
@pytest.mark.parametrize(("name", "axis"), SHIPPED_AXES)
def test_equal_brute_force_up_to_three_changes_on_shipped_strategies(name, axis, changes, examples):
    """Ratings that need one change, two, three, or more than brute force tries; fewer where it has more to try."""
    strategy = SHIPPED[name]
    phase = strategy.identity.phases[0].value
    for ratings in ratings_needing(strategy, axis, phase, changes, examples):
        check_both_ways(strategy, axis, ratings, phase, frozenset(), most=3)


def ratings_needing(strategy, axis, phase, changes, examples):
    """Of 300 fixed seeds the first whose ratings need this many changes upwards or downwards."""
    found = []
    for seed in range(300):
        rnd = random.Random(seed)
        lean, ratings = rnd.random(), {}
        for kpi in strategy.kpis():
            levels = scale_keys(strategy, kpi.scale)
            ratings[kpi.key] = rnd.choice([*levels, None, *[levels[round(lean * (len(levels) - 1))]] * 6])
        proposal = propose(strategy, axis, evidence_of(ratings), phase=phase, today=TODAY)
        needed = [
            len(moves.sets[0].changes) if moves.sets else None for moves in (proposal.up, proposal.down) if moves.to
        ]
        if proposal.enough and changes in needed:
            found.append(ratings)
        if len(found) == examples:
            return found
    raise AssertionError(f"only {len(found)} of 300 need {changes}")


def wide(kind: str, seed: int, *, criteria_count: int = 13, kpi_count: int = 3):
    """Thirteen criteria with three KPIs each, all on one axis: 39 KPIs of four levels."""
    rnd, levels = random.Random(seed), ["a", "b", "c", "d"]
    criteria = [
        {
            "key": f"c{n}", "label": f"C{n}", "axes": ["x"], "weight": rnd.randint(1, 3),
            "kpis": [
                {"key": f"k{n}_{m}", "label": "K", "scale": "s", "weight": rnd.randint(1, 3)} for m in range(kpi_count)
            ],
        }
        for n in range(criteria_count)
    ]  # fmt: skip
    rule = {"kind": kind, "axis": "x", "label": "Rule"}
    if kind == "weighted_score":
        rule["bands"] = [{"level": level, "up_to": (n + 1) / 4} for n, level in enumerate(levels)]
    return strategy_from(
        {
            "identity": {"key": "wide", "version": 1, "title": "W", "summary": "W", "phases": ["primary"]},
            "scales": [{"key": "s", "label": "S", "levels": [{"key": k, "label": k, "tone": 3} for k in levels]}],
            "axes": [{"key": "x", "label": "X", "scale": "s"}],
            "criteria": criteria,
            "rules": [rule],
        }
    )


@pytest.mark.parametrize("kind", ["best_fit", "worst_column", "weighted_score"])
def test_equal_brute_force_where_three_changes_are_needed(kind):
    needed = []
    for seed in range(24):
        strategy, rnd = wide(kind, seed, criteria_count=5, kpi_count=2), random.Random(seed)
        mix = ["bbbca", "bbccc", "ddddc", "ccccb"][seed % 4]
        ratings = {kpi.key: rnd.choice([*mix, None]) for kpi in strategy.kpis()}
        check_both_ways(strategy, "x", ratings, "primary", frozenset(), most=3)
        proposal = propose(strategy, "x", evidence_of(ratings), phase="primary", today=TODAY)
        needed += [len(one.changes) for one in (*proposal.moves_up, *proposal.moves_down)]
    assert needed.count(3) >= 2


@pytest.mark.parametrize("kind", ["best_fit", "worst_column", "weighted_score"])
def test_the_work_is_bounded_for_39_kpis_of_four_levels(kind, monkeypatch):
    """Brute force up to three changes would try some 250,000 rating sets; counted here, not timed."""
    asked = {"axis": 0, "criterion": 0}
    result, position = Judgement.result, Row.position
    monkeypatch.setattr(Judgement, "result", lambda *a: (asked.update(axis=asked["axis"] + 1), result(*a))[1])
    monkeypatch.setattr(Row, "position", lambda *a: (asked.update(criterion=asked["criterion"] + 1), position(*a))[1])
    most = {"axis": 0, "criterion": 0}
    for seed in range(20):
        strategy, rnd = wide(kind, seed), random.Random(seed)
        lean = rnd.choice("abcd")
        ratings = {kpi.key: rnd.choice(["a", "b", "c", "d", lean, lean]) for kpi in strategy.kpis()}
        asked.update(axis=0, criterion=0)
        propose(strategy, "x", evidence_of(ratings), phase="primary", today=TODAY)
        most = {key: max(most[key], asked[key]) for key in most}
    assert most["axis"] < 6000
    assert most["criterion"] < 1500


def test_an_unknown_is_a_change_upwards_and_never_one_downwards():
    strategy = wide("worst_column", 1)
    ratings = {kpi.key: "b" for kpi in strategy.kpis()} | {"k0_0": None, "k0_1": None, "k0_2": None}
    proposal = propose(strategy, "x", evidence_of(ratings), phase="primary", today=TODAY)
    assert proposal.level == "d"
    assert all(change.was is None for one in proposal.moves_up for change in one.changes)
    assert proposal.moves_down == ()


def test_more_than_three_is_said():
    strategy = wide("worst_column", 1)
    proposal = propose(strategy, "x", evidence_of({k.key: "b" for k in strategy.kpis()}), phase="primary", today=TODAY)
    assert (proposal.moves_up, proposal.up.needs_more_than, proposal.up.to) == ((), 3, "a")
    assert proposal.moves_down[0].changes[0] == Change(proposal.moves_down[0].changes[0].kpi, "b", "c")
