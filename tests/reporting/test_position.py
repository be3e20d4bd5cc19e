"""The positional analysis of a plan begins with what is known of the school, as its governors may read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from evidence.models import Figure
from plans.models import Action
from plans.queries.position import what_is_known
from plans.rules.position import Passage, as_text, put_beneath
from plans.services import begin_plan
from reporting.rules.known import Line, Tile, moved_between
from reporting.rules.position import Position, passages_of
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast
from tests.evidence.returns_world import agreed
from tests.reporting.stories import agree, decide, rate, term
from tests.strategies.reading import shipped

MATRIX_ON = date(2026, 11, 19)


@pytest.fixture(autouse=True)
def _today(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T13:00Z")


def lines_of(cast: Cast) -> dict[str, tuple[str, ...]]:
    with trust_scope(cast.alder):
        return {one.heading: one.lines for one in what_is_known(cast.dunmere, by=cast.ada, today=TODAY)}


def rated(cast: Cast, *, year: int, level: int, on: date) -> None:
    with trust_scope(cast.alder):
        found = rate(cast.dunmere, term("autumn", year), head=cast.ben, level=level, on=on)
        decide(agree(found, by=cast.ada, on=on), by=cast.ruth, on=on)


def test_a_new_plan_begins_with_what_is_known(cast: Cast) -> None:
    rated(cast, year=2026, level=2, on=date(2026, 11, 2))
    with trust_scope(cast.alder):
        agreed(cast)
        plan = begin_plan(cast.dunmere, "sip", by=cast.ben)
    said = plan.answers["where_we_are"]
    assert said.startswith("What is known on 20 November 2026.")
    for words in ("Where the school is placed", "agreed on 2 November 2026", "Weakest in the matrix", "Figures\n"):
        assert words in said, words
    assert set(plan.answers) == {"where_we_are"}


def test_a_decision_the_school_is_not_told_of_yet_is_not_in_its_plan(cast: Cast) -> None:
    rated(cast, year=2026, level=2, on=TODAY)
    assert "Where the school is placed" not in lines_of(cast)


def test_nothing_known_leaves_the_section_blank(cast: Cast) -> None:
    with trust_scope(cast.alder):
        assert begin_plan(cast.dunmere, "sip", by=cast.ben).answers == {}
        assert what_is_known(None, by=cast.ada, today=TODAY) == []


def test_it_stands_beside_the_box_and_goes_in_beneath_what_was_typed(cast: Cast) -> None:
    rated(cast, year=2026, level=2, on=TODAY)
    with trust_scope(cast.alder):
        plan = begin_plan(cast.dunmere, "sip", by=cast.ben)
        known = plan.answers["where_we_are"]
    ben, place = cast.client(cast.ben), f"/t/alder/plans/{plan.pk}/write/"
    page = ben.get(place).content.decode()
    assert ('name="known" value="where_we_are"' in page, "Weakest in the matrix agreed" in page) == (True, True)
    typed = {"version": plan.version, "where_we_are": "Ours.\r\nTwo lines."}
    shown = ben.post(place, {**typed, "known": "where_we_are"})  # what was typed is saved before the page changes
    assert shown["Location"] == f"{place}?known=today#known-where_we_are"
    page = ben.get(shown["Location"]).content.decode()
    assert ("What is known today" in page, "Ours.\nTwo lines.</textarea>" in page) == (True, True)
    assert 'name="put_in" value="where_we_are"' in page
    again = ben.post(place, {**typed, "version": 2, "put_in": "where_we_are"})
    assert again["Location"] == shown["Location"]
    assert 'name="put_in"' not in ben.get(shown["Location"]).content.decode()  # it stands in the box
    with trust_scope(cast.alder):
        plan.refresh_from_db()
    assert plan.answers["where_we_are"] == f"Ours.\nTwo lines.\n\n{known}"


def test_no_figure_of_few_pupils_whoever_begins_it(cast: Cast) -> None:
    with trust_scope(cast.alder):
        agreed(cast)
    assert lines_of(cast)["Figures"]
    with trust_scope(cast.alder):
        Figure.objects.update(hidden=True)
    assert "Figures" not in lines_of(cast)


def test_open_actions_stand_there_without_who_sees_to_them(cast: Cast) -> None:
    with trust_scope(cast.alder):
        plan = begin_plan(cast.dunmere, "sip", by=cast.ben)
        Action.objects.create(plan=plan, what="Plan longer writing", owner=cast.ben, due_on=date(2026, 12, 18))
        Action.objects.create(
            plan=plan, what="Done", owner_words="Head", state=Action.State.DONE, verdict="worked", closed_by=cast.ben,
            closed_at="2026-11-19T12:00Z", verdict_note="It worked.",
        )  # fmt: skip
    found = lines_of(cast)["Actions that are open, the next to be looked at first"]
    assert found == ("Plan longer writing. Due on 18 December 2026.",)


def test_more_on_record_asks_no_more(cast: Cast, queries: Callable[..., list[str]]) -> None:
    rated(cast, year=2026, level=2, on=date(2026, 11, 2))
    with trust_scope(cast.alder):
        plan = begin_plan(cast.dunmere, "sip", by=cast.ben)
    place, ben = f"/t/alder/plans/{plan.pk}/write/", cast.client(cast.ben)
    ben.get(f"{place}?known=today")
    one = len(queries(lambda: ben.get(f"{place}?known=today")))
    with trust_scope(cast.alder):
        for number in range(10):
            Action.objects.create(plan=plan, what=f"Action {number}", owner_words="Head")
    assert len(queries(lambda: ben.get(f"{place}?known=today"))) == one <= 30
    assert len(queries(lambda: ben.get(place))) <= 15  # what is known is worked out where it is asked for


def test_the_words_say_what_moved() -> None:
    known = Position(
        categories=(Tile("Academic", "Stabilise", 4, TODAY, "Sustain", "down"),),
        aspects=(
            Tile("Attendance", "Sustain", 1),
            Tile("Behaviour", "Stabilise", 4, was="Repair", moved="up"),
            Tile("Curriculum", "Repair", 5, was="Repair", moved="same"),
            Tile("Governance", "Part known", 0),
        ),
        aspects_on=MATRIX_ON,
        sef=(Tile("Inclusion", "Expected", 3, more="Plan for pupils with SEND\nin every class"),),
        sef_on=MATRIX_ON,
        review=Line("Subject review", "", MATRIX_ON),
        visits=(Line("Monitoring visit", "", MATRIX_ON),),
        findings=(Line("Peer review", "Books show less than pupils can do", MATRIX_ON),),
    )
    assert passages_of(known) == [
        Passage(
            "Where the school is placed", ("Academic: Stabilise, agreed on 20 November 2026; Sustain before that.",)
        ),
        Passage(
            "Weakest in the matrix agreed on 19 November 2026",
            (
                "Curriculum: Repair, as in the matrix before.",
                "Behaviour: Stabilise, rising (it was Repair).",
                "One criterion is known only in part.",
            ),
        ),
        Passage(
            "Self-evaluation, as sent on 19 November 2026",
            (
                "The school judges itself: Inclusion, Expected.",
                "Inclusion, to develop: Plan for pupils with SEND in every class.",
            ),
        ),
        Passage(
            "Reviews and visits",
            (
                "The latest review: Subject review, 19 November 2026.",
                "Visits, the latest first: Monitoring visit, 19 November 2026.",
            ),
        ),
        Passage(
            "Found by reviews and still open, the latest first",
            ("Peer review, 19 November 2026: Books show less than pupils can do.",),
        ),
    ]


def test_moves_are_read_from_the_order_of_levels() -> None:
    order = ["sustain", "stabilise", "repair"]
    moves = [moved_between(order, *pair) for pair in (("sustain", "repair"), ("repair", "sustain"), ("repair",) * 2)]
    assert moves == ["down", "up", "same"]
    assert moved_between(order, "", "repair") == ""


def test_a_criterion_is_set_beside_the_matrix_before(cast: Cast, time_machine: Any) -> None:
    time_machine.move_to("2026-04-10T13:00Z")
    rated(cast, year=2025, level=1, on=date(2026, 4, 10))
    time_machine.move_to("2026-11-20T13:00Z")
    rated(cast, year=2026, level=3, on=TODAY)
    weakest = next(lines for heading, lines in lines_of(cast).items() if heading.startswith("Weakest"))
    assert any(", falling (it was " in line for line in weakest)


def test_what_is_known_goes_in_once_and_never_in_place_of_words() -> None:
    known = as_text([Passage("Figures", ("Attendance: 94%.",))], TODAY)
    assert known == "What is known on 20 November 2026.\n\nFigures\nAttendance: 94%."
    assert put_beneath("", known) == known
    assert put_beneath("Ours.", known) == f"Ours.\n\n{known}"
    assert put_beneath(put_beneath("Ours.", known), known) == f"Ours.\n\n{known}"
    assert as_text([], TODAY) == ""


def test_every_strategy_with_such_a_section_says_so() -> None:
    names = ("no_categories", "two_axes", "sustain_to_stabilise", "numbered_categories")
    found = {name: [one.prefill for one in shipped(name).plan_types if one.prefill] for name in names}
    assert found == {
        "no_categories": [{"Positional analysis": "what_is_known"}],
        "two_axes": [{"Where we are": "what_is_known"}],
        "sustain_to_stabilise": [{"Context today": "what_is_known"}],
        "numbered_categories": [{"Concern and cause": "what_is_known"}],
    }
