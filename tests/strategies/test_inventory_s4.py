"""Every item S4-01 to S4-34 of the inventory: a value in the shipped file, or a reason why not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from schools.strategy import Cadence, Role
from schools.strategy.self_evaluation import FRAMEWORK_AREAS
from tests.strategies.reading import asked, every_item, keyed, labels, shipped, still_to_come

S4 = shipped("no_categories")
STATEMENTS = keyed(S4.statements)
KPIS = S4.kpi_by_key
FORMS = keyed(S4.forms)
OFFER = keyed(S4.entitlements)
PLANS = keyed(S4.plan_types)
REVIEWS = keyed(S4.review_types)
EVIDENCE = FORMS["evidence_form"]

MOST_STILL_TO_COME = 0
NOT_CONTENT: dict[str, str] = {}


def says(statement: str, *words: str) -> bool:
    text = " ".join((*STATEMENTS[statement].items, STATEMENTS[statement].note)).lower()
    return all(word in text for word in words)


def rules(*words: str) -> bool:
    return all(any(word in rule.lower() for rule in PLANS["sip"].quality_rules) for word in words)


def keys(fields: tuple) -> list[str]:
    return [field.key for field in fields]


def threshold(kpi: str, level: str) -> float | None:
    return {one.level: one.at_least for one in KPIS[kpi].thresholds}[level]


COVERED: dict[str, Callable[[], bool]] = {
    "S4-01": lambda: says("stance", "every school", "no end state") and all(not one.levels for one in S4.entitlements),
    "S4-02": lambda: says("stance", "impact", "no model of plan") and rules("the school chooses the shape"),
    "S4-03": lambda: (
        [item.split(":")[0] for item in STATEMENTS["qualities"].items]
        == [question.split(":")[0] for question in FORMS["feedback_report"].methods[0].questions]
        == ["Respectful", "Resourceful", "Responsive", "Relentless", "Resilient"]
    ),
    "S4-04": lambda: (
        len(STATEMENTS["characteristics"].items) == 10
        and labels(S4.criteria)
        == [
            "Learning culture",
            "Clear aims",
            "Collaboration",
            "Effective teaching",
            "Frequent monitoring, used in planning",
            "Measured approach",
            "High expectations",
            "Leadership at all levels",
            "Home-school relations",
            "Safe and orderly environment",
            "Performance expectation",
        ]
    ),
    "S4-05": lambda: (
        says("inside_and_outside", "internal or external", "challenge to the trust")
        and len(keyed(FORMS["work_agreement"].header)["internal_external"].options) == 2
        and "trust_challenge" in REVIEWS
    ),
    "S4-06": lambda: (
        says("performance_expectation", "80th percentile", "national")
        and threshold("ks2_percentile", "secure") == 80
        and threshold("ks4_percentile", "secure") == 80
        and KPIS["ks2_percentile"].comparator == KPIS["ks4_percentile"].comparator == "similar"
        and KPIS["ks2_percentile"].phases == ("primary", "junior", "middle", "all_through")
        and KPIS["ks4_percentile"].phases == ("secondary", "all_through")
    ),
    "S4-07": lambda: all(
        [ask.measure for ask in point.asks if ask.by_class] == ["class_on_track"] for point in S4.returns
    ),
    "S4-08": lambda: (
        (KPIS["early_outcomes"].comparator, KPIS["early_outcomes"].kind) == ("", "judged")
        and all("no agreed benchmark" in keyed(S4.measures)[key].detail.lower() for key in ("gld", "ks1_expected"))
    ),
    "S4-09": lambda: (
        PLANS["sip"].approval == (Role.CEO,)
        and PLANS["sip"].overseen_by == ("Local governing body",)
        and PLANS["sip"].written_by == ("Head of school, executive headteacher or principal",)
    ),
    "S4-10": lambda: (
        rules("positional analysis", "maintenance plan", "few priorities")
        and [key for key, kind in PLANS.items() if kind.keeps_going] == ["maintenance_plan"]
    ),
    "S4-11": lambda: rules("late july", "attendance and behaviour", "for groups", "internal data"),
    "S4-12": lambda: rules("reviewed, updated, implemented and evaluated in cycles"),
    "S4-13": lambda: rules("in numbers and in words"),
    "S4-14": lambda: (
        rules("can be measured, come in stages and have dates", "recorded apart")
        and {"Implementation", "Impact"} <= set(PLANS["sip"].sections)
    ),
    "S4-15": lambda: rules("has an owner", "appraisal target", "budget"),
    "S4-16": lambda: (
        rules("as an annex")
        and PLANS["training_plan"].written_by == ("A senior leader",)
        and "appraisals" in PLANS["training_plan"].quality_rules[1]
    ),
    "S4-17": lambda: (
        rules("through its committees") and "governors_report" in S4.meeting_by_key["lgb_committee"].receives
    ),
    "S4-18": lambda: (
        says("trust_role", "assess performance", "validate", "so what?")
        and rules("validates impact")
        and "impact_validation" in REVIEWS
    ),
    "S4-19": lambda: (
        (OFFER["qa_days"].amount, OFFER["qa_days"].unit.value, OFFER["qa_days"].per) == (3, "day", Cadence.YEAR)
        and REVIEWS["qa_two_days"].days == 3
        and (REVIEWS["qa_each_term"].days, REVIEWS["qa_each_term"].every) == (1, Cadence.TERM)
    ),
    "S4-20": lambda: all(
        "phase director" in REVIEWS[key].team[0]
        and "Up to three" in REVIEWS[key].team[1]
        and (REVIEWS[key].led_by, REVIEWS[key].most_beside_lead) == ((Role.HEAD, Role.CEO, Role.DIRECTOR), 3)
        for key in ("qa_two_days", "qa_each_term")
    ),
    "S4-21": lambda: (
        labels(FORMS["feedback_report"].footer) == ["What went well", "Even better if", "Area of excellence"]
        and not (
            FORMS["feedback_report"].header or FORMS["feedback_report"].rows or FORMS["feedback_report"].judgements
        )
    ),
    "S4-22": lambda: (
        (OFFER["optional_days"].amount, OFFER["optional_days"].unit.value, OFFER["optional_days"].per)
        == (3, "day", Cadence.YEAR)
        and keys(S4.menu)[:6] == ["pupil_premium", "inclusion", "sen", "subjects", "training", "leadership"]
    ),
    "S4-23": lambda: (
        len(STATEMENTS["support_models"].items) == 3
        and {"objective_review", "data_for_middle_leaders"} <= set(keys(S4.menu))
    ),
    "S4-24": lambda: (
        keys(FORMS["programme"].header)
        == ["year", "priorities", "core_model", "core_timing", "optional_focus", "optional_timing"]
        and len(keyed(FORMS["programme"].header)["core_model"].options) == 2
        and FORMS["programme"].kind == "programme"
    ),
    "S4-25": lambda: (
        says("deployment", "trained", "pen portrait", "photograph for safeguarding")
        and {"experience", "training", "photo"} <= set(keys(FORMS["pen_portrait"].header))
    ),
    "S4-26": lambda: says("deployment", "templates", "quick") and len(S4.forms) == 5,
    "S4-27": lambda: {"actions", "outcomes"} <= {f.key for f in FORMS["work_agreement"].header if f.required},
    "S4-28": lambda: says("deployment", "guarantor", "mediates") and S4.identity.stand_ins[0].role == Role.CEO,
    "S4-29": lambda: (
        keys(EVIDENCE.header)[:6] == ["school", "observer", "observer_role", "date", "time_from", "time_to"]
    ),
    "S4-30": lambda: (
        keyed(EVIDENCE.header)["activity"].options == ("Lesson observation", "Work analysis", "Discussion", "Other")
    ),
    "S4-31": lambda: (
        keys(EVIDENCE.header)[7:] == ["focus", "year_class", "mixed_ability", "subject", "number_in_class"]
        and keyed(EVIDENCE.header)["mixed_ability"].kind == "yes_no"
    ),
    "S4-32": lambda: (EVIDENCE.footer[0].key, EVIDENCE.footer[0].means) == ("notes", "notes"),
    "S4-33": lambda: labels(EVIDENCE.footer)[1:] == ["Strengths (WWW)", "Areas for development (EBI)"],
    "S4-34": lambda: (
        labels(EVIDENCE.judgements)
        == [
            "Teaching, learning and assessment",
            "Personal development, behaviour and welfare",
            "Leadership and management",
            "Outcomes",
        ]
        and (EVIDENCE.framework, EVIDENCE.framework_words)
        == ("headings_2015", "the headings inspected from 2015 to 2019")
        and all(box.area in FRAMEWORK_AREAS[EVIDENCE.framework] for box in EVIDENCE.judgements)
    ),
}


@pytest.mark.parametrize("item", sorted(COVERED))
def test_item_is_in_the_file(item: str) -> None:
    assert COVERED[item](), f"{item} is not what the inventory says"


def test_every_item_is_accounted_for() -> None:
    to_come = still_to_come("s4")
    assert set(COVERED) | set(to_come) | set(NOT_CONTENT) == every_item("S4", 34)
    assert not set(COVERED) & set(NOT_CONTENT)
    assert len(to_come) <= MOST_STILL_TO_COME, "the list of what is still to come may only shrink"
    assert all(reason.strip() for reason in (*to_come.values(), *NOT_CONTENT.values()))


def test_there_is_no_category_anywhere() -> None:
    assert S4.axes == S4.rules == S4.facts == S4.ladders == ()
    assert all(not criterion.axes for criterion in S4.criteria)
    assert all(not meeting.decides for meeting in S4.meetings)
    assert all(not (one.levels or one.axis) for one in (*S4.entitlements, *S4.plan_types))
    assert labels(S4.levels_of("practice")) == ["Exceptional practice", "Secure", "Developing", "Needs support"]
    assert "Ours" in S4.scale_by_key["practice"].note


def test_what_every_pupil_is_promised() -> None:
    assert len(STATEMENTS["promises"].items) == 5
    assert says("stance", "differences between subjects and teachers")


def test_looking_for_exceptional_practice_has_an_order() -> None:
    """The part of S4-07 that the file can say."""
    assert [item.split()[-1] for item in STATEMENTS["learning_from_data"].items[1:]] == ["first", "trust", "it"]
    assert says("learning_from_data", "refuse data on single pupils")
    assert all("class_on_track" in asked(point) for point in S4.returns)


def test_bridges_move_help_and_no_category() -> None:
    assert {tuple(bridge.grades.items()) for bridge in S4.bridges} == {
        (("urgent improvement", "needs_support"),),
        (("not met", "needs_support"),),
    }
    assert all("Our reading" in bridge.note for bridge in S4.bridges)


def test_a_collection_point_each_term() -> None:
    assert [point.terms for point in S4.returns] == [("autumn",), ("spring",), ("summer",)]
