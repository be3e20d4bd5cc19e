"""Opens a file that somebody was given, without trusting it: size, encoding, header, and its rows one by one.

Limits: OWASP ASVS 5.2 (unpacked size and number of files known before unpacking). Nothing is held in memory but a row.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, cast

from .refusal import Refused
from .sheets import sheet_rows

MOST_BYTES = 250 * 1024 * 1024
MOST_COLUMNS = 1_000
LONGEST_LINE = 1024 * 1024
HEADER_WITHIN = 25  # rows: some published files have a title above the header
NOT_IN_WINDOWS = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")  # bytes that Windows-1252 does not define
QUICK = {"cp1252": "latin-1"}  # decoded three times as fast, and the same but for 27 characters
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
        refuse_other_formats(magic)
        workbook = magic.startswith(b"PK\x03\x04")
        encoding = "" if workbook else encoding_of(file)
    if workbook:
        with closing(sheet_rows(path)) as sheet:
            yield under_header(sheet, is_header, lambda: 1.0)
        return
    size = max(path.stat().st_size, 1)
    with path.open(encoding=QUICK.get(encoding, encoding), newline="") as words:
        place = cast(IO[bytes], words.buffer).tell
        yield under_header(csv_rows(lines_of(words, encoding)), is_header, lambda: place() / size)


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
    file.seek(0)
    bom = file.read(3) == codecs.BOM_UTF8
    file.seek(0)
    decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    in_windows = not bom
    for chunk in chunks_of(file):
        decoder = still_fits(decoder, chunk)
        in_windows = in_windows and not any(byte in chunk for byte in NOT_IN_WINDOWS)
        if decoder is None and not in_windows:
            raise Refused("The file's letters are in no encoding that is known. Save it as “CSV UTF-8” and try again.")
    return "utf-8-sig" if still_fits(decoder, b"", final=True) else "cp1252"


def still_fits(
    decoder: codecs.IncrementalDecoder | None, chunk: bytes, *, final: bool = False
) -> codecs.IncrementalDecoder | None:
    """The decoder, or None once something did not fit it."""
    if decoder is not None:
        try:
            decoder.decode(chunk, final)
        except UnicodeDecodeError:
            return None
    return decoder


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


def lines_of(words: Iterable[str], encoding: str) -> Iterator[str]:
    """The file's lines; what was read as Latin-1 for its speed is mended where a line is not ASCII."""
    if encoding not in QUICK:
        yield from words
    else:
        for line in words:
            yield line if line.isascii() else line.encode(QUICK[encoding]).decode(encoding)


def csv_rows(lines: Iterator[str]) -> Iterator[Row]:
    """The rows. A line without a quotation mark needs no more than a split, at half the time."""
    for line in lines:
        if '"' in line:
            yield next(csv.reader(chain((line,), lines)))
        else:
            yield line.rstrip("\r\n").split(",")


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
