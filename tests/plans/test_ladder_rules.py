"""Steps of a ladder, the longest stay by a school's calendar, and the humane times at which letters arrive."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.rules.ladder import (
    Outstanding,
    Stay,
    Step,
    ends_after,
    looks_due,
    outstanding,
    over_words,
    stage_after,
    steps_from,
)
from schools.rules import LONDON, is_working_day
from schools.rules.post import NOON, arrives_at
from schools.rules.rhythm import HalfTerm

STAGES = ("one", "two", "three")
DATES = [
    ("autumn", 1, date(2026, 9, 2), date(2026, 10, 23)),
    ("autumn", 2, date(2026, 11, 2), date(2026, 12, 18)),
    ("spring", 1, date(2027, 1, 4), date(2027, 2, 12)),
    ("spring", 2, date(2027, 2, 22), date(2027, 3, 26)),
    ("summer", 1, date(2027, 4, 12), date(2027, 5, 28)),
    ("summer", 2, date(2027, 6, 7), date(2027, 7, 21)),
]
HALVES = [HalfTerm(2026, *dates) for dates in DATES]
LATER = [HalfTerm(2026, "autumn", 1, date(2026, 9, 2), date(2026, 10, 16)), *HALVES[1:]]
"""A school that breaks up a week earlier in October."""


@pytest.mark.parametrize(
    ("at", "steps"),
    [
        ("one", [Step.UP, Step.HOLD, Step.CLOSE]),
        ("two", [Step.UP, Step.HOLD, Step.DOWN, Step.CLOSE]),
        ("three", [Step.HOLD, Step.DOWN, Step.CLOSE]),
        ("", []),
        ("gone", []),
    ],
)
def test_the_steps_from_each_stage(at: str, steps: list[Step]) -> None:
    assert steps_from(STAGES, at) == steps


def test_a_watched_school_can_only_come_back() -> None:
    assert steps_from(STAGES, "", watched=True) == [Step.BACK]


def test_where_each_step_leads() -> None:
    assert [stage_after(STAGES, "two", one) for one in Step] == ["", "three", "one", "two", "", ""]


@pytest.mark.parametrize(
    ("since", "count", "unit", "expected"),
    [
        (date(2026, 9, 14), 1, "terms", date(2027, 1, 16)),  # twelve days in, and twelve days into the next
        (date(2026, 9, 14), 2, "terms", date(2027, 4, 24)),
        (date(2026, 10, 28), 1, "terms", date(2027, 3, 1)),  # in the holiday amid a term: as far in as that day
        (date(2026, 12, 24), 1, "terms", date(2027, 4, 12)),  # between terms: from the first day of the next
        (date(2026, 12, 18), 1, "terms", date(2027, 3, 26)),  # never beyond the end of the term
        (date(2026, 11, 9), 1, "half_terms", date(2027, 1, 11)),
        (date(2027, 6, 14), 1, "terms", date(2027, 10, 14)),  # beyond the calendar a term is four months
        (date(2026, 9, 14), 6, "weeks", date(2026, 10, 26)),
        (date(2026, 8, 31), 6, "months", date(2027, 2, 28)),
        (date(2028, 2, 29), 1, "years", date(2029, 2, 28)),
    ],
)
def test_when_a_stay_ends(since: date, count: int, unit: str, expected: date) -> None:
    assert ends_after(since, count, unit, HALVES) == expected


def test_two_schools_with_different_half_terms_count_differently() -> None:
    since = date(2026, 10, 20)  # in term at the one, in the holiday at the other
    assert ends_after(since, 1, "half_terms", HALVES) == date(2026, 12, 18)
    assert ends_after(since, 1, "half_terms", LATER) == date(2027, 1, 4)


@given(
    since=st.dates(date(2026, 8, 1), date(2027, 3, 1)),
    later=st.integers(0, 30),
    unit=st.sampled_from(["half_terms", "terms"]),
)
def test_who_comes_later_stays_no_shorter_and_more_terms_last_longer(since: date, later: int, unit: str) -> None:
    ends = ends_after(since, 1, unit, HALVES)
    assert ends > since
    assert ends_after(since + timedelta(days=later), 1, unit, HALVES) >= ends
    assert ends_after(since, 2, unit, HALVES) > ends


@pytest.mark.parametrize(
    ("today", "words", "over"),
    [
        (date(2026, 11, 1), "48 days left", False),
        (date(2026, 12, 17), "2 days left", False),
        (date(2026, 12, 18), "1 day left", False),
        (date(2026, 12, 19), "ends today", False),
        (date(2026, 12, 20), "1 day over", True),
        (date(2026, 12, 31), "12 days over", True),
    ],
)
def test_the_countdown_goes_past_zero(today: date, words: str, over: bool) -> None:
    stay = Stay(date(2026, 9, 1), date(2026, 12, 19))
    assert (stay.words(today), stay.is_over(today)) == (words, over)
    assert (Stay(date(2026, 9, 1)).words(today), Stay(date(2026, 9, 1)).is_over(today)) == ("", False)


def test_the_line_on_the_overview() -> None:
    stay, today = Stay(date(2026, 9, 1), date(2026, 12, 19)), date(2026, 12, 31)
    said = "Two schools are on the ladder; Elm is 12 days over its longest stay."
    assert over_words(2, "Elm", stay, today) == said
    assert over_words(1, "Elm", stay, date(2026, 12, 1)) == "One school is on the ladder."


def test_what_is_outstanding_is_what_nobody_was_told_or_did() -> None:
    found = outstanding(
        before=("A head is agreed", "Checks are made"), notify=("Head", "Chair"), duties=("Causes are found",),
        told=("Head",), done=("Checks are made",), plan="The plan gains support",
    )  # fmt: skip
    assert found == [
        Outstanding("before", "A head is agreed"), Outstanding("tell", "Chair"),
        Outstanding("duty", "Causes are found"), Outstanding("plan", "The plan gains support"),
    ]  # fmt: skip
    assert outstanding(notify=("Head",), told=("Head",)) == []


def test_looks_after_the_ladder_is_left() -> None:
    assert looks_due(date(2026, 9, 14), 2, "terms", HALVES) == [date(2027, 1, 16), date(2027, 4, 24)]


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        ("2026-11-20T10:00", "2026-11-20T10:00"),  # a Friday in term, in working hours
        ("2026-11-20T07:10", "2026-11-20T07:30"),
        ("2026-11-20T17:49", "2026-11-20T17:49"),
        ("2026-11-20T17:55", "2026-11-23T07:30"),  # it would not be there by six
        ("2026-11-20T22:00", "2026-11-23T07:30"),
        ("2026-11-21T10:00", "2026-11-23T07:30"),  # a Saturday
        ("2026-10-23T11:45", "2026-10-23T11:45"),  # the last day of a half term, before noon
        ("2026-10-23T11:55", "2026-11-02T07:30"),
        ("2026-10-23T15:30", "2026-11-02T07:30"),  # and after it: not before the holiday
        ("2026-10-28T10:00", "2026-11-02T07:30"),  # in the half term holiday
        ("2026-12-18T14:00", "2027-01-04T07:30"),
        ("2027-03-26T11:00", "2027-04-12T07:30"),  # Good Friday is the last day: the term ended the day before
        ("2027-03-25T12:30", "2027-04-12T07:30"),
        ("2027-03-25T11:30", "2027-03-25T11:30"),
        ("2027-05-03T10:00", "2027-05-04T07:30"),  # a bank holiday in term
        ("2027-07-21T13:00", "2027-09-01T07:30"),  # next year's dates are not set yet
        ("2027-09-14T19:00", "2027-09-15T07:30"),
    ],
)
def test_when_a_letter_arrives(sent: str, arrives: str) -> None:
    assert arrives_at(at(sent), HALVES) == at(arrives)


def test_the_same_letter_waits_at_the_school_that_has_broken_up() -> None:
    sent = at("2026-10-20T10:00")
    assert arrives_at(sent, HALVES) == sent
    assert arrives_at(sent, LATER) == at("2026-11-02T07:30")
    assert arrives_at(sent, []) == sent  # no calendar: any working day


THIRD = [HalfTerm(2027, "autumn", 1, date(2027, 9, 3), date(2027, 10, 22))]
"""A year that begins on 3 September."""


@pytest.mark.parametrize(
    ("sent", "halves", "arrives"),
    [
        ("2027-09-01T10:00", THIRD, "2027-09-03T07:30"),  # the year before is not known
        ("2027-09-02T10:00", THIRD, "2027-09-03T07:30"),
        ("2027-09-01T10:00", [*HALVES, *THIRD], "2027-09-03T07:30"),
        ("2027-07-21T13:00", [*HALVES, *THIRD], "2027-09-03T07:30"),  # after noon on the last day of summer
        ("2027-07-21T11:00", [*HALVES, *THIRD], "2027-07-21T11:00"),
        ("2027-08-16T10:00", THIRD, "2027-08-16T10:00"),  # nothing is known of August: nothing is held for weeks
        ("2026-08-31T10:00", HALVES, "2026-09-02T07:30"),  # a bank holiday, and the day before the year begins
        ("2026-12-01T10:00", HALVES[2:], "2026-12-01T10:00"),  # the calendar begins in spring
    ],
)
def test_nothing_arrives_before_school_begins_in_september(sent: str, halves: list[HalfTerm], arrives: str) -> None:
    assert arrives_at(at(sent), halves) == at(arrives)


BEGIN = datetime(2026, 8, 1, tzinfo=LONDON)
MOMENTS = st.integers(0, 426 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))


@given(sent=MOMENTS, halves=st.sampled_from([HALVES, LATER, []]))
def test_no_letter_ever_arrives_at_an_inhumane_time(sent: datetime, halves: list[HalfTerm]) -> None:
    arrives = arrives_at(sent, halves)
    day, clock = arrives.date(), arrives.time()
    assert arrives >= sent
    assert is_working_day(day)
    assert (7, 30) <= (clock.hour, clock.minute) < (18, 0)
    if halves and halves[0].starts <= day <= halves[-1].ends:
        (half,) = [one for one in halves if one.starts <= day <= one.ends]
        rest = [day + timedelta(days=n) for n in range(1, (half.ends - day).days + 1)]
        assert any(map(is_working_day, rest)) or clock < NOON
    assert arrives_at(arrives, halves) == arrives  # it is not held twice


@given(sent=MOMENTS, later=st.integers(0, 20_000))
def test_letters_arrive_in_the_order_in_which_they_are_sent(sent: datetime, later: int) -> None:
    assert arrives_at(sent + timedelta(minutes=later), HALVES) >= arrives_at(sent, HALVES)
