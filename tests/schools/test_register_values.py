"""Cells of published files: what each becomes, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from schools.services.register import date_in_name, values
from schools.services.register.values import NULL, BadValue


@pytest.mark.parametrize(
    ("clean", "cell", "expected"),
    [
        (values.URN, "136085", "136085"),
        (values.URN, " 136085.0 ", "136085"),
        (values.UKPRN, "10058482.0", "10058482"),
        (values.UKPRN, "", ""),
        (values.UID, "4320", "4320"),
        (values.NUMBER, "23", "0023"),
        (values.NUMBER, "2001", "2001"),
        (values.kind_code, "06", "6"),
        (values.kind_code, "10", "10"),
        (values.company, "6893415.0", "06893415"),
        (values.company, "9000000", "09000000"),
        (values.company, "oc300001", "OC300001"),
        (values.group_id, "TR00123", "TR00123"),
        (values.group_id, "TR00799_old", ""),
        (values.group_id, "West Surrey Federation", ""),
        (values.day, "31/08/2026", "2026-08-31"),
        (values.day, "31-08-2026", "2026-08-31"),
        (values.day, "2026-08-31", "2026-08-31"),
        (values.day, "1900-01-01", NULL),
        (values.day, "01/01/1902", NULL),
        (values.day, "", NULL),
        (values.percent, "32.7", "32.7"),
        (values.percent, "4.82%", "4.82"),
        (values.whole(100), "", NULL),
        (values.whole(100), "0", "0"),
        (values.laestab, "100-1000", "1001000"),
        (values.laestab, "936/2001", "9362001"),
        (values.phase, "State-funded primary", "Primary"),
        (values.phase, "Middle deemed secondary", "Middle deemed secondary"),
        (values.text(20), " Vale  à\tRivière\n", "Vale à Rivière"),
        (values.text(20), "back\\slash", "back\\\\slash"),
    ],
)
def test_cleaned(clean: values.Clean, cell: str, expected: str) -> None:
    assert clean(cell) == expected


@pytest.mark.parametrize(
    ("clean", "cell"),
    [
        (values.URN, ""),
        (values.URN, "012345"),
        (values.URN, "1.36E+05"),
        (values.URN, "13608"),
        (values.URN, "١٣٦٠٨٥"),
        (values.UKPRN, "20058482"),
        (values.UKPRN, "1005848"),
        (values.UID, "0"),
        (values.NUMBER, "20011"),
        (values.company, "123456789"),
        (values.day, "31/02/2026"),
        (values.day, "08/2026"),
        (values.day, "45678"),
        (values.day, "1/2/26"),
        (values.percent, "101"),
        (values.percent, "1e1"),
        (values.percent, "nan"),
        (values.whole(100), "101"),
        (values.whole(100), "-1"),
        (values.whole(100), "²"),
        (values.text(3), "four"),
        (values.text(3, needed=True), " "),
        (values.one_of(("Open",)), "Ajar"),
    ],
)
def test_refused(clean: values.Clean, cell: str) -> None:
    with pytest.raises(BadValue):
        clean(cell)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("edubasealldata20240129.csv", date(2024, 1, 29)),
        ("gias_search_results_surrey_2022-04-20.csv", date(2022, 4, 20)),
        ("allgroupsdata_2026-03.csv", date(2026, 3, 1)),
        ("england_ofsted-schools_as_at_2018-07-31.xlsx", date(2018, 7, 31)),
        ("schools.csv", None),
        ("schools_20261399.csv", None),
        ("schools_20260231.csv", None),
    ],
)
def test_the_day_in_a_files_name(name: str, expected: date | None) -> None:
    assert date_in_name(name) == expected


def test_a_cleaners_memory_does_not_grow() -> None:
    remembered = values.Cleaned(str.upper)
    for number in range(3 * remembered.MOST):
        assert remembered[f"a{number}"] == f"A{number}"
    assert len(remembered) <= remembered.MOST
