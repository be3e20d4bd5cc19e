"""The trust as a whole: never only the schools whose numbers are large, and never a way to a small school's number."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from evidence.rules.arithmetic import Amount
from evidence.rules.comparing import Known
from evidence.rules.comparison import EARLY, TELLING, Line, together

SHOWN, HIDDEN = False, True


def line(school: int, numerator: int | None, denominator: int = 100, *, hidden: bool = SHOWN) -> Line:
    if numerator is None:
        return Line(school, str(school), None, None)
    amount = Amount(numerator, denominator)
    known = Known(amount, 2025, "year", date(2026, 8, 31), "return", "Return", hidden=hidden)
    return Line(school, str(school), known, None if hidden else Decimal(numerator), hidden=hidden)


def whole(*lines: Line, sees_all: bool = False, awaited: list[int] | None = None):
    return together("share", lines, adds_up=False, sees_all=sees_all, awaited=awaited)


def test_hidden_schools_are_among_all_the_pupils() -> None:
    found = whole(line(1, 40), line(2, 3, hidden=HIDDEN), line(3, 4, hidden=HIDDEN))
    assert (found.amount, found.schools, found.hidden) == (Amount(47, 300), 3, 2)
    assert round(found.value, 2) == Decimal("15.67")


def test_nothing_is_told_where_a_small_number_could_be_worked_out() -> None:
    lines = [line(1, 40), line(2, 3, hidden=HIDDEN)]
    assert (whole(*lines).value, whole(*lines).withheld) == (None, TELLING)
    assert whole(*lines, sees_all=True).amount == Amount(43, 200)


def test_the_school_that_comes_last_cannot_be_read_from_the_difference() -> None:
    lines = [line(1, 40), line(2, 3, hidden=HIDDEN), line(3, 4, hidden=HIDDEN), line(4, None)]
    assert whole(*lines).withheld == EARLY
    assert whole(*lines, awaited=[1, 2, 3]).amount == Amount(47, 300)


def test_without_hidden_schools_nobody_is_waited_for() -> None:
    assert whole(line(1, 40), line(2, None)).amount == Amount(40, 100)


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=6))
def test_what_is_told_is_always_of_every_school(schools: list[tuple[int, bool]]) -> None:
    lines = [line(place, count, hidden=0 < count < 6 and small) for place, (count, small) in enumerate(schools)]
    found = whole(*lines)
    assert found.value is None or found.amount == whole(*lines, sees_all=True).amount
    only = [one for one in lines if one.hidden]
    assert len(only) != 1 or found.withheld == TELLING
