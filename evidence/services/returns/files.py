"""The return as a spreadsheet: to fill in away from the network, or by someone who has no account."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import xlsxwriter

from evidence.models import Span
from evidence.queries.returns_sheet import Sheet, point_of
from evidence.rules.arithmetic import in_words, value_of
from evidence.rules.cells import Entry, texts_of
from evidence.rules.grid import DENOMINATOR, Place, Row, Table
from evidence.rules.grid_matching import KEY_HEADER, NUMBER_HEADER, OUT_OF_HEADER, guarded
from schools.words import capital, year_words
from schools.words import on as day_words

HEADERS = (
    KEY_HEADER, "Measure", "What about", "Group", "Year group or class", NUMBER_HEADER, OUT_OF_HEADER,
    "What lies behind it", "What to count", "Last time",
)  # fmt: skip
WIDTHS = (8, 34, 24, 26, 20, 14, 14, 40, 60, 24)
NUMBER_AT, OUT_OF_AT, NOTE_AT = 5, 6, 7
SHEET_NAME = "Return"
HEADER_ROW = 3  # from 0
HELP = "A number. Where there is none: n/a, x (not available), c (hidden) or not yet. Blank means: not given."


def prefix_of(sheet: Sheet) -> str:
    """How the keys of this return's rows begin: which school, which term, which return."""
    period = sheet.of.period
    return f"{sheet.of.school.urn}/{period.year}-{period.season}-{period.half}/{sheet.of.point}/"


def workbook_of(sheet: Sheet) -> bytes:
    """The return as an XLSX file, filled in as far as it is. Only texts and numbers, never a formula."""
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        page = book.add_worksheet(SHEET_NAME)
        looks = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "label": book.add_format({"valign": "top", "text_wrap": True}),
            "open": book.add_format({"locked": False, "border": 1, "valign": "top"}),
            "closed": book.add_format({"bg_color": "#f1eee7"}),
        }
        _frame(page, sheet, looks)
        last = _rows(page, sheet, looks)
        _guide(page, last)
    return buffer.getvalue()


def _frame(page: Any, sheet: Sheet, looks: dict[str, Any]) -> None:
    """Title, headers, widths; the labels cannot be typed over, the boxes can."""
    of_return = sheet.of
    title = f"{point_of(of_return).label}, {of_return.school.name}, {of_return.period.label}"
    page.write_string(0, 1, guarded(title), looks["title"])
    page.write_string(1, 1, f"Due {day_words(of_return.due_on)}. {HELP}")
    for column, (name, width) in enumerate(zip(HEADERS, WIDTHS, strict=True)):
        page.set_column(column, column, width, None, {"hidden": column == 0})
        page.write_string(HEADER_ROW, column, capital(name), looks["head"])
    page.freeze_panes(HEADER_ROW + 1, NUMBER_AT)
    page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True})


def _rows(page: Any, sheet: Sheet, looks: dict[str, Any]) -> int:
    number = HEADER_ROW + 1
    for table in sheet.tables:
        for row in table.rows:
            for group in table.groups:
                place = table.place(row, group)
                labels = (
                    prefix_of(sheet) + place.key, table.measure.label, _about(table), table.group_named(group.key),
                    _row(table, row),
                )  # fmt: skip
                for column, text in enumerate(labels):
                    page.write_string(number, column, guarded(text), looks["label"])
                _figure(page, number, table, sheet.entries.get(place, Entry()), looks)
                page.write_string(number, NOTE_AT + 1, guarded(_asks(table)), looks["label"])
                page.write_string(number, NOTE_AT + 2, guarded(_before(sheet, table, place)), looks["label"])
                number += 1
    return number - 1


def _figure(page: Any, number: int, table: Table, entry: Entry, looks: dict[str, Any]) -> None:
    texts = texts_of(table.measure.kind, entry)
    _box(page, number, NUMBER_AT, texts[table.parts[0]], looks["open"])
    if DENOMINATOR in table.parts:
        _box(page, number, OUT_OF_AT, texts[DENOMINATOR], looks["open"])
    else:
        page.write_blank(number, OUT_OF_AT, None, looks["closed"])
    page.write_string(number, NOTE_AT, guarded(entry.note), looks["open"])


def _box(page: Any, row: int, column: int, text: str, look: Any) -> None:
    """A number as a number, so that a spreadsheet can add it up; words as text."""
    try:
        page.write_number(row, column, float(text), look)
    except ValueError:
        if text:
            page.write_string(row, column, guarded(text), look)
        else:
            page.write_blank(row, column, None, look)


def _guide(page: Any, last: int) -> None:
    """What a box takes, said where it is filled in."""
    if last > HEADER_ROW:
        page.data_validation(
            HEADER_ROW + 1, NUMBER_AT, last, OUT_OF_AT,
            {
                "validate": "length", "criteria": "<=", "value": 40, "input_title": "Figure", "input_message": HELP,
                "error_title": "Too long", "error_message": HELP,
            },
        )  # fmt: skip
        page.autofilter(HEADER_ROW, 1, last, len(HEADERS) - 1)


def _about(table: Table) -> str:
    return f"{capital(Span(table.span).label)} {year_words(table.year)}"


def _row(table: Table, row: Row) -> str:
    return row.label if len(table.rows) > 1 or table.by_class else "All"


def _asks(table: Table) -> str:
    measure = table.measure
    if measure.kind == "number":
        return measure.detail
    first = f"the mean ({measure.unit_shown})" if measure.kind == "mean" else measure.numerator
    return f"Number: {first}. Out of: {measure.denominator}."


def _before(sheet: Sheet, table: Table, place: Place) -> str:
    before = sheet.before.get(place)
    if before is None:
        return ""
    value = value_of(table.measure.kind, before.amount)
    return f"{in_words(value, table.measure.decimals, table.measure.unit_shown)} in {before.label}"
