"""Cells, years and names of published files: tables of cases, and properties."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.rules.published_files import common, file_kinds, local_authorities, region_names, squeezed
from evidence.rules.published_years import (
    Period,
    lone_year_in,
    period_of,
    release_in,
    several_years,
    year_of_week,
    years_in,
)
from evidence.services.published.cells import count, figure, measure_of
from schools.services.register.values import NULL, BadValue
from schools.strategy.measures import official_groups, official_measures

CODES = common().codes
SHARE, SCORE, PAY = (measure_of(key) for key in ("ks2_rwm_expected", "ks2_reading_score", "teacher_pay"))
STATUSES = {"number", "suppressed", "not_applicable", "not_available", "low", "not_yet_due"}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("67%", "67"), (" 4.82% ", "4.82"), ("0.00%", "0.00"), ("100", "100"), (".5", ".5"), ("3.168E-2", "3.168E-2"),
        ("9.3699999999999992", "9.3699999999999992"),
    ],
)  # fmt: skip
def test_a_share_is_read_as_it_is_published(cell: str, value: str) -> None:
    assert figure(SHARE, CODES)(cell) == f"{value}\tnumber\t"


def test_absence_becomes_attendance_only_where_it_is_asked() -> None:
    assert figure(SHARE, CODES, hundred_less=True)("7.21367") == "92.78633\tnumber\t"
    assert figure(SHARE, CODES)("7.21367") == "7.21367\tnumber\t"


def test_pay_has_a_sign_and_thousands() -> None:
    assert figure(PAY, CODES)("£45,421") == "45421\tnumber\t"


@pytest.mark.parametrize(
    "cell", ["6l%", "67%%", "1,2", "--", "SUPPRESSED", "supp", "1e9", "−5", "１２", "=A1", "67 %x", "1 2"]
)
def test_what_is_neither_a_number_nor_a_code_is_refused(cell: str) -> None:
    with pytest.raises(BadValue):
        figure(SHARE, CODES)(cell)


@pytest.mark.parametrize(
    ("measure", "cell"), [(SHARE, "101"), (SHARE, "-1"), (SCORE, "79"), (SCORE, "121"), (SCORE, "67%")]
)
def test_what_cannot_be_is_refused(measure: object, cell: str) -> None:
    with pytest.raises(BadValue):
        figure(measure, CODES)(cell)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_keeps_what_the_publisher_said(code: str) -> None:
    value, status, said = figure(SHARE, CODES)(f" {code} ").split("\t")
    assert (value, said) == (NULL, code)
    assert status in STATUSES - {"number"}


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("SUPP", "suppressed"), ("SUPPMAT", "suppressed"), ("c", "suppressed"), ("NE", "not_applicable"),
        ("z", "not_applicable"), (".", "not_applicable"), ("NP", "not_available"), ("NA", "not_available"),
        ("LOWCOV", "not_available"), ("NEW", "not_available"), (":", "not_available"), ("x", "not_available"),
        ("NULL", "not_available"), ("-", "not_available"), ("DNS", "not_available"), ("SP", "low"), ("low", "low"),
    ],
)  # fmt: skip
def test_what_the_codes_mean(code: str, status: str) -> None:
    assert CODES[code] == status


@given(st.text(max_size=12))
def test_a_cell_is_blank_or_a_code_or_a_number_or_refused(cell: str) -> None:
    try:
        found = figure(SHARE, CODES)(cell)
    except BadValue:
        return
    if not found:
        assert not cell.strip()
        return
    value, status, said = found.split("\t")
    assert status in STATUSES
    assert (value == NULL) == (status != "number")
    if status == "number":
        assert 0 <= Decimal(value) <= 100
        assert said == ""
    assert "\n" not in found


@given(st.decimals(min_value=0, max_value=100, places=5))
def test_a_share_keeps_its_decimals(value: Decimal) -> None:
    for cell in (f"{value}", f"{value}%"):
        assert Decimal(figure(SHARE, CODES)(cell).split("\t")[0]) == value


@given(st.text(max_size=12))
def test_a_count_is_digits_or_unknown_or_refused(cell: str) -> None:
    try:
        found = count(CODES)(cell)
    except BadValue:
        return
    assert found == NULL or (found.isascii() and found.isdecimal())


@given(st.integers(min_value=1990, max_value=2098))
def test_a_year_is_found_however_it_is_written(start: int) -> None:
    end = start + 1
    for label in (f"{start}{end % 100:02d}", f"{start}/{end % 100:02d}", f"{start}-{end}", f"{start}/{end}", str(end)):
        assert period_of(label) == Period(start)
    for name in (
        f"{start}-{end}_936_ks2final.csv",
        f"england_census_{start}-{end % 100:02d}.csv",
        f"excl_{start}{end % 100:02d}.csv",
    ):
        assert years_in(name) == [start]


@pytest.mark.parametrize(
    ("label", "period", "several"),
    [
        ("2025 (prov)", Period(2024, "provisional"), False), ("2014-16", None, True), ("0", None, True),
        ("2024", Period(2023), False), ("term 1", None, False), ("202527", None, False), ("", None, False),
    ],
)  # fmt: skip
def test_labels_of_years(label: str, period: Period | None, several: bool) -> None:
    assert (period_of(label), several_years(label)) == (period, several)


def test_weeks_lie_in_the_academic_year() -> None:
    assert [year_of_week("2024", week) for week in ("Week 37", "Week 5", "Week 54", "37")] == [2024, 2023, None, None]


def test_a_lone_year_is_the_one_that_ends() -> None:
    assert lone_year_in("parent_view_school_level_2026_headlines.csv") == 2025
    assert lone_year_in("from_2024_to_2026.csv") is None
    assert years_in("EYFSP_2013_2018.csv") == []


@pytest.mark.parametrize(
    ("name", "release"),
    [
        ("2018-2019_936_ks2final.csv", "final"), ("england_ks4provisional_2024-2025.csv", "provisional"),
        ("england_ks2revised.csv", "revised"), ("england_ks2_2022-2023_headlines.csv", ""), ("finalists.csv", ""),
    ],
)  # fmt: skip
def test_how_final_a_file_is_by_its_name(name: str, release: str) -> None:
    assert release_in(name, common().releases) == release


def test_every_file_speaks_of_known_measures_groups_and_phases() -> None:
    kinds = file_kinds()
    assert len({kind.key for kind in kinds}) == len(kinds)
    rules = [rule for kind in kinds for rule in kind.figures]
    assert {rule.measure for rule in rules} <= set(official_measures())
    assert {rule.group for rule in rules} | set(common().groups.values()) <= set(official_groups())
    assert all(kind.nothing or (kind.places and kind.figures) for kind in kinds)
    assert set(common().phases.values()) == {"", "primary", "secondary", "special", "ap"}
    assert {*common().codes.values()} <= STATUSES


def test_every_authority_lies_in_a_region_with_a_name() -> None:
    assert len({la.code for la in local_authorities().values()}) == 160
    assert {la.region for la in local_authorities().values()} <= set(region_names())
    assert local_authorities()["936"].region == local_authorities()["E10000030"].region == "E12000008"


def test_names_are_compared_without_case_and_spaces() -> None:
    assert squeezed("Pupil:     Teacher Ratio") == squeezed("pupil: teacher  RATIO ")
