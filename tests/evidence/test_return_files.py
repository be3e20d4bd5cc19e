"""The return as a file: what is downloaded can be uploaded; what schools export is matched; what is bad is said."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from typing import Any

import pytest
import xlsxwriter
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from evidence.models import ColumnMatch, Figure
from evidence.queries.returns_sheet import Sheet, sheet_of
from evidence.rules.cells import Entry
from evidence.rules.grid import Place
from evidence.rules.grid_matching import (
    GUARDED,
    Meaning,
    bare,
    bare_group,
    choices,
    group_called,
    guarded,
    read_year_group,
    unguarded,
)
from evidence.services.returns import meanings_for, read_file, read_rows, remember, save_cells, take_rows, workbook_of
from evidence.services.returns.files import prefix_of
from evidence.services.returns.uploads import refuse_pupils
from schools.services.register import Refused
from schools.strategy.measures import official_groups
from tests.conftest import Cast
from tests.evidence.return_tables import TEN_BAD_ROWS, as_csv, as_xlsx, bad_file, read
from tests.evidence.returns_world import begun, filled

ATTENDANCE = Place("attendance_rate")


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


@pytest.fixture
def sheet(cast: Cast, open_alder: Any) -> Sheet:
    return sheet_of(begun(cast))


# ------------------------------------------------------------------------------------------ our own spreadsheet


def test_what_is_downloaded_says_what_is_there_and_nothing_changes_when_it_is_uploaded(
    cast: Cast, sheet: Sheet
) -> None:
    filled(sheet.of, by=cast.ben)
    notes = {ATTENDANCE: Entry(15, 30, note="=SUM(A1)"), Place("roll"): Entry(unread={"v": "about 200"})}
    save_cells(sheet.of, notes, by=cast.ben)
    full = sheet_of(sheet.of)
    reading = read(full, SimpleUploadedFile("return.xlsx", workbook_of(full)))
    assert [fault.text for fault in reading.faults] == [
        "Pupils on roll, All pupils: “about 200” is no number that can be read. Where there is no number, write n/a"
        " (does not apply), x (not available), c (hidden) or “not yet”."
    ]
    assert reading.entries == {place: entry for place, entry in full.entries.items() if place != Place("roll")}


def test_the_file_holds_no_formula_and_no_text_that_becomes_one(cast: Cast, sheet: Sheet) -> None:
    save_cells(sheet.of, {ATTENDANCE: Entry(15, 30, note="+cmd|' /C calc'!A0")}, by=cast.ben)
    data = workbook_of(sheet_of(sheet.of))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    page = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    cells = [cell for row in page.iter_rows() for cell in row]
    assert not [cell for cell in cells if isinstance(cell, str) and cell.startswith(GUARDED)]


def test_keys_are_hidden_and_labels_locked(sheet: Sheet) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook_of(sheet))) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    assert 'hidden="1"' in xml
    assert "<sheetProtection" in xml
    assert "<dataValidation" in xml


def test_sorted_renamed_and_blanked_it_is_still_known(sheet: Sheet) -> None:
    prefix = prefix_of(sheet)
    reading = read(
        sheet,
        as_csv(
            ("Out of", "Number", "My own column", "KEY (leave as it is)"),
            ("300", "290", "x", f"{prefix}attendance_rate~all~~"),
            ("", "", "", f"{prefix}roll~all~~"),
        ),
    )
    assert (reading.entries, reading.faults) == ({ATTENDANCE: Entry(290, 300)}, [])


@given(st.text(max_size=20))
def test_a_guard_is_taken_off_again(text: str) -> None:
    if not text.startswith("'"):
        assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(GUARDED)


# ------------------------------------------------------------------------------------------ what a school exports


def test_an_export_by_year_group_is_matched_and_remembered_whatever_the_case(cast: Cast, sheet: Sheet) -> None:
    file = as_csv(
        ("Our export", "", "", "", ""),
        ("Year Group", "On Track", "Tested", "PP on track", "PP tested"),
        ("Year 1", "20", "30", "5", "10"),
        ("Y2", "21", "30", "n/a", "n/a"),
        ("All", "41", "60", "", ""),
    )
    table = read_file(file)
    assert meanings_for(table, sheet)[0].role == "year_group"
    assert meanings_for(table, sheet)[1] == Meaning(), "what is not clear is asked"
    said = [
        Meaning("year_group"),
        *(
            Meaning("figure", "benchmark_on_track", group, part)
            for group in ("all", "disadvantaged")
            for part in ("n", "d")
        ),
    ]
    remember(table.header, said)
    again = read_file(as_csv(("TESTED", "pp  tested", "year group"), (30, 10, "1")))
    assert [one.code for one in meanings_for(again, sheet)] == [
        "figure|benchmark_on_track|all|d", "figure|benchmark_on_track|disadvantaged|d", "year_group|||",
    ]  # fmt: skip
    reading = read_rows(table, meanings_for(table, sheet), sheet)
    on_track = "benchmark_on_track"
    assert reading.faults == []
    assert reading.entries == {
        Place(on_track, "all", "1"): Entry(20, 30),
        Place(on_track, "disadvantaged", "1"): Entry(5, 10),
        Place(on_track, "all", "2"): Entry(21, 30),
        Place(on_track, "disadvantaged", "2"): Entry(status="not_applicable"),
        Place(on_track): Entry(41, 60),
    }
    assert ColumnMatch.objects.count() == 5


def test_an_export_of_one_line_a_figure(sheet: Sheet) -> None:
    rows = (("Measure", "Group", "Number", "Out of"), ("Attendance", "Pupils with SEND", "93", "100"))
    for file in (as_csv(*rows), as_xlsx(*rows)):
        assert read(sheet, file).entries == {Place("attendance_rate", "send"): Entry(93, 100)}


@pytest.mark.parametrize("name", ["Pupil Premium", "PP", "pp", "Disadvantaged", "FSM6", "FSM (Ever 6)"])
def test_a_group_goes_by_its_usual_names(sheet: Sheet, name: str) -> None:
    reading = read(sheet, as_csv(("Measure", "Group", "Number", "Out of"), ("Attendance", name, "93", "100")))
    assert reading.entries == {Place("attendance_rate", "disadvantaged"): Entry(93, 100)}


def test_a_name_that_means_another_group_is_asked_about(sheet: Sheet) -> None:
    rows = [("Attendance", name, "93", "100") for name in ("PP+", "FSM", "Boys", "SEN support")]
    reading = read(sheet, as_csv(("Measure", "Group", "Number", "Out of"), *rows))
    assert not reading.entries
    assert [fault.text for fault in reading.faults][:2] == [
        "This return asks for no group called “PP+”.", "This return asks for no group called “FSM”.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("SEN", "send"), ("SEND", "send"), ("SEN support", "sen_support"), ("K", "sen_support"), ("EHCP", "ehc_plan"),
        ("EAL", "eal"), ("Non-EAL", "not_eal"), ("Boys", "boys"), ("M", "boys"), ("Female", "girls"), ("FSM", "fsm"),
        ("Not FSM", "not_fsm"), ("Non PP", "not_disadvantaged"), ("Whole school", "all"), ("PP +", None),
    ],
)  # fmt: skip
def test_every_known_group_has_its_usual_names(name: str, key: str | None) -> None:
    assert group_called(name, official_groups().values(), {}) == key


def test_no_usual_name_means_two_groups() -> None:
    names = [(bare_group(name), one.key) for one in official_groups().values() for name in one.names]
    assert len({name for name, _ in set(names)}) == len(set(names))


def test_a_blank_cell_keeps_what_is_there(cast: Cast, sheet: Sheet) -> None:
    save_cells(sheet.of, {ATTENDANCE: Entry(280, 300, note="Why.")}, by=cast.ben)
    reading = read(sheet_of(sheet.of), as_csv(("Measure", "Number", "Out of"), ("Attendance", "290", "")))
    assert reading.entries == {ATTENDANCE: Entry(290, 300, note="Why.")}


def test_every_bad_row_is_listed_with_its_number_and_reason(sheet: Sheet) -> None:
    reading = read(sheet, bad_file(("Attendance", "All pupils", "", "290", "300"), ("Attendance", "", "", "1", "2")))
    assert reading.entries == {ATTENDANCE: Entry(290, 300)}
    assert reading.faults[0].row == 3
    assert reading.faults[0].text == "Attendance, All pupils stands in the file twice."
    for number, (fault, row) in enumerate(zip(reading.faults[1:], TEN_BAD_ROWS, strict=True), start=4):
        assert fault.row == number
        assert row[-1] in fault.text


def test_two_faults_of_one_figure_are_both_told(sheet: Sheet) -> None:
    (fault,) = read(sheet, as_csv(("Measure", "Number", "Out of"), ("Attendance", "4000,5", "-3"))).faults
    assert "“4000,5” is no number" in fault.text
    assert "“-3” is below nought" in fault.text


def test_all_or_nothing_unless_the_good_rows_are_asked_for(cast: Cast, sheet: Sheet) -> None:
    reading = read(sheet, bad_file(("Attendance", "All pupils", "", "290", "300")))
    with pytest.raises(ValidationError, match="Some rows cannot be taken"):
        take_rows(sheet.of, reading, by=cast.ben, version=1)
    assert not Figure.objects.exclude(author=None).exists()
    assert take_rows(sheet.of, reading, by=cast.ben, version=1, good_only=True).written == 1


def test_another_schools_file_is_refused_row_by_row(cast: Cast, sheet: Sheet) -> None:
    other = sheet_of(begun(cast, cast.ashmere))
    save_cells(other.of, {ATTENDANCE: Entry(1, 2)}, by=cast.ben)
    reading = read(sheet, SimpleUploadedFile("other.xlsx", workbook_of(sheet_of(other.of))))
    assert not reading.entries
    said = "This row belongs to another school’s return, or to another term’s."
    assert {fault.text for fault in reading.faults} == {said}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Year 4", "4"),
        ("Y4", "4"),
        ("04", "4"),
        ("yr 4", "4"),
        ("Reception", "R"),
        ("r", "R"),
        ("All", ""),
        ("Total", ""),
    ],
)
def test_year_groups_as_systems_write_them(said: str, meant: str) -> None:
    assert read_year_group(said) == meant


def test_headers_are_compared_without_punctuation() -> None:
    assert bare("  PP – on-track (Y1) ") == "pp on track y1"


# ------------------------------------------------------------------------------------------ files that are refused


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 400_000_000)
    return buffer.getvalue()


def unsaved_formula() -> bytes:
    file = as_xlsx(("Measure", "Number", "Out of"), ("Attendance", 290, 300)).read()
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(buffer, "w") as new:
        for one in old.infolist():
            data = old.read(one)
            if one.filename == "xl/worksheets/sheet1.xml":
                assert b'<c r="B2"><v>290</v></c>' in data
                data = data.replace(b'<c r="B2"><v>290</v></c>', b'<c r="B2"><f>A9+1</f></c>')
            new.writestr(one.filename, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("bomb.xlsx", bomb, "would unpack to"),
        ("formula.xlsx", unsaved_formula, "Cell B2 holds a formula whose result was not saved"),
        ("old.xls", lambda: b"\xd0\xcf\x11\xe0" + b"0" * 600, "old Excel file"),
        ("empty.csv", lambda: b"", "empty"),
        ("utf16.csv", lambda: "Measure,Number\nAttendance,1".encode("utf-16"), "UTF-16"),
        ("noise.csv", lambda: b"Measure,Number\n\x81\x8d\xff,1", "no encoding that is known"),
        ("nul.csv", lambda: b"Measure,Number\nA\x00,1", "NUL"),
        ("cut.xlsx", lambda: as_xlsx(("Measure", "Number")).read()[:900], "damaged"),
        ("packed.csv.gz", lambda: gzip.compress(b"Measure,Number\n" + b"Roll,1\n" * 1_000_000), "packed"),
        ("photo.pdf", lambda: b"%PDF-1.7 ...", "not a CSV or Excel file"),
        ("large.csv", lambda: b"Measure,Number\n" + b"Attendance,1\n" * 200_000, "larger than 2 MB"),
        ("long.csv", lambda: b"Measure,Number\n" + b"Roll,1\n" * 5_001, "more than 5,000 rows"),
        ("bare.csv", lambda: b"Measure,Number\n", "no row under the header"),
        ("numbers.csv", lambda: b"1,2\n3,4\n", "no row near the top"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(name: str, content: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        read_file(SimpleUploadedFile(name, content()))


def test_a_formula_with_its_result_is_read_as_its_result(sheet: Sheet) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ("Measure", "Number", "Out of"))
        page.write_row(1, 0, ("Attendance", 0, 300))
        page.write_formula(1, 1, "=100+190", None, 290)
    reading = read(sheet, SimpleUploadedFile("f.xlsx", buffer.getvalue()))
    assert (reading.entries, reading.faults) == ({ATTENDANCE: Entry(290, 300)}, [])


def test_letters_of_windows_are_read(sheet: Sheet) -> None:
    file = as_csv(
        ("Measure", "Number", "Out of", "Note"), ("Attendance", 290, 300, "Café – half term"), encoding="cp1252"
    )
    assert read(sheet, file).entries[ATTENDANCE].note == "Café – half term"


ROWS = [
    ["Measure", "Number", "Out of", "Note"],
    ["Attendance", "1,290", "1,300", "Café; half term"],
    ["Staff absence", "3", "100", ""],
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("title", ["", "Our figures of the autumn term\n"])
def test_a_table_is_read_whatever_stands_between_its_cells(
    sheet: Sheet, separator: str, encoding: str, title: str
) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(ROWS)
    table = read_file(SimpleUploadedFile("figures.csv", (title + text.getvalue()).encode(encoding)))
    assert [row for _, row in table.rows] == ROWS[1:]
    assert read(sheet, SimpleUploadedFile("figures.csv", text.getvalue().encode(encoding))).entries[
        ATTENDANCE
    ] == Entry(1290, 1300, note="Café; half term")


def test_the_menu_of_a_column_names_measure_and_group(sheet: Sheet) -> None:
    for heading, options in choices(sheet.tables):
        if heading not in ("About the row", "Figures"):
            assert all(words.startswith(f"{heading}: ") for _, words in options)
            assert len({words for _, words in options}) == len(options)


@pytest.mark.parametrize("header", ["Pupil name,UPN,Attendance", "Surname,Forename,Reading", "DOB,Group,Attendance"])
def test_a_list_of_single_pupils_is_refused_before_it_is_read(header):
    with pytest.raises(Refused, match="about single pupils"):
        refuse_pupils(header.split(","))
    refuse_pupils(["Group", "Pupils on roll", "Attendance"])
