"""What an indicator may say of thresholds, ages and outcomes, and how a file that says it wrongly is told."""

from __future__ import annotations

import pytest

from schools.strategy import Strategy
from schools.strategy.load import StrategyError, read_strategy
from schools.strategy.reading.judging import criteria_of
from tests.strategies.reading import STRATEGIES, shipped

TEXT = (STRATEGIES / "two_axes.toml").read_text()
S3 = shipped("two_axes")

ATTENDANCE = """  { level = "sustain", at_least = 96 },
  { level = "refine", at_least = 95 },"""


def refused(old: str, new: str) -> str:
    assert TEXT.count(old) == 1, old
    with pytest.raises(StrategyError) as said:
        read_strategy(TEXT.replace(old, new))
    return str(said.value)


def test_a_secondary_school_has_its_own_thresholds() -> None:
    kpi = S3.kpi_by_key["attendance"]
    assert [one.at_least for one in kpi.thresholds_for("primary")] == [96, 95, 93]
    assert [one.at_least for one in kpi.thresholds_for("secondary")] == [94, 92, 90]
    assert [one.at_least for one in kpi.thresholds_for("special")] == [91, 87, 83]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (ATTENDANCE, ATTENDANCE.replace("95", "97"), "a weaker level to ask for less"),
        (ATTENDANCE, ATTENDANCE.replace("refine", "sustain"), "each level once, strongest first"),
        (ATTENDANCE, ATTENDANCE.replace("at_least = 95", "at_most = 95"), "expected at_least, as high is better"),
        (
            '{ level = "sustain", at_least = 91, phases = ["special", "alternative"] }',
            '{ level = "sustain", at_least = 91, phases = ["special", "secondary"] }',
            "secondary schools have two sets of thresholds",
        ),
        (
            '  { level = "sustain", months = 4 },\n  { level = "refine", months = 6 },',
            '  { level = "refine", months = 6 },\n  { level = "sustain", months = 4 },',
            "expected the youngest and strongest first",
        ),
        ('no_better_than = "stabilise" },\n]\nstale_after_months = 4', 'no_better_than = "poor" },\n]\nstale_after_months = 4', "“poor” is not there"),  # noqa: E501
        ('measure = "gld"\ncomparator = "national"', 'measure = "gld"\ncomparator = "county"', "county"),
        ('measure = "gld"\ncomparator = "national"', 'measure = "gld"\ngroup = "tall"\ncomparator = "national"', "“tall” is not there"),  # noqa: E501
        ('measure = "gld"\ncomparator = "national"\n', 'measure = "gld"\n', "as the thresholds are on the difference"),
        ('computed = "self_evaluation_generous"', 'computed = "luck"', "self_evaluation_generous"),
        (
            'computed = "self_evaluation_generous"',
            'computed = "self_evaluation_generous"\npublished = "category_of_concern"',
            "either published or computed",
        ),
    ],
)  # fmt: skip
def test_a_file_that_says_it_wrongly(old: str, new: str, words: str) -> None:
    assert words in refused(old, new)


def reading(strategy: Strategy, kpi: str) -> tuple[list[str], str]:
    label = strategy.kpi_by_key[kpi].label
    found = next(one for criterion in criteria_of(strategy) for one in criterion.kpis if one.label == label)
    return [text for _, _, text in found.thresholds], " ".join(found.notes)


def test_the_strategy_page_says_ages_outcomes_and_phases() -> None:
    lines, notes = reading(S3, "single_central_record")
    assert lines == ["up to 4 months old", "up to 6 months old", "up to 12 months old", "older"]
    assert "points still open (no better than Reinforce)" in notes
    lines, _ = reading(S3, "attendance")
    assert lines[:4] == ["96 or more", "95 or more", "93 or more", "otherwise"]
    assert any(line.startswith("94 or more, for middle, secondary") for line in lines)
