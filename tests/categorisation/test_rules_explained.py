"""What is said beside a proposal: reasons, what is unknown or old, and the sentences."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest

from categorisation.rules import (
    Change,
    ChangeSet,
    Evidence,
    age_in_months,
    axes_for,
    criterion_level,
    criterion_range,
    differs,
    explain,
    is_stale,
    propose,
)
from schools.strategy import strategy_from
from tests.categorisation.rules_by_hand import SHIPPED, TABLES, TODAY, evidence_of


def small(name):
    return strategy_from(tomllib.loads((TABLES / f"{name}.toml").read_text(encoding="utf-8"))["strategy"])


BEST_FIT = small("best_fit")
ALL_A = {"t1": "a", "t2": "a", "t3": "a", "s1": "a", "f1": "a", "f2": "a"}


def proposed(ratings, *, facts=(), strategy=BEST_FIT, **details):
    evidence = evidence_of(ratings, **details)
    return propose(strategy, "overall", evidence, facts=frozenset(facts), phase="primary", today=TODAY)


def words(ratings, *, facts=(), strategy=BEST_FIT, **details):
    return explain(strategy, proposed(ratings, facts=facts, strategy=strategy, **details))


# Evidence


@pytest.mark.parametrize(
    ("day", "today", "months"),
    [
        (date(2026, 11, 20), date(2026, 11, 20), 0),
        (date(2026, 10, 21), date(2026, 11, 20), 0),
        (date(2026, 10, 20), date(2026, 11, 20), 1),
        (date(2025, 11, 20), date(2026, 11, 20), 12),
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2024, 2, 29), date(2025, 2, 28), 12),
        (date(2027, 1, 1), date(2026, 11, 20), 0),
    ],
)
def test_age_in_whole_months(day, today, months):
    assert age_in_months(day, today=today) == months


def test_evidence_is_stale_the_day_after_its_months_are_over():
    assert not is_stale(date(2025, 11, 20), after_months=12, today=TODAY)
    assert is_stale(date(2025, 11, 19), after_months=12, today=TODAY)
    assert not is_stale(None, after_months=12, today=TODAY)


def test_stale_evidence_counts_and_is_listed():
    proposal = proposed(ALL_A, evidence_on=date(2025, 9, 1))
    assert (proposal.level, proposal.known, proposal.undated) == ("a", 6, ())
    assert proposal.stale == tuple(ALL_A)
    assert proposal.ages[0] == ("t1", 14)
    assert {row.oldest for row in proposal.criteria} == {date(2025, 9, 1)}


def test_undated_single_source_and_carried_are_listed():
    evidence = evidence_of(ALL_A, evidence_on=TODAY, sources=("data", "observation")) | {
        "t1": Evidence("t1", "a", None, ("data", "data"), carried=True)
    }
    proposal = propose(BEST_FIT, "overall", evidence, phase="primary", today=TODAY)
    assert (proposal.undated, proposal.single_source, proposal.carried) == (("t1",), ("t1",), ("t1",))


def test_a_figure_has_one_source_by_nature():
    raw = tomllib.loads((TABLES / "best_fit.toml").read_text(encoding="utf-8"))["strategy"]
    raw["criteria"][0]["kpis"][0] |= {"kind": "measured", "measure": "gld"}
    assert "t1" not in proposed(ALL_A, strategy=strategy_from(raw), sources=("data",)).single_source


def test_evidence_of_a_kpi_that_is_not_asked_is_ignored_and_an_unknown_level_refused():
    assert proposed({**ALL_A, "gone": "a"}).level == "a"
    with pytest.raises(ValueError, match="“t1” has no level “z”"):
        proposed({**ALL_A, "t1": "z"})


def test_a_criterion_has_a_level_only_when_what_is_unknown_cannot_change_it():
    evidence = evidence_of({"t1": "b", "t2": "b", "f1": "c"})
    assert criterion_level(BEST_FIT, "teaching", evidence, phase="primary") == "b"
    assert criterion_level(BEST_FIT, "safety", evidence, phase="primary") is None
    assert criterion_range(BEST_FIT, "safety", evidence, phase="primary") == ("c", "d")
    nothing = {"f1": Evidence("f1", applies=False), "f2": Evidence("f2", applies=False)}
    assert criterion_range(BEST_FIT, "safety", nothing, phase="primary") is None


def test_a_school_that_is_asked_nothing_has_not_enough_evidence():
    evidence = {kpi.key: Evidence(kpi.key, applies=False) for kpi in BEST_FIT.kpis()}
    proposal = propose(BEST_FIT, "overall", evidence, phase="primary", today=TODAY)
    assert (proposal.level, proposal.best, proposal.worst, proposal.asked) == (None, "a", "d", 0)
    assert explain(BEST_FIT, proposal).headline == "Not enough evidence: between A and D"


def test_a_strategy_without_categories_has_no_axes():
    assert axes_for(SHIPPED["no_categories"], "primary") == ()


# Decisions


def test_a_decision_needs_a_reason_when_it_differs_or_more_than_one_level_is_open():
    assert not differs(proposed(ALL_A), "a")
    assert differs(proposed(ALL_A), "b")
    open_still = proposed({**ALL_A, "f2": None})
    assert open_still.level == "d"
    assert differs(open_still, "d")
    assert differs(proposed({}), "d")


# Reasons and sentences


def test_nothing_holds_the_strongest():
    said = words(ALL_A, evidence_on=TODAY, sources=("data", "survey"))
    assert said.headline == "A"
    assert said.held == ("It is at the strongest level: nothing holds it back.",)
    assert said.unknown == ("Nothing is missing: every indicator is rated, dated and current.",)
    assert said.up == ("There is no level above this one.",)


def test_criteria_that_held_it_weakest_first():
    ratings = {"t1": "b", "t2": "b", "t3": "b", "s1": "c", "f1": "a", "f2": "a"}
    assert words({**ratings, "s1": "b"}).held == (
        "Teaching is at B: “Teaching 1”, “Teaching 2” and “Teaching 3”.",
        "Site is at B: “Site 1”.",
    )
    proposal = proposed(ratings)
    assert [(reason.key, reason.points_to, reason.kpis) for reason in proposal.reasons] == [("site", "c", ("s1",))]
    assert proposal.moves_up == (ChangeSet((Change("s1", "c", "b"),), "b"),)
    assert explain(BEST_FIT, proposal).up == ("To B: “Site 1” moves from C to B.",)


def test_a_limit_that_is_reached():
    said = words({**ALL_A, "f2": "c"})
    assert said.held == (
        "A limit is reached: Safety at C or weaker. Nothing better than C is allowed. It rests on “Safety 2”.",
    )
    assert said.up == ("To A: “Safety 2” moves from C to B.",)
    assert said.down[0] == "To D: “Safety 2” moves from C to D."


def test_a_limit_that_only_an_unknown_reaches():
    proposal = proposed({**ALL_A, "f2": None})
    assert [(cap.label, cap.certain, cap.holds) for cap in proposal.caps_applied] == [
        ("Safety at D", False, True),
        ("Safety at C or weaker", False, False),
    ]
    said = explain(BEST_FIT, proposal)
    assert said.basis[-1] == (
        "The evidence allows from A to D. The weaker is proposed, as what is open is not counted as good."
    )
    assert said.held == (
        "Until “Safety 2” is rated, a limit counts as reached: Safety at D. Nothing better than D is allowed.",
    )
    assert "Safety: “Safety 2” is not rated." in said.unknown
    assert said.up == ("To C: “Safety 2” is rated C.",)


def test_a_criterion_that_an_unknown_holds():
    said = words({"t1": "a", "t2": "a", "t3": "a", "f1": "a", "f2": "a"})
    assert said.headline == "D"
    assert said.held == ("Site counts as D until “Site 1” is rated.",)
    assert "Site: nothing is rated." in said.unknown


def test_a_limit_by_a_fact_cannot_be_rated_away():
    proposal = proposed(ALL_A, facts=["watched"])
    assert (proposal.level, proposal.up.possible, proposal.up.blocked_by) == ("b", False, ("Watched",))
    assert explain(BEST_FIT, proposal).up == ("No rating alone would do it while this stands: Watched.",)


def test_not_enough_evidence_says_why_and_what_would_be_enough():
    said = words({"t2": "a", "f1": "c"})
    assert said.headline == "Not enough evidence: between C and D"
    assert said.held == (
        "Too little is known: 28% of the evidence by weight. The rule asks for 60%.",
        "A limit is reached: Safety at C or weaker. Nothing better than C is allowed.",
    )
    assert said.up == ("A rating for “Teaching 1” and “Teaching 3” would give enough evidence for a proposal.",)
    assert said.down == ()


def test_a_required_criterion_is_named():
    proposal = proposed({"t1": "a", "t2": "a", "t3": "a", "s1": "a"})
    assert proposal.enough_with == ("f1",)
    assert explain(BEST_FIT, proposal).held == ("Safety must be known, and nothing of it is.",)
    assert proposed({**ALL_A, "f2": None}).enough


def test_what_would_be_enough_is_enough():
    proposal = proposed({"t2": "a"})
    rated = {"t2": "a", **dict.fromkeys(proposal.enough_with, "b")}
    assert proposed(rated).enough
    for kpi in proposal.enough_with:
        assert not proposed({**rated, kpi: None}).enough


def test_numbers_are_read_with_the_trusts_word_and_other_scales_with_what_they_point_to():
    table = small("judgement_table")
    said = words({"grade": "g3", "past": "declining", "visit": "some"}, strategy=table)
    assert said.headline == "Category 4"
    assert said.basis[-1].startswith("The evidence allows from category 3 to category 4.")
    assert said.held[0] == "Inspection is at Grade 3, which points to category 4: “Latest grade”."
    assert said.up[0] == "To category 3: “Latest grade” moves from Grade 3 to Grade 2."


def test_long_lists_are_counted():
    shipped = SHIPPED["two_axes"]
    ratings = {kpi.key: "refine" for kpi in shipped.kpis()}
    evidence = evidence_of(ratings, evidence_on=date(2023, 1, 10))
    said = explain(shipped, propose(shipped, "academic", evidence, phase="primary", today=TODAY))
    assert [sentence.endswith("23 more.") for sentence in said.unknown if sentence.startswith("Evidence is older")] == [
        True
    ]
    assert said.up == ("To Sustain: more than three ratings would have to change.",)
