"""A file that is not a strategy is refused in sentences that say where and what was expected."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schools.strategy import StrategyError, read_strategy, strategy_from
from schools.strategy.load import LARGEST
from tests.strategies.reading import STRATEGIES

TEXT = (STRATEGIES / "two_axes.toml").read_text(encoding="utf-8")
RAW = tomllib.loads(TEXT)

TABLE = """
[identity]
key = "small"
version = 1
title = "Small"
summary = "Small"
phases = ["primary"]

[[scales]]
key = "category"
label = "Category"
levels = [{ key = "one", label = "1", tone = 1 }, { key = "two", label = "2", tone = 5 }]

[[scales]]
key = "issues"
label = "Issues"
levels = [
  { key = "none", label = "None", tone = 1 },
  { key = "some", label = "Some", tone = 3 },
  { key = "many", label = "Many", tone = 5 },
]

[[axes]]
key = "overall"
label = "Overall"
scale = "category"

[[criteria]]
key = "visits"
label = "Visits"
axes = ["overall"]
kpis = [{ key = "visit_issues", label = "Issues at visits", scale = "issues" }]

[[rules]]
kind = "table"
axis = "overall"
label = "Table"
rows = [
  { level = "one", allows = { visits = ["none", "some"] } },
  { level = "two", allows = { visits = ["some", "many"] } },
]
"""


def faults_of(text: str) -> list[str]:
    with pytest.raises(StrategyError) as refused:
        read_strategy(text, name="file.toml")
    assert str(refused.value).startswith("file.toml: ")
    return refused.value.faults


def changed(change: Callable[[dict], object]) -> list[str]:
    raw = copy.deepcopy(RAW)
    change(raw)
    with pytest.raises(StrategyError) as refused:
        strategy_from(raw, name="file.toml")
    return refused.value.faults


def the(raw: dict, part: str, key: str) -> dict:
    return next(item for item in raw[part] if item["key"] == key)


def test_the_small_strategy_is_one() -> None:
    assert read_strategy(TABLE).rules[0].kind == "table"


def test_syntax_error_names_the_line() -> None:
    line = TEXT.splitlines().index('key = "two_axes"') + 1
    faults = faults_of(TEXT.replace('key = "two_axes"', 'key = "two_axes'))
    assert faults == [f"this cannot be read as TOML: Illegal character '\\n' (at line {line}, column 16)"]


def test_the_same_name_twice_names_the_line() -> None:
    faults = faults_of(TEXT.replace('key = "two_axes"', 'key = "two_axes"\nkey = "another"'))
    assert len(faults) == 1
    assert "line" in faults[0]


def test_wrong_name_names_the_path_and_what_is_known() -> None:
    (fault,) = faults_of(
        TEXT.replace('label = "SEF/Ofsted judgement"\n', 'label = "SEF/Ofsted judgement"\nhnit = "x"\n')
    )
    assert fault.startswith("criteria.quality_of_education.kpis.sef_ofsted.hnit: this name is not known here; ")
    assert "expected one of key, label, kind, scale, hint," in fault


def test_wrong_part_is_refused_with_the_parts_there_are() -> None:
    (fault,) = faults_of(TEXT + "\n[categories]\na = 1\n")
    assert fault.startswith("categories: this name is not known here; expected one of identity, statements, scales,")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda raw: raw["identity"].pop("title"), "identity.title: expected a value here; none is given"),
        (lambda raw: raw["identity"].update(version="one"), "identity.version: found “one”; expected a valid integer"),
        (
            lambda raw: raw["identity"].update(key="Two Axes"),
            "identity.key: “Two Axes” does not fit; "
            "expected a small letter, then at most 59 small letters, digits or _",
        ),
        (lambda raw: raw["identity"].update(phases=[]), "identity.phases: expected at least 1 here; found 0"),
        (
            lambda raw: the(raw, "plan_types", "sip").update(only_on_ladder=True),
            "plan_types.sip.only_on_ladder: no stage of a ladder names it; expected one that does",
        ),
        (lambda raw: raw["identity"].update(title=" "), "identity.title: found “ ”; expected at least 1 character"),
        (lambda raw: raw.update(scales=3), "scales: found “3”; expected a list"),
        (
            lambda raw: raw["identity"].update(phases=["primary", "first"]),
            "identity.phases.1: “first” is not known; expected 'nursery', 'primary', 'infant', 'junior', "
            "'middle', 'secondary', 'all_through', 'special', 'alternative' or 'sixteen_plus'",
        ),
        (
            lambda raw: the(raw, "entitlements", "head_network").update(unit="hour"),
            "entitlements.head_network.unit: “hour” is not known; "
            "expected 'day', 'session', 'visit', 'meeting' or 'programme'",
        ),
        (
            lambda raw: the(raw, "entitlements", "head_network").update(per="fortnight"),
            "entitlements.head_network.per: “fortnight” is not known; "
            "expected 'week', 'three_weeks', 'month', 'six_weeks', 'half_term', 'term' or 'year'",
        ),
        (
            lambda raw: raw["scales"][0]["levels"][0].update(stay={"at_most": 2, "unit": "fortnights"}),
            "scales.support.levels.sustain.stay.unit: “fortnights” does not fit; "
            "expected one of weeks, months, half_terms, terms, years",
        ),
        (
            lambda raw: raw["scales"][0]["levels"][0].update(tone=9),
            "scales.support.levels.sustain.tone: found “9”; expected less than or equal to 5",
        ),
        (
            lambda raw: raw["rules"][0].update(kind="average"),
            "rules.0: “average” is not a known kind; expected 'best_fit', 'worst_column', 'table', 'weighted_score'",
        ),
        (
            lambda raw: raw["rules"][0].update(scale="support"),
            "rules.0.best_fit.scale: this name is not known here; "
            "expected one of axis, label, minimum, caps, note, kind",
        ),
        (
            lambda raw: raw["rules"][0]["caps"][0].update(fact="x"),
            "rules.0.best_fit.caps.0: name either a criterion with at_or_below, or a fact",
        ),
    ],
)
def test_wrong_value_says_what_was_expected(change: Callable[[dict], object], fault: str) -> None:
    assert changed(change) == [fault]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            lambda raw: raw["meetings"].append(raw["meetings"][0]),
            "meetings: the key “risk_meeting” is used 2 times; each key may be used once",
        ),
        (
            lambda raw: raw["criteria"][1]["kpis"].append(raw["criteria"][0]["kpis"][0]),
            "criteria.kpis: the key “sef_ofsted” is used 2 times; each key may be used once",
        ),
        (
            lambda raw: raw["axes"][0].update(scale="suport"),
            "axes.academic.scale: “suport” is not there; expected one of support",
        ),
        (
            lambda raw: the(raw, "entitlements", "support_refine").update(levels=["polish"]),
            "entitlements.support_refine.levels: “polish” is not there; "
            "expected one of sustain, refine, reinforce, stabilise",
        ),
        (
            lambda raw: raw["rules"][0]["minimum"].update(criteria=["safety"]),
            "rules.0.minimum.criteria: “safety” is not there; expected one of quality_of_education, leadership, "
            "behaviour, personal_development, early_years, safeguarding, finance, roll, site, resources, capacity",
        ),
        (
            lambda raw: the(raw, "bridges", "report_card_urgent").update(grades={"urgent improvement": "weakest"}),
            "bridges.report_card_urgent.grades: “weakest” is not there; "
            "expected one of sustain, refine, reinforce, stabilise",
        ),
        (
            lambda raw: raw["rules"].pop(1),
            "axes.operational: no rule proposes a level for this axis; expected one in [[rules]]",
        ),
    ],
)
def test_what_does_not_hold_together_names_the_path(change: Callable[[dict], object], fault: str) -> None:
    assert fault in changed(change)


def test_table_with_a_level_no_row_allows() -> None:
    faults = faults_of(TABLE.replace('["some", "many"]', '["some"]'))
    assert faults == ["rules.0.rows: no row allows visits = “many”"]


def test_table_without_a_row_for_a_level() -> None:
    faults = faults_of(TABLE.replace('  { level = "two", allows = { visits = ["some", "many"] } },\n', ""))
    assert faults == ["rules.0.rows: expected one row for each level, strongest first: one, two"]


def test_table_with_an_empty_cell_leaves_a_level_out_of_reach() -> None:
    faults = faults_of(TABLE.replace('["some", "many"]', "[]"))
    assert "rules.0.rows.two.visits: expected at least one of none, some, many" in faults


def test_table_in_which_better_evidence_gives_a_weaker_level() -> None:
    upside_down = TABLE.replace('["none", "some"]', "[*]").replace('["some", "many"]', '["none", "some"]')
    faults = faults_of(upside_down.replace("[*]", '["some", "many"]'))
    assert faults == ["rules.0.rows: a weaker value of visits would allow a stronger level"]


def test_score_bands_leave_no_level_out() -> None:
    score = TABLE.replace('kind = "table"', 'kind = "weighted_score"').split("rows = [")[0]
    faults = faults_of(score + 'bands = [{ level = "one", up_to = 1 }, { level = "two", up_to = 1 }]\n')
    assert faults == [
        "rules.0.bands: each up_to must be above the one before, so that every level can be reached",
    ]


def test_too_large_a_file_is_not_parsed() -> None:
    assert faults_of("#" * (LARGEST + 1)) == ["the file has 1,000,001 characters; at most 1,000,000 are read"]


def test_every_fault_is_listed_at_once() -> None:
    def spoil(raw: dict) -> None:
        raw["axes"][0]["scale"] = "one"
        raw["axes"][1]["scale"] = "two"

    faults = changed(spoil)
    assert any(fault.startswith("axes.academic.scale: “one”") for fault in faults)
    assert any(fault.startswith("axes.operational.scale: “two”") for fault in faults)


JUNK: Any = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=20),
    st.lists(st.text(max_size=5), max_size=2),
    st.just({}),
)


@settings(max_examples=150, deadline=None)
@given(part=st.sampled_from(sorted(RAW)), junk=JUNK, depth=st.integers(0, 3), pick=st.randoms(use_true_random=False))
def test_any_wrong_value_is_a_strategy_or_sentences(part: str, junk: object, depth: int, pick: Any) -> None:
    """Whatever stands in the file, the answer is a strategy or faults with a path, never another error."""
    raw = copy.deepcopy(RAW)
    holder: Any = raw
    step: Any = part
    for _ in range(depth):
        inside = holder[step]
        if not isinstance(inside, dict | list) or not inside:
            break
        holder, step = inside, pick.choice(sorted(inside) if isinstance(inside, dict) else range(len(inside)))
    holder[step] = junk
    faults = ["x: none"]
    try:
        strategy_from(raw)
    except StrategyError as refused:
        faults = refused.faults
    assert faults
    assert all(": " in fault for fault in faults)


def test_a_plan_for_the_ladder_alone_has_no_levels() -> None:
    raw = tomllib.loads((STRATEGIES / "sustain_to_stabilise.toml").read_text(encoding="utf-8"))
    the(raw, "plan_types", "rap_repair").update(only_on_ladder=True)
    with pytest.raises(StrategyError) as refused:
        strategy_from(raw, name="file.toml")
    assert refused.value.faults == ["plan_types.rap_repair.only_on_ladder: expected a plan of a school, without levels"]
