"""When something is owed, by the school weeks of a school's own calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.models import Period
from schools.queries import half_terms_of
from schools.rules import is_working_day
from schools.rules.rhythm import HalfTerm, due_days, school_days, spans
from schools.strategy import Cadence
from schools.tenancy import trust_scope
from tests.conftest import Cast

AUTUMN = [
    HalfTerm(2026, "autumn", 1, date(2026, 9, 2), date(2026, 10, 23)),
    HalfTerm(2026, "autumn", 2, date(2026, 11, 2), date(2026, 12, 18)),
]
"""Eight school weeks, the first of three days, a week's holiday, and seven."""

LATER = [
    HalfTerm(2026, "autumn", 1, date(2026, 9, 2), date(2026, 10, 16)),
    HalfTerm(2026, "autumn", 2, date(2026, 11, 2), date(2026, 12, 18)),
]
"""A school with two weeks of holiday in October."""

REST = [
    HalfTerm(2026, "spring", 1, date(2027, 1, 4), date(2027, 2, 12)),
    HalfTerm(2026, "spring", 2, date(2027, 2, 22), date(2027, 3, 25)),
    HalfTerm(2026, "summer", 1, date(2027, 4, 12), date(2027, 5, 28)),
    HalfTerm(2026, "summer", 2, date(2027, 6, 7), date(2027, 7, 21)),
]
HALF = {"year": 2026, "season": "autumn", "half": 2}
FIRST, LAST = date(2026, 8, 31), date(2027, 7, 31)


def due(every: str, halves: list[HalfTerm] = AUTUMN, since: date = FIRST, **more: int) -> list[str]:
    return [f"{day:%d %b}" for day in due_days(every, halves, since=since, until=date(2026, 12, 31), **more)]


@pytest.mark.parametrize(
    ("every", "amount", "expected"),
    [
        ("half_term", 1, ["23 Oct", "18 Dec"]),
        ("half_term", 2, ["28 Sep", "23 Oct", "25 Nov", "18 Dec"]),
        ("term", 1, ["18 Dec"]),
        ("term", 2, ["22 Oct", "18 Dec"]),  # the 37th of 73 school days
        ("month", 1, ["30 Sep", "23 Oct", "30 Nov", "18 Dec"]),
        ("three_weeks", 1, ["18 Sep", "09 Oct", "06 Nov", "27 Nov", "18 Dec"]),
        ("six_weeks", 1, ["09 Oct", "27 Nov"]),  # the week's holiday does not count
        ("year", 1, ["18 Dec"]),
    ],
)
def test_days_by_which_something_is_owed(every: str, amount: int, expected: list[str]) -> None:
    found = due(every, amount=amount)
    assert found == expected


def test_weekly_is_owed_on_each_week_s_last_school_day() -> None:
    found = due("week")
    assert (len(found), found[0], found[7], found[8]) == (15, "04 Sep", "23 Oct", "06 Nov")


def test_two_schools_with_different_half_terms_owe_on_different_days() -> None:
    assert due("half_term") != due("half_term", LATER)
    assert due("three_weeks", LATER) == ["18 Sep", "09 Oct", "13 Nov", "04 Dec"]
    assert len(due("week", LATER)) == 14


def test_six_weeks_are_counted_from_the_day_and_not_from_the_term() -> None:
    assert due("six_weeks", since=date(2026, 9, 14)) == ["23 Oct", "11 Dec"]
    assert due("six_weeks", since=date(2026, 9, 16)) == ["06 Nov", "18 Dec"]  # begun in mid-week: from the Monday


def test_nothing_is_owed_days_after_it_was_agreed() -> None:
    agreed = date(2026, 10, 21)
    assert due_days("half_term", AUTUMN, since=agreed, until=LAST) == [date(2026, 10, 23), date(2026, 12, 18)]
    assert due_days("half_term", AUTUMN, since=agreed, until=LAST, whole=True) == [date(2026, 12, 18)]


def test_february_of_a_leap_year_ends_on_the_29th() -> None:
    spring = [HalfTerm(2027, "spring", 1, date(2028, 1, 4), date(2028, 3, 31))]
    found = due_days("month", spring, since=date(2027, 12, 31), until=date(2028, 4, 1))
    assert found == [date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31)]


def test_a_bank_holiday_is_no_school_day() -> None:
    may = [HalfTerm(2026, "summer", 1, date(2027, 4, 26), date(2027, 5, 28))]
    assert date(2027, 5, 3) not in [day.on for day in school_days(may)]
    assert due_days("week", may, since=date(2027, 4, 30), until=date(2027, 5, 9)) == [date(2027, 5, 7)]


def test_a_word_that_is_no_rhythm_is_refused() -> None:
    with pytest.raises(KeyError):
        due("fortnight")


@given(
    every=st.sampled_from([one.value for one in Cadence]),
    since=st.dates(FIRST, LAST),
    amount=st.integers(1, 6),
    halves=st.sampled_from([AUTUMN + REST, LATER + REST]),
)
def test_owed_only_on_school_days_in_order_and_as_often_as_agreed(
    every: str, since: date, amount: int, halves: list[HalfTerm]
) -> None:
    found = due_days(every, halves, since=since, until=LAST, amount=amount)
    assert found == sorted(found)
    assert all(since < day <= LAST and is_working_day(day) for day in found)
    assert all(any(half.starts <= day <= half.ends for half in halves) for day in found)
    for span in list(spans(every, halves, since=since))[1:]:  # those that have not begun by the day
        inside = [day for day in found if span[0].on <= day <= span[-1].on]
        assert len(inside) == amount


@given(since=st.dates(FIRST, LAST), days=st.integers(0, 200))
def test_a_longer_look_only_adds_days(since: date, days: int) -> None:
    halves = AUTUMN + REST
    near = due_days("half_term", halves, since=since, until=since + timedelta(days=days))
    assert due_days("half_term", halves, since=since, until=LAST + timedelta(days=200))[: len(near)] == near


def test_a_school_goes_by_its_own_half_terms_and_else_the_trust_s(
    cast: Cast, queries: Callable[..., list[str]]
) -> None:
    with trust_scope(cast.alder):
        dates = {"starts_on": date(2026, 11, 9), "ends_on": date(2026, 12, 18)}
        Period.objects.create(year=2026, season="autumn", half=2, school=cast.ashmere, **dates)
        both = [cast.dunmere, cast.ashmere]
        read = lambda: half_terms_of(both, since=date(2026, 9, 1), until=date(2027, 7, 31))  # noqa: E731
        assert len(queries(read)) == 1
        found = read()
        assert [len(found[one.pk]) for one in both] == [6, 6]
        assert found[cast.dunmere.pk][1].starts == Period.objects.get(**HALF, school=None).starts_on
        assert found[cast.ashmere.pk][1].starts == date(2026, 11, 9)
        weeks = {one.pk: due_days("week", found[one.pk], since=FIRST, until=LAST) for one in both}
    assert len(weeks[cast.dunmere.pk]) == len(weeks[cast.ashmere.pk]) + 1
