"""What holds for every strategy that ships, whoever wrote it."""

from __future__ import annotations

import pytest

from schools.strategy import Cadence, Kpi, Strategy
from tests.strategies.reading import ROOT, STRATEGIES, keyed, shipped

NAMES = sorted(path.stem for path in STRATEGIES.glob("*.toml"))


@pytest.fixture(params=NAMES)
def strategy(request: pytest.FixtureRequest) -> Strategy:
    return shipped(request.param)


def thresholds_fault(kpi: Kpi, levels: list[str], phase: str = "primary") -> str | None:
    """Why the thresholds of a KPI cannot suggest each level in its turn, for schools of a phase of education."""
    thresholds = kpi.thresholds_for(phase)
    tests = [one.at_least if kpi.better == "high" else one.at_most for one in thresholds]
    if not kpi.better or None in tests:
        return "the thresholds look another way than `better`"
    if len(set(tests)) < len(tests) or tests != sorted(tests, reverse=kpi.better == "high"):
        return "a weaker level is harder to reach than a stronger one"
    if [one.level for one in thresholds] != levels[: len(tests)]:
        return "the levels are not in the order of the scale"
    return None


def test_thresholds_leave_every_level_within_reach(strategy: Strategy) -> None:
    asked = [
        (kpi, phase)
        for kpi in strategy.kpis()
        for phase in strategy.identity.phases
        if kpi.thresholds and strategy.asks(kpi, phase)
    ]
    assert {
        (kpi.key, phase): thresholds_fault(kpi, [level.key for level in strategy.levels_of(kpi.scale)], phase)
        for kpi, phase in asked
    } == {(kpi.key, phase): None for kpi, phase in asked}


def test_dated_kpis_say_how_they_age_and_end(strategy: Strategy) -> None:
    """So that an audit rates itself; the strongest outcome alone lets the strongest level stand."""
    dated = [kpi for kpi in strategy.kpis() if kpi.kind == "dated"]
    for kpi in dated:
        levels = [level.key for level in strategy.levels_of(kpi.scale)]
        assert [age.level for age in kpi.ages] == levels[:-1], kpi.key
        assert [one.no_better_than or levels[0] for one in kpi.outcomes] == levels, kpi.key


def test_measured_kpis_name_a_measure_and_a_unit(strategy: Strategy) -> None:
    measures = keyed(strategy.measures)
    measured = [kpi for kpi in strategy.kpis() if kpi.kind == "measured"]
    assert [kpi.key for kpi in measured if kpi.measure not in measures or not kpi.unit] == []


def test_every_kpi_has_a_hint(strategy: Strategy) -> None:
    assert [kpi.key for kpi in strategy.kpis() if not kpi.hint] == []


def test_differences_have_something_to_differ_from(strategy: Strategy) -> None:
    assert [kpi.key for kpi in strategy.kpis() if kpi.against == "difference" and not kpi.comparator] == []


def test_a_board_and_a_chairs_report_each_term(strategy: Strategy) -> None:
    assert {"board", "chairs"} <= {report.template for report in strategy.reports if report.every == Cadence.TERM}


def test_bridges_are_dated_and_owned(strategy: Strategy) -> None:
    assert [bridge.key for bridge in strategy.bridges if not bridge.note] == []


@pytest.mark.shared
@pytest.mark.parametrize(("seed", "last"), [("S3", 42), ("S4", 34)])
def test_the_inventory_has_these_items(seed: str, last: int) -> None:
    inventory = ROOT.parent / "shared" / "design" / "inventory.md"
    text = inventory.read_text(encoding="utf-8")
    assert [n for n in range(1, 100) if f"- **{seed}-{n:02}**" in text] == list(range(1, last + 1))
