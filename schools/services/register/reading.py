"""Opens a file that somebody was given, without trusting it: size, encoding, header, and its rows one by one.

Limits: OWASP ASVS 5.2 (unpacked size and number of files known before unpacking). Nothing is held in memory but a row.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain, islice
from pathlib import Path
from typing import IO, cast

from .refusal import Refused
from .sheets import sheet_rows

MOST_BYTES = 250 * 1024 * 1024
MOST_UNPACKED = 500 * 1024 * 1024  # of a gzip file, counted while it is read: what it says of itself is not believed
GZIP = b"\x1f\x8b"
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
    ends_whole: bool = True  # whether the last line has a line end


@dataclass(frozen=True)
class Text:
    """What was learnt of a text while it was read for the first time."""

    encoding: str
    size: int
    ends_whole: bool


def plain_name(name: str) -> str:
    """A column's name to compare by: one space between words, small letters."""
    return " ".join(name.split()).casefold()


@contextmanager
def open_table(
    path: Path, is_header: Callable[[set[str]], bool], *, results: bool = False, separators: str = ","
) -> Iterator[Table]:
    """Open a CSV, gzip or XLSX file and find its header: the first row near the top for which `is_header` is true.

    With `results` a formula reads as what it came to. With several `separators` the one that fits the text is taken.
    Raises Refused with a plain sentence.
    """
    if not path.is_file():
        raise Refused(f"There is no file {path.name}.")
    refuse_size(path)
    with path.open("rb") as file:
        magic = file.read(8)
    if magic.startswith(b"PK\x03\x04"):
        with closing(sheet_rows(path, results=results)) as sheet:
            yield under_header(sheet, is_header, lambda: 1.0)
        return
    packed = magic.startswith(GZIP)
    text = looked_through(path, packed=packed)
    with opened(path, packed=packed) as file:
        words = TextIOWrapper(file, encoding=QUICK.get(text.encoding, text.encoding), newline="")
        rows = csv_rows(*separated(lines_of(words, text.encoding), separators))
        yield under_header(rows, is_header, lambda: file.tell() / text.size, ends_whole=text.ends_whole)


@contextmanager
def opened(path: Path, *, packed: bool) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked on the way where it is gzip."""
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            yield cast(IO[bytes], file)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise Refused("The gzip file is damaged or cut short. Download it again.") from None


def looked_through(path: Path, *, packed: bool) -> Text:
    """Read the whole once: what it is not, its encoding, its size, and whether its last line is whole."""
    with opened(path, packed=packed) as file:
        refuse_other_formats(file.read(8))
        file.seek(0)
        return text_of(file)


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
    if magic.startswith((b"%PDF", b"PK\x03\x04", GZIP, b"Rar!", b"7z\xbc\xaf")):
        raise Refused("This is not a CSV or Excel file. Unpack it first if it is an archive.")


def text_of(file: IO[bytes]) -> Text:
    """UTF-8 where every byte fits, else Windows-1252, which the register's own downloads use."""
    bom = file.read(3) == codecs.BOM_UTF8
    file.seek(0)
    decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
    in_windows, size, last = not bom, 0, b""
    for chunk in chunks_of(file):
        decoder = still_fits(decoder, chunk)
        in_windows = in_windows and not any(byte in chunk for byte in NOT_IN_WINDOWS)
        if decoder is None and not in_windows:
            raise Refused("The file's letters are in no encoding that is known. Save it as “CSV UTF-8” and try again.")
        size, last = size + len(chunk), chunk
    encoding = "utf-8-sig" if still_fits(decoder, b"", final=True) else "cp1252"
    return Text(encoding, max(size, 1), last.endswith((b"\n", b"\r")))


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
    """The file piece by piece, refused where it is no text, unpacks to too much or has a line without end."""
    since_line = size = 0
    while chunk := file.read(LONGEST_LINE):
        size += len(chunk)
        if size > MOST_UNPACKED:
            raise Refused(f"The file unpacks to more than {MOST_UNPACKED // 2**20} MB, the most that can be read.")
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


def separated(lines: Iterator[str], separators: str) -> tuple[Iterator[str], str]:
    """The lines, and what stands between their cells: the separator that the most lines have equally often."""
    if len(separators) == 1:
        return lines, separators
    first = list(islice(lines, HEADER_WITHIN))
    return chain(first, lines), max(separators, key=lambda one: fit(first, one))


def fit(lines: Sequence[str], separator: str) -> tuple[int, int]:
    """In how many of the lines it stands equally often, and how often that is."""
    rows = (next(csv.reader((line,), delimiter=separator), []) for line in lines)
    often = Counter(len(row) - 1 for row in rows if len(row) > 1)
    return max(((lines_so, times) for times, lines_so in often.items()), default=(0, 0))


def csv_rows(lines: Iterator[str], separator: str = ",") -> Iterator[Row]:
    """The rows. A line without a quotation mark needs no more than a split, at half the time."""
    for line in lines:
        if '"' in line:
            yield next(csv.reader(chain((line,), lines), delimiter=separator))
        else:
            yield line.rstrip("\r\n").split(separator)


def under_header(
    rows: Iterator[Row], is_header: Callable[[set[str]], bool], done: Callable[[], float], *, ends_whole: bool = True
) -> Table:
    """The table below the first row that is a header."""
    try:
        for number, row in enumerate(rows, start=1):
            if len(row) > MOST_COLUMNS:
                raise Refused(f"Row {number} has {len(row):,} columns. The most that can be read is {MOST_COLUMNS:,}.")
            if is_header({plain_name(cell) for cell in row}):
                return Table([plain_name(cell) for cell in row], number, rows, done, ends_whole)
            if number == HEADER_WITHIN:
                break
    except (csv.Error, UnicodeDecodeError) as problem:
        raise Refused(f"The file cannot be read as a table: {problem}.") from None
    raise Refused("This is not one of the files that can be imported: no row near the top has the columns of one.")
