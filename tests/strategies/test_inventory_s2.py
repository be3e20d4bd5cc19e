"""Every item of S2 that is content of a strategy, as a value of `four_phases.toml`."""

from __future__ import annotations

import pytest

from tests.strategies.inventory import Case, by_key, every_item, items, keys, labels, missing, still_to_come, strategy
from tests.strategies.reading import asked

S = strategy("four_phases")
MOST_STILL_TO_COME = 0
NOT_CONTENT: dict[str, str] = {}

GROUPS = {  # how many items each part of a phase's checklist has
    1: {"vision": 1, "governance": 7, "financial_legal": 7, "leadership": 7, "teaching": 6, "behaviour_safety": 7,
        "communication": 2},
    2: {"vision": 1, "governance": 5, "finance": 1, "leadership": 6, "teaching": 8, "behaviour": 9, "communication": 4},
    3: {"vision": 1, "governance": 6, "finance": 1, "leadership": 8, "teaching": 7, "behaviour": 8, "communication": 1},
    4: {"vision": 1, "governance": 3, "finance": 1, "leadership": 9, "teaching": 5, "behaviour": 2, "communication": 1},
}  # fmt: skip
QUALITIES = {1: 4, 2: 8, 3: 3, 4: 11}
SAID = {  # words that each part of a checklist must hold
    "S2-10": (1, "governance", "vision", "task force", "experienced", "training needs", "finance", "objectives", "HR"),
    "S2-11": (1, "financial_legal", "legal", "budget", "safeguarding", "site", "website", "staffing", "TUPE"),
    "S2-12": (1, "leadership", "skills audit", "AIP", "branding", "marketing", "community", "data", "policies"),
    "S2-14": (1, "teaching", "Year 6", "pitch", "non-negotiables", "routines", "strongest to weakest", "adopted"),
    "S2-15": (1, "behaviour_safety", "fast", "parents", "central agreement", "facilities", "mainstream", "SEND",
     "E-safety"),
    "S2-16": (1, "communication", "open evening", "press release"),
    "S2-18": (2, "governance", "local representation", "new vision", "mandatory", "training", "delegation"),
    "S2-19": (2, "finance", "value-for-money"),
    "S2-20": (2, "leadership", "reporting calendar", "more able, PP", "statement", "coaches", "trust level", "termly",
     "25%"),
    "S2-21": (2, "teaching", "progression", "literacy", "Academy Days", "CPL", "support programme", "moderation",
              "teaching school", "excellent teachers"),
    "S2-22": (2, "behaviour", "attendance", "consistent", "50% of pupils", "alternative provision", "parents", "bids",
              "pupil voice", "policy"),
    "S2-23": (2, "communication", "parents", "information evenings", "staff wellbeing", "standard way"),
    "S2-25": (3, "governance", "articulated", "parents and staff", "trust board", "finances", "practice", "succession"),
    "S2-26": (3, "finance", "budget limits"),
    "S2-27": (3, "leadership", "qualifications", "numbers of pupils only", "external courses", "working groups",
              "every week", "succession", "peer review", "pupil leadership"),
    "S2-28": (3, "teaching", "consistently", "literacy", "routines", "expert teachers", "upper pay scale", "moderate",
              "coaching"),
    "S2-29": (3, "behaviour", "threshold", "enrichment", "pupil leadership", "British values", "voice", "transition",
              "national initiatives", "excellent"),
    "S2-30": (3, "communication", "information evenings"),
    "S2-32": (4, "governance", "AIP priorities", "monitors only", "contributes"),
    "S2-33": (4, "finance", "scheme of delegation"),
    "S2-34": (4, "leadership", "vast majority", "aspirational", "challenging", "publication", "trained",
     "external boards",
              "nationally", "SWOT", "whole school"),
    "S2-35": (4, "teaching", "timely", "love of learning", "literacy", "reviewed all the time", "beyond the trust"),
}  # fmt: skip


def level(phase: int):
    return by_key(S.axis_levels("phase"), f"phase_{phase}")


def checklist(phase: int, group: str) -> tuple[str, ...]:
    return by_key(by_key(S.checklists, f"phase_{phase}_plan").groups, group).items


def stay(phase: int) -> tuple[int | None, int | None, str] | None:
    found = level(phase).stay
    return found and (found.at_least, found.at_most, found.unit)


def replaced(kpi: str) -> list[str]:
    return [substitute.replaces for substitute in S.kpi_by_key[kpi].substitutes]


COVERED: list[Case] = [
    ("S2-01", lambda s: labels(s.axis_levels("phase")),
     ["Phase 4 Sustain", "Phase 3 Improve", "Phase 2 Repair", "Phase 1 Stabilise"]),
    ("S2-01", lambda s: ([one.tone for one in s.axis_levels("phase")], s.identity.phases),
     ([2, 3, 4, 5], ("primary", "infant", "junior"))),
    ("S2-02", lambda s: [stay(n) for n in (1, 2, 3, 4)], [(1, 2, "terms"), (12, 18, "months"), None, None]),
    ("S2-03", lambda s: [bool(level(n).features and level(n).indicative and level(n).leadership) for n in (1, 2, 3, 4)],
     [True] * 4),
    ("S2-03", lambda s: [missing(level(n).features, *said) for n, said in (
        (1, ["significant improvement needed", "no clear foundation"]),
         (2, ["reactive", "regular models", "system leaders"]),
        (3, ["proactive", "embedded", "improving"]), (4, ["confidence", "innovation"]))], [[]] * 4),
    ("S2-04", lambda s: [one.split(" (")[0] for one in items(s, "domains")],
     ["Vision", "Governance", "Finance", "Leadership", "Teaching and learning", "Behaviour", "Communication"]),
    ("S2-04", lambda s: keys(s.criteria),
     ["ks2", "inspection", "vision", "governance", "finance", "leadership", "teaching", "behaviour", "communication"]),
    ("S2-05", lambda s: ["vision is communicated at every level and repeated" in checklist(n, "vision")[0]
                         for n in (1, 2, 3, 4)], [True] * 4),
    ("S2-05", lambda s: missing(checklist(2, "vision"), "consistent language"), []),
    ("S2-06", lambda s: [level(n).approves for n in (1, 2, 3, 4)],
     [("ceo", "trust_chair"), ("director", "ceo"), ("chair",), ("chair",)]),
    ("S2-06", lambda s: [missing([level(n).directs], *said) for n, said in (
        (1, ["central team directs all", "CEO and trustees direct governance"]),
        (2, ["establishes governance", "consultative", "devolve finance"]),
        (3, ["fully effective AAB", "guidance", "light touch"]), (4, ["consultancy only", "monitoring"]))], [[]] * 4),
    ("S2-06", lambda s: level(3).expectations, ("The AIP is owned by the academy",)),
    ("S2-07", lambda s: (s.identity.words.local_body, s.identity.words.local_body_short, s.identity.words.plan),
     ("Academy Advisory Board", "AAB", "Academy Improvement Plan (AIP)")),
    ("S2-08", lambda s: [missing(level(n).indicative, *said) for n, said in (
        (1, ["floor", "coasting", "Ofsted 4"]), (2, ["progress or attainment short of good", "neighbours", "Ofsted 3"]),
        (3, ["both at or above national", "Ofsted 2"]), (4, ["year after year", "top 10%", "Ofsted 1"]))], [[]] * 4),
    ("S2-08", lambda s: replaced("ks2_attainment_national"), ["Floor standard", "Coasting standard"]),
    ("S2-08", lambda s: replaced("published_inspection"), ["Overall effectiveness grade", "Graded framework, 1 to 4"]),
    ("S2-08", lambda s: replaced("ks2_progress"),
     ["Published KS2 progress scores", "KS1 results as the start of progress"]),
    ("S2-08", lambda s: {t.level: t.at_least for t in s.kpi_by_key["ks2_attainment_national"].thresholds}["phase_3"],
     0),
    ("S2-08", lambda s: {t.level: t.at_most for t in s.kpi_by_key["ks2_attainment_similar"].thresholds}["phase_4"], 10),
    ("S2-08", lambda s: s.criterion_by_key["ks2"].combine, "worst"),
    ("S2-09", lambda s: missing(level(1).leadership, "reassuring", "urgent", "right people", "visible"), []),
    ("S2-13", lambda s: missing(items(s, "data_scrutiny"), "on entry", "EYFS", "Year 1", "Year 2", "in-house",
                                "KS1 attainment", "KS1 progress", "KS2 attainment", "KS2 progress", "attendance"), []),
    ("S2-13", lambda s: {"on_entry", "gld", "phonics_year_1", "phonics_year_2", "in_house", "ks1_attainment",
                         "ks1_progress", "ks2_rwm_expected", "ks2_maths_progress",
                          "attendance_rate"} <= asked(s.returns[0]),
     True),
    ("S2-17",
     lambda s: missing(level(2).leadership, "early gains", "medium-term", "quality assurance", "local leadership",
                                "middle leaders", "CPL", "newly qualified", "heavily"), []),
    ("S2-20", lambda s: by_key(s.plan_types, "aip").update_every, "term"),
    ("S2-20", lambda s: "never names" in by_key(s.pupil_groups, "focus_group").detail, True),
    ("S2-22", lambda s: {t.level: t.at_least for t in s.kpi_by_key["enrichment"].thresholds}["phase_2"], 50),
    ("S2-24", lambda s: missing(level(3).leadership, "vision and ambition", "management gives way", "long-term"), []),
    ("S2-31", lambda s: missing(level(4).leadership, "system leaders", "excellence", "lead collaboration", "elsewhere",
                                "lead school", "training", "profile", "awards", "debates", "pilots",
                                 "three to five years"),
     []),
    ("S2-34",
     lambda s: (by_key(s.plan_types, "five_year_plan").levels, by_key(s.plan_types, "five_year_plan").sections[:4]),
     (("phase_4",), ("Strengths", "Weaknesses", "Opportunities", "Threats"))),
    ("S2-35", lambda s: missing(checklist(4, "behaviour"), "proactive learning behaviours", "fully embedded"), []),
    ("S2-35", lambda s: missing(checklist(4, "communication"), "marketing strategy"), []),
    ("S2-36", lambda s: keys(by_key(s.forms, "phase_checklist").rows), ["item", "status", "owner", "due", "evidence"]),
    ("S2-37", lambda s: (by_key(s.plan_types, "aip").checklists, [one.level for one in s.checklists]),
     (tuple(f"phase_{n}_plan" for n in (1, 2, 3, 4)), [f"phase_{n}" for n in (1, 2, 3, 4)])),
    ("S2-38", lambda s: len({level(n).approves for n in (1, 2, 3)}), 3),
    ("S2-38", lambda s: [level(n).edits for n in (1, 2, 3, 4)],
     [("trust",), ("trust", "school"), ("school",), ("school",)]),
]  # fmt: skip


@pytest.mark.parametrize(("item", "look", "expected"), COVERED)
def test_the_strategy_holds_the_item(item, look, expected):
    assert look(S) == expected, item


@pytest.mark.parametrize("phase", GROUPS)
def test_every_checklist_has_all_its_items(phase):
    groups = by_key(S.checklists, f"phase_{phase}_plan").groups
    assert {group.key: len(group.items) for group in groups} == GROUPS[phase]


@pytest.mark.parametrize("phase", QUALITIES)
def test_leadership_qualities(phase):
    assert len(level(phase).leadership) == QUALITIES[phase]


@pytest.mark.parametrize("item", SAID)
def test_a_part_of_a_checklist_says_what_the_source_says(item):
    phase, group, *words = SAID[item]
    assert missing(checklist(phase, group), *words) == []


def test_inspection_grades_belong_to_the_phases_as_the_source_has_them():
    graded = {bridge.key: bridge.grades for bridge in S.bridges}["graded_overall"]
    assert graded == {"1": "phase_4", "2": "phase_3", "3": "phase_2", "4": "phase_1"}


def test_there_is_a_return_a_term_and_a_report_for_board_and_chairs():
    assert [point.terms for point in S.returns] == [("autumn",), ("spring",), ("summer",)]
    assert {"board", "chairs"} <= {report.template for report in S.reports}


def test_every_item_is_somewhere():
    covered, waiting = {item for item, *_ in COVERED} | set(SAID), set(still_to_come("s2"))
    assert covered | waiting | set(NOT_CONTENT) == every_item("s2", 38)
    assert not (covered | waiting) & set(NOT_CONTENT)


def test_what_is_still_to_come_only_shrinks():
    assert len(still_to_come("s2")) <= MOST_STILL_TO_COME
