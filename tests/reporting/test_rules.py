"""Which reports are due, which part a title is, and the sentences."""

from __future__ import annotations

from datetime import date

import pytest

from reporting.rules import Term, kinds_of, plan_of, reports_due
from reporting.rules.parts import part_of
from reporting.rules.sentences import Standing, Tally, asks, gist, lede, questions
from schools.strategy import Strategy, read_strategy
from tests.conftest import STRATEGIES

AUTUMN = Term(1, "autumn", 0, date(2026, 9, 1), date(2026, 12, 18))
SECOND_HALF = Term(2, "autumn", 2, date(2026, 11, 2), date(2026, 12, 18))
SPRING = Term(3, "spring", 0, date(2027, 1, 4), date(2027, 3, 26))
SUMMER = Term(4, "summer", 0, date(2027, 4, 12), date(2027, 7, 21))
YEAR = (AUTUMN, SECOND_HALF, SPRING, SUMMER)


def strategy(name: str) -> Strategy:
    return read_strategy((STRATEGIES / f"{name}.toml").read_text())


@pytest.mark.parametrize(
    ("today", "keys"),
    [
        (date(2026, 12, 7), []),  # eleven days before the end
        (date(2026, 12, 8), ["board_report", "chairs_report", "school_report"]),
        (date(2026, 12, 18), ["board_report", "chairs_report", "school_report"]),
        (date(2026, 12, 30), ["board_report", "chairs_report", "school_report"]),  # the holiday belongs to the term
        (date(2027, 1, 4), []),
        (date(2026, 8, 1), []),  # before the calendar begins
    ],
)
def test_termly_reports_are_due_ten_days_before_the_end(today: date, keys: list[str]) -> None:
    due = reports_due(strategy("two_axes"), YEAR, today)
    assert [one.report.key for one in due] == keys
    assert all(one.period is AUTUMN for one in due)


def test_only_what_can_be_made_is_offered() -> None:
    assert [kind.key for kind in kinds_of(strategy("numbered_categories"))] == [
        "board_report",
        "chairs_liaison",
        "impact_report",
    ]


def test_yearly_and_half_termly_reports_wait_for_their_own_period() -> None:
    text = (STRATEGIES / "two_axes.toml").read_text()
    begin = text.index('key = "board_report"\nlabel')
    yearly = text[:begin] + text[begin:].replace('every = "term"', 'every = "year"', 1)
    halves = text[:begin] + text[begin:].replace('every = "term"', 'every = "half_term"', 1)
    assert "board_report" not in {
        one.report.key for one in reports_due(read_strategy(yearly), YEAR, date(2026, 12, 18))
    }
    assert reports_due(read_strategy(yearly), YEAR, date(2027, 7, 20))[0].period is SUMMER
    assert reports_due(read_strategy(halves), YEAR, date(2026, 12, 18))[0].period is SECOND_HALF


@pytest.mark.parametrize(
    ("today", "due"),
    [(date(2027, 6, 20), False), (date(2027, 7, 10), True), (date(2027, 8, 20), True), (date(2027, 9, 10), False)],
)
def test_what_a_year_came_to_is_due_in_summer_and_not_asked_of_a_year_that_is_gone(today: date, due: bool) -> None:
    following = Term(9, "autumn", 0, date(2027, 9, 6), date(2027, 12, 17))
    found = {one.report.key: one.period for one in reports_due(strategy("two_axes"), [*YEAR, following], today)}
    assert found.get("impact_report") is (SUMMER if due else None)


@pytest.mark.parametrize(
    ("title", "part"),
    [
        ("What changed since the last board", "changes"),
        ("What moved since the last meeting", "changes"),
        ("What is unknown or out of date", "evidence"),
        ("Decisions that differ from the proposal, with reasons and replies", "differing"),
        ("Improvement support given to each school", "support"),
        ("Questions that challenge it", "questions"),
        ("Areas of excellence", "practice"),
        ("Collective priorities", "priorities"),
        ("Schools causing concern", "concerns"),
        ("Phase of each academy, and why", "reasons"),
        ("Self-reviews, school by school", "matrix"),
        ("The six measures", "measures"),
        ("What it was worth", "support"),
        ("What we will change", None),
        ("Policy and research", None),
        ("Delegation and finance", None),
    ],
)
def test_a_title_asks_for_a_part_by_its_words(title: str, part: str | None) -> None:
    assert part_of(title) == part


def test_every_outline_is_planned_once_each_with_changes_first() -> None:
    planned = 0
    for name in sorted(path.stem for path in STRATEGIES.glob("*.toml")):
        for kind in kinds_of(strategy(name)):
            parts, unfilled = plan_of(kind.template, kind.sections)
            names = [part for part, _ in parts]
            assert len(names) == len(set(names))
            assert names[0] == {"school": names[0], "impact": "measures"}.get(kind.template, "changes")
            assert {title for _, title in parts if title} | set(unfilled) <= set(kind.sections)
            planned += 1
    assert planned >= 14


BUSY = Tally(
    since="the last meeting on 9 July 2026", schools=12, up=("Greywell",), down=("Dunmere", "Hollin", "Copse End"),
    joined=("Millrace",), first=("Millrace",), overdue=("Elder",), replies_waited=2, differing=1, proposed=1,
    unknown=9, stale=4, cells=132, weakest=(Standing("Elder", "Stabilise", 5),), thin=(("Millrace", 7, 11),),
    priorities=(("Attendance", 4),),
)  # fmt: skip


def test_the_finding_is_two_plain_sentences() -> None:
    assert gist(BUSY) == (
        "One school needs less support and three need more since the last meeting on 9 July 2026.",
        "One risk matrix is overdue, and of 132 judgements nine are unknown and four rest on old evidence.",
    )
    calm = Tally(since="the term began on 1 September 2026", schools=1, cells=11)
    assert gist(calm) == (
        "No school has moved since the term began on 1 September 2026.",
        "All 11 judgements rest on current evidence.",
    )
    assert gist(Tally(since="then", schools=1))[1] == "Nothing has been agreed yet."


def test_where_nothing_is_sorted_no_school_needs_more_support() -> None:
    told = Tally(since="then", schools=3, up=("A",), down=("A", "B"), cells=3, axes=0)
    assert gist(told)[0] == "One school is stronger in places and two weaker in places since then."
    assert lede(told) == "A is stronger in places. A and B are weaker in places."


def test_asks_and_questions_come_from_the_page() -> None:
    assert asks(BUSY)[0] == "Note what changed at five schools, and two replies still awaited."
    assert any("Millrace: seven of eleven criteria are unknown" in one for one in questions(BUSY))
    assert len(questions(Tally(since="then", schools=1))) == 1
