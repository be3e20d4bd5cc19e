"""What visits add to a rating: the number of independent kinds of evidence, their age, what the rule makes of it."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

import pytest

from categorisation.rules import Evidence, explain, propose
from categorisation.rules.evidence import Seen
from schools.strategy import Strategy, strategy_from
from tests.categorisation.rules_by_hand import TABLES, TODAY, evidence_of

ALL_A: dict[str, str | None] = {"t1": "a", "t2": "a", "t3": "a", "s1": "a", "f1": "a", "f2": "a"}
LATELY = Seen("work", date(2026, 11, 18))


def strategy(**minimum: Any) -> Strategy:
    raw = tomllib.loads((TABLES / "best_fit.toml").read_text(encoding="utf-8"))["strategy"]
    raw["rules"][0]["minimum"] = {"share": 0.6, **minimum}
    return strategy_from(raw)


def seen_on(*kpis: str, own: tuple[str, ...] = ("data",)) -> dict[str, Evidence]:
    """Every rating with the school's own kind; those named seen by a visit as well."""
    plain = evidence_of(ALL_A, evidence_on=TODAY, sources=own)
    return plain | {key: Evidence(key, "a", TODAY, own, seen=(LATELY,)) for key in kpis}


def proposed(evidence: dict[str, Evidence], **minimum: Any) -> Any:
    return propose(strategy(**minimum), "overall", evidence, phase="primary", today=TODAY)


def test_a_visit_is_a_second_kind_of_evidence() -> None:
    before, after = proposed(seen_on()), proposed(seen_on("t1"))
    assert "t1" in before.single_source
    assert set(before.single_source) - set(after.single_source) == {"t1"}
    (seen,) = after.seen
    assert (seen.kpi, seen.kinds, seen.added, seen.on) == ("t1", 2, ("work",), date(2026, 11, 18))
    assert any(
        "rests on two kinds of evidence, of which visits add pupils’ work, last on 18 November 2026" in said
        for said in explain(strategy(), after).basis
    )


def test_a_visit_of_the_kind_the_school_names_is_no_second_one() -> None:
    found = proposed(seen_on("t1", own=("work",)))
    assert "t1" in found.single_source
    (seen,) = found.seen
    assert (seen.kinds, seen.added) == (1, ())
    assert any("a visit of 18 November 2026 saw the same" in said for said in explain(strategy(), found).basis)


def test_without_a_number_in_the_strategy_one_kind_is_enough() -> None:
    assert proposed(seen_on()).enough


@pytest.mark.parametrize(("kpis", "enough"), [((), False), (("t1",), False), (tuple(ALL_A), True)])
def test_where_the_strategy_asks_for_two_kinds_visits_make_it_enough(kpis: tuple[str, ...], enough: bool) -> None:
    found = proposed(seen_on(*kpis), sources=2)
    assert (found.enough, found.level is not None) == (enough, enough)
    said = explain(strategy(sources=2), found)
    assert any("Too little of it rests on two kinds of evidence or more" in one for one in said.held) is not enough
    if not enough:
        assert any("Another kind of evidence for" in one for one in said.up)
