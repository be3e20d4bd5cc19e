"""A change since last time that needs a word: each measure has a limit, and only what is alike is set beside it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.models import Figure, Return
from evidence.queries.returns_sheet import sheet_of
from evidence.rules.arithmetic import Amount
from evidence.rules.cells import Entry
from evidence.rules.comparing import RETURN, Known, about_words
from evidence.rules.grid import Place
from evidence.rules.jumps import is_jump
from evidence.services.returns import open_return
from schools.models import Period
from schools.strategy.measures import official_measures
from tests.conftest import Cast

ATTENDANCE, STAFF, MONEY = Place("attendance_rate"), Place("staff_absence_rate"), Place("reserves_share")


def rate(value: str) -> Amount:
    return Amount(value=Decimal(value))


@pytest.mark.parametrize(
    ("measure", "then", "now", "jumps"),
    [
        ("attendance_rate", rate("95.4"), rate("86.0"), True),
        ("attendance_rate", rate("95.4"), rate("94.0"), False),
        ("attendance_rate", Amount(954, 1000), Amount(938, 1000), True),
        ("severe_absence_rate", rate("0.8"), rate("10.0"), True),
        ("severe_absence_rate", rate("10.0"), rate("0.8"), True),
        ("severe_absence_rate", rate("4.0"), rate("5.5"), False),  # more, and not double
        ("severe_absence_rate", rate("0.2"), rate("0.9"), False),  # more than double, of next to nothing
        ("severe_absence_rate", Amount(0, 20), Amount(2, 20), False),  # two pupils
        ("persistent_absence_rate", rate("14.5"), rate("21.0"), True),
        ("persistent_absence_rate", rate("14.5"), rate("18.0"), False),
        ("staff_absence_rate", rate("3.6"), rate("13.0"), True),
        ("suspension_rate", rate("1.10"), rate("2.60"), True),
        ("suspension_rate", rate("11.00"), rate("14.00"), False),
        ("suspension_rate", rate("0"), rate("4.00"), True),
        ("permanent_exclusion_rate", Amount(1, 1000), Amount(5, 1000), True),
        ("permanent_exclusion_rate", Amount(1, 1000), Amount(2, 1000), False),
        ("ks4_progress_8", rate("0.10"), rate("-0.60"), True),
        ("ks2_rwm_expected", rate("62"), rate("70"), False),  # other pupils
        ("reserves_share", rate("4.0"), rate("-1.0"), True),
    ],
)
def test_each_measure_has_its_own_limit(measure: str, then: Amount, now: Amount, jumps: bool) -> None:
    assert is_jump(official_measures()[measure], now, then) is jumps


@given(st.sampled_from(sorted(official_measures())), st.decimals(0, 100, places=2), st.decimals(0, 100, places=2))
def test_a_change_is_as_large_one_way_as_the_other(measure: str, one: Decimal, other: Decimal) -> None:
    known = official_measures()[measure]
    first, second = Amount(value=one), Amount(value=other)
    assert not is_jump(known, first, first)
    if known.kind != "number":  # of a number, a tenth of what it was
        assert is_jump(known, first, second) == is_jump(known, second, first)


# ------------------------------------------------------------------------------------------ what is set beside it


@pytest.fixture
def given_in(cast: Cast, open_alder: Any, time_machine: Any) -> Any:
    """Puts figures into the school's agreed return of a term."""

    def give(year: int, season: str, of: dict[Place, tuple[str, str]]) -> Return:
        period = Period.objects.get(year=year, season=season, half=0)
        made = Return.objects.create(
            school=cast.dunmere, period=period, point=f"{season}_return", strategy_version=cast.version,
            state="agreed", opens_on=period.ends_on, due_on=period.ends_on, submitted_at=f"{period.ends_on}T10:00Z",
            agreed_at=f"{period.ends_on}T12:00Z",
        )  # fmt: skip
        for place, (span, value) in of.items():
            Figure.objects.create(
                part_of=made, school=cast.dunmere, period=period, measure=place.measure, year=year, span=span,
                value=Decimal(value), submitted_at=made.submitted_at, author=cast.ben,
            )  # fmt: skip
        return made

    return give


def opened(cast: Cast, time_machine: Any, year: int, season: str) -> Return:
    period = Period.objects.get(year=year, season=season, half=0)
    time_machine.move_to(f"{period.ends_on}T10:00Z")
    return open_return(cast.dunmere, period, f"{season}_return", today=period.ends_on)


def test_a_year_to_december_is_set_beside_one_to_december(cast: Cast, given_in: Any, time_machine: Any) -> None:
    given_in(2025, "autumn", {ATTENDANCE: ("to_date", "95.0")})
    given_in(2025, "summer", {ATTENDANCE: ("to_date", "86.0")})
    sheet = sheet_of(opened(cast, time_machine, 2026, "autumn"))
    assert (sheet.before[ATTENDANCE].label, sheet.before[ATTENDANCE].amount.value) == ("Autumn 25", 95)
    assert ATTENDANCE not in sheet_of(opened(cast, time_machine, 2026, "spring")).before, "no spring before it"


def test_twelve_months_are_set_beside_the_last_and_never_taken_over(
    cast: Cast, given_in: Any, time_machine: Any
) -> None:
    given_in(2026, "autumn", {STAFF: ("rolling", "3.6"), MONEY: ("year", "4.0")})
    sheet = sheet_of(opened(cast, time_machine, 2026, "spring"))
    assert sheet.table_by_measure[STAFF.measure].span == "rolling"
    assert sheet.before[STAFF].label == "Autumn 26"
    assert STAFF not in sheet.entries
    assert sheet.entries.get(MONEY, Entry()).value is None, "autumn's forecast is not spring's"


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (date(2026, 12, 18), "twelve months to the end of autumn, 2026/27"),
        (date(2027, 7, 20), "twelve months to the end of summer, 2026/27"),
    ],
)
def test_twelve_months_say_until_when(until: date, words: str) -> None:
    known = Known(rate("3.6"), 2026, "rolling", until, RETURN, "Autumn collection")
    assert about_words(*known.about) == words
