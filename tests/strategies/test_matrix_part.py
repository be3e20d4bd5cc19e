"""When a matrix is due and what a rating may rest on: data of each strategy, and what a file without it means."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from schools.access import ROLES
from schools.strategy import StrategyError, read_strategy, strategy_from
from schools.strategy.reading import reading_of
from tests.strategies.reading import STRATEGIES

FILES = sorted(STRATEGIES.glob("*.toml"))
BEFORE = ("data", "work", "planning", "views", "observation", "records")
"""The kinds of source every strategy had before they were a part of the file; ratings keep these keys."""


def raw_of(name: str = "two_axes") -> dict[str, Any]:
    return tomllib.loads((STRATEGIES / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_strategy_says_it_for_itself(path: Any) -> None:
    raw = raw_of(path.stem)
    strategy = read_strategy(path.read_text(encoding="utf-8"), name=path.name)
    assert len(raw["matrix"]["sources"]) >= 5
    assert raw["matrix"]["due_days_before_end"] > 0
    assert ("due_days_before_meeting" in raw["matrix"]) == any(meeting.decides for meeting in strategy.meetings)


def test_the_five_sources_of_s3_31_come_first() -> None:
    labels = [kind["label"] for kind in raw_of()["matrix"]["sources"]]
    five = ["Data", "Pupils’ work", "Planning", "Pupils’ views", "Observed teaching and assessment"]
    assert labels == [*five, "Records"]


def test_a_file_without_it_is_read_as_before() -> None:
    raw = raw_of()
    del raw["matrix"]
    rules = strategy_from(raw).matrix
    assert (rules.due_days_before_meeting, rules.due_days_before_end) == (6, 23)
    assert tuple(rules.source_labels) == BEFORE


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ([{"key": "data", "label": "Data"}] * 2, "matrix.sources: the key “data” is used 2 times"),
        ([{"key": "d" * 21, "label": "Data"}], "a small letter, then at most 19 small letters, digits or _"),
        ([], "matrix.sources: expected at least 1 here"),
    ],
)
def test_faults_say_where_they_are(sources: list[dict[str, str]], said: str) -> None:
    raw = raw_of()
    raw["matrix"]["sources"] = sources
    with pytest.raises(StrategyError) as refused:
        strategy_from(raw)
    assert said in str(refused.value)


def test_the_document_shows_it() -> None:
    roles = {role: rule.label for role, rule in ROLES.items()}
    shown = {
        name: " ".join(reading_of(strategy_from(raw_of(name)), roles).matrix) for name in ("two_axes", "no_categories")
    }
    assert (
        "The risk matrix. Due 6 days before the meeting that decides, or where there is none, 23 days"
        in shown["two_axes"]
    )
    assert "A rating names what it rests on: data, pupils’ work, planning" in shown["two_axes"]
    assert re.search(r"Due 23 days before the period ends\..*core QA review", shown["no_categories"])
