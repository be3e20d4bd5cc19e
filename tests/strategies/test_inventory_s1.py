"""Every item of S1 that is content of a strategy, as a value of `sustain_to_stabilise.toml`."""

from __future__ import annotations

import pytest

from tests.strategies.inventory import Case, by_key, every_item, items, keys, labels, missing, still_to_come, strategy

S = strategy("sustain_to_stabilise")
TIERS = ["sustain_upper", "sustain_lower", "improve", "repair_upper", "repair_lower", "stabilise"]
ASPECTS = [
    "Teaching, learning and curriculum", "Leadership", "Behaviour and attitudes", "Personal development",
    "Safeguarding culture", "Overall effectiveness",
]  # fmt: skip
MOST_STILL_TO_COME = 0
NOT_CONTENT = {"S1-46": "Names what the source lacks: a diagram, a team chart, durations and exit tests."}


def level(key: str):
    return by_key(S.axis_levels("phase"), key)


def core(key: str):
    """A core-offer activity: unit, how many, how often, who gives it, who takes part."""
    offer = by_key(S.entitlements, key)
    assert not offer.levels, f"{key} is for every school"
    return offer.amount, offer.unit, offer.per, offer.given_by, offer.takes_part


def offered(tier: str, unit: str) -> list[tuple[int, str, bool]]:
    return [(e.amount, e.per, e.at_least) for e in S.entitlements if tier in e.levels and e.unit == unit]


def plan(key: str):
    """A plan: levels, approval, who oversees it, how often it is updated."""
    found = by_key(S.plan_types, key)
    return found.levels, found.approval, found.overseen_by, found.update_every


def caps(tier: str) -> set[str]:
    return {cap.fact for cap in S.rule_by_axis["phase"].caps if cap.fact and cap.no_better_than == tier}


COVERED: list[Case] = [
    ("S1-01", lambda s: labels(s.facts[-2:]), ["Capacity Giver", "Capacity Taker"]),
    ("S1-01", lambda s: missing(items(s, "principles"), "cyclical"), []),
    ("S1-02", lambda s: missing(items(s, "principles"), "practice to share, whatever its phase"), []),
    ("S1-03", lambda s: len(items(s, "knowledge")), 5),
    ("S1-03", lambda s: missing(items(s, "knowledge"), "sustain success", "weaknesses", "knocks on", "rapidly",
                                "share strengths"), []),
    ("S1-04", lambda s: missing(items(s, "layers"), "processes", "policies aligned", "systems standardised"), []),
    ("S1-05", lambda s: missing(items(s, "accountability"), "risk assessment", "committee meetings every term",
                                "phase each school is in"), []),
    ("S1-06", lambda s: missing(items(s, "role_acc"), "school summaries", "health checks", "challenges", "visit"), []),
    ("S1-06", lambda s: by_key(s.meetings, "acc").agenda[:2],
     ("School summaries", "Actions from Health Checks, followed up")),
    ("S1-07", lambda s: (by_key(s.meetings, "standards_check").every, s.rule_by_axis["phase"].kind),
     ("year", "best_fit")),
    ("S1-07", lambda s: "September" in by_key(s.meetings, "standards_check").detail, True),
    ("S1-07", lambda s: missing([by_key(s.statements, "standards_check").note], "Annual Health Check",
                                "Annual Standards Check"), []),
    ("S1-08", lambda s: (by_key(s.meetings, "health_check").every, s.axes[0].default_cadence, s.axes[0].meeting),
     ("term", "term", "health_check")),
    ("S1-08", lambda s: missing(by_key(s.meetings, "health_check").attends, "School leaders", "SI Leads", "CEO",
                                "ACC trustees where possible", "LAC representatives where possible"), []),
    ("S1-09", lambda s: (keys(by_key(s.forms, "health_check").rows), keys(by_key(s.forms, "health_check").footer)),
     (["action", "owner", "due"], ["summary", "days"])),
    ("S1-09", lambda s: s.committee_of(by_key(s.forms, "health_check")),
     "Achievement and Curriculum Committee (ACC)"),
    ("S1-10", lambda s: by_key(s.plan_types, "sip").sections,
     ("Context today", "Curricular goals", "Success criteria", "Mileposts for monitoring")),
    ("S1-10", lambda s: (by_key(s.plan_types, "sip").refresh_every,
                         missing(by_key(s.plan_types, "sip").quality_rules, "staff", "governors", "trustees")),
                          ("year", [])),
    ("S1-11", lambda s: missing(items(s, "self_evaluation"), "up to date", "strengths", "areas to improve", "phase",
                                "actions"), []),
    ("S1-12", lambda s: items(s, "expectations")[2], "Termly Health Check meetings"),
    ("S1-12", lambda s: len(items(s, "expectations")), 4),
    ("S1-13", lambda s: labels(s.criteria), ASPECTS),
    ("S1-13", lambda s: [c.axes for c in s.criteria], [("phase",)] * 6),
    ("S1-13", lambda s: labels(by_key(s.forms, "health_check").judgements), ASPECTS),
    ("S1-14",
     lambda s: missing(items(s, "appraisal"), "heads: by the CEO with governors", "SI Leads: by the CEO and heads",
                                "subcommittee of trustees", "shared with trustees"), []),
    ("S1-14", lambda s: [(one.of, one.by, one.shared_with) for one in s.appraisals],
     [(("head",), ("ceo",), ()), (("si_lead",), ("ceo",), ()), (("ceo",), ("trust_chair",), ("trustee",))]),
    ("S1-14", lambda s: [by_key(s.appraisals, "heads").beside, by_key(s.appraisals, "si_leads").beside],
     [("Governors",), ("Headteachers",)]),
    ("S1-15", lambda s: missing(items(s, "funding"), "SI Leads, SLIM leads and the CEO"), []),
    ("S1-16", lambda s: by_key(s.menu, "bespoke").label, "Bespoke support"),
    ("S1-17", lambda s: missing(items(s, "funding"), "pupil premium and PE", "overall strategy", "bespoke"), []),
    ("S1-18", lambda s: core("head_pm"), (1, "meeting", "year", ("CEO",), ("Governors",))),
    ("S1-19", lambda s: core("safeguarding_review"), (1, "visit", "year", ("Executive team",), ("DSLs", "Governors"))),
    ("S1-20", lambda s: core("health_safety_review"), (1, "visit", "year", ("Site manager", "Facilities team"), ())),
    ("S1-19", lambda s: missing(by_key(by_key(s.forms, "safeguarding_review").rows, "area").options,
                                "single central record", "records of concerns"), []),
    ("S1-20", lambda s: by_key(s.review_types, "health_safety_review").form, "health_safety_review"),
    ("S1-21", lambda s: core("management_group"),
     (1, "meeting", "half_term", (), ("All heads", "CEO", "CFO", "COO", "HR", "Finance"))),
    ("S1-22", lambda s: core("leadership_network"),
     (1, "meeting", "half_term", (), ("Heads", "Deputies", "Assistant heads", "CEO"))),
    ("S1-23", lambda s: core("send_group"), (1, "meeting", "term", (), ("SENCOs", "School leaders"))),
    ("S1-24", lambda s: core("pupil_support_leads"), (1, "meeting", "term", (), ("Pupil Support Leads",))),
    ("S1-25", lambda s: core("early_years_group"), (1, "meeting", "term", (), ("School leaders",))),
    ("S1-25", lambda s: by_key(s.meetings, "early_years_group").agenda[0], "Moderation across schools"),
    ("S1-26", lambda s: core("slim_meetings"), (1, "meeting", "half_term", ("SLIM leaders",), ("Subject leaders",))),
    ("S1-26", lambda s: by_key(s.meetings, "slim").agenda, ("Moderation across schools", "The curriculum area", "CPD")),
    ("S1-27", lambda s: core("ect_programme")[:3], (1, "programme", "year")),
    ("S1-28", lambda s: by_key(s.review_types, "peer_review").focus,
     ("Deep dives", "Quality of education", "Curriculum")),
    ("S1-28", lambda s: core("peer_reviews")[2:], (None, (), ("Heads and senior leaders", "SLIM leaders", "CEO"))),
    ("S1-28", lambda s: by_key(s.forms, "peer_review").row_label, "Deep dive"),
    ("S1-29", lambda s: len([e for e in s.entitlements if not e.levels]), 11),
    ("S1-29", lambda s: missing(items(s, "core_offer_use"), "next phase decision"), []),
    ("S1-30", lambda s: keys(s.axis_levels("phase")), TIERS),
    ("S1-30", lambda s: [(one.group, one.tier) for one in s.axis_levels("phase")],
     [("Sustain", "upper"), ("Sustain", "lower"), ("Improve", ""), ("Repair", "upper"), ("Repair", "lower"),
      ("Stabilise", "")]),
    ("S1-31", lambda s: offered("sustain_upper", "day"), [(1, "term", False)]),
    ("S1-31",
     lambda s: missing(level("sustain_upper").features, "securely good or better", "good or better for all", "LAC"),
     []),
    ("S1-31", lambda s: missing(level("sustain_upper").expectations, "best practice", "inside the trust", "outside"),
     []),
    ("S1-32", lambda s: offered("sustain_lower", "day"), [(2, "term", False)]),
    ("S1-32", lambda s: missing([*level("sustain_lower").features, *level("sustain_lower").expectations], "vulnerable",
                                "capacity to improve itself", "support others"), []),
    ("S1-33", lambda s: offered("improve", "day"), [(4, "term", False)]),
    ("S1-33", lambda s: missing([level("improve").descriptor, *level("improve").expectations], "coasting",
                                "update of its SIP every term"), []),
    ("S1-34", lambda s: offered("repair_upper", "day"), [(6, "term", False)]),
    ("S1-34", lambda s: missing(level("repair_upper").features, "rapid progress", "Stage 1"), []),
    ("S1-34", lambda s: (caps("repair_upper"), "update of its SIP every term" in level("repair_upper").expectations[1]),
     ({"sras_stage_1"}, True)),
    ("S1-35", lambda s: offered("repair_lower", "day"), [(6, "term", False)]),
    ("S1-35", lambda s: missing(level("repair_lower").features, "ACC", "at risk of an Ofsted category",
                                "slow, limited or negative", "Stage 2"), []),
    ("S1-35", lambda s: (caps("repair_lower"), missing(level("repair_lower").expectations, "Rapid Action Plan (RAP)")),
     ({"sras_stage_2"}, [])),
    ("S1-36", lambda s: [by_key(s.plan_types, "rap_repair").update_every, by_key(s.reports, "rap_report").every],
     ["half_term"] * 2),
    ("S1-36", lambda s: by_key(s.entitlements, "rap_monitoring").given_by, ("CEO", "ACC")),
    ("S1-37", lambda s: (offered("stabilise", "day"), offered("stabilise", "visit")), ([], [(1, "week", True)])),
    ("S1-37", lambda s: by_key(s.entitlements, "weekly_stabilise").given_by, ("CEO", "SI Lead")),
    ("S1-37", lambda s: caps("stabilise"),
     {"sras_stage_3", "category_of_concern", "sponsor_request", "safeguarding_not_met"}),
    ("S1-37", lambda s: missing(level("stabilise").expectations, "executive leader", "re-deployed"), []),
    ("S1-37", lambda s: labels(e for e in s.entitlements if "stabilise" in e.levels and e.per is None),
     ["Lead professional, for the agreed action plan", "Executive leadership provided"]),
    ("S1-38", lambda s: plan("ofsted_plan")[2:], (("ACC or full board",), "term")),
    ("S1-38", lambda s: (by_key(s.reports, "stabilise_update").every, by_key(s.reports, "stabilise_update").template),
     ("term", "board")),
    ("S1-39", lambda s: [(stage.label, stage.fact, stage.plan) for stage in by_key(s.ladders, "sras").stages],
     [("Stage 1", "sras_stage_1", "trust_agreed_plan"), ("Stage 2", "sras_stage_2", "rap_repair"),
      ("Stage 3", "sras_stage_3", "rap_stabilise")]),
    ("S1-40", lambda s: {e.given_by for e in s.entitlements if e.unit == "day"},
     {("CEO", "SI Lead", "Lead practitioners", "Other expertise in the trust"),
      ("CEO", "SI Lead", "Lead professional")}),
    ("S1-41", lambda s: by_key(s.plan_types, "sip").update_by_level, {"improve": "term", "repair_upper": "term"}),
    ("S1-41", lambda s: [plan(key)[0] for key in ("rap_repair", "rap_stabilise")],  # instead, below upper Repair
     [("repair_lower",), ("stabilise",)]),
    ("S1-42", lambda s: (plan("trust_agreed_plan")[0], by_key(s.plan_types, "trust_agreed_plan").quality_rules),
     (("repair_upper", "stabilise"), ("Derived from SI visits",))),
    ("S1-43", lambda s: plan("rap_repair"), (("repair_lower",), ("ceo",), ("ACC",), "half_term")),
    ("S1-43", lambda s: by_key(s.plan_types, "rap_repair").written_by, ("Headteacher", "Senior leadership team")),
    ("S1-44", lambda s: plan("rap_stabilise"), (("stabilise",), ("trust_chair",), ("Trust Board",), "term")),
    ("S1-45", lambda s: by_key(s.plan_types, "ofsted_plan").label, "Ofsted Action Plan (or equivalent)"),
]  # fmt: skip


@pytest.mark.parametrize(("item", "look", "expected"), COVERED)
def test_the_strategy_holds_the_item(item, look, expected):
    assert look(S) == expected, item


def test_days_of_support_a_term_by_tier():
    assert [offered(tier, "day")[0][0] for tier in TIERS[:5]] == [1, 2, 4, 6, 6]


def test_two_tiers_never_look_alike():
    faces = [(one.tone, one.tier) for one in S.axis_levels("phase")]
    assert len(set(faces)) == 6
    assert [tone for tone, _ in faces] == [1, 2, 3, 4, 4, 5]


def test_weak_safeguarding_limits_the_phase():
    [cap] = [cap for cap in S.rule_by_axis["phase"].caps if cap.criterion]
    assert (cap.criterion, cap.at_or_below, cap.no_better_than) == (
        "safeguarding_culture", "repair_lower", "repair_upper",
    )  # fmt: skip


def test_there_is_a_return_a_term_and_a_report_for_board_and_chairs():
    assert [point.terms for point in S.returns] == [("autumn",), ("spring",), ("summer",)]
    assert {"board", "chairs"} <= {report.template for report in S.reports}


def test_every_item_is_somewhere():
    covered, waiting = {item for item, *_ in COVERED}, set(still_to_come("s1"))
    assert covered | waiting | set(NOT_CONTENT) == every_item("s1", 46)
    assert not (covered | waiting) & set(NOT_CONTENT)


def test_what_is_still_to_come_only_shrinks():
    assert len(still_to_come("s1")) <= MOST_STILL_TO_COME
