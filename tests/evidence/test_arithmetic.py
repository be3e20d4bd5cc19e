"""Honest arithmetic: pooling, places, small cohorts, rounding."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.rules.arithmetic import (
    Amount,
    comparable,
    difference,
    in_words,
    interval,
    is_small,
    one_pupil,
    places,
    pooled,
    rest_of,
    rolled,
    rounded,
    same_within_one_pupil,
    signed,
    value_of,
)

SHARES = st.integers(1, 400).flatmap(lambda n: st.builds(Amount, st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("kind", "amount", "value"),
    [
        ("share", Amount(18, 24), Decimal(75)),
        ("rate", Amount(30, 200), Decimal(15)),
        ("rate", Amount(300, 200), Decimal(150)),  # a pupil may be suspended more than once
        ("percent_of", Amount(-4, 100), Decimal(-4)),
        ("change", Amount(190, 200), Decimal(-5)),
        ("mean", Amount(denominator=20, value=Decimal("101.5")), Decimal("101.5")),
        ("share", Amount(value=Decimal("71.4")), Decimal("71.4")),  # published, its count unknown
        ("share", Amount(0, 0), None),
        ("share", Amount(status="suppressed"), None),
        ("share", Amount(), None),  # blank is never nought
    ],
)
def test_the_value_in_the_measures_unit(kind, amount, value):
    assert value_of(kind, amount) == value


def test_a_trust_figure_pools_pupils_and_never_averages_percentages():
    found = pooled("share", [Amount(9, 10), Amount(30, 90)])
    assert value_of("share", found.amount) == Decimal(39)
    assert (found.counted, found.left_out) == (2, 0)


def test_a_rate_without_counts_is_left_out_and_counted():
    found = pooled("share", [Amount(9, 10), Amount(value=Decimal(50)), Amount(status="suppressed")])
    assert (found.amount, found.counted, found.left_out) == (Amount(9, 10), 1, 2)


def test_a_mean_counts_by_its_pupils_and_a_number_is_summed_only_where_it_adds_up():
    means = [Amount(denominator=10, value=Decimal(100)), Amount(denominator=30, value=Decimal(104))]
    assert pooled("mean", means).amount == Amount(denominator=40, value=Decimal(103))
    rolls = [Amount(value=Decimal(210)), Amount(value=Decimal(420))]
    assert pooled("number", rolls, adds_up=True).amount == Amount(value=Decimal(630))
    assert pooled("number", rolls).amount is None


@given(st.lists(SHARES, min_size=1, max_size=8))
def test_a_pooled_share_lies_between_the_smallest_and_the_largest(amounts):
    values = [value_of("share", amount) for amount in amounts]
    assert min(values) <= value_of("share", pooled("share", amounts).amount) <= max(values)


@given(st.lists(SHARES, min_size=2, max_size=8), st.randoms())
def test_pooling_does_not_depend_on_order_or_grouping(amounts, chance):
    mixed = amounts[:]
    chance.shuffle(mixed)
    first = pooled("share", mixed[:1]).amount
    assert pooled("share", [first, pooled("share", mixed[1:]).amount]).amount == pooled("share", amounts).amount


@given(SHARES)
def test_the_interval_holds_the_share_and_narrows_with_more_pupils(amount):
    low, high = interval("share", amount)
    value = value_of("share", amount)
    assert Decimal(0) <= low <= value + Decimal("0.0001")
    assert value - Decimal("0.0001") <= high <= 100
    wide = high - low
    low, high = interval("share", Amount(amount.numerator * 4, amount.denominator * 4))
    assert high - low < wide


def test_an_interval_known_from_a_textbook():
    low, high = interval("share", Amount(8, 10))
    assert (rounded(low, 1), rounded(high, 1)) == (Decimal("49.0"), Decimal("94.3"))  # Wilson, 8 of 10


def test_one_pupil_and_small_cohorts():
    assert one_pupil("share", Amount(18, 25)) == Decimal(4)
    assert one_pupil("mean", Amount(denominator=25, value=Decimal(100))) is None
    assert is_small("share", Amount(18, 25))
    assert not is_small("share", Amount(18, 30))


def test_no_place_where_the_difference_is_within_one_pupil():
    amounts = {"a": Amount(20, 25), "b": Amount(19, 25), "c": Amount(15, 25), "d": Amount(status="suppressed")}
    assert places("share", amounts, better="high") == {"a": (1, 2), "b": (1, 2), "c": (3, 3)}
    assert places("share", amounts, better="low") == {"c": (1, 1), "b": (2, 3), "a": (2, 3)}
    assert [str(place) for place in places("share", amounts, better="low").values()] == ["2 to 3", "2 to 3", "1"]
    assert places("share", amounts, better="") == {}


@given(st.dictionaries(st.integers(0, 30), SHARES, max_size=10))
def test_of_two_within_one_pupil_neither_stands_before_the_other(amounts):
    found = places("share", amounts, better="high")
    assert set(found) == set(amounts)
    for one, other in combinations(amounts, 2):
        apart = found[one].last < found[other].first or found[other].last < found[one].first
        within = same_within_one_pupil("share", amounts[one], amounts[other])
        assert not (within and apart)
    assert all(1 <= place.first <= place.last <= len(amounts) for place in found.values())


def test_where_no_pupils_are_counted_only_the_same_share_a_place():
    amounts = {"a": Amount(50, 1000), "b": Amount(51, 1000), "c": Amount(51, 1000)}
    assert places("share", amounts, better="low", per_pupil=0) == {"a": (1, 1), "b": (2, 3), "c": (2, 3)}


def test_three_years_together():
    years = {2023: Amount(8, 10), 2024: Amount(6, 10), 2025: Amount(9, 10), 2020: Amount(0, 10)}
    assert rolled("share", years, 2025).amount == Amount(23, 30)
    assert rolled("share", years, 2024).counted == 2


def test_a_term_is_never_set_beside_a_year():
    assert comparable((2025, "year"), (2024, "year"))
    assert not comparable((2025, "autumn"), (2025, "year"))
    assert not comparable((2025, "to_date"), (2025, "year"))


@pytest.mark.parametrize(
    ("value", "decimals", "unit", "words"),
    [
        (Decimal("74.5"), 0, "%", "75%"),  # half away from nought
        (Decimal("-2.25"), 1, "points", "−2.3 points"),
        (Decimal("11.305"), 2, "per 100 pupils", "11.31 per 100 pupils"),
        (Decimal(1234), 0, "pupils", "1,234 pupils"),
        (Decimal("5"), 1, "% of income", "5.0% of income"),
        (Decimal("-0.04"), 1, "%", "0.0%"),  # never minus nought
        (None, 0, "%", ""),
    ],
)
def test_in_words(value, decimals, unit, words):
    assert in_words(value, decimals, unit) == words


def test_a_difference_has_its_sign():
    assert [signed(Decimal(x), 0) for x in ("6", "-2.5", "0.2")] == ["+6", "−3", "0"]


def test_everybody_but_a_group():
    assert rest_of(Amount(20, 30), Amount(5, 10)) == Amount(15, 20)
    assert rest_of(Amount(20, 30), Amount(20, 30)) is None  # nobody is left
    assert rest_of(Amount(20, 30), Amount(25, 28)) is None  # does not fit
    assert rest_of(Amount(20, 30), Amount(value=Decimal(50))) is None


def test_a_difference_known_from_a_textbook():
    gap, low, high = difference("share", Amount(56, 70), Amount(48, 80))  # Newcombe 1998, table II (a)
    assert [rounded(each / 100, 4) for each in (gap, low, high)] == [
        Decimal("0.2000"), Decimal("0.0524"), Decimal("0.3339"),
    ]  # fmt: skip


@given(SHARES, SHARES)
def test_a_difference_lies_within_its_bounds_and_turns_round(one, other):
    gap, low, high = difference("share", one, other)
    assert low <= gap <= high
    back, lowest, highest = difference("share", other, one)
    assert (back, rounded(lowest, 6), rounded(highest, 6)) == (-gap, rounded(-high, 6), rounded(-low, 6))
