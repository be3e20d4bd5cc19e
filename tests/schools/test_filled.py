"""Filled forms as values: reading, rows, what is lacking, merging three ways, words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.filled import (
    MOST_ROWS,
    UnreadableError,
    as_record,
    blank,
    definition,
    field_of,
    from_record,
    in_words,
    label_of,
    lacking,
    merge,
    names_of,
    place_of,
    read,
    row_name,
    rows_of,
    shown,
)
from schools.strategy import Strategy, read_strategy
from schools.strategy.forms import Form
from tests.strategies.reading import STRATEGIES, keyed, shipped

S3, S4 = shipped("two_axes"), shipped("no_categories")
FORM, EVIDENCE = keyed(S3.forms)["monitoring_form"], keyed(S4.forms)["evidence_form"]
CHECK = keyed(S3.forms)["joint_visit"]
EVERY = [(shipped(path.stem), form) for path in sorted(STRATEGIES.glob("*.toml")) for form in shipped(path.stem).forms]

VISIT: dict[str, Any] = {
    "focus": "Science",
    "date": "2026-04-29",
    "method": ["Work scrutiny", "Data"],
    "lead": "R. Ellison",
    "r0-class_year": "3",
    "r0-comment": "Plenty of practical work.",
    "r2-class_year": "5",
    "r2-comment": "Plans are sound.",
    "r2-impact_check_on": "2026-06-12",
}

# Reading


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("date", "29 April 2026", "2026-04-29"),
        ("date", "29/04/26", "2026-04-29"),
        ("date", " 2026-04-29 ", "2026-04-29"),
        ("focus", "  Science \n and  more ", "Science and more"),
        ("focus", "   ", None),
        ("focus", None, None),
        ("recommendations", "One\r\n\r\nTwo  \r\n", "One\n\nTwo"),
        ("method", ["Data", "Planning", "Data", ""], ["Planning", "Data"]),
        ("method", "Data", ["Data"]),
        ("method", [], None),
        ("plan_changed", "Yes", "yes"),
        ("plan_changed", False, "no"),
        ("r29-class_year", "6", "6"),
    ],
)
def test_what_is_typed_becomes_what_is_kept(name: str, typed: object, kept: object) -> None:
    assert read(S3, FORM, name, typed) == kept


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("time_from", "9:30", "09:30"),
        ("time_from", "9.30 pm", "21:30"),
        ("time_from", "0930", "09:30"),
        ("time_from", "12 am", "00:00"),
        ("time_to", "10:15:00", "10:15"),
        ("number_in_class", "28", "28"),
        ("number_in_class", 28, "28"),
        ("number_in_class", "1,200.50", "1200.5"),
        ("number_in_class", "-0.0", "0"),
        ("number_in_class", "100", "100"),
        ("outcomes", "secure", "secure"),
    ],
)
def test_times_numbers_and_levels(name: str, typed: object, kept: str) -> None:
    assert read(S4, EVIDENCE, name, typed) == kept


@pytest.mark.parametrize(
    ("strategy", "form", "name", "typed", "said"),
    [
        (S3, FORM, "date", "31 April 2026", "Enter the day like 16 October 2026"),
        (S3, FORM, "method", ["Guessing"], "Choose one of those listed"),
        (S3, FORM, "method", [["Data"]], "Enter one answer here"),
        (S3, FORM, "focus", "x" * 301, "Use at most 300 characters; this has 301"),
        (S3, FORM, "recommendations", "x" * 8001, "Use at most 8,000 characters; this has 8,001"),
        (S3, FORM, "focus", "a\0b", "not text"),
        (S3, FORM, "focus", "a\ud800b", "not text"),
        (S3, FORM, "focus", ["a"], "Enter one answer here"),
        (S3, FORM, "plan_changed", "perhaps", "Choose yes or no"),
        (S3, FORM, "nothing", "x", "no answer called “nothing”"),
        (S3, FORM, "r30-comment", "x", "no answer called"),
        (S3, FORM, "r00-comment", "x", "no answer called"),
        (S3, FORM, "r0-focus", "x", "no answer called"),
        (S4, EVIDENCE, "time_from", "25:00", "Enter the time like 09:30"),
        (S4, EVIDENCE, "time_from", "9", "Enter the time like 09:30"),
        (S4, EVIDENCE, "time_from", "13:00 pm", "Enter the time like 09:30"),
        (S4, EVIDENCE, "number_in_class", "many", "Enter a number"),
        (S4, EVIDENCE, "number_in_class", "NaN", "Enter a number"),
        (S4, EVIDENCE, "number_in_class", "1e9999", "Enter a number"),
        (S4, EVIDENCE, "outcomes", "superb", "Choose one of those listed"),
        (S3, CHECK, "r0-area", "Moon", "Choose one of those listed"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_a_sentence(
    strategy: Strategy, form: Form, name: str, typed: object, said: str
) -> None:
    with pytest.raises(UnreadableError, match=said):
        read(strategy, form, name, typed)


ANYTHING = st.one_of(
    st.text(max_size=40),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.none(),
    st.lists(st.text(max_size=12), max_size=4),
)


@given(st.sampled_from(EVERY), st.data(), ANYTHING)
def test_reading_what_is_kept_changes_nothing(place: tuple[Strategy, Form], data: st.DataObject, typed: object) -> None:
    """Whatever is typed is kept or refused, and never anything else; what was kept is kept again as it is."""
    strategy, form = place
    name = data.draw(st.sampled_from(list(names_of(form))))
    field = field_of(form, name)
    assert field is not None
    if data.draw(st.booleans()) and field.options:
        typed = list(field.options) if field.shape == "choices" else field.options[0]
    try:
        kept = read(strategy, form, name, typed)
    except UnreadableError:
        return
    assert kept is None or read(strategy, form, name, kept) == kept
    assert bool(in_words(strategy, field, kept)) == (kept is not None)


# Names


@pytest.mark.parametrize(("_", "form"), EVERY)
def test_every_name_leads_to_its_field(_: Strategy, form: Form) -> None:
    names = list(names_of(form))
    assert len(set(names)) == len(names) == len(form.head_fields) + len(form.rows) * MOST_ROWS
    for name in names:
        slot, key = place_of(name)
        field = field_of(form, name)
        assert field is (form.head_fields if slot is None else form.row_fields)[key]
        assert (key if slot is None else row_name(slot, key)) == name


def test_a_person_reads_the_label_and_the_row() -> None:
    assert [label_of(FORM, name) for name in ("focus", "r1-comment", "x")] == [
        "Focus",
        "Evaluative comment, row 2",
        "x",
    ]


# Rows, and what is lacking


def test_blank_rows_are_passed_over_and_order_is_kept() -> None:
    assert [(row.slot, row.values["class_year"]) for row in rows_of(FORM, VISIT)] == [(0, "3"), (2, "5")]
    assert rows_of(FORM, VISIT)[1].name("comment") == "r2-comment"
    assert rows_of(EVIDENCE, {}) == []


def test_a_whole_visit_lacks_nothing() -> None:
    assert lacking(FORM, VISIT) == []


def test_what_is_lacking_is_said_in_the_order_of_the_form() -> None:
    begun = {"lead": "R. Ellison", "r1-class_year": "Year 4"}
    assert lacking(FORM, begun) == [
        ("focus", "Focus: write something here"),
        ("date", "Date: enter the day"),
        ("method", "Method: choose at least one"),
        ("r1-comment", "Class or year Year 4: write something here under “Evaluative comment”"),
    ]


def test_a_form_that_needs_a_row_says_where() -> None:
    head = {key: value for key, value in VISIT.items() if not key.startswith("r")}
    assert lacking(FORM, head) == [("r0-class_year", "Class or year: fill in at least one row")]
    form = FORM.model_copy(update={"least_rows": 3})
    assert lacking(form, VISIT) == [("r1-class_year", "Class or year: fill in at least 3 rows")]


def test_what_is_written_later_is_not_asked_at_the_visit() -> None:
    later = FORM.footer[1].model_copy(update={"required": True})
    form = FORM.model_copy(update={"footer": (later,)})
    assert lacking(form, VISIT) == []
    assert lacking(form, VISIT, "considered") == [("considered_on", "Considered by SLT on: enter the day")]


def test_sections_are_asked_in_the_order_they_stand() -> None:
    required = [field.model_copy(update={"required": True}) for field in (EVIDENCE.footer[0], EVIDENCE.judgements[0])]
    form = EVIDENCE.model_copy(update={"footer": (required[0],), "judgements": (required[1],)})
    assert [name for name, _ in lacking(form, {})][-2:] == ["notes", "teaching_learning_assessment"]


# Merging

NAMES = list("abcde")
VALUES = st.text("xyz", min_size=1, max_size=2)
STORED = st.dictionaries(st.sampled_from(NAMES), VALUES)
TYPED = st.dictionaries(st.sampled_from(NAMES), st.one_of(st.none(), VALUES))
TOUCHED = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 6))
VERSION = st.integers(0, 6)


@given(STORED, TOUCHED, TYPED, VERSION)
def test_nothing_is_lost_and_nothing_overwritten_unseen(
    stored: dict[str, str], touched: dict[str, int], typed: dict[str, str | None], version: int
) -> None:
    merged = merge(stored, touched, typed, version)
    clashes = {clash.name: clash for clash in merged.conflicts}
    for name in NAMES:
        mine, theirs, after = typed.get(name), stored.get(name), merged.answers.get(name)
        if name in clashes:
            assert (after, clashes[name].theirs, clashes[name].mine) == (theirs, theirs, mine)
            assert touched[name] > version
        elif name in typed:
            assert after == mine
        else:
            assert after == theirs
        assert (name in merged.changed) == (after != theirs)
    assert None not in merged.answers.values()


@given(STORED, TOUCHED, TYPED, VERSION)
def test_sending_twice_is_as_sending_once(
    stored: dict[str, str], touched: dict[str, int], typed: dict[str, str | None], version: int
) -> None:
    once = merge(stored, touched, typed, version)
    after = touched | dict.fromkeys(once.changed, 7)
    again = merge(once.answers, after, typed, version)
    assert (again.answers, again.changed) == (once.answers, [])
    assert again.conflicts == once.conflicts


@given(STORED, TYPED, TYPED)
def test_two_who_touch_different_answers_never_meet(
    stored: dict[str, str], one: dict[str, str | None], other: dict[str, str | None]
) -> None:
    """Both began at version 3 with whole forms; in either order both changes are there."""
    other = {name: value for name, value in other.items() if name not in one}
    found = []
    for first, second in ((one, other), (other, one)):
        a = merge(stored, {}, first, 3)
        b = merge(a.answers, dict.fromkeys(a.changed, 4), second, 3)
        assert a.conflicts + b.conflicts == []
        found.append(b.answers)
    assert found[0] == found[1]


@given(STORED, STORED, TOUCHED, VERSION)
def test_who_changed_nothing_overwrites_nothing(
    stored: dict[str, str], base: dict[str, str], touched: dict[str, int], version: int
) -> None:
    """A device that has kept what the form said when it was opened sends no change of its own."""
    whole = {name: base.get(name) for name in NAMES}
    merged = merge(stored, touched, whole, version, base=whole)
    assert (merged.answers, merged.changed, merged.conflicts) == (stored, [], [])


def test_an_answer_emptied_by_somebody_else_is_a_conflict() -> None:
    merged = merge({}, {"a": 4}, {"a": "mine"}, 3)
    assert [(clash.name, clash.theirs, clash.mine) for clash in merged.conflicts] == [("a", None, "mine")]


# Words, paper, other programs


def test_answers_in_words() -> None:
    words = {name: in_words(S3, field_of(FORM, name), value) for name, value in VISIT.items()}  # type: ignore[arg-type]
    assert (words["date"], words["method"]) == ("29 April 2026", "Work scrutiny, Data")
    assert in_words(S3, FORM.head_fields["plan_changed"], "yes") == "Yes"
    assert in_words(S4, EVIDENCE.head_fields["outcomes"], "needs_support") == "Needs support"
    assert in_words(S3, FORM.head_fields["date"], None) == ""


def test_a_filled_form_shows_the_rows_and_the_questions_of_its_methods() -> None:
    view = shown(S3, FORM, VISIT)
    assert [row.cells[0].words for row in view.rows] == ["3", "5"]
    assert [method.key for method in view.methods] == ["array", "class_scrutiny"]
    assert [option.label for option in view.head[2].options if option.is_chosen] == ["Work scrutiny", "Data"]
    level = shown(S4, EVIDENCE, {"outcomes": "needs_support"}).judgements[3]
    assert (level.words, level.step) == ("Needs support", S4.levels_of("practice")[3].tone)


def test_a_blank_form_has_room_for_everything() -> None:
    view = blank(S3, FORM, {"focus": "Science"}, rows=4)
    assert (len(view.rows), len(view.methods), view.head[0].words) == (4, 3, "Science")
    assert [len(one.ruled) for one in view.rows[0].cells] == [1, 5, 5, 1, 1, 1]
    assert blank(S4, EVIDENCE).rows == ()


@given(st.sampled_from(EVERY), st.data())
def test_another_program_gets_back_what_it_sent(place: tuple[Strategy, Form], data: st.DataObject) -> None:
    strategy, form = place
    names = data.draw(st.lists(st.sampled_from(list(names_of(form))), unique=True, max_size=8))
    answers = {name: kept for name in names if (kept := _some(strategy, form, name))}
    back = {name: read(strategy, form, name, value) for name, value in from_record(as_record(form, answers)).items()}
    assert back == answers


def _some(strategy: Strategy, form: Form, name: str) -> Any:
    """An answer that fits."""
    field = field_of(form, name)
    assert field is not None
    fit: dict[str, Any] = {"date": "2026-04-29", "time": "09:30", "number": "12", "yes_no": "no"}
    if field.shape == "level":
        return strategy.levels_of(field.scale or "")[-1].key
    if field.shape == "criterion":
        return strategy.criteria[-1].key
    if field.options:
        return [field.options[0]] if field.shape == "choices" else field.options[0]
    return fit.get(field.shape, "Words")


@pytest.mark.parametrize("sent", [{"answers": []}, {"rows": {}}, {"rows": ["x"]}])
def test_another_program_that_sends_another_shape_is_told(sent: dict[str, Any]) -> None:
    with pytest.raises(UnreadableError, match="rows as a list of objects"):
        from_record(sent)


def test_a_row_without_a_slot_takes_its_place() -> None:
    assert from_record({"rows": [{"comment": "a"}, {"slot": 7, "comment": "b"}]}) == {
        "r0-comment": "a",
        "r7-comment": "b",
    }


def test_a_field_added_to_the_file_is_asked_read_and_shown() -> None:
    """No code knows this field; the form of last year stays as it was."""
    text = (STRATEGIES / "two_axes.toml").read_text(encoding="utf-8")
    added = (
        '[[forms.footer]]\nkey = "next_visit"\nlabel = "Next visit"\nkind = "date"\n\n[[forms.methods]]\nkey = "array"'
    )
    strategy = read_strategy(text.replace('[[forms.methods]]\nkey = "array"', added, 1))
    form = keyed(strategy.forms)["monitoring_form"]
    kept = read(strategy, form, "next_visit", "1 May 2026")
    assert definition(strategy, form)["footer"][-1]["label"] == "Next visit"
    assert shown(strategy, form, {"next_visit": kept or ""}).footer[-1].words == "1 May 2026"  # type: ignore[dict-item]
    assert blank(strategy, form).footer[-1].field.key == "next_visit"
    assert field_of(FORM, "next_visit") is None
