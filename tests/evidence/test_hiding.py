"""What an agreed return hides, with what can be worked out by taking away."""

from __future__ import annotations

from datetime import date

from evidence.models import Figure, Return
from evidence.services.hiding import settle
from schools.models import Period, School
from schools.strategy import read_strategy
from tests.conftest import STRATEGIES

STRATEGY = read_strategy((STRATEGIES / "two_axes.toml").read_text())


class Version:
    strategy = STRATEGY


def settled(measure: str, cells: dict[tuple[str, str], tuple[int, int]], *, released=None, threshold: int = 6):
    """The cells (group, year group) that are hidden, and the return."""
    period = Period(year=2026, season="autumn", ends_on=date(2026, 12, 18))
    of = Return(school=School(), period=period, released=released or {})
    of._state.fields_cache["strategy_version"] = Version()
    figures = [
        Figure(measure=measure, group=group, year_group=year, numerator=n, denominator=d, status="number")
        for (group, year), (n, d) in cells.items()
    ]
    settle(of, figures, threshold=threshold)
    return {(figure.group, figure.year_group) for figure in figures if figure.hidden}, of


def test_everybody_else_is_worked_out_by_taking_away_so_the_group_is_hidden():
    hidden, _ = settled("benchmark_on_track", {("all", ""): (40, 52), ("disadvantaged", ""): (39, 49)})
    assert ("disadvantaged", "") in hidden  # three others are left, of whom one


def test_a_large_rest_is_no_secret():
    hidden, _ = settled("benchmark_on_track", {("all", ""): (40, 60), ("disadvantaged", ""): (10, 20)})
    assert hidden == set()


def test_a_year_group_that_was_not_given_is_not_told_by_the_others():
    cells = {("all", ""): (80, 120), ("all", "1"): (30, 50), ("all", "2"): (47, 66)}
    hidden, _ = settled("benchmark_on_track", cells)
    assert hidden  # three of four are left for the third year


def test_a_small_group_takes_nobody_with_it_where_the_rest_is_large():
    hidden, _ = settled("benchmark_on_track", {("all", ""): (40, 60), ("send", ""): (2, 4)})
    assert hidden == {("send", "")}


def test_half_days_are_no_pupils():
    assert settled("attendance_rate", {("all", ""): (300, 320)})[0]  # two pupils' half days
    assert not settled("attendance_rate", {("all", ""): (12_000, 12_500)})[0]


def test_staff_are_never_hidden():
    assert not settled("staff_absence_rate", {("all", ""): (3, 400)})[0]


def test_a_release_is_remembered_also_where_a_cell_is_missing_this_time():
    first = {("all", ""): (40, 60), ("send", ""): (2, 4)}
    _, of = settled("benchmark_on_track", first)
    _, later = settled("benchmark_on_track", {("all", ""): (41, 60)}, released=of.released)
    assert "benchmark_on_track|send||" in later.released
