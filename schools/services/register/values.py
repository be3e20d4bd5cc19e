"""Cells of a published file, cleaned into text that PostgreSQL's COPY takes. Identifiers as GIAS writes them.

A cleaner answers a column's text (`\\N` for unknown) or raises BadValue with the reason. Blank is unknown, never zero.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date

NULL = "\\N"
Clean = Callable[[str], str]

SENTINELS = {date(1900, 1, 1), date(1902, 1, 1)}
"""Dates that the register's own files put where no date is known."""

LATEST_YEAR = 2100
TRAILING_ZERO = re.compile(r"^([0-9]+)\.0+$")
COMPANY = re.compile(r"^(?:[0-9]{8}|[A-Z]{2}[0-9]{6}|[A-Z][0-9]{7})$")


class BadValue(ValueError):
    """A cell that is not what its column says. The text is the reason."""


class Cleaned(dict[str, str]):
    """Remembers what a cleaner made of a cell, so that a value met again costs nothing. Forgets when it grows."""

    MOST = 5_000

    def __init__(self, clean: Clean) -> None:
        super().__init__()
        self.clean = clean

    def __missing__(self, cell: str) -> str:
        if len(self) >= self.MOST:
            self.clear()
        value = self[cell] = self.clean(cell)
        return value


def digits(cell: str) -> str:
    """The cell without spaces and without the “.0” that a spreadsheet leaves behind a number."""
    cell = cell.strip()
    found = TRAILING_ZERO.match(cell)
    return found[1] if found else cell


def text(limit: int, *, needed: bool = False) -> Clean:
    """Words of at most `limit` characters."""

    def clean(cell: str) -> str:
        cell = " ".join(cell.split())  # no tab or line end is left
        if needed and not cell:
            raise BadValue("is empty")
        if len(cell) > limit:
            raise BadValue(f"is longer than {limit} characters")
        return cell.replace("\\", "\\\\")

    return clean


def matching(pattern: str, reason: str, *, needed: bool = False, pad: int = 0) -> Clean:
    """An identifier of digits; blank only where it is not needed."""
    fits = re.compile(pattern).fullmatch

    def clean(cell: str) -> str:
        if fits(cell) and cell.isascii():
            return cell
        cell = digits(cell)
        if not cell:
            if needed:
                raise BadValue("is empty")
            return ""
        padded = cell.zfill(pad)
        if not padded.isascii() or not fits(padded):
            raise BadValue(f"“{cell[:20]}” {reason}")
        return padded

    return clean


def one_of(known: Collection[str]) -> Clean:
    """One of the register's own words, whatever its case."""
    words = {word.casefold(): word for word in known} | {"": ""}

    def clean(cell: str) -> str:
        found = words.get(" ".join(cell.split()).casefold())
        if found is None:
            raise BadValue(f"“{cell[:40]}” is not a status of the register")
        return found

    return clean


def group_id(cell: str) -> str:
    """A trust's reference such as TR00123. Some rows hold a name or an old reference there: those are left out."""
    cell = cell.strip()
    return cell if re.fullmatch(r"[A-Za-z]{2}[0-9]{5,6}", cell) else ""


def company(cell: str) -> str:
    """A Companies House number: eight characters, often published without its leading zero."""
    cell = digits(cell).upper()
    if not cell:
        return ""
    padded = cell.zfill(8)
    if not COMPANY.fullmatch(padded):
        raise BadValue(f"“{cell[:20]}” is not a Companies House number of eight characters")
    return padded


def whole(most: int) -> Clean:
    """A count from 0 to `most`."""

    def clean(cell: str) -> str:
        if cell.isdecimal() and cell.isascii() and len(cell) <= 9 and int(cell) <= most:
            return cell
        cell = digits(cell)
        if not cell:
            return NULL
        if not cell.isascii() or not cell.isdigit() or len(cell) > 9 or int(cell) > most:
            raise BadValue(f"“{cell[:20]}” is not a whole number from 0 to {most:,}")
        return cell

    return clean


def metres(most: int) -> Clean:
    """A place on the national grid; nought, which the register puts where no place is known, is unknown."""
    count = whole(most)

    def clean(cell: str) -> str:
        found = count(cell)
        return NULL if found.strip("0") == "" else found

    return clean


def percent(cell: str) -> str:
    """A percentage with at most two decimals kept."""
    cell = cell.strip().removesuffix("%").strip()
    if not cell:
        return NULL
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", cell, re.ASCII) or float(cell) > 100:
        raise BadValue(f"“{cell[:20]}” is not a percentage from 0 to 100")
    return cell


def day(cell: str) -> str:
    """A date as YYYY-MM-DD from DD/MM/YYYY, DD-MM-YYYY or ISO; the register's “no date” dates become unknown."""
    cell = cell.strip().removesuffix(" 00:00:00").removesuffix("T00:00:00")
    if not cell:
        return NULL
    parts = cell.replace("/", "-").split("-")
    if len(parts) == 3 and len(parts[2]) == 4:
        parts.reverse()
    try:
        if [len(part) for part in parts] != [4, 2, 2] or not "".join(parts).isascii():
            raise ValueError
        found = date(*map(int, parts))
    except ValueError:
        raise BadValue(f"“{cell[:20]}” is not a date such as 31/08/2026") from None
    if found.year > LATEST_YEAR:
        raise BadValue(f"“{cell[:20]}” is too far in the future")
    return NULL if found in SENTINELS else found.isoformat()


URN = matching(r"[1-9][0-9]{5}", "is not a URN of six digits", needed=True)
UID = matching(r"[1-9][0-9]{0,5}", "is not a group UID of up to six digits", needed=True)
GROUP = matching(r"[1-9][0-9]{0,5}", "is not a group UID of up to six digits")
UKPRN = matching(r"1[0-9]{7}", "is not a UKPRN of eight digits that begins with 1")
LA_CODE = matching(r"[0-9]{3}", "is not a local authority code of three digits")
NUMBER = matching(r"[0-9]{4}", "is not an establishment number of up to four digits", pad=4)
KIND_CODE = matching(r"[0-9]{1,2}", "is not a group type code")


def kind_code(cell: str) -> str:
    """A group type code without the leading zero that newer files give it."""
    return KIND_CODE(cell).lstrip("0")


def laestab(cell: str) -> str:
    """A DfE number such as 936/2001 or 100-1000, kept as seven digits."""
    cell = digits(cell).replace("/", "").replace("-", "")
    if cell and not re.fullmatch(r"[0-9]{7}", cell, re.ASCII):
        raise BadValue(f"“{cell[:20]}” is not a DfE number of seven digits")
    return cell


def phase(cell: str) -> str:
    """A phase of education; performance tables put “State-funded” before it."""
    return text(40)(cell.removeprefix("State-funded ").capitalize() if cell.startswith("State-funded ") else cell)
