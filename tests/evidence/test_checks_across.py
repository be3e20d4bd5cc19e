"""What figures of different measures of one return say of each other, and how far a return is."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.rules.cells import Entry
from evidence.rules.checks import STOP, WORD, Finding
from evidence.rules.checks_across import across, known
from evidence.rules.grid import Place, Row, Table
from evidence.rules.readiness import BLANK, EXPLAIN, LOOK_AT, MEND, NUMBERS, REASONS, standing
from schools.strategy.measures import official_groups, official_measures

ALL, SEND = official_groups()["all"], official_groups()["send"]
PERSISTENT, SEVERE, ROLL = "persistent_absence_rate", "severe_absence_rate", "roll"


def table(measure: str, *, year: int = 2026, span: str = "to_date", optional: bool = False) -> Table:
    groups = (ALL,) if measure == ROLL else (ALL, SEND)
    return Table(official_measures()[measure], groups, (Row("All"),), year, span, optional)


def said(tables: list[Table], entries: dict[Place, Entry]) -> list[tuple[str, str, str]]:
    return [(one.place.measure, one.place.group, one.level) for one in across(tables, entries)]


def test_what_belongs_together_names_measures_that_there_are() -> None:
    measures = official_measures()
    named = {rule[end] for rule in known("within") for end in ("part", "whole")}
    named |= {key for kind in ("same", "on_roll") for rule in known(kind) for key in rule["measures"]}
    assert named - set(measures) == {"benchmark_on_track"}, "which strategies define themselves"
    for rule in known("within"):
        part, whole = measures[rule["part"]], measures[rule["whole"]]
        assert part.denominator == whole.denominator, rule


@pytest.mark.parametrize(
    ("persistent", "severe", "expected"),
    [
        (Entry(20, 200), Entry(5, 200), []),
        (Entry(20, 200), Entry(20, 200), []),
        (Entry(20, 200), Entry(21, 200), [(SEVERE, "all", STOP)]),
        (Entry(20, 200), Entry(5, 210), []),  # pupils come and go
        (Entry(20, 200), Entry(5, 230), [(SEVERE, "all", WORD)]),
        (Entry(2, 20), Entry(1, 25), []),  # five pupils
        (Entry(), Entry(5, 200), []),
        (Entry(status="not_available"), Entry(5, 200), []),
        (Entry(value=Decimal(10)), Entry(5, 200), []),
        (Entry(unread={"n": "lots"}), Entry(5, 200), []),
    ],
)
def test_one_measure_beside_another(persistent: Entry, severe: Entry, expected: list) -> None:
    entries = {Place(PERSISTENT): persistent, Place(SEVERE): severe}
    assert said([table(PERSISTENT), table(SEVERE)], entries) == expected


def test_only_the_same_group_year_and_part_of_it_are_set_beside_each_other() -> None:
    entries = {Place(PERSISTENT): Entry(20, 200), Place(SEVERE, "send"): Entry(21, 300)}
    assert said([table(PERSISTENT), table(SEVERE)], entries) == []
    entries = {Place(PERSISTENT): Entry(20, 200), Place(SEVERE): Entry(21, 300)}
    assert said([table(PERSISTENT), table(SEVERE, span="autumn")], entries) == []
    assert said([table(PERSISTENT), table(SEVERE, year=2025)], entries) == []


@pytest.mark.parametrize(("pupils", "expected"), [(200, []), (205, []), (219, []), (240, [(PERSISTENT, "all", WORD)])])
def test_no_more_pupils_than_are_on_roll(pupils: int, expected: list) -> None:
    entries = {Place(ROLL): Entry(value=Decimal(200)), Place(PERSISTENT): Entry(5, pupils)}
    assert said([table(ROLL, span="day"), table(PERSISTENT)], entries) == expected
    assert said([table(ROLL, span="day", year=2025), table(PERSISTENT)], entries) == []


# ------------------------------------------------------------------------------------------ how far a return is

M, S = Place(PERSISTENT), Place(PERSISTENT, "send")


@pytest.mark.parametrize(
    ("entry", "level", "unseen", "where"),
    [
        (Entry(), "", False, BLANK),
        (Entry(denominator=30), "", False, BLANK),
        (Entry(3, 30), "", False, NUMBERS),
        (Entry(status="not_applicable"), "", False, REASONS),
        (Entry(3, 30), "", True, LOOK_AT),
        (Entry(31, 30), STOP, True, MEND),
        (Entry(unread={"n": "lots"}), "", False, MEND),
        (Entry(3, 30), WORD, False, EXPLAIN),
        (Entry(3, 30, note="Why."), WORD, False, NUMBERS),
    ],
)
def test_where_a_figure_stands(entry: Entry, level: str, unseen: bool, where: str) -> None:
    found = [Finding(M, "n", level, "code", "Said.")] if level else []
    stands = standing([table(PERSISTENT)], {M: entry}, found, {M} if unseen else set())
    assert stands.required == {M: where, S: BLANK}


entries = st.one_of(
    st.builds(Entry, st.integers(0, 40), st.integers(0, 40)),
    st.just(Entry()),
    st.just(Entry(status="not_available")),
    st.builds(Entry, denominator=st.integers(1, 9)),
)


@given(entries, entries, st.sets(st.sampled_from([M, S])), st.sampled_from(["", STOP, WORD]))
def test_every_figure_counts_once(one: Entry, other: Entry, unseen: set[Place], level: str) -> None:
    found = [Finding(M, "n", level, "code", "Said.")] if level else []
    stands = standing([table(PERSISTENT)], {M: one, S: other}, found, unseen)
    kinds = (NUMBERS, REASONS, BLANK, MEND, EXPLAIN, LOOK_AT)
    assert sum(len(stands.among(kind)) for kind in kinds) == stands.asked == 2
    assert stands.ready == len(stands.among(NUMBERS, REASONS))


def test_what_may_stay_blank_is_no_part_of_what_is_asked() -> None:
    tables = [table(PERSISTENT, optional=True)]
    assert standing(tables, {M: Entry(3, 30)}, [], set()).besides == {}
    stands = standing(tables, {M: Entry(31, 30)}, [Finding(M, "n", STOP, "over", "Cannot be.")], set())
    assert (stands.asked, stands.besides, stands.among(MEND)) == (0, {M: MEND}, [M])
