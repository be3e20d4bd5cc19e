"""Imports of the national register: each layout, all or nothing, older and newer, twice."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from schools.models import Establishment, EstablishmentGroup, EstablishmentLink, GroupLink
from schools.queries import school_phase, schools_of_group
from schools.services.register import Refused, import_file
from tests.schools.register_files import DATA, LINK, SCHOOL, everything, made

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 1)


def test_the_subset_of_fields() -> None:
    result = import_file(DATA / "gias_establishments_2026-08.csv")
    assert (result.kind, result.rows_read, result.rows_kept, result.fault_count) == ("establishments", 8, 8, 0)
    assert result.as_at == date(2026, 8, 1)
    school = Establishment.objects.get(urn="100025")
    assert (school.laestab, school.ukprn, school.phase, school.capacity) == ("2022775", "10078058", "Primary", 459)
    assert Establishment.objects.filter(name__contains="à Becket").exists()
    assert Establishment.objects.filter(status="Closed").count() == 2


def test_search_results_longer_than_their_header() -> None:
    result = import_file(DATA / "gias_search_results_2022-04-20.csv")
    assert (result.rows_read, result.rows_kept, result.fault_count) == (10, 10, 0)
    school = Establishment.objects.get(urn="124935")
    assert (school.closed_on, school.status, school.laestab) == (date(2018, 7, 31), "Closed", "9362004")
    assert str(school.fsm_percent) == "3.90"


@pytest.mark.parametrize("order", [("2022-03", "2026-03"), ("2026-03", "2022-03")])
def test_groups_in_both_layouts_and_either_order(order: tuple[str, str]) -> None:
    for month in order:
        import_file(DATA / f"gias_groups_{month}.csv")
    group = EstablishmentGroup.objects.get(uid="2053")
    assert (group.name, group.kind_code, group.companies_house) == ("LIFT SCHOOLS", "6", "06625091")
    assert (group.as_at, group.opened_on) == (date(2026, 3, 1), date(2008, 6, 19))
    assert EstablishmentGroup.objects.get(uid="80637").opened_on is None


def test_links_make_schools_with_blanks_and_leave_childrens_centres_out() -> None:
    result = import_file(DATA / "gias_alllinks_2022-03.csv")
    assert (result.rows_read, result.rows_kept, result.left_out) == (12, 9, {"children’s centres, not schools": 3})
    school = Establishment.objects.get(urn="137441")
    assert (school.name, school.phase, school.as_at) == ("Tidemill Academy", "Primary", date(2022, 3, 1))
    assert (school.status, school.laestab, school.pupils) == ("", "", None)
    assert GroupLink.objects.get(urn="137441", group_uid="4320").joined_on == date(2015, 9, 1)
    found = schools_of_group("4320")
    assert (found[0].urn, found[0].phase, found[0].joined_on) == ("138389", "primary", date(2015, 9, 1))


def test_a_school_known_from_links_is_filled_by_an_establishments_file(tmp_path: Path) -> None:
    import_file(made(tmp_path / "links.csv", LINK, {}), as_at=DAY)
    import_file(made(tmp_path / "schools.csv", SCHOOL, {}), as_at=date(2026, 8, 1))
    school = Establishment.objects.get(urn="900001")
    assert (school.status, school.laestab, school.pupils, school.as_at) == ("Open", "2010023", 198, date(2026, 8, 1))
    import_file(made(tmp_path / "links.csv", LINK, {"EstablishmentName": "Other"}), as_at=DAY)
    assert Establishment.objects.get(urn="900001").name == "Ashcombe"
    (found,) = schools_of_group("90001")
    assert (found.laestab, found.joined_on, found.capacity) == ("2010023", date(2015, 9, 1), 210)


def test_an_older_file_overwrites_nothing(tmp_path: Path) -> None:
    import_file(made(tmp_path / "new.csv", SCHOOL, {}), as_at=DAY)
    before = everything()
    old = made(tmp_path / "old.csv", SCHOOL, {"EstablishmentName": "Old name"})
    result = import_file(old, as_at=date(2025, 9, 1))
    assert (result.rows_kept, everything()) == (0, before)
    assert "1 row changed nothing" in result.notes[0]


def test_a_newer_file_without_figures_makes_them_unknown_and_keeps_the_rest(tmp_path: Path) -> None:
    import_file(made(tmp_path / "full.csv", SCHOOL, {}), as_at=date(2025, 9, 1))
    fewer = {name: cell for name, cell in SCHOOL.items() if name not in ("PercentageFSM", "OpenDate", "Trusts (code)")}
    import_file(made(tmp_path / "fewer.csv", fewer, {}), as_at=DAY)
    school = Establishment.objects.get()
    assert (school.fsm_percent, school.opened_on, school.group_uid) == (None, date(2014, 9, 1), "90001")


def test_where_a_school_stands_is_read_and_kept_and_nought_is_unknown(tmp_path: Path) -> None:
    nowhere = {"URN": "900002", "Easting": "0", "Northing": "0"}
    import_file(made(tmp_path / "full.csv", SCHOOL, {}, nowhere), as_at=date(2025, 9, 1))
    fewer = {name: cell for name, cell in SCHOOL.items() if name not in ("Easting", "Northing")}
    import_file(made(tmp_path / "fewer.csv", fewer, {}), as_at=DAY)
    known = Establishment.objects.order_by("urn").values_list("easting", "northing")
    assert list(known) == [(431000, 286500), (None, None)]


def test_a_school_that_joins_another_trust_leaves_the_first(tmp_path: Path) -> None:
    import_file(made(tmp_path / "a.csv", LINK, {}), as_at=date(2022, 3, 1))
    moved = {"Group UID": "90002", "Group Name": "Second Trust", "Joined date": "01/09/2024"}
    sponsor = {"Group UID": "90003", "Group Type (code)": "05", "Group Type": "School sponsor"}
    import_file(made(tmp_path / "b.csv", LINK, moved, sponsor), as_at=DAY)
    assert GroupLink.objects.get(group_uid="90001").left_on == date(2024, 9, 1)
    assert GroupLink.objects.get(group_uid="90003").left_on is None
    assert (len(schools_of_group("90001")), len(schools_of_group("90002"))) == (0, 1)


def test_the_academies_list_is_matched_by_dfe_number_and_company(tmp_path: Path) -> None:
    import_file(made(tmp_path / "schools.csv", SCHOOL, {}), as_at=DAY)
    import_file(made(tmp_path / "links.csv", LINK, {"URN": "900009"}), as_at=DAY)
    academy = {
        "Company Registration Number": "9900001", "Academy Trust Name": "Invented Trust", "Academy Name": "Ashcombe",
        "LA Establishment Number": "201-0023", "Valid From": "01/09/2016", "Date joined or opened if in period": "",
        "Date left or closed if in period": "",
    }  # fmt: skip
    listed = made(tmp_path / "list.csv", academy, {}, {"LA Establishment Number": "201-9999"}, encoding="utf-8-sig")
    result = import_file(listed, as_at=DAY)
    assert (result.kind, result.rows_read, result.rows_kept) == ("academy_list", 2, 1)
    assert GroupLink.objects.get(urn="900001").joined_on == date(2016, 9, 1)


def test_predecessors_and_successors() -> None:
    result = import_file(DATA / "gias_establishment_links_20240129.csv")
    assert (result.rows_kept, EstablishmentLink.objects.count()) == (14, 14)
    link = EstablishmentLink.objects.get(urn="100006")
    assert (link.linked_urn, link.kind, link.since) == ("134643", "Predecessor - merged", date(2022, 1, 1))


def test_importing_twice_is_importing_once() -> None:
    files = sorted(DATA.glob("gias_*20*.csv"))
    for path in files:
        import_file(path)
    once = everything()
    for path in files:
        import_file(path)
    assert (len(files), everything()) == (6, once)


def test_a_dry_run_counts_and_changes_nothing(tmp_path: Path) -> None:
    before = everything()
    result = import_file(made(tmp_path / "new.csv", SCHOOL, {}), as_at=DAY, dry_run=True)
    assert (result.rows_kept, result.counts["schools"].new, everything()) == (1, 1, before)


BAD = [
    ({"URN": "12345"}, "URN", "is not a URN"),
    ({"LA (code)": "20"}, "LA (code)", "local authority code"),
    ({"EstablishmentNumber": "20230"}, "EstablishmentNumber", "establishment number"),
    ({"UKPRN": "123"}, "UKPRN", "is not a UKPRN"),
    ({"Trusts (code)": "TR1"}, "Trusts (code)", "group UID"),
    ({"EstablishmentStatus (name)": "Ajar"}, "EstablishmentStatus (name)", "not a status"),
    ({"EstablishmentName": ""}, "EstablishmentName", "is empty"),
    ({"SchoolCapacity": "many"}, "SchoolCapacity", "whole number"),
    ({"OpenDate": "2014"}, "OpenDate", "is not a date"),
]


@pytest.mark.parametrize(("change", "column", "reason"), BAD)
def test_one_bad_row_changes_nothing_and_is_named(
    tmp_path: Path, change: dict[str, str], column: str, reason: str
) -> None:
    before = everything()
    result = import_file(made(tmp_path / "bad.csv", SCHOOL, {}, {"URN": "900002", **change}), as_at=DAY)
    (fault,) = result.faults
    assert (fault.row, fault.column, reason in fault.reason) == (3, column, True)
    assert everything() == before


def test_every_fault_of_a_row_and_of_a_file_is_counted_and_200_are_listed(tmp_path: Path) -> None:
    result = import_file(made(tmp_path / "bad.csv", SCHOOL, *[{"URN": "1", "UKPRN": "2"}] * 150), as_at=DAY)
    assert (result.fault_count, len(result.faults)) == (300, 200)


def test_a_school_that_is_in_the_file_twice_is_refused(tmp_path: Path) -> None:
    result = import_file(made(tmp_path / "twice.csv", SCHOOL, {}, {"EstablishmentName": "Other"}), as_at=DAY)
    assert [(fault.row, fault.reason) for fault in result.faults] == [(3, "“900001” is also in row 2")]


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "cut.csv", SCHOOL, {}, {"URN": "900002"})
    path.write_bytes(path.read_bytes()[:-60])
    (fault,) = import_file(path, as_at=DAY).faults
    assert (fault.row, "cut short" in fault.reason) == (3, True)


def test_a_comma_too_many_is_refused(tmp_path: Path) -> None:
    path = made(tmp_path / "comma.csv", SCHOOL, {})
    path.write_bytes(path.read_bytes().replace(b"Ashcombe,Academy", b"Ash,combe,Academy"))
    (fault,) = import_file(path, as_at=DAY).faults
    assert (fault.row, fault.reason) == (2, "has 1 more cells than the header")


def test_the_day_of_a_file_is_never_guessed(tmp_path: Path) -> None:
    path = made(tmp_path / "schools.csv", SCHOOL, {})
    with pytest.raises(Refused, match="does not say of which day"):
        import_file(path)
    with pytest.raises(Refused, match="in the future"):
        import_file(path, as_at=date(2099, 1, 1))


def test_the_command_imports_all_files_or_none(tmp_path: Path) -> None:
    good = made(tmp_path / "good_2026-09-01.csv", SCHOOL, {})
    bad = made(tmp_path / "bad_2026-09-01.csv", SCHOOL, {"URN": "x"})
    before, out = everything(), StringIO()
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_published", good, bad, stdout=out)
    assert everything() == before
    assert "row 2: URN “x” is not a URN of six digits" in out.getvalue()
    call_command("import_published", good, "--dry-run", stdout=out)
    assert everything() == before
    out = StringIO()
    call_command("import_published", good, "--json", stdout=out)
    assert json.loads(out.getvalue())[0]["counts"] == {"schools": {"new": 1, "updated": 0}}
    assert Establishment.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "phase", "ages", "expected"),
    [
        ("Academy converter", "Primary", (4, 11), "primary"),
        ("Academy converter", "Primary", (3, 7), "infant"),
        ("Academy converter", "Primary", (7, 11), "junior"),
        ("Academy converter", "Primary", (4, 9), "primary"),  # a first school
        ("Academy converter", "Primary", (None, None), "primary"),
        ("Academy converter", "Middle deemed primary", (8, 12), "middle"),
        ("Academy special converter", "Not applicable", (3, 19), "special"),
        ("Academy alternative provision converter", "Not applicable", (5, 16), "alternative"),
        ("Academy converter", "Not applicable", (4, 11), ""),
    ],
)
def test_infant_and_junior_schools_are_told_by_their_ages(
    kind: str, phase: str, ages: tuple[int | None, int | None], expected: str
) -> None:
    assert school_phase(kind, phase, *ages) == expected
