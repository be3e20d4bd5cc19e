"""The rules of plans: the document and what changed in it, what a good plan has, who approves and by when."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.rules.actions import day_that_counts
from plans.rules.chain import approvers, chain, kinds_for, may_answer
from plans.rules.document import Document, Focus, Line, Section, changes, shown_in_order, training_of
from plans.rules.quality import warnings
from schools.rules import is_working_day
from schools.strategy import read_strategy
from schools.strategy.provision import PlanType
from tests.conftest import STRATEGIES

S2 = read_strategy((STRATEGIES / "four_phases.toml").read_text())
S3 = read_strategy((STRATEGIES / "two_axes.toml").read_text())
EVERY = [read_strategy(path.read_text()) for path in sorted(STRATEGIES.glob("*.toml"))]
SIP = next(one for one in S3.plan_types if one.key == "sip")


@pytest.mark.parametrize(
    ("due", "check", "looked_at", "day"),
    [
        (date(2026, 11, 2), date(2026, 12, 18), False, date(2026, 11, 2)),
        (date(2026, 11, 2), date(2026, 12, 18), True, date(2026, 12, 18)),
        (None, date(2026, 12, 18), False, date(2026, 12, 18)),
        (date(2026, 11, 2), None, True, date(2026, 11, 2)),
        (None, None, False, None),
    ],
)
def test_the_day_after_which_an_action_is_overdue(
    due: date | None, check: date | None, looked_at: bool, day: date | None
):
    assert day_that_counts(due, check, looked_at=looked_at) == day


def line(number: int = 1, **more: str) -> Line:
    blank = dict.fromkeys(
        ("owner", "due", "check", "success", "budget", "training", "support", "finding", "appraisal"), ""
    )
    return Line(id=number, **{"what": f"Action {number}.", **blank, **more})  # type: ignore[typeddict-item]


def whole(number: int = 1) -> Line:
    return line(number, owner="Head", due="11 December 2026", check="15 January 2027", success="Books.")


def focus(number: int = 1, *actions: Line, **more: object) -> Focus:
    stage = {"id": number, "by": "26 March 2027", "words": "", "measure": "gld", "group": "all", "aim": "GLD: 71%"}
    usual = {
        "label": f"Priority {number}",
        "change": "More.",
        "success": "Seen.",
        "criterion": "",
        "milestones": [stage],
    }
    return Focus(id=number, actions=list(actions), **{**usual, "milestones": [stage], **more})  # type: ignore[typeddict-item]


def document(*priorities: Focus, actions: tuple[Line, ...] = (), text: str = "Here.") -> Document:
    prose = [Section(key=one.key, label=one.label, holds="", text=text) for one in SIP.form.header]
    return Document(
        title="Plan", year=2026, sections=prose, priorities=list(priorities), actions=list(actions), papers=[]
    )


def said(found: Document) -> str:
    return " ".join(one.words for one in warnings(found, SIP))


def test_a_whole_plan_is_not_warned_of() -> None:
    assert warnings(document(focus(1, whole())), SIP) == []


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (document(focus(1, whole()), text=" "), "sections are still empty"),
        (document(), "There is no priority yet"),
        (document(*(focus(n, whole(n)) for n in range(6))), "It has six priorities"),
        (document(focus(1, whole(), change="")), "“Priority 1” does not yet say what will be different for pupils."),
        (document(focus(1, whole(), success="")), "“Priority 1” does not yet say how it will be known."),
        (document(focus(1, whole(), milestones=[])), "“Priority 1” has no target with a day."),
        (
            document(focus(1, success="", milestones=[])),
            "“Priority 1” does not yet say how it will be known, and has no target with a day and no action.",
        ),
        (document(focus(1)), "“Priority 1” has no action."),
        (document(focus(1, {**whole(), "owner": ""})), "One action has nobody who sees to it: “Action 1”."),
        (document(focus(1, *({**whole(n), "due": ""} for n in (1, 2)))), "Two actions have no day to be done by:"),
        (document(focus(1, *({**whole(n), "owner": ""} for n in (1, 2)))), "have nobody who sees to them"),
        (document(focus(1, {**whole(), "check": ""})), "no day on which its impact is looked at"),
        (document(focus(1, {**whole(), "success": ""})), "nothing to be judged by"),
        (document(focus(1, whole()), actions=(whole(2),)), "One action serves no priority: “Action 2”."),
    ],
)
def test_what_a_plan_lacks_is_said(found: Document, words: str) -> None:
    assert words in said(found)


def test_a_target_in_words_alone_is_not_measured() -> None:
    stage = {"id": 1, "by": "26 March 2027", "words": "Every class.", "measure": "", "group": "all", "aim": ""}
    assert "has no target with a measure" in said(document(focus(1, whole(), milestones=[stage])))


texts = st.text(alphabet="abc \n", max_size=12)


@given(texts, texts, st.lists(st.integers(1, 4), unique=True), st.lists(st.integers(1, 4), unique=True))
def test_what_changed_is_what_reads_otherwise(old: str, new: str, before: list[int], after: list[int]) -> None:
    first = document(*(focus(n, whole(n), change=old) for n in before), text=old)
    second = document(*(focus(n, whole(n), change=new) for n in after), text=new)
    assert changes(first, first) == []
    found = changes(first, second)
    assert all(one.before != one.after for one in found)
    there, back = {one.label for one in found}, {one.label for one in changes(second, first)}
    assert there == back
    new_ones = {f"Priority: Priority {n}" for n in set(after) ^ set(before)}
    assert new_ones <= there


@pytest.mark.parametrize("kind", [kind for one in EVERY for kind in one.plan_types], ids=lambda kind: kind.key)
def test_every_section_of_every_kind_is_shown_once(kind: PlanType) -> None:
    prose = {one.label: one.key for one in kind.form.header}
    sections = [
        Section(key=prose.get(label, ""), label=label, holds=kind.holds.get(label, ""), text="")
        for label in kind.sections
    ]
    found = shown_in_order(Document(title="", year=2026, sections=sections, priorities=[], actions=[], papers=[]))
    labels = [label for one in found for label in (one.label, *one.also)]
    assert sorted(label for label in labels if label in kind.sections) == sorted(kind.sections)
    assert {"priorities", "actions"} <= {one.part for one in found}
    assert len({one.part for one in found if one.part != "text"}) == sum(one.part != "text" for one in found)


def test_the_training_annex_is_built_from_the_actions() -> None:
    found = document(focus(1, whole(), line(2, training="Two twilights")), actions=(line(3, training="A day"),))
    assert [one["id"] for one in training_of(found)] == [2, 3]


def test_the_approval_of_a_plan_every_academy_has_follows_the_phase() -> None:
    aip = next(one for one in S2.plan_types if one.key == "aip")
    scale = {level.key: level.approves for level in S2.axis_levels("phase")}
    assert [approvers(S2, aip, {"phase": key}) for key in scale] == [tuple(roles) for roles in scale.values()]
    assert approvers(S2, aip, {}) == ("ceo",)
    medium = next(one for one in S2.plan_types if one.key == "medium_term_plan")
    assert approvers(S2, medium, {"phase": "phase_2"}) == ("director", "ceo")


def test_another_kind_keeps_the_approval_it_names_and_the_weaker_axis_counts() -> None:
    usual = S3.usual_plan
    assert usual is not None
    raising = next(one for one in S3.plan_types if one.key == "raising_achievement_plan")
    weak, strong = ("si_lead", "ceo"), ("si_lead",)
    for academic, operational, roles in (
        ("refine", "reinforce", weak), ("reinforce", "refine", weak), ("refine", "refine", strong),
    ):  # fmt: skip
        levels = {"academic": academic, "operational": operational}
        assert approvers(S3, usual, levels) == roles, levels
        assert approvers(S3, raising, levels) == ("head",)


def test_a_school_has_the_kinds_of_its_level() -> None:
    keys = {level: {one.key for one in kinds_for(S3, {"academic": level})} for level in ("sustain", "stabilise")}
    assert keys["stabilise"] - keys["sustain"] == {"rapid_improvement_plan"}
    operational = {one.key for one in kinds_for(S3, {"academic": "sustain", "operational": "stabilise"})}
    assert operational - keys["sustain"] == {"operational_action_plan"}


@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(1, 30))
def test_each_step_has_working_days_of_its_own(sent: date, days: int) -> None:
    first, second = chain(S3, ["si_lead", "ceo"], days, sent=sent)
    assert sent < first.due_on < second.due_on
    assert (
        sum(is_working_day(date.fromordinal(n)) for n in range(sent.toordinal() + 1, first.due_on.toordinal() + 1))
        == days
    )


def test_whose_role_answers() -> None:
    assert may_answer(["chair"], [("chair", 7)], school=7)
    assert not may_answer(["chair"], [("chair", 8)], school=7)
    assert may_answer(["si_lead", "director"], [("director", None)], school=7)
    assert not may_answer(["si_lead", "director"], [("ceo", None)], school=7)
