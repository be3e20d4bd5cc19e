"""The comparison as an Excel file: the figures that the reader may see, each with its label, year and source."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter

from evidence.queries.comparison import Comparison
from evidence.rules.arithmetic import rounded
from evidence.rules.comparing import SPANS
from evidence.rules.comparison import Line
from schools.words import on, year_words

HEAD = (
    "School", "Figure", "Unit", "Counted", "Out of", "Year", "Of", "Place", "England", "England: year", "Gap",
    "One pupil is", "Hidden", "Source", "Source of England’s figure",
)  # fmt: skip
WIDTHS = (28, 10, 18, 10, 10, 10, 16, 8, 10, 12, 10, 12, 22, 40, 60)


def comparison_sheet(found: Comparison, *, trust: str, made_on: date) -> bytes:
    """One sheet of schools and one of what the columns mean. Texts are written as texts, never as formulas."""
    memory = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(memory, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("Schools")
        sheet.write_row(0, 0, HEAD, bold)
        for number, width in enumerate(WIDTHS):
            sheet.set_column(number, number, width)
        for number, line in enumerate(found.lines, start=1):
            _write(sheet, number, _cells(found, line))
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(len(found.lines), 1), len(HEAD) - 1)
        notes = book.add_worksheet("About")
        notes.set_column(0, 0, 110)
        for number, words in enumerate(_notes(found, trust, made_on)):
            notes.write_string(number, 0, words)
    return memory.getvalue()


def _write(sheet: Any, number: int, cells: Iterable[object]) -> None:
    for place, cell in enumerate(cells):
        if isinstance(cell, Decimal | int):
            sheet.write_number(number, place, cell)
        elif cell:
            sheet.write_string(number, place, str(cell))


def _cells(found: Comparison, line: Line) -> Iterable[object]:
    known = line.known if line.value is not None else None
    amount = known.amount if known else None
    places = found.measure.decimals

    def cut(value: Decimal | None) -> Decimal | None:
        return None if value is None else rounded(value, places)

    return (
        line.name, cut(line.value), found.measure.unit_shown, amount.numerator if amount else None,
        amount.denominator if amount else None, year_words(known.year) if known else "",
        (SPANS.get(known.about[1], "") or "whole year") if known else "", str(line.place or ""),
        cut(line.beside.value if line.beside else None),
        year_words(line.beside.year) if line.beside else "", cut(line.gap),
        None if line.points is None else rounded(line.points, 1),
        "hidden: a small number" if line.hidden else "", known.source if known else "",
        line.beside.source if line.beside else "",
    )  # fmt: skip


def _notes(found: Comparison, trust: str, made_on: date) -> Iterable[str]:
    yield f"{trust}: {found.measure.label}, {found.group.label}"
    yield f"Made on {on(made_on)}."
    yield f"Counted: {found.measure.numerator}. Out of: {found.measure.denominator}."
    yield "A school that no more than one pupil parts from others has their places too: 1 to 3."
    yield "A figure without counts is as published: it is shown and never pooled. Small numbers are hidden."
    if found.measure.benchmark:
        yield found.measure.benchmark
    yield "Contains public sector information licensed under the Open Government Licence v3.0."
