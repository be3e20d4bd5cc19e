"""Small numbers: what is hidden, and that what is hidden cannot be worked out."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.rules.arithmetic import Amount
from evidence.rules.suppression import LEAST_POSSIBLE, Released, Sum, hide, is_small, quantities

MOST = 8  # in a cell of the tables that are tried out whole


def table_of(rows: list[list[int]]) -> tuple[dict[tuple[int, int], tuple[int, ...]], list[Sum[tuple[int, int]]]]:
    """Cells of rows and columns, with their totals in the last row and column."""
    height, width = len(rows), len(rows[0])
    cells = {(r, c): (rows[r][c],) for r in range(height) for c in range(width)}
    for r in range(height):
        cells[r, width] = (sum(rows[r]),)
    for c in range(width):
        cells[height, c] = (sum(row[c] for row in rows),)
    cells[height, width] = (sum(map(sum, rows)),)
    sums = [Sum((r, width), tuple((r, c) for c in range(width))) for r in range(height + 1)]
    sums += [Sum((height, c), tuple((r, c) for r in range(height))) for c in range(width + 1)]
    return cells, sums


def possible(cells, sums, hidden, most: int) -> dict:
    """Every value each hidden cell can have, by trying all tables that agree with what is shown. Totals follow."""
    totals = {each.total for each in sums}
    free = [cell for cell in hidden if cell not in totals]
    found: dict = {cell: set() for cell in hidden}
    for values in product(range(most + 1), repeat=len(free)):
        tried = {cell: cells[cell][0] for cell in cells if cell not in hidden} | dict(zip(free, values, strict=True))
        for _ in range(2):
            for each in sums:
                if each.total in hidden and all(part in tried for part in each.parts):
                    tried[each.total] = sum(tried[part] for part in each.parts)
        if all(tried.get(s.total) == sum(tried.get(p, -999) for p in s.parts) for s in sums):
            for cell in hidden:
                found[cell].add(tried[cell])
    return found


@pytest.mark.parametrize(
    ("kind", "amount", "small"),
    [
        ("share", Amount(12, 30), False),
        ("share", Amount(3, 30), True),
        ("share", Amount(27, 30), True),  # three did not
        ("share", Amount(0, 30), False),
        ("share", Amount(30, 30), False),
        ("share", Amount(0, 5), True),  # none of five, and all of five, tell of each
        ("share", Amount(5, 5), True),
        ("share", Amount(0, 0), False),
        ("rate", Amount(2, 200), True),
        ("rate", Amount(9, 200), False),
        ("mean", Amount(denominator=5, value=None), True),
        ("share", Amount(status="suppressed"), False),
    ],
)
def test_what_is_small(kind, amount, small):
    assert is_small(kind, amount) is small


def test_a_trust_may_raise_the_threshold():
    assert not is_small("share", Amount(7, 30))
    assert is_small("share", Amount(7, 30), threshold=11)


def test_a_share_counts_those_who_did_and_those_who_did_not():
    assert quantities("share", Amount(7, 30)) == (7, 23)


def test_a_lone_small_cell_takes_another_with_it_and_totals_stay():
    cells = {"girls": (3,), "boys": (20,), "all": (23,)}
    assert hide(cells, [Sum("all", ("girls", "boys"))], small={"girls"}) == {"girls", "boys"}


def test_the_smallest_other_cell_is_chosen():
    cells = {"a": (2,), "b": (40,), "c": (9,), "all": (51,)}
    assert hide(cells, [Sum("all", ("a", "b", "c"))], small={"a"}) == {"a", "c"}


def test_a_cell_in_no_sum_is_hidden_alone():
    assert hide({"x": (3,), "y": (50,)}, [], small={"x"}) == {"x"}


def test_a_sum_that_does_not_hold_gives_nothing_away():
    cells = {"girls": (3,), "boys": (20,), "all": (30,)}
    assert hide(cells, [Sum("all", ("girls", "boys"))], small={"girls"}) == {"girls"}


SHAPES = st.sampled_from([(1, 2), (1, 3), (1, 4), (2, 2)])
TABLES = SHAPES.flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(0, MOST), min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
    )
)


@settings(max_examples=80, deadline=None)
@given(TABLES, st.integers(3, 6))
def test_every_hidden_cell_keeps_three_values(rows, threshold):
    cells, sums = table_of(rows)
    small = {cell for cell, (count,) in cells.items() if 0 < count < threshold}
    hidden = hide(cells, sums, small=small)
    assert small <= hidden
    for cell, values in possible(cells, sums, hidden, MOST + 2).items():
        assert len(values) >= LEAST_POSSIBLE, (cell, sorted(values), rows, hidden)
    assert hide(cells, sums, small=hidden) == hidden


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=2, max_size=5), st.lists(st.integers(-3, 3), min_size=5, max_size=5))
def test_a_later_release_never_differs_by_a_single_hidden_cell(parts, changes):
    first = {n: (count,) for n, count in enumerate(parts)} | {"all": (sum(parts),)}
    sums = [Sum("all", tuple(range(len(parts))))]
    hidden = hide(first, sums, small={cell for cell, (count,) in first.items() if 0 < count < 6})
    later_parts = [max(0, count + change) for count, change in zip(parts, changes, strict=False)]
    second = {n: (count,) for n, count in enumerate(later_parts)} | {"all": (sum(later_parts),)}
    before = {cell: Released(cell in hidden, counts) for cell, counts in first.items()}
    later = hide(second, sums, small={c for c, (count,) in second.items() if 0 < count < 6}, before=before)
    assert hidden <= later
    assert len(later - hidden) != 1 or later == frozenset(second)


def test_what_was_shown_before_protects_nothing():
    """The boys' figure was shown and is the same: hiding it now would not keep the girls' new one from being known."""
    first = {"girls": (9,), "boys": (20,), "all": (29,)}
    before = {cell: Released(False, counts) for cell, counts in first.items()}
    now = {"girls": (3,), "boys": (20,), "all": (23,)}
    hidden = hide(now, [Sum("all", ("girls", "boys"))], small={"girls"}, before=before)
    assert {"girls", "all"} <= hidden


def test_a_table_of_a_whole_trust_is_quick_and_safe():
    rows = [[(7 * r + 5 * c) % 23 for c in range(6)] for r in range(30)]
    cells, sums = table_of(rows)
    hidden = hide(cells, sums, small={cell for cell, (count,) in cells.items() if 0 < count < 6})
    assert hide(cells, sums, small=hidden) == hidden  # nothing more is needed to keep them
