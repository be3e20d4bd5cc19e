"""Files of other years than those held, made from the publishers' own lists of columns, reordered and in any case."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from evidence.models import PublishedFigure
from schools.services.register import UPLOADS, ImportResult, import_file
from tests.conftest import SHARED

pytestmark = [pytest.mark.shared, pytest.mark.django_db]
REFERENCE = SHARED / "data" / "reference"


def listed(name: str, column: str) -> list[str]:
    """The columns that a meta file lists."""
    path = REFERENCE / name
    if path.suffix == ".xlsx":
        header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        return [str(row[header.index(column)]).strip() for row in rows if row[header.index(column)]]
    encoding = "cp1252" if "pupdest" in name else "utf-8-sig"
    with path.open(encoding=encoding, newline="") as file:
        return [row[column].strip() for row in csv.DictReader(file) if row[column].strip()]


def imported(path: Path, columns: list[str], *rows: dict[str, str]) -> ImportResult:
    """A file with these columns in another order and with other capitals."""
    chance = random.Random(3)
    columns = chance.sample(columns, len(columns))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f" {name.lower()}" if chance.random() < 0.5 else name.upper() for name in columns])
        writer.writerows([[row.get(name, "") for name in columns] for row in rows])
    result = import_file(path, kinds=UPLOADS)
    assert result.faults == []
    return result


def value(measure: str, code: str = "123456", group: str = "all") -> tuple[str, int | None, str]:
    found = PublishedFigure.objects.get(measure=measure, code=code, group=group)
    return str(found.value.normalize() if found.value is not None else found.said), found.denominator, found.release


@pytest.mark.parametrize(
    ("year", "column"),
    [("2016-2017", "FieldName"), ("2017-2018", "Field Name"), ("2018-2019", "Field Name"), ("2024-2025", "Field Name")],
)
def test_key_stage_2_of_any_year(tmp_path: Path, year: str, column: str) -> None:
    row = {
        "RECTYPE": "1", "URN": "123456", "TELIG": "30", "TFSM6CLA1A": "8", "PTRWM_EXP": "67%",
        "PTRWM_EXP_FSM6CLA1A": "SUPP",
        "READ_AVERAGE": "106", "PTSCITA_EXP": "82%", "READPROG": "LOWCOV", "PTWRITTA_HIGH": "13%",
    }  # fmt: skip
    authority = {"RECTYPE": "3", "LEA": "936", "URN": " ", "PTRWM_EXP": "70%", "TELIG": "12,407", "READPROG": "0.3"}
    result = imported(tmp_path / f"{year}_936_ks2revised.csv", listed(f"ks2_meta_{year}.csv", column), row, authority)
    assert (result.kind, result.rows_kept, result.years) == ("ks2", 2, [f"{year[:4]}/{year[-2:]}"])
    assert value("ks2_rwm_expected") == ("67", 30, "revised")
    assert value("ks2_rwm_expected", group="disadvantaged") == ("SUPP", 8, "revised")
    assert value("ks2_rwm_expected", code="936") == ("7E+1", 12407, "revised")
    assert value("ks2_reading_progress") == ("LOWCOV", None, "revised")
    assert value("ks2_science_expected")[0] == "82"


@pytest.mark.parametrize(
    ("name", "year"),
    [("ks4_final_meta_2018-2019.csv", "2018-2019"), ("ks4provisional_meta_2024-2025.xlsx", "2024-2025")],
)
def test_key_stage_4_of_any_year(tmp_path: Path, name: str, year: str) -> None:
    row = {
        "RECTYPE": "1", "URN": "123456", "TPUP": "180", "P8PUP": "171", "ATT8SCR": "46.2", "P8MEA": "-0.12",
        "PTL2BASICS_95": "45%", "PTFSM6CLA1ABASICS_94": "51%", "TFSM6CLA1A": "40", "PTEBACC_E_PTQ_EE": "NE",
    }  # fmt: skip
    england = {"RECTYPE": "7", "URN": " ", "ATT8SCR": "46.7"}
    result = imported(tmp_path / f"england_ks4provisional_{year}.csv", listed(name, "Metafile heading"), row, england)
    assert (result.kind, result.years) == ("ks4", [f"{year[:4]}/{year[-2:]}"])
    assert value("ks4_attainment_8") == ("46.2", 180, "provisional")
    assert value("ks4_progress_8") == ("-0.12", 171, "provisional")
    assert value("ks4_english_maths_4", group="disadvantaged") == ("51", 40, "provisional")
    assert value("ks4_ebacc_entry") == ("NE", 180, "provisional")
    assert value("ks4_attainment_8", code="E92000001")[0] == "46.7"


def test_the_census_of_another_year(tmp_path: Path) -> None:
    columns = listed("census_meta_2024-2025.csv", "Field Reference")
    row = {
        "URN": "123456",
        "NOR": "210",
        "PNUMFSMEVER": "24.88%",
        "NUMFSMEVER": "52",
        "NORFSMEVER": "209",
        "PSENELK": "NA",
    }
    nation = {"URN": "NAT", "ESTAB": "PRI", "NOR": "4554974", "PNUMFSMEVER": "26.3%"}
    result = imported(tmp_path / "2022-2023_england_census.csv", columns, row, nation)
    assert (result.kind, result.years) == ("census_table", ["2022/23"])
    assert value("fsm_share") == ("24.88", 209, "")
    assert value("sen_support_share")[0] == "NA"
    assert PublishedFigure.objects.get(measure="roll", place="england").phase == "primary"


def test_destinations_are_of_the_pupils_who_left_two_years_before(tmp_path: Path) -> None:
    columns = listed("ks4-pupdest_meta_2024-2025.csv", "Variable")
    row = {"RECTYPE": "1", "URN": "123456", "COHORT": "22", "OVERALL_DEST": "19", "OVERALL_DESTPER": "86%"}
    result = imported(tmp_path / "2020-2021_england_ks4-pupdest.csv", columns, row)
    assert (result.kind, result.years) == ("ks4_destinations", ["2018/19"])
    assert value("ks4_destinations") == ("86", 22, "")


@pytest.mark.parametrize("column", ["Metafile heading", "2019 field name"])
def test_trusts_under_their_names_of_2019_and_2025(tmp_path: Path, column: str) -> None:
    old = column.startswith("2019")
    columns = [name for name in listed("ks2-mats-performance_meta_2024-2025.csv", column) if name]
    row = {"TRUST_UID": "2053", "UID": "2053", "TELIG_MATPTINC": "1428", "TELIG": "1428", "PRWM_EXP_WGTAVG": "79%",
           "RWMEXP_WGTAVG": "79%", "RWMEXP_DIS_WGTAVG": "71%", "PRWM_EXP_WGTAVG_FSM6CLA1A": "71%",
           "TIME_PERIOD": "202425"}  # fmt: skip
    result = imported(
        tmp_path / f"england_ks2-mats-performance_{'2018-2019' if old else '2024-2025'}.csv", columns, row
    )
    assert (result.kind, result.years) == ("ks2_trusts", ["2018/19" if old else "2024/25"])
    assert value("ks2_rwm_expected", code="2053") == ("79", 1428, "")
    assert value("ks2_rwm_expected", code="2053", group="disadvantaged")[0] == "71"


def test_suspensions_under_their_new_names(tmp_path: Path) -> None:
    """As later years name them: suspensions, not fixed-period exclusions; a region by its name; a term."""
    columns = [
        "time_period", "time_identifier", "geographic_level", "region_name", "old_la_code", "new_la_code", "school_urn",
        "school_type", "headcount", "perm_excl", "perm_excl_rate", "suspension", "susp_rate", "one_plus_susp",
        "one_plus_susp_rate", "something_new",
    ]  # fmt: skip
    usual = {"time_period": "202324", "time_identifier": "Academic year", "headcount": "400", "susp_rate": "2.25",
             "suspension": "9", "school_type": "State-funded primary"}  # fmt: skip
    result = imported(
        tmp_path / "suspensions.csv", columns,
        {**usual, "geographic_level": "School", "school_urn": "123456"},
        {**usual, "geographic_level": "Regional", "region_name": "South West"},
        {**usual, "geographic_level": "Local authority", "old_la_code": "z", "new_la_code": "E10000030"},
        {**usual, "geographic_level": "Local authority district"},
        {**usual, "geographic_level": "Regional", "region_name": "South West", "time_identifier": "Spring term",
         "susp_rate": "0.9"},
    )  # fmt: skip
    assert result.left_out == {"places that are not kept": 1}
    assert value("suspension_rate") == ("2.25", 400, "")
    assert value("suspension_rate", code="936")[0] == "2.25"
    spring = PublishedFigure.objects.get(code="E12000009", span="spring", measure="suspension_rate")
    assert (str(spring.value), spring.phase) == ("0.90000", "primary")
