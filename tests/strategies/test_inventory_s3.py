"""Every item S3-01 to S3-42 of the inventory: a value in the shipped file, or a reason why not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from schools.strategy import Cadence, Role
from tests.strategies.reading import every_item, keyed, labels, shipped, still_to_come

S3 = shipped("two_axes")
TEXT = (Path(__file__).parents[2] / "strategies" / "two_axes.toml").read_text(encoding="utf-8")
STATEMENTS = keyed(S3.statements)
CRITERIA = S3.criterion_by_key
KPIS = S3.kpi_by_key
FORM = keyed(S3.forms)["monitoring_form"]
PLANS = keyed(S3.plan_types)
LEVELS = ["sustain", "refine", "reinforce", "stabilise"]

MOST_STILL_TO_COME = 3
NOT_CONTENT = {"S3-42": "a worked example: the shape of demo data, not a rule of the strategy"}


def engagement(axis: str, level: str, *, common: bool = False) -> dict[str, tuple]:
    """One cell of the engagement table: key -> (amount, unit, at least, per)."""
    return {
        one.key: (one.amount, one.unit.value, one.at_least, one.per and one.per.value)
        for one in S3.entitlements
        if one.axis == axis and (level in one.levels or (common and not one.levels))
    }


def features(axis: str, level: str) -> str:
    return " | ".join(S3.axis_by_key[axis].features[level]).lower()


def mentions(text: str, *words: str) -> bool:
    return all(word in text.lower() for word in words)


WHEN_NEEDED = None
EXPECTED_CELLS = {
    ("academic", "sustain"): {
        "progress_meeting_termly": (1, "meeting", False, "term"),
        "joint_monitoring_visit": (1, "visit", False, "term"),
        "support_sustain": (1, "session", True, "half_term"),
    },
    ("academic", "refine"): {
        "progress_meeting_termly": (1, "meeting", False, "term"),
        "joint_monitoring_visit": (1, "visit", False, "term"),
        "support_refine": (2, "session", True, "half_term"),
    },
    ("academic", "reinforce"): {
        "progress_meeting_half_termly": (1, "meeting", False, "half_term"),
        "support_reinforce": (3, "visit", True, "half_term"),
        "training_for_plan": (1, "session", False, WHEN_NEEDED),
        "progress_assurance": (1, "visit", False, "term"),
        "reviews_reinforce": (1, "visit", False, WHEN_NEEDED),
        "school_to_school": (1, "programme", False, WHEN_NEEDED),
        "consultant": (1, "programme", False, WHEN_NEEDED),
    },
    ("academic", "stabilise"): {
        "progress_meeting_monthly": (1, "meeting", False, "month"),
        "support_stabilise": (1, "visit", True, "week"),
        "rapid_plan_cycle": (1, "programme", False, "six_weeks"),
        "secure_leadership": (1, "programme", False, WHEN_NEEDED),
        "reviews_stabilise": (3, "visit", False, WHEN_NEEDED),
        "trust_expertise": (1, "programme", False, WHEN_NEEDED),
    },
    ("operational", "sustain"): {
        "safety_training": (1, "session", False, WHEN_NEEDED),
        "safety_audit": (1, "visit", False, "year"),
        "joint_visit_sustain": (1, "visit", False, "term"),
        "ops_support_sustain": (1, "session", True, "term"),
    },
    ("operational", "refine"): {
        "safety_training": (1, "session", False, WHEN_NEEDED),
        "safety_audit": (1, "visit", False, "year"),
        "joint_visit_refine": (1, "visit", False, "term"),
        "ops_support_refine": (1, "session", True, "term"),
    },
    ("operational", "reinforce"): {
        "safety_training": (1, "session", False, WHEN_NEEDED),
        "safety_audit": (1, "visit", False, "year"),
        "joint_visit_reinforce": (1, "visit", False, "half_term"),
        "ops_support_reinforce": (1, "session", True, "half_term"),
        "governance_reinforce": (1, "programme", False, WHEN_NEEDED),
        "marketing_reinforce": (1, "programme", False, WHEN_NEEDED),
    },
    ("operational", "stabilise"): {
        "joint_visit_stabilise": (1, "visit", False, "month"),
        "website_review": (1, "visit", False, WHEN_NEEDED),
        "safeguarding_site_audit": (1, "visit", False, WHEN_NEEDED),
        "budget_review": (1, "visit", False, WHEN_NEEDED),
        "marketing_stabilise": (1, "programme", False, WHEN_NEEDED),
        "stakeholder_communication": (1, "programme", False, WHEN_NEEDED),
        "governance_stabilise": (1, "programme", False, WHEN_NEEDED),
    },
}

EXPECTED_KPIS = {
    "quality_of_education": ["sef_ofsted", "curriculum_intent", "teaching_over_time", "attainment_progress"],
    "leadership": ["leadership_experience", "leadership_risks", "staff_development", "staff_voice", "staff_absence"],
    "behaviour": ["exclusions", "attendance", "persistent_absence", "bullying_logs"],
    "personal_development": ["pupil_voice", "experiences", "pupil_premium_use", "transition"],
    "early_years": ["early_years_leadership", "early_years_provision", "gld"],
    "safeguarding": ["safeguarding_audit", "safeguarding_survey", "single_central_record"],
    "finance": ["administration", "school_finances"],
    "roll": ["roll_pan", "declining_roll", "local_context", "marketing_plan"],
    "site": ["condition_survey", "compliance_grading", "site_knowledge", "risk_register"],
    "resources": ["curriculum_resources", "environment_checklist"],
    "capacity": ["cpd_engagement", "wellbeing_survey", "staff_attendance", "governance_audit"],
}


def common_offer() -> bool:
    academic = {key for level in LEVELS for key in engagement("academic", level)}
    everyone = {
        key: cell for key, cell in engagement("academic", "sustain", common=True).items() if key not in academic
    }
    return everyone == {
        "head_network": (1, "meeting", False, "three_weeks"),
        "deputy_network": (1, "meeting", False, "term"),
        "subject_leader_network": (1, "meeting", False, "term"),
        "training_day": (1, "day", True, "year"),
    }


def operations_common() -> bool:
    network = keyed(S3.entitlements)["operations_network"]
    safety = ("safety_training", "safety_audit")
    return (
        (network.amount, network.per, network.levels) == (1, Cadence.MONTH, ())
        and all(keyed(S3.entitlements)[key].levels == ("sustain", "refine", "reinforce") for key in safety)
        and not any(key in engagement("operational", "stabilise") for key in safety)
    )


def cell(axis: str, level: str) -> bool:
    return engagement(axis, level) == EXPECTED_CELLS[axis, level]


def accuracy_limits() -> bool:
    """Over-generous self-evaluation is no Refine, on either axis; the numbers are named as ours."""
    fact = S3.fact_by_key["self_evaluation_generous"]
    limits = [(cap.fact, cap.no_better_than) for rule in S3.rules for cap in rule.caps if cap.fact]
    return (
        fact.computed == fact.key
        and limits == [(fact.key, "reinforce")] * 2
        and "both numbers are ours" in fact.note
        and all("accurate" in features(axis, "refine") for axis in S3.axis_by_key)
        and all("over-generous" in features(axis, "stabilise") for axis in S3.axis_by_key)
    )


def two_rules() -> bool:
    academic, operational = S3.rule_by_axis["academic"], S3.rule_by_axis["operational"]
    informs = {
        axis: [number for number, criterion in enumerate(S3.criteria, 1) if axis in criterion.axes]
        for axis in ("academic", "operational")
    }
    caps = [("safeguarding", "stabilise", "stabilise"), ("safeguarding", "reinforce", "reinforce")]
    return (
        informs == {"academic": [1, 2, 3, 4, 5, 6, 11], "operational": [7, 8, 9, 10]}
        and all(rule.kind == "best_fit" and "Our rule" in rule.note for rule in (academic, operational))
        and all(rule.minimum.criteria == ("safeguarding",) for rule in (academic, operational))
        and all(
            [(cap.criterion, cap.at_or_below, cap.no_better_than) for cap in rule.caps if cap.criterion] == caps
            for rule in (academic, operational)
        )
        and CRITERIA["safeguarding"].combine == "worst"
        and TEXT.count("# thresholds are ours") == sum(bool(kpi.thresholds) for kpi in S3.kpis())
    )


def method(key: str) -> tuple[int, int]:
    one = keyed(FORM.methods)[key]
    return len(one.questions), len(one.evidence)


COVERED: dict[str, Callable[[], bool]] = {
    "S3-01": lambda: len(STATEMENTS["strands"].items) == 9,
    "S3-02": lambda: STATEMENTS["implementation"].items == ("Explore", "Prepare", "Deliver", "Sustain"),
    "S3-03": lambda: mentions(
        " ".join(STATEMENTS["planned_support"].items), "planned", "runs itself", "extra capacity"
    ),
    "S3-04": lambda: labels(S3.levels_of("support")) == ["Sustain", "Refine", "Reinforce", "Stabilise"],
    "S3-05": lambda: [(a.key, a.scale) for a in S3.axes] == [("academic", "support"), ("operational", "support")],
    "S3-06": lambda: (
        mentions(S3.levels_of("support")[0].descriptor, "strong", "many areas")
        and mentions(S3.levels_of("support")[1].descriptor, "improving", "key areas")
        and mentions(S3.levels_of("support")[2].descriptor, "extra help", "not yet")
        and mentions(S3.levels_of("support")[3].descriptor, "much to develop", "cannot")
    ),
    "S3-07": lambda: mentions(
        features("academic", "sustain"), "shares", "teachers", "research", "succession", "above average"
    ),
    "S3-08": lambda: mentions(features("academic", "refine"), "accurate", "focus", "consults", "average or better"),
    "S3-09": lambda: mentions(
        features("academic", "reinforce"),
        "stability",
        "attendance",
        "curriculum intent",
        "sen",
        "published",
        "below average",
    ),
    "S3-10": lambda: mentions(
        features("academic", "stabilise"),
        "below average",
        "focus",
        "capacity",
        "morale",
        "review period",
        "over-generous",
    ),
    "S3-11": accuracy_limits,
    "S3-12": common_offer,
    "S3-13": lambda: cell("academic", "sustain"),
    "S3-14": lambda: cell("academic", "refine"),
    "S3-15": lambda: cell("academic", "reinforce"),
    "S3-16": lambda: (
        cell("academic", "stabilise")
        and PLANS["rapid_improvement_plan"].refresh_every == Cadence.SIX_WEEKS
        and "Chair of the local governance committee" in keyed(S3.entitlements)["progress_meeting_monthly"].takes_part
        and len([i for g in keyed(S3.checklists)["academic_stabilise"].groups for i in g.items]) == 9
    ),
    "S3-17": lambda: (
        {keyed(S3.entitlements)[f"support_{level}"].unit.value for level in LEVELS} == {"session", "visit"}
        and [keyed(S3.entitlements)[f"support_{level}"].per.value for level in LEVELS]
        == ["half_term", "half_term", "half_term", "week"]
    ),
    "S3-18": operations_common,
    "S3-19": lambda: (
        cell("operational", "sustain")
        and mentions(features("operational", "sustain"), "non-academic", "all job families", "within every job family")
        and mentions(keyed(S3.entitlements)["joint_visit_sustain"].detail, "compliance tool", "risk register")
    ),
    "S3-20": lambda: (
        cell("operational", "refine") and mentions(keyed(S3.entitlements)["joint_visit_refine"].detail, "action plan")
    ),
    "S3-21": lambda: (
        cell("operational", "reinforce")
        and mentions(
            features("operational", "reinforce"),
            "organisational structure",
            "finances",
            "roll",
            "resources",
            "building",
        )
        and mentions(
            keyed(S3.entitlements)["ops_support_reinforce"].detail, "bids", "website", "unclear", "half-termly"
        )
    ),
    "S3-22": lambda: (
        cell("operational", "stabilise")
        and mentions(features("operational", "stabilise"), "morale", "falling", "over-generous")
    ),
    "S3-23": lambda: (
        all(kpi.scale == "support" for kpi in S3.kpis()) and mentions(S3.identity.summary, "leaders first")
    ),
    "S3-24": lambda: (
        "local_governance_report" in S3.meeting_by_key["local_committee"].receives
        and "risk matrix" in S3.meeting_by_key["local_committee"].agenda[0].lower()
        and S3.identity.words.local_body == "local governance committee"
    ),
    "S3-25": lambda: (
        {c.key: [k.key for k in c.kpis] for c in S3.criteria} == EXPECTED_KPIS
        and [len(c.kpis) for c in S3.criteria] == [4, 5, 4, 4, 3, 3, 2, 4, 4, 2, 4]
        and len(list(S3.kpis())) == 39
    ),
    "S3-26": two_rules,
    "S3-27": lambda: (
        len(STATEMENTS["shared_approaches"].items) == 19
        and {item.split(":")[0] for item in STATEMENTS["shared_approaches"].items}
        == {
            "Assessment and targets",
            "Improvement planning",
            "Pupil premium",
            "Sports premium",
            "Curriculum",
            "Local governance",
            "Leadership support",
        }
    ),
    "S3-28": lambda: (
        PLANS["sip"].approval == (Role.SI_LEAD,)
        and PLANS["sip"].checked_by == Role.SI_LEAD
        and mentions(PLANS["sip"].detail, "quality check", "outcome")
    ),
    "S3-29": lambda: any(r.template == "governors" and "One format" in r.detail for r in S3.reports),
    "S3-30": lambda: (
        len(STATEMENTS["monitoring_purpose"].items) == 4 and len(STATEMENTS["monitoring_manner"].items) == 5
    ),
    "S3-31": lambda: len(STATEMENTS["evidence_sources"].items) == 5,
    "S3-32": lambda: len(STATEMENTS["analysis"].items) == 3 and keyed(FORM.rows)["impact_check_on"].kind == "date",
    "S3-33": lambda: method("array") == (8, 3) and "Reception" in keyed(FORM.methods)["array"].evidence[1],
    "S3-34": lambda: method("class_scrutiny") == (4, 9),
    "S3-35": lambda: method("lesson_study")[0] == 8,
    "S3-36": lambda: len(FORM.methods) == 3 and all(one.questions for one in FORM.methods),
    "S3-37": lambda: (
        [f.key for f in FORM.header] == ["focus", "date", "method", "method_other", "lead"]
        and keyed(FORM.header)["method"].kind == "choices"
        and len(keyed(FORM.header)["method"].options) == 8
    ),
    "S3-38": lambda: [f.key for f in FORM.rows][:3] == ["class_year", "comment", "actions"],
    "S3-39": lambda: FORM.footer[0].key == "recommendations",
    "S3-40": lambda: [f.key for f in FORM.footer][1:4] == ["considered_on", "agreed_actions", "plan_changed"],
    "S3-41": lambda: len(FORM.steps) == 6 and "raising_achievement_plan" in PLANS,
}


@pytest.mark.parametrize("item", sorted(COVERED))
def test_item_is_in_the_file(item: str) -> None:
    assert COVERED[item](), f"{item} is not what the inventory says"


def test_every_item_is_accounted_for() -> None:
    to_come = still_to_come("s3")
    assert set(COVERED) | set(to_come) | set(NOT_CONTENT) == every_item("S3", 42)
    assert not set(COVERED) & set(NOT_CONTENT)
    assert len(to_come) <= MOST_STILL_TO_COME, "the list of what is still to come may only shrink"
    assert all(reason.strip() for reason in (*to_come.values(), *NOT_CONTENT.values()))


def test_self_evaluation_counts_on_both_axes() -> None:
    """The part of S3-11 that the file can say."""
    for axis in ("academic", "operational"):
        assert "accurate" in features(axis, "refine")
        assert "over-generous" in features(axis, "stabilise")
    assert "self_evaluation_accuracy" in keyed(S3.impact)


def test_early_years_are_asked_only_where_there_are_young_children() -> None:
    asked = {phase for phase in S3.identity.phases if S3.asks(KPIS["gld"], phase)}
    assert asked == {"nursery", "primary", "infant", "all_through"}
    assert all(kpi.phases == KPIS["gld"].phases for kpi in CRITERIA["early_years"].kpis)
    assert [key for key, kpi in KPIS.items() if kpi.phases] == EXPECTED_KPIS["early_years"]


def test_measured_and_dated_kpis() -> None:
    measured = {kpi.key for kpi in S3.kpis() if kpi.kind == "measured"}
    assert measured == {
        "attainment_progress",
        "staff_absence",
        "exclusions",
        "attendance",
        "persistent_absence",
        "gld",
        "school_finances",
        "roll_pan",
        "declining_roll",
        "staff_attendance",
    }
    dated = {kpi.key for kpi in S3.kpis() if kpi.kind == "dated"}
    assert dated == {"safeguarding_audit", "single_central_record", "condition_survey", "governance_audit"}


def test_bridges_are_dated_and_send_the_worst_to_the_weakest() -> None:
    bridges = keyed(S3.bridges)
    assert bridges["report_card_urgent"].area == "any"
    assert bridges["report_card_urgent"].grades == {"urgent improvement": "stabilise"}
    assert bridges["report_card_safeguarding"].grades == {"not met": "stabilise"}
    assert KPIS[bridges["report_card_safeguarding"].kpi] in CRITERIA["safeguarding"].kpis
    assert all(bridge.made_on and "Our reading" in bridge.note for bridge in S3.bridges)


def test_risk_meeting_decides_both_axes() -> None:
    meeting = S3.meeting_by_key["risk_meeting"]
    assert meeting.decides == ("academic", "operational")
    assert meeting.chair == "Chief executive"
    assert all(axis.meeting == "risk_meeting" and axis.decided_by == Role.CEO for axis in S3.axes)
    assert S3.identity.stand_ins[0].role == Role.CEO


def test_a_collection_point_each_term() -> None:
    assert [point.terms for point in S3.returns] == [("autumn",), ("spring",), ("summer",)]
