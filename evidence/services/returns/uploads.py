"""A file of figures that a school was given or has filled in: read without trusting it, matched, and taken over."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from evidence.models import ColumnMatch, Return
from evidence.queries.returns_sheet import Sheet
from evidence.rules.grid_matching import KEY, KEY_HEADER, Meaning, guess
from evidence.rules.grid_reading import Reader, Reading
from schools.models import Membership
from schools.services.register import Refused
from schools.services.register.reading import open_table

from .files import prefix_of
from .group_names import group_names
from .saving import Saved, save_cells

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 5_000
MOST_COLUMNS = 200
MOST_CHARACTERS = 2_000_000
MOST_FORMULA_XML = 40 * 1024 * 1024
LONGEST_CELL = 200
LONGEST_HEADER = 200

GZIP = b"\x1f\x8b"
SEPARATORS = ",;\t"
"""What may stand between the cells of a CSV file, the likeliest first."""

NUMBERED = re.compile(r"[\d.,%−-]+")
FORMULA = re.compile(rb"<c\s([^>]*)>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>|</c>)")
CELL_NAME = re.compile(rb'\br="([A-Z]+\d+)"')


OF_ONE_PUPIL = frozenset({
    "upn", "uln", "pupil name", "pupil names", "student name", "surname", "legal surname", "forename", "first name",
    "last name", "date of birth", "dob", "admission number",
})  # fmt: skip
"""Headers, in small letters, that only a list of single pupils has."""


@dataclass(frozen=True)
class FileTable:
    """What stands in an uploaded file: its header, and its rows with their numbers."""

    header: list[str]
    rows: list[tuple[int, list[str]]]

    @property
    def is_template(self) -> bool:
        return KEY_HEADER in self.header


def read_file(file: UploadedFile) -> FileTable:
    """The table in a CSV or XLSX file. Raises ValidationError with a plain sentence for what cannot be read."""
    if (file.size or 0) > MOST_BYTES:
        raise ValidationError(f"The file is larger than {MOST_BYTES // 2**20} MB. A return is much smaller than that.")
    with NamedTemporaryFile(suffix=".upload") as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        copy.seek(0)
        if copy.read(2) == GZIP:
            raise ValidationError("This file is packed (gzip). Unpack it first.")
        try:
            return _read(Path(copy.name))
        except Refused as refusal:
            raise ValidationError(str(refusal).replace(Path(copy.name).name, "the file")) from None
        except (csv.Error, UnicodeDecodeError):
            raise ValidationError("The file cannot be read as a table. Save it as “CSV UTF-8” or .xlsx.") from None


def _read(path: Path) -> FileTable:
    with open_table(path, _is_header, results=True, separators=SEPARATORS) as table:
        _refuse_unsaved_formulas(path)
        header, rows = [name[:LONGEST_HEADER] for name in table.header], []
        refuse_pupils(header)
        if len(header) > MOST_COLUMNS:
            raise Refused(f"The file has {len(header):,} columns. The most that are read is {MOST_COLUMNS}.")
        size = 0
        for number, row in enumerate(table.rows, start=table.header_row + 1):
            cells = [cell[:LONGEST_CELL].replace("\0", "") for cell in row[: len(header)]]
            if any(cell.strip() for cell in cells):
                rows.append((number, cells))
                size += sum(map(len, cells))
            if len(rows) > MOST_ROWS or size > MOST_CHARACTERS:
                raise Refused(f"The file has more than {MOST_ROWS:,} rows. A return is much smaller than that.")
    if not rows:
        raise Refused("There is no row under the header.")
    return FileTable(header, rows)


def refuse_pupils(header: Iterable[str]) -> None:
    """A list of pupils is no return: nothing about one pupil is ever kept here."""
    named = next((name for name in header if name.strip().casefold() in OF_ONE_PUPIL), None)
    if named is not None:
        raise Refused(f"The file has a column “{named}”, so it is about single pupils. Upload counts of groups only.")


def _is_header(names: set[str]) -> bool:
    """Our own template's header, or the first row with two names and no number."""
    named = names - {""}
    return KEY_HEADER in named or (len(named) > 1 and not any(NUMBERED.fullmatch(name) for name in named))


def _refuse_unsaved_formulas(path: Path) -> None:
    """A formula whose result was never worked out reads as blank, so that a figure would be lost without a word."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        for file in archive.infolist():
            if file.filename.startswith("xl/worksheets/") and file.filename.endswith(".xml"):
                with archive.open(file) as sheet:
                    found = FORMULA.search(sheet.read(MOST_FORMULA_XML))
                if found:
                    name = CELL_NAME.search(found[1])
                    where = f"Cell {name[1].decode()}" if name else "A cell"
                    raise Refused(
                        f"{where} holds a formula whose result was not saved. Open the file in your spreadsheet,"
                        " save it, and upload it again; or put numbers in place of the formulas."
                    )


def meanings_for(table: FileTable, sheet: Sheet) -> list[Meaning]:
    """What each column means: as the trust said of such a header before, else by its name. One query."""
    names = {header for header in table.header if header}
    known = {
        row.header: Meaning(**{name: str(row.means.get(name, "")) for name in ("role", "measure", "group", "part")})
        for row in ColumnMatch.objects.filter(header__in=names)
    }
    return [known.get(header) or guess(header, sheet.tables) for header in table.header]


def remember(header: Sequence[str], meanings: Sequence[Meaning]) -> None:
    """Keep what the trust's columns mean for the next upload. One statement."""
    rows = {
        name: ColumnMatch(header=name, means=dict(vars(meaning)))
        for name, meaning in zip(header, meanings, strict=True)
        if name and meaning.role != KEY
    }
    ColumnMatch.objects.bulk_create(
        rows.values(), update_conflicts=True, unique_fields=["trust", "header"], update_fields=["means"]
    )


def read_rows(table: FileTable, meanings: Sequence[Meaning], sheet: Sheet) -> Reading:
    """What the file says for this return, with every bad row. One query."""
    return Reader(sheet.tables, meanings, prefix_of(sheet), sheet.entries, group_names()).read(table.rows)


def take_rows(
    of_return: Return, reading: Reading, *, by: Membership, version: int | None, good_only: bool = False
) -> Saved:
    """Put what a file says into the draft: all of it, or with `good_only` the rows without fault.

    Raises ValidationError while there are bad rows and it was not asked to leave them out.
    """
    if reading.faults and not good_only:
        raise ValidationError("Some rows cannot be taken. Mend the file, or choose to take the good rows only.")
    if not reading.entries:
        raise ValidationError("Nothing in the file belongs to this return.")
    return save_cells(of_return, reading.entries, by=by, version=version)


def as_json(table: FileTable) -> dict[str, object]:
    """The table as a page carries it from one step to the next."""
    return {"header": table.header, "rows": table.rows}


def from_json(sent: object) -> FileTable:
    """The table that a page carried. Raises ValidationError where it is none: the limits hold here too."""
    if isinstance(sent, Mapping) and isinstance(sent.get("header"), list) and isinstance(sent.get("rows"), list):
        header, rows = [str(name)[:LONGEST_HEADER] for name in sent["header"]], list(_rows_of(sent["rows"]))
        if 0 < len(header) <= MOST_COLUMNS and 0 < len(rows) <= MOST_ROWS:
            return FileTable(header, rows)
    raise ValidationError("The file did not arrive whole. Choose it again.")


def _rows_of(sent: Sequence[object]) -> Iterator[tuple[int, list[str]]]:
    for row in sent:
        if not (isinstance(row, list) and len(row) == 2 and isinstance(row[0], int) and isinstance(row[1], list)):
            raise ValidationError("The file did not arrive whole. Choose it again.")
        yield row[0], [str(cell)[:LONGEST_CELL].replace("\0", "") for cell in row[1][:MOST_COLUMNS]]
