"""Run as a program of its own: reads one Excel file and writes its first sheet as lines of JSON. Imports no Django.

A cell with a formula is written as the formula (`=A1+B1`), not as the value that some program worked out for it; with
`results`, as that value.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from xml.etree import ElementTree

MEMORY = 1024 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 1_000


def limit(seconds: int) -> None:
    """From here on the process may use this much memory and time, and write no file. No XML can make it use more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def as_text(cell: Any) -> str:
    """A cell as a CSV file would have it."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def as_marked(cell: Any, mark: str) -> str:
    """A cell as the sheet shows it: a formula as itself, a percentage with its sign."""
    if mark == "%" and isinstance(cell, int | float):
        return f"{round(100 * cell, 10):.15g}%"
    return mark if mark.startswith("=") else as_text(cell)


def first_sheet(archive: zipfile.ZipFile) -> str:
    """The name in the archive of what the workbook names as its first sheet."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - see limit()
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - see limit()
    first = next(part for part in book.iter() if part.tag.endswith("}sheet"))
    link = next(value for name, value in first.attrib.items() if name.endswith("}id"))
    target = next(part.attrib["Target"] for part in links if part.attrib.get("Id") == link)
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def percent_styles(archive: zipfile.ZipFile) -> frozenset[str]:
    """The styles that show 0.67 as 67%."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    styles = ElementTree.fromstring(archive.read("xl/styles.xml"))  # noqa: S314 - see limit()
    codes = {part.get("numFmtId"): part.get("formatCode", "") for part in styles.iter() if part.tag.endswith("}numFmt")}
    own = {number for number, code in codes.items() if "%" in code}
    formats = next((part for part in styles if part.tag.endswith("}cellXfs")), ())
    return frozenset(str(at) for at, part in enumerate(formats) if part.get("numFmtId") in {"9", "10"} | own)


def marked_rows(path: str) -> Iterator[tuple[int, dict[int, str]]]:
    """Rows of the first sheet with formulas (`=…`) or percentages (`%`), both counted from 0. Flat in memory."""
    with zipfile.ZipFile(path) as archive, archive.open(first_sheet(archive)) as sheet:
        percent = percent_styles(archive)
        for _, part in ElementTree.iterparse(sheet):  # noqa: S314 - see limit()
            if part.tag.endswith("}row"):
                marks = dict(marks_of(part, percent))
                if marks:
                    yield int(part.get("r", "0")) - 1, marks
                part.clear()


def marks_of(row: ElementTree.Element, percent: frozenset[str]) -> Iterator[tuple[int, str]]:
    for cell in row:
        place = re.match(r"[A-Z]+", cell.get("r", ""))
        formula = next((part for part in cell if part.tag.endswith("}f")), None)
        if place and formula is not None:
            yield column_of(place[0]), f"={formula.text or ''}"
        elif place and cell.get("s") in percent and cell.get("t", "n") == "n":
            yield column_of(place[0]), "%"


def column_of(letters: str) -> int:
    """`A` is 0, `AA` is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def main(path: str, seconds: int, *, results: bool = False) -> int:
    """Write the rows. The exit status is 0 only when all were written."""
    from python_calamine import CalamineWorkbook

    limit(seconds)
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
        return 3
    left = sheet.start[1] if sheet.start else 0
    marked = marked_rows(path)
    at, marks = next(marked, (-1, {}))
    for number, row in enumerate(sheet.iter_rows()):
        while 0 <= at < number:
            at, marks = next(marked, (-1, {}))
        here = marks if at == number else {}
        if results:
            here = {column: mark for column, mark in here.items() if mark == "%"}
        cells = [as_marked(cell, here.get(column, "")) for column, cell in enumerate(row, start=left)]
        sys.stdout.write(json.dumps(cells) + "\n")
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), results="results" in sys.argv[3:]))
