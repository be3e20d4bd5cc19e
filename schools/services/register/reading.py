"""Opens a file that somebody was given, without trusting it: size, encoding, header, and its rows one by one.

Limits: OWASP ASVS 5.2 (unpacked size and number of files known before unpacking). Nothing is held in memory but a row.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .refusal import Refused
from .sheets import sheet_rows

MOST_BYTES = 250 * 1024 * 1024
MOST_COLUMNS = 1_000
LONGEST_LINE = 1024 * 1024
HEADER_WITHIN = 25  # rows: some published files have a title above the header
Row = Sequence[str]


@dataclass(frozen=True)
class Table:
    """An opened file: its header and the rows under it, numbered as a spreadsheet numbers them."""

    header: list[str]
    header_row: int
    rows: Iterator[Row]
    done: Callable[[], float]  # the share of the file read so far, 0 to 1


def plain_name(name: str) -> str:
    """A column's name to compare by: one space between words, small letters."""
    return " ".join(name.split()).casefold()


@contextmanager
def open_table(path: Path, is_header: Callable[[set[str]], bool]) -> Iterator[Table]:
    """Open a CSV or XLSX file and find its header: the first row near the top for which `is_header` is true.

    Raises Refused with a plain sentence.
    """
    if not path.is_file():
        raise Refused(f"There is no file {path.name}.")
    refuse_size(path)
    with path.open("rb") as file:
        magic = file.read(8)
        file.seek(0)
        if magic.startswith(b"PK\x03\x04"):
            yield under_header(sheet_rows(path), is_header, lambda: 1.0)
            return
        refuse_other_formats(magic)
        words = io.TextIOWrapper(file, encoding=encoding_of(file), newline="")
        size = max(path.stat().st_size, 1)
        yield under_header(csv.reader(words), is_header, lambda: file.tell() / size)


def refuse_size(path: Path) -> None:
    size = path.stat().st_size
    if size == 0:
        raise Refused("The file is empty.")
    if size > MOST_BYTES:
        raise Refused(f"The file is {size // 2**20:,} MB. The most that can be read is {MOST_BYTES // 2**20} MB.")


def refuse_other_formats(magic: bytes) -> None:
    if magic.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused("This is an old Excel file (.xls) or one with a password. Save it as CSV or .xlsx without one.")
    if magic.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Refused("The file is in UTF-16 (“Unicode text”). Save it as “CSV UTF-8” and try again.")
    if magic.startswith((b"%PDF", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")):
        raise Refused("This is not a CSV or Excel file. Unpack it first if it is an archive.")


def encoding_of(file: IO[bytes]) -> str:
    """UTF-8 where every byte fits, else Windows-1252, which the register's own downloads use."""
    if fits(file, "utf-8"):
        return "utf-8-sig"
    if file.read(3) == codecs.BOM_UTF8 or not fits(file, "cp1252"):
        raise Refused("The file's letters are in no encoding that is known. Save it as “CSV UTF-8” and try again.")
    return "cp1252"


def fits(file: IO[bytes], encoding: str) -> bool:
    """Whether the whole file can be read so. The file stands at its beginning afterwards."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        for chunk in chunks_of(file):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    """The file piece by piece, refused where it is no text or has a line without end."""
    since_line = 0
    while chunk := file.read(LONGEST_LINE):
        if b"\x00" in chunk:
            raise Refused("The file holds NUL bytes, so it is not text. Save it as “CSV UTF-8” and try again.")
        last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        since_line = len(chunk) - last if last >= 0 else since_line + len(chunk)
        if since_line > LONGEST_LINE:
            raise Refused("A line of the file has more than a million characters, so it is no table.")
        yield chunk


def under_header(rows: Iterator[Row], is_header: Callable[[set[str]], bool], done: Callable[[], float]) -> Table:
    """The table below the first row that is a header."""
    try:
        for number, row in enumerate(rows, start=1):
            if len(row) > MOST_COLUMNS:
                raise Refused(f"Row {number} has {len(row):,} columns. The most that can be read is {MOST_COLUMNS:,}.")
            if is_header({plain_name(cell) for cell in row}):
                return Table([plain_name(cell) for cell in row], number, rows, done)
            if number == HEADER_WITHIN:
                break
    except (csv.Error, UnicodeDecodeError) as problem:
        raise Refused(f"The file cannot be read as a table: {problem}.") from None
    raise Refused("This is not one of the files that can be imported: no row near the top has the columns of one.")
