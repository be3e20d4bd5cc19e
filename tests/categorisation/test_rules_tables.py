"""Every kind of rule against tables of cases that a person can check; and one rating set for every shipped level."""

from __future__ import annotations

import tomllib

import pytest

from categorisation.rules import Evidence, explain, propose
from schools.strategy import strategy_from
from tests.categorisation.rules_by_hand import SHIPPED, SHIPPED_AXES, TABLES, TODAY, evidence_of


def cases(name: str):
    table = tomllib.loads((TABLES / f"{name}.toml").read_text(encoding="utf-8"))
    strategy = strategy_from(table["strategy"], name=name)
    return [pytest.param(strategy, case, id=f"{name}: {case['name']}") for case in table["cases"]]


@pytest.mark.parametrize(
    ("strategy", "case"),
    [*cases("best_fit"), *cases("worst_column"), *cases("judgement_table"), *cases("weighted_score")],
)
def test_case(strategy, case):
    evidence = evidence_of(case["ratings"]) | {
        kpi: Evidence(kpi, applies=False) for kpi in case.get("not_applicable", [])
    }
    facts, phase = frozenset(case.get("facts", [])), case.get("phase", "primary")
    proposal = propose(strategy, "overall", evidence, facts=facts, phase=phase, today=TODAY)

    level = case.get("level")
    assert (proposal.best, proposal.worst) == (case.get("best", level), case.get("worst", level))
    assert (proposal.enough, proposal.level) == (level is not None, level)
    found = {row.key: row.level for row in proposal.criteria}
    assert {key: found[key] for key in case.get("criteria", {})} == case.get("criteria", {})


EACH_LEVEL = tomllib.loads((TABLES / "each_level.toml").read_text(encoding="utf-8"))


def test_a_rating_set_is_printed_for_every_level_of_every_shipped_axis():
    printed = {(name, axis, level) for name, axes in EACH_LEVEL.items() for axis in axes for level in axes[axis]}
    assert printed == {
        (name, axis, level.key) for name, axis in SHIPPED_AXES for level in SHIPPED[name].axis_levels(axis)
    }


@pytest.mark.parametrize(
    ("name", "axis", "level"),
    [(name, axis, level.key) for name, axis in SHIPPED_AXES for level in SHIPPED[name].axis_levels(axis)],
)
def test_the_printed_rating_set_yields_its_level(name, axis, level):
    strategy, printed = SHIPPED[name], EACH_LEVEL[name][axis][level]
    ratings = {kpi.key: value for key, value in printed.items() for kpi in strategy.criterion_by_key[key].kpis}
    phase = strategy.identity.phases[0].value
    proposal = propose(strategy, axis, evidence_of(ratings), phase=phase, today=TODAY)

    assert (proposal.enough, proposal.level, proposal.missing) == (True, level, ())
    assert level in (proposal.best, proposal.worst)
    assert explain(strategy, proposal).headline.endswith(
        next(one.label for one in strategy.axis_levels(axis) if one.key == level)
    )
