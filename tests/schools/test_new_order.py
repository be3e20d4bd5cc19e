"""Putting a list in another order by writing places beside its lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schools.rules import in_new_order

FIVE = [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("changed", "order"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({5: 1}, [5, 1, 2, 3, 4]),
        ({1: 5}, [2, 3, 4, 5, 1]),
        ({2: 4}, [1, 3, 4, 2, 5]),
        ({4: 2}, [1, 4, 2, 3, 5]),
        ({1: 2, 2: 1}, [2, 1, 3, 4, 5]),
        ({6: None}, [1, 2, 3, 4, 5, 6]),
        ({6: 3}, [1, 2, 6, 3, 4, 5]),
        ({3: None}, [1, 2, 4, 5, 3]),
    ],
)
def test_what_a_new_place_means(changed: dict[int, int | None], order: list[int]) -> None:
    assert in_new_order(FIVE, {**{line: line for line in FIVE}, **changed}) == order


def test_a_line_left_out_is_gone() -> None:
    assert in_new_order(FIVE, {1: 1, 3: 3, 5: 5}) == [1, 3, 5]


@given(st.permutations(FIVE), st.dictionaries(st.integers(1, 8), st.none() | st.integers(1, 9), max_size=6))
def test_every_line_wanted_is_there_once(now: list[int], wanted: dict[int, int | None]) -> None:
    assert sorted(in_new_order(now, wanted)) == sorted(wanted)
