"""Every item of S0 that is content of a strategy, as a value of `numbered_categories.toml`."""

from __future__ import annotations

import pytest

from tests.strategies.inventory import Case, by_key, every_item, items, keys, labels, missing, still_to_come, strategy
from tests.strategies.reading import asked

S = strategy("numbered_categories")
RULE = S.rule_by_axis["overall"]
SCC = by_key(S.ladders, "scc")
MOST_STILL_TO_COME = 6
NOT_CONTENT: dict[str, str] = {}

TABLE = {  # S0-08, cell by cell: Ofsted, history, QA visits, Partnership Review, external
    "1": ({"1", "2"}, {"positive"}, {"no"}, {"no"}, {"no"}),
    "2": ({"1", "2"}, {"positive"}, {"minor"}, {"minor"}, {"minor"}),
    "3": ({"2", "3"}, {"variable", "declining"}, {"some"}, {"some"}, {"some"}),
    "4": ({"3", "4"}, {"declining"}, {"significant"}, {"significant"}, {"significant"}),
}
COLUMNS = ("inspection", "historic_performance", "qa_visits", "partnership_review", "external")


def table_cell(level: str, column: str) -> set[str]:
    """The values that a row admits, as the source writes them: `2`, `positive`, `minor`."""
    row = {row.level: row.allows for row in RULE.rows}[by_label(level)]
    values = {value.key: value.label for value in S.levels_of(S.criterion_by_key[column].kpis[0].scale)}
    words = [values[key] for key in row[column]]
    return {word[-2] if word.endswith(")") else word.split()[0].lower() for word in words}


def by_label(label: str) -> str:
    return {level.label: level.key for level in S.axis_levels("overall")}[label]


def stage(number: int):
    return SCC.stages[number - 1]


def meeting(key: str):
    return S.meeting_by_key[key]


def scales_of(column: str) -> list[str]:
    return labels(S.levels_of(S.criterion_by_key[column].kpis[0].scale))


COVERED: list[Case] = [
    ("S0-01", lambda s: missing(items(s, "aims"), "achievement", "teaching", "governance", "safety", "affordability",
                                "succession", "research"), []),
    ("S0-01", lambda s: len(items(s, "aims")), 7),
    ("S0-02", lambda s: len(items(s, "principles")), 6),
    ("S0-02", lambda s: missing(items(s, "principles"), "autonomy", "led by schools", "equality", "early", "attendance",
                                "progress"), []),
    ("S0-03", lambda s: missing(items(s, "gains"), "outcomes", "economies of scale", "accountability", "capacity"), []),
    ("S0-03", lambda s: len(items(s, "gains")), 4),
    ("S0-05", lambda s: labels(s.axis_levels("overall")), ["1", "2", "3", "4"]),
    ("S0-05", lambda s: [level.tone for level in s.axis_levels("overall")], [2, 3, 4, 5]),
    ("S0-06", lambda s: "leaders' capacity to secure progress" in RULE.note, True),
    ("S0-07", lambda s: keys(s.criteria), list(COLUMNS)),
    ("S0-07", lambda s: keys(s.criterion_by_key["external"].kpis),
     ["external_reports", "staffing", "finance", "premises"]),
    ("S0-07", lambda s: [s.criterion_by_key[key].combine for key in ("qa_visits", "external")], ["worst", "worst"]),
    ("S0-08", lambda s: scales_of("inspection"),
     ["outstanding (1)", "good (2)", "requires improvement (3)", "inadequate (4)"]),
    ("S0-08", lambda s: scales_of("historic_performance"), ["Positive", "Variable", "Declining"]),
    ("S0-08", lambda s: {tuple(scales_of(key)) for key in COLUMNS[2:]},
     {("No issues", "Minor issues", "Some issues", "Significant issues")}),
    ("S0-09", lambda s: (RULE.kind, RULE.minimum.share), ("table", 0.6)),
    ("S0-10", lambda s: missing(items(s, "categorising"), "due diligence", "academic year begins", "practice seen",
                                "inspection", "data"), []),
    ("S0-11", lambda s: missing(items(s, "categorising"), "capacity the school needs", "next improvement plan"), []),
    ("S0-12", lambda s: (s.axes[0].default_cadence, s.axes[0].cadence), ("term", {"four": "half_term"})),
    ("S0-13", lambda s: (s.axes[0].meeting, meeting("risk_meeting").attends, meeting("risk_meeting").decides),
     ("risk_meeting", ("Executive Group",), ("overall",))),
    ("S0-13", lambda s: missing(meeting("risk_meeting").agenda, "quality assurance information"), []),
    ("S0-14", lambda s: missing(meeting("risk_meeting").agenda, "provision in place still fit", "capacity move"), []),
    ("S0-14", lambda s: s.axes[0].concludes, True),
    ("S0-15", lambda s: missing([by_key(s.facts, "early_warning").note], "short-term", "slipping a category"), []),
    ("S0-16", lambda s: by_key(s.review_types, "peer_review").depth,
     {"one": "Light touch", "two": "Light touch", "three": "Full", "four": "Full"}),
    ("S0-17", lambda s: [(e.key, e.amount, e.per) for e in s.entitlements],
     [("peer_review", 1, "year"), ("benchmarking", 1, "term"), ("subject_groups", 2, "year"),
      ("initiatives", 1, None)]),
    ("S0-17", lambda s: [e.levels for e in s.entitlements], [()] * 4),
    ("S0-18", lambda s: items(s, "subject_groups"),
     ("English", "Mathematics", "Computing", "Other subjects", "EYFS", "SEND", "Pupil premium", "Year 6")),
    ("S0-19", lambda s: (by_key(s.menu, "focus_team").label, by_key(s.menu, "focus_team").paid_by),
     ("Support Focus Team and specialist leaders (SLEs)", "school")),
    ("S0-20", lambda s: by_key(s.menu, "system_leaders").paid_by, "school"),
    ("S0-21", lambda s: keys(s.menu)[2:],
     ["data", "sip_sef", "risk_assessment", "teaching", "wellbeing", "governors", "attendance", "complaints", "hr",
      "exclusions", "performance_management"]),
    ("S0-22", lambda s: labels(s.review_types),
     ["Due diligence", "Partnership Review", "Peer Review", "Trust QA visit", "Other external report", "Data review",
      "Ofsted inspection or interim assessment"]),
    ("S0-16", lambda s: [by_key(s.review_types, "peer_review").form_for(level) for level in ("one", "four")],
     ["peer_review_light", "peer_review_full"]),
    ("S0-23", lambda s: by_key(by_key(s.forms, "peer_review_light").header, "focus").options,
     by_key(S.review_types, "peer_review").focus),
    ("S0-23", lambda s: by_key(by_key(s.forms, "peer_review_full").rows, "focus").options,
     by_key(S.review_types, "peer_review").focus),
    ("S0-23", lambda s: len(by_key(s.review_types, "peer_review").focus), 14),
    ("S0-23", lambda s: missing(by_key(s.review_types, "peer_review").focus, "observation", "books", "wellbeing",
                                "entry", "EYFS", "Year 1", "KS1", "KS2", "FSM", "SEND", "exclusions", "attendance",
                                "governance", "sports grant"), []),
    ("S0-24", lambda s: by_key(s.plan_types, "core_plan").label, "Core Plan (CP)"),
    ("S0-24", lambda s: missing(by_key(s.plan_types, "core_plan").quality_rules, "Partnership Review", "Peer Review",
                                "inspection", "monitoring", "back to the finding", "forward to the resource"), []),
    ("S0-25", lambda s: by_key(s.plan_types, "isap").label, "Individual School Action Plan (ISAP)"),
    ("S0-25", lambda s: [one.key for one in s.plan_types if one.only_on_ladder], ["isap"]),
    ("S0-25", lambda s: [stage.plan for stage in SCC.stages], ["isap"] * 4),
    ("S0-25", lambda s: ["amended" in " ".join(stage.duties) for stage in SCC.stages], [True, True, True, False]),
    ("S0-26", lambda s: by_key(s.plan_types, "trust_plan").written_by, ("Educational Development Group",)),
    ("S0-26", lambda s: keys(s.trust_plans), ["trust_plan"]),
    ("S0-27", lambda s: len(items(s, "targets")), 3),
    ("S0-28", lambda s: [(point.key, point.terms) for point in s.returns],
     [("autumn", ("autumn",)), ("spring", ("spring",)), ("summer", ("summer",))]),
    ("S0-28", lambda s: ["own analysis" in point.detail for point in s.returns], [True] * 3),
    ("S0-29", lambda s: ["on_track_reading" in asked(point) for point in s.returns],
     [True] * 3),
    ("S0-30", lambda s: labels(s.pupil_groups), ["All pupils", "FSM / pupil premium", "SEND"]),
    ("S0-30",
     lambda s: {"on_entry", "gld", "phonics_year_1", "ks1_expected", "ks2_rwm_expected"} <= set(keys(s.measures)),
     True),
    ("S0-31", lambda s: {"standardised_reading", "standardised_maths"} <= set(keys(s.measures)), True),
    ("S0-32", lambda s: [{"staff_absence_rate", "roll"} <= asked(point) for point in s.returns], [True, False, False]),
    ("S0-33", lambda s: missing(items(s, "data_collection"), "frames the agenda of visits"), []),
    ("S0-33", lambda s: by_key(s.forms, "visit_record").framed_by_data, True),
    ("S0-33", lambda s: len(by_key(s.forms, "visit_record").methods[0].questions), 3),
    ("S0-34", lambda s: SCC.entry, ("The Ofsted category a school is placed in",
                                    "Concerns that the trust has identified, or that were raised with it")),
    ("S0-35", lambda s: [stage.decided_by for stage in SCC.stages], [(), (), (), ("ceo", "trust_chair")]),
    ("S0-35", lambda s: missing(items(s, "concern_duties"), "partnership", "CEO / Chair of the Trust Board"), []),
    ("S0-36", lambda s: len(SCC.before), 4),
    ("S0-36", lambda s: missing(SCC.before, "headteacher", "core offer", "due diligence",
                                "Individual School Action Plan"), []),
    ("S0-37", lambda s: [bool(stage.if_improving and stage.if_not) for stage in SCC.stages], [True] * 4),
    ("S0-38", lambda s: missing([*stage(1).duties, stage(1).if_not], "headteacher", "urgency", "level 2"), []),
    ("S0-39", lambda s: missing([*stage(2).duties, stage(2).if_not], "chair of governors", "level 3"), []),
    ("S0-40", lambda s: missing([*stage(3).duties, stage(3).if_not], "LGB", "head or governor level",
                                "performance management", "level 4"), []),
    ("S0-41", lambda s: missing(stage(4).duties, "leadership may change", "governors", "DfE regional director"), []),
    ("S0-42", lambda s: [len(stage.notify) for stage in SCC.stages], [1, 2, 3, 4]),
    ("S0-42", lambda s: [{words for words in stage.notify if words not in SCC.reached_as} for stage in SCC.stages],
     [set(), set(), set(), {"DfE regional director, where involved"}]),
    ("S0-43", lambda s: (SCC.decided_by, SCC.watch.at_most, SCC.watch.unit), ("ceo", 2, "terms")),
    ("S0-42", lambda s: [stage.fact for stage in SCC.stages], [f"scc_level_{n}" for n in (1, 2, 3, 4)]),
    ("S0-43", lambda s: [all(test.startswith("Ours") for test in stage.exit_tests) and len(stage.exit_tests) > 1
                         for stage in SCC.stages], [True] * 4),
    ("S0-43", lambda s: [stage.longest_stay is not None for stage in SCC.stages], [True] * 4),
    ("S0-44", lambda s: missing(items(s, "role_head"), "national standards"), []),
    ("S0-45", lambda s: (s.identity.words.local_body_short, missing(items(s, "role_local_body"), "own scheme")),
     ("LGB", [])),
    ("S0-46", lambda s: missing(items(s, "role_trust"), "strengths", "reviews data", "swiftly", "inspections", "risks",
                                "school-to-school", "vulnerable"), []),
    ("S0-47", lambda s: missing(items(s, "role_ceo"), "year on year", "performance management", "quality",
                                "regional director"), []),
    ("S0-47", lambda s: "director of primaries" in by_key(s.statements, "role_ceo").note, True),
    ("S0-48", lambda s: len(items(s, "role_edg")), 9),
    ("S0-49", lambda s: "separate duties" in by_key(s.statements, "role_edg").note, True),
    ("S0-50", lambda s: items(s, "role_tdg"),
     ("Maths", "Literacy", "Phonics", "EYFS", "Pupil premium", "Science", "SEN")),
    ("S0-51",
     lambda s: missing(items(s, "role_trustees"), "statutory", "standards rise", "delegation", "good or better"),
     []),
    ("S0-52", lambda s: missing(items(s, "external_partners"), "regional director", "closed on 31 March 2025",
                                "local authority"), []),
    ("S0-53", lambda s: (meeting("edg").chair, meeting("edg").attends, len(meeting("edg").agenda)),
     ("CEO", ("Executive heads", "Heads"), 5)),
    ("S0-54", lambda s: (meeting("bdg").chair, len(meeting("bdg").agenda)), ("CFO", 7)),
    ("S0-55", lambda s: missing([meeting("rdg").chair], "CEO", "Director of Primaries", "EDG"), []),
    ("S0-56", lambda s: (meeting("sdg").every, meeting("sdg").attends), ("term", ("Every subject leader",))),
    ("S0-57", lambda s: (meeting("conference").every, meeting("conference").attends, len(meeting("conference").agenda)),
     ("year", ("School leaders", "Trustees"), 3)),
    ("S0-58", lambda s: (meeting("cog_liaison").attends, len(meeting("cog_liaison").agenda)),
     (("One nominated governor per school", "CEO"), 6)),
    ("S0-58", lambda s: (meeting("cog_liaison").receives, by_key(s.reports, "chairs_liaison").template),
     (("chairs_liaison",), "chairs")),
    ("S0-59", lambda s: (by_key(s.reports, "board_report").template, by_key(s.reports, "board_report").every),
     ("board", "term")),
    ("S0-60", lambda s: meeting("finance_audit").agenda,
     ("Budget for the year", "Plan over three years", "Value for money")),
    ("S0-61", lambda s: [key for key, kind in s.meeting_by_key.items() if kind.decides], ["risk_meeting"]),
    ("S0-62", lambda s: keys(s.impact),
     ["targets", "movement", "self_evaluations", "kpis", "isap_impact", "peer_reviews"]),
    ("S0-62", lambda s: [report.every for report in s.reports if report.template == "impact"], ["year"]),
]  # fmt: skip


@pytest.mark.parametrize(("item", "look", "expected"), COVERED)
def test_the_strategy_holds_the_item(item, look, expected):
    assert look(S) == expected, item


@pytest.mark.parametrize("column", range(5))
@pytest.mark.parametrize("level", TABLE)
def test_judgement_table_cell(level, column):
    assert table_cell(level, COLUMNS[column]) == TABLE[level][column]


def test_columns_overlap_as_the_source_has_them():
    admits = {
        grade: [n for n in TABLE if grade in TABLE[n][0] and table_cell(n, "inspection") == TABLE[n][0]]
        for grade in "123"
    }
    assert admits == {"1": ["1", "2"], "2": ["1", "2", "3"], "3": ["3", "4"]}


def test_a_published_category_of_concern_and_unmet_safeguarding_limit_the_category():
    assert {(cap.fact, cap.no_better_than) for cap in RULE.caps} == {
        ("category_of_concern", "four"),
        ("safeguarding_not_met", "four"),
    }


def test_every_item_is_somewhere():
    covered, waiting = {item for item, *_ in COVERED}, set(still_to_come("s0"))
    assert covered | waiting | set(NOT_CONTENT) == every_item("s0", 62)
    assert not (covered | waiting) & set(NOT_CONTENT)


def test_what_is_still_to_come_only_shrinks():
    assert len(still_to_come("s0")) <= MOST_STILL_TO_COME
