"""What a return asks, how people type a figure, and what is checked: tables of cases and properties."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.rules.arithmetic import COUNTED, NUMBER, Amount
from evidence.rules.cells import CODES, Entry, read_cell, texts_of
from evidence.rules.checks import LOOK, STOP, TO_DO, WORD, Before, findings, for_readers, in_the_way
from evidence.rules.grid import Asks, Place, Row, Table, about, days_of, is_earlier, parts_of, tables_of
from schools.strategy.measures import Measure, PupilGroup, official_groups, official_measures
from schools.strategy.provision import Asked, CollectionPoint

KINDS = ("share", "rate", "percent_of", "change", "mean", "number")
ALL, GIRLS, BOYS, SEND = (official_groups()[key] for key in ("all", "girls", "boys", "send"))
EVERYONE = Row("All year groups")


def measure(kind: str = "share", **more: object) -> Measure:
    return Measure(key="m", label="Measure", kind=kind, **more)  # type: ignore[arg-type]


def table(*groups: PupilGroup, kind: str = "share", rows: tuple[Row, ...] = (EVERYONE,), **more: object) -> Table:
    return Table(measure(kind, **more), groups or (ALL,), rows, 2026, "autumn")


def said(tables: list[Table], entries: dict[Place, Entry], before: dict[Place, Before] | None = None) -> list[tuple]:
    return [(one.place.group, one.part, one.level, one.code) for one in findings(tables, entries, before or {})]


# ------------------------------------------------------------------------------------------ what is asked


def asked_by(*asks: Asked, phase: str = "primary", ages: tuple[int | None, int | None] = (None, None)) -> list[Table]:
    point = CollectionPoint(key="p", label="P", asks=asks)
    return tables_of(point, official_measures(), official_groups(), Asks(phase, 2026, "autumn", ages))


def test_a_table_for_each_measure_with_a_row_for_each_year_group_and_all_of_them() -> None:
    (found,) = asked_by(Asked(measure="on_track", groups=("all", "send"), year_groups=("R", "1", "2")))
    assert [row.label for row in found.rows] == ["Reception", "Year 1", "Year 2", "All these years"]
    assert len(list(found.places())) == 8
    assert (found.year, found.span) == (2026, "autumn")


@pytest.mark.parametrize(
    ("phase", "ages", "years"),
    [
        ("infant", (None, None), ["R", "1", "2"]),
        ("junior", (None, None), ["3", "4", "5", "6"]),
        ("primary", (4, 11), ["R", "1", "2", "3", "4", "5", "6"]),
        ("primary", (4, 9), ["R", "1", "2", "3", "4"]),
        ("primary", (None, None), ["R", "1", "2", "3", "4", "5", "6"]),
    ],
)
def test_year_groups_are_those_the_school_teaches(phase: str, ages: tuple, years: list[str]) -> None:
    asks = Asked(measure="on_track", year_groups=("R", "1", "2", "3", "4", "5", "6"), total=False)
    (found,) = asked_by(asks, phase=phase, ages=ages)
    assert [row.year_group for row in found.rows] == years


def test_a_school_is_not_asked_for_pupils_it_does_not_teach() -> None:
    assert asked_by(Asked(measure="gld"), phase="junior") == []
    assert asked_by(Asked(measure="roll", phases=("secondary",))) == []


@pytest.mark.parametrize(
    ("given_about", "span", "expected"),
    [
        (None, "term", (2026, "autumn")),
        (None, "to_date", (2026, "to_date")),
        ("rolling", "year", (2026, "rolling")),
        ("last_year", "year", (2025, "year")),
        ("year", "term", (2026, "year")),
        ("day", "term", (2026, "day")),
    ],
)
def test_what_a_figure_is_about(given_about: str | None, span: str, expected: tuple[int, str]) -> None:
    asked = Asked(measure="m", about=given_about)  # type: ignore[arg-type]
    assert about(asked, measure(span=span), year=2026, season="autumn") == expected


def test_a_term_is_set_beside_a_term_and_never_beside_a_year() -> None:
    assert is_earlier((2025, "summer"), (2026, "autumn"))
    assert is_earlier((2026, "day"), (2026, "day"))
    assert not is_earlier((2025, "year"), (2025, "year")), "the very same figure"
    assert not is_earlier((2025, "year"), (2026, "autumn"))


def test_a_return_opens_before_the_end_of_term_and_is_due_after_it() -> None:
    point = CollectionPoint(
        key="p", label="P", asks=(Asked(measure="roll"),), opens_days_before_end=28, due_days_after_end=3
    )
    assert days_of(point, date(2026, 12, 18)) == (date(2026, 11, 20), date(2026, 12, 21))


@given(st.builds(Place, *[st.text("abc_1", min_size=1), *[st.text("ab R1", max_size=5)] * 3]))
def test_a_key_names_its_place(place: Place) -> None:
    assert Place.read(place.key) == place


# ------------------------------------------------------------------------------------------ a cell as people type it


@pytest.mark.parametrize(
    ("kind", "texts", "expected"),
    [
        ("share", {"n": "12", "d": "30"}, Entry(12, 30)),
        ("share", {"n": " 1,234 ", "d": "2 000"}, Entry(1234, 2000)),
        ("share", {"n": "12/30"}, Entry(12, 30)),
        ("share", {"n": "12 out of 30"}, Entry(12, 30)),
        ("share", {"n": "12.0", "d": "30"}, Entry(12, 30)),
        ("share", {"n": "93.5%"}, Entry(value=Decimal("93.5"))),
        ("rate", {"n": "11.31 per 100"}, Entry(value=Decimal("11.31"))),
        ("percent_of", {"n": "−£12,000", "d": "£1,200,000"}, Entry(-12000, 1200000)),
        ("change", {"n": "-2.5%"}, Entry(value=Decimal("-2.5"))),
        ("mean", {"v": "21.5", "d": "30"}, Entry(None, 30, Decimal("21.5"))),
        ("number", {"v": "0"}, Entry(value=Decimal(0))),
        ("share", {"n": "", "d": ""}, Entry()),
        ("share", {"n": "n/a", "d": "30"}, Entry(None, 30, status="not_applicable")),
        ("share", {"n": "", "d": "X"}, Entry(status="not_available")),
        ("number", {"v": "-"}, Entry(status="not_available")),
        ("share", {"n": "c", "d": "c"}, Entry(status="suppressed")),
        ("number", {"v": "Not yet"}, Entry(status="not_yet_due")),
    ],
)
def test_a_figure_as_people_type_it(kind: str, texts: dict[str, str], expected: Entry) -> None:
    assert read_cell(kind, texts) == (expected, {})


@pytest.mark.parametrize(
    ("kind", "texts", "part", "words"),
    [
        ("share", {"n": "１２", "d": "30"}, "n", "ordinary 0 to 9"),
        ("share", {"n": "twelve", "d": "30"}, "n", "no number"),
        ("share", {"n": "1,23", "d": "300"}, "n", "no number"),
        ("share", {"n": "12.5", "d": "30"}, "n", "not a whole number"),
        ("share", {"n": "-1", "d": "30"}, "n", "below nought"),
        ("share", {"n": "12", "d": "x"}, "d", "first box"),
        ("share", {"n": "12/30", "d": "31"}, "d", "out of 30"),
        ("share", {"n": "x", "d": "c"}, "d", "two different reasons"),
        ("share", {"n": "=A1+1", "d": "30"}, "n", "no number"),
        ("number", {"v": "123456789012"}, "v", "more digits"),
        ("number", {"v": "1.23456"}, "v", "more digits"),
        ("mean", {"v": "93%", "d": "30"}, "v", "no number"),
        ("share", {"n": "1e3", "d": "3000"}, "n", "no number"),
    ],
)
def test_what_cannot_be_read_is_kept_and_said(kind: str, texts: dict[str, str], part: str, words: str) -> None:
    entry, faults = read_cell(kind, texts)
    assert words in faults[part]
    assert entry.unread == {part: texts[part]}


@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(("n", "d", "v")), st.text(max_size=12)))
def test_nothing_that_is_typed_breaks_or_becomes_zero(kind: str, texts: dict[str, str]) -> None:
    entry, faults = read_cell(kind, texts)
    assert set(faults) == set(entry.unread) <= set(parts_of(kind))
    for part, number in (("n", entry.numerator), ("d", entry.denominator), ("v", entry.value)):
        if number == 0:
            assert any("0" in text for text in texts.values()), (part, texts)


numbers = st.integers(0, 10**9)
entries = st.one_of(
    st.builds(Entry, numbers, numbers),
    st.builds(Entry, status=st.sampled_from(sorted(CODES))),
    st.builds(Entry, denominator=numbers, status=st.sampled_from([*sorted(CODES), NUMBER])),
)


@given(st.sampled_from(sorted(COUNTED)), entries)
def test_what_stands_in_the_boxes_reads_as_what_was_given(kind: str, entry: Entry) -> None:
    assert read_cell(kind, texts_of(kind, entry))[0] == entry


@given(st.decimals("-99999999", "99999999", places=4), st.one_of(st.none(), numbers))
def test_a_mean_and_a_number_too(value: Decimal, count: int | None) -> None:
    assert read_cell("mean", texts_of("mean", Entry(None, count, value)))[0] == Entry(None, count, value)
    assert read_cell("number", texts_of("number", Entry(value=value)))[0] == Entry(value=value)


# ------------------------------------------------------------------------------------------ checks

M = Place("m")


@pytest.mark.parametrize(
    ("kind", "more", "entry", "expected"),
    [
        ("share", {}, Entry(12, 30), []),
        ("share", {}, Entry(31, 30), [("all", "n", STOP, "over")]),
        ("rate", {}, Entry(31, 30), []),
        ("percent_of", {}, Entry(31, 30), []),
        ("share", {}, Entry(12), [("all", "d", STOP, "half")]),
        ("share", {}, Entry(0, 0), [("all", "d", STOP, "none")]),
        ("share", {}, Entry(0, 30), []),
        ("share", {}, Entry(value=Decimal(93)), [("all", "n", LOOK, "alone")]),
        ("share", {}, Entry(value=Decimal(193)), [("all", "n", LOOK, "alone"), ("all", "n", STOP, "outside")]),
        ("share", {}, Entry(unread={"n": "abc"}), [("all", "n", STOP, "unread")]),
        ("share", {}, Entry(unread={"d": "-3", "n": "4000,5"}), [("all", p, STOP, "unread") for p in "nd"]),
        ("mean", {"least": 0, "most": 25}, Entry(None, 30, Decimal(26)), [("all", "v", STOP, "outside")]),
        ("mean", {}, Entry(value=Decimal(20)), [("all", "d", LOOK, "alone")]),
        ("number", {"adds_up": True, "least": 0, "most": 9}, Entry(value=Decimal(0)), [("all", "v", WORD, "none")]),
        ("share", {}, Entry(status="not_applicable"), []),
    ],
)
def test_one_figure(kind: str, more: dict[str, object], entry: Entry, expected: list[tuple]) -> None:
    assert said([table(kind=kind, **more)], {M: entry}) == expected


def test_a_group_above_all_pupils_cannot_be() -> None:
    entries = {Place("m"): Entry(10, 30), Place("m", "send"): Entry(5, 31)}
    assert said([table(ALL, SEND)], entries) == [("send", "d", STOP, "above")]


@pytest.mark.parametrize(
    ("girls", "boys", "expected"),
    [
        (Entry(5, 15), Entry(5, 15), []),
        (Entry(5, 15), Entry(5, 14), [("all", "d", WORD, "split-d")]),
        (Entry(6, 15), Entry(5, 15), [("all", "n", STOP, "split-n")]),
        (Entry(5, 15), Entry(), []),
        (Entry(10, 30), Entry(status="not_applicable"), []),
    ],
)
def test_groups_that_split_all_pupils_add_up(girls: Entry, boys: Entry, expected: list[tuple]) -> None:
    entries = {Place("m"): Entry(10, 30), Place("m", "girls"): girls, Place("m", "boys"): boys}
    assert said([table(ALL, GIRLS, BOYS)], entries) == expected


YEARS = (Row("Year 1", "1"), Row("Year 2", "2"), Row("All"))


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (Entry(20, 60), []),
        (Entry(21, 60), [("all", "n", WORD, "years-n")]),
        (Entry(20, 59), [("all", "d", STOP, "years-d")]),
        (Entry(), []),
    ],
)
def test_year_groups_add_up_to_all_of_them(total: Entry, expected: list[tuple]) -> None:
    entries = {Place("m", "all", "1"): Entry(10, 30), Place("m", "all", "2"): Entry(10, 30), M: total}
    assert said([table(rows=YEARS)], entries) == expected


@pytest.mark.parametrize(
    ("kind", "more", "now", "then", "jumps"),
    [
        ("share", {}, Entry(60, 100), Amount(49, 100), True),
        ("share", {}, Entry(59, 100), Amount(49, 100), False),
        ("share", {}, Entry(6, 10), Amount(4, 10), False),  # 20 points are two pupils of ten
        ("share", {}, Entry(7, 10), Amount(4, 10), True),
        ("mean", {"least": 80, "most": 120}, Entry(None, 30, Decimal(105)), Amount(None, 30, Decimal(100)), True),
        ("mean", {"least": 80, "most": 120}, Entry(None, 30, Decimal(104)), Amount(None, 30, Decimal(100)), False),
        ("number", {}, Entry(value=Decimal(231)), Amount(value=Decimal(200)), True),
        ("number", {}, Entry(value=Decimal(215)), Amount(value=Decimal(200)), False),
        ("share", {}, Entry(status="not_available"), Amount(49, 100), False),
    ],
)
def test_a_jump_needs_a_word(kind: str, more: dict[str, object], now: Entry, then: Amount, jumps: bool) -> None:
    before = {M: Before(then, 2025, "Summer 26")}
    codes = [code for *_, code in said([table(kind=kind, **more)], {M: now}, before)]
    assert ("jump" in codes) == jumps


def test_a_year_group_is_not_set_beside_other_pupils_of_the_year_before() -> None:
    place = Place("m", "all", "1")
    entries = {place: Entry(20, 30)}
    for year, jumps in ((2025, False), (2026, True)):
        found = said([table(rows=(YEARS[0],))], entries, {place: Before(Amount(5, 30), year, "then")})
        assert bool(found) == jumps


def test_a_word_of_explanation_clears_the_way_and_nothing_clears_what_cannot_be() -> None:
    before = {M: Before(Amount(10, 100), 2025, "Summer 26")}
    for note, level in (("", WORD), ("A new intake.", None)):
        entries = {M: Entry(60, 100, note=note)}
        left = in_the_way(findings([table()], entries, before), entries)
        assert [one.level for one in left] == ([level] if level else [])
    entries = {M: Entry(31, 30, note="Really.")}
    assert in_the_way(findings([table()], entries, {}), entries)


def test_who_reads_is_told_and_asked_for_nothing() -> None:
    (found,) = findings([table()], {M: Entry(60, 100)}, {M: Before(Amount(10, 100), 2025, "Summer 26")})
    assert found.text == "10% in Summer 26, now 60%. Say what lies behind it."
    assert for_readers(found.text) == "10% in Summer 26, now 60%."
    assert all(for_readers(f"So it is.{asked}") == "So it is." for asked in TO_DO)


counts = st.integers(0, 40)


@given(st.lists(st.tuples(counts, counts), min_size=4, max_size=4))
def test_a_return_that_adds_up_has_nothing_in_the_way(cells: list[tuple[int, int]]) -> None:
    """Girls and boys of two years, and all totals worked out from them."""
    split = {
        (group, year): Entry(min(cell), max(*cell, 1))
        for cell, (group, year) in zip(cells, [(g, y) for g in ("girls", "boys") for y in "12"], strict=True)
    }
    entries = {Place("m", group, year): entry for (group, year), entry in split.items()}

    def together(wanted: list[Entry]) -> Entry:
        return Entry(sum(e.numerator or 0 for e in wanted), sum(e.denominator or 0 for e in wanted))

    for year in "12":
        entries[Place("m", "all", year)] = together([split["girls", year], split["boys", year]])
    for group in ("girls", "boys", "all"):
        entries[Place("m", group)] = together([entries[Place("m", group, year)] for year in "12"])
    assert in_the_way(findings([table(ALL, GIRLS, BOYS, rows=YEARS)], entries, {}), entries) == []
