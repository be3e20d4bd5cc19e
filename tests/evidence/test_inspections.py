"""Published inspections: both frameworks, never converted, twice, and found again through predecessors."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from evidence.models import Inspection
from evidence.queries import inspections_of, latest, with_membership
from evidence.services import import_inspections
from schools.models import EstablishmentLink
from tests.schools.register_files import DATA, OFSTED, everything, made

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
CARD = {
    "URN": "900001", "School name": "Ashcombe", "Inspection start date": "13/01/2026", "Publication date": "20/02/2026",
    "URN at time of latest full inspection": "900001", "Category of concern": "", "Safeguarding standards": "Met",
    "Safeguarding standards - date of grade": "13/01/2026", "Inclusion": "Strong standard",
    "Curriculum and teaching": "Expected standard", "Achievement": "Needs attention",
    "Attendance and behaviour": "Expected standard", "Personal development and wellbeing": "Exceptional",
    "Early years (where applicable)": "Not applicable", "Post-16 provision (where applicable)": "NULL",
    "Leadership and governance": "Expected standard",
    "Inspection start date of latest OEIF graded inspection": "NULL", "Latest OEIF category of concern": "NULL",
    "Latest OEIF overall effectiveness": "NULL", "Latest OEIF quality of education": "NULL",
    "Latest OEIF  safeguarding is effective?": "NULL", "URN at time of latest OEIF graded inspection": "NULL",
    "Latest OEIF early years provision (where applicable)": "NULL",
}  # fmt: skip
GRADED = {
    "Inspection start date of latest OEIF graded inspection": "24/09/2024", "Latest OEIF category of concern": "SWK",
    "Latest OEIF overall effectiveness": "Not judged", "Latest OEIF quality of education": "4",
    "Latest OEIF  safeguarding is effective?": "Yes", "URN at time of latest OEIF graded inspection": "900000",
    "Latest OEIF early years provision (where applicable)": "9",
}  # fmt: skip


def test_each_inspection_is_kept_under_its_own_framework(tmp_path: Path) -> None:
    result = import_inspections(made(tmp_path / "mi.csv", CARD, GRADED), as_at=DAY)
    assert (result.fault_count, result.rows_kept) == (0, 2)
    card = Inspection.objects.get(framework="report_card_2025")
    assert (card.urn, card.overall, card.safeguarding, card.published_on) == ("900001", "", "Met", date(2026, 2, 20))
    assert card.grades["achievement"] == "Needs attention"
    assert "post_16" not in card.grades
    graded = Inspection.objects.get(framework="graded_1_to_4")
    assert (graded.urn, graded.overall, graded.category_of_concern) == ("900000", "Not judged", "SWK")
    assert (graded.grades, graded.safeguarding) == ({"quality_of_education": "4", "early_years": "9"}, "Yes")


def test_title_rows_and_the_renamed_columns_are_read(tmp_path: Path) -> None:
    path = made(tmp_path / "mi.csv", CARD, {})
    old = path.read_bytes().replace(b"date of grade", b"date of judgement")
    path.write_bytes(b"Management information,,\r\nAs at 31 May 2026,,\r\n\r\n" + old)
    assert import_inspections(path, as_at=DAY).rows_kept == 1


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"Achievement": "2"}, "Achievement"),
        ({**GRADED, "Latest OEIF quality of education": "Strong standard"}, "Latest OEIF quality of education"),
        ({"Safeguarding standards": "Perhaps"}, "Safeguarding standards"),
        ({"Category of concern": "XX"}, "Category of concern"),
        ({"Inspection start date": "31/02/2026"}, "Inspection start date"),
        ({"URN": "NULL"}, "URN"),
    ],
)
def test_a_grade_of_another_framework_is_a_bad_row(tmp_path: Path, change: dict[str, str], column: str) -> None:
    before = everything()
    result = import_inspections(made(tmp_path / "mi.csv", CARD, {"URN": "900002"}, change), as_at=DAY)
    (fault,) = result.faults
    assert (fault.row, fault.column, everything()) == (3, column, before)


def workbook(path: Path, rows: int = 2) -> Path:
    """The layout of July 2018: real dates, numbers, and a column of formulas."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, day = book.add_worksheet("DFE_data"), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(
            0, 0, ["URN", "School name", "Inspection date", "Publication date", "Overall effectiveness", "URL"]
        )
        for row in range(1, rows + 1):
            sheet.write_row(row, 0, [900000 + row, f"Invented {row}"])
            sheet.write_datetime(row, 2, date(2017, 3, row), day)
            sheet.write_datetime(row, 3, date(2017, 4, row), day)
            sheet.write_number(row, 4, row)
            sheet.write_formula(row, 5, '=HYPERLINK("https://example.org","Report")')
    return path


def test_a_workbook_with_real_dates_and_formulas(tmp_path: Path) -> None:
    result = import_inspections(workbook(tmp_path / "son.xlsx"), as_at=date(2018, 7, 31))
    assert (result.rows_read, result.rows_kept) == (2, 2)
    found = Inspection.objects.get(urn="900002")
    assert (found.inspected_on, found.published_on, found.overall) == (date(2017, 3, 2), date(2017, 4, 2), "2")
    assert (found.framework, found.grades) == ("graded_1_to_4", {})


def test_twice_is_once_and_older_overwrites_nothing(tmp_path: Path) -> None:
    path = made(tmp_path / "mi.csv", CARD, GRADED)
    import_inspections(path, as_at=DAY)
    once = everything()
    import_inspections(path, as_at=DAY)
    assert everything() == once
    older = made(tmp_path / "older.csv", CARD, {"Achievement": "Urgent improvement"})
    result = import_inspections(older, as_at=date(2026, 3, 1))
    assert (result.rows_kept, everything()) == (0, once)


def test_a_predecessors_inspection_is_shown_and_told_apart(tmp_path: Path) -> None:
    import_inspections(made(tmp_path / "mi.csv", CARD, GRADED), as_at=DAY)
    EstablishmentLink.objects.create(
        urn="900001", linked_urn="900000", kind="Predecessor", source="invented", as_at=DAY, linked_name="Old Ashcombe"
    )
    found = inspections_of(["900001", "900005"], DAY)
    card, graded = found["900001"]
    assert found["900005"] == []
    assert (card.framework_label, card.of_predecessor, card.overall) == ("Report card", False, None)
    assert [(grade.words, grade.step) for grade in card.grades][:2] == [
        ("strong standard", 2),
        ("expected standard", 3),
    ]
    assert (graded.of_urn, graded.of_predecessor, graded.overall and graded.overall.words) == (
        "900000", True, "not judged",
    )  # fmt: skip
    assert (graded.category_words, graded.safeguarding) == (
        "serious weaknesses (now requires significant improvement)", "effective",
    )  # fmt: skip
    joined = date(2025, 9, 1)
    assert [with_membership(each, joined) for each in (card, graded)] == ["after joining", "before joining"]
    assert latest(found["900001"]) == card
    assert latest(found["900001"], "graded_1_to_4") == graded


def test_what_was_not_published_yet_is_not_shown(tmp_path: Path) -> None:
    import_inspections(made(tmp_path / "mi.csv", CARD, {}), as_at=DAY)
    assert inspections_of(["900001"], date(2026, 2, 19))["900001"] == []
    assert len(inspections_of(["900001"], date(2026, 2, 20))["900001"]) == 1


def test_links_in_a_ring_end(tmp_path: Path) -> None:
    import_inspections(made(tmp_path / "mi.csv", CARD, {}), as_at=DAY)
    for urn, linked in (("900001", "900002"), ("900002", "900001")):
        EstablishmentLink.objects.create(urn=urn, linked_urn=linked, kind="Predecessor", source="x", as_at=DAY)
    assert len(inspections_of(["900002"], DAY)["900002"]) == 1


def test_the_number_of_queries_does_not_grow(tmp_path: Path, queries) -> None:
    import_inspections(DATA / "ofsted_mi_2026-05.csv")
    urns = list(Inspection.objects.values_list("urn", flat=True))
    one, many = queries(lambda: inspections_of(urns[:1], DAY)), queries(lambda: inspections_of(urns, DAY))
    assert (len(urns), len(one), len(many)) == (14, 1, 1)


def test_the_command_prints_json_and_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    out = StringIO()
    call_command("import_published", DATA / "ofsted_mi_2026-05.csv", "--json", stdout=out)
    (result,) = json.loads(out.getvalue())
    assert (result["rows_kept"], result["as_at"]) == (14, "2026-05-01")
    with pytest.raises(CommandError, match="not one of the files"):
        call_command("import_published", made(tmp_path / "other.csv", {"Name": "Ash", "Colour": "red"}, {}))


@pytest.mark.shared
def test_management_information_of_2026() -> None:
    result = import_inspections(OFSTED / "ofsted_mi_latest_inspections_2026-05_subset.csv")
    assert (result.rows_read, result.rows_kept, result.fault_count) == (10989, 10989, 0)
    cards = Inspection.objects.filter(framework="report_card_2025")
    graded = Inspection.objects.filter(framework="graded_1_to_4")
    assert (cards.count(), graded.count()) == (987, 10002)
    assert Counter(cards.values_list("category_of_concern", flat=True)) == {"": 957, "SM": 19, "RSI": 11}
    assert Counter(cards.values_list("safeguarding", flat=True)) == {"Met": 981, "Not met": 6}
    overall = Counter(graded.values_list("overall", flat=True))
    assert overall == {"2": 5599, "Not judged": 2516, "1": 922, "3": 791, "4": 174}
    found = inspections_of(cards.values_list("urn", flat=True), date(2026, 11, 20))
    assert not [each.urn for shown in found.values() for each in shown if each.doubt]


@pytest.mark.shared
def test_the_workbook_of_2018() -> None:
    result = import_inspections(OFSTED / "england_ofsted-schools_as_at_2018-07-31.xlsx")
    assert (result.rows_read, result.rows_kept, result.as_at) == (21739, 21739, date(2018, 7, 31))
    overall = Counter(Inspection.objects.values_list("overall", flat=True))
    assert overall == {"2": 14114, "1": 4498, "3": 2338, "4": 789}
    assert not Inspection.objects.filter(inspected_on=None).exists()
