"""Tables as schools upload them, good and bad."""

from __future__ import annotations

import csv
import io
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from evidence.queries.returns_sheet import Sheet
from evidence.services.returns import meanings_for, read_file, read_rows


def as_csv(*rows: tuple[object, ...], encoding: str = "utf-8") -> SimpleUploadedFile:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return SimpleUploadedFile("figures.csv", text.getvalue().encode(encoding))


def as_xlsx(*rows: tuple[object, ...]) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return SimpleUploadedFile("figures.xlsx", buffer.getvalue())


def read(sheet: Sheet, file: SimpleUploadedFile) -> Any:
    table = read_file(file)
    return read_rows(table, meanings_for(table, sheet), sheet)


TEN_BAD_ROWS = (
    ("Reading level", "All pupils", "", "1", "2", "no measure called"),
    ("Attendance", "Left-handed pupils", "", "1", "2", "no group called"),
    ("On track in benchmark tests", "All pupils", "Year 12", "1", "2", "not asked of Year 12"),
    ("Attendance", "Pupils with SEND", "", "31", "30", "31 out of 30 cannot be"),
    ("Attendance", "Disadvantaged pupils", "", "lots", "30", "“lots” is no number"),
    ("Persistent absence", "All pupils", "", "1.5", "30", "not a whole number"),
    ("Severe absence", "All pupils", "", "3", "", "Give the pupils on roll"),
    ("Staff absence", "All pupils", "", "-3", "100", "below nought"),
    ("Pupils on roll", "All pupils", "", "200", "210", "one number, without"),
    ("Staff attendance", "All pupils", "", "=1+1", "100", "“=1+1” is no number"),
    ("Change in roll", "All pupils", "", "１２", "100", "ordinary 0 to 9"),
    ("", "All pupils", "", "5", "10", "does not say which measure"),
)


def bad_file(*good: tuple[object, ...]) -> SimpleUploadedFile:
    rows = [row[:-1] for row in TEN_BAD_ROWS]
    return as_csv(("Measure", "Group", "Year group", "Number", "Out of"), *good, *rows)
