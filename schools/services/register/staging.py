"""Streams a file's rows into a temporary table by COPY, cleaning each cell on the way. Flat in memory."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import Any

from django.db import connection

from .layouts import Column, Layout
from .reading import Row, Table, plain_name
from .refusal import Refused
from .values import BadValue, Clean, Cleaned

STAGING = "register_staging"
AT_ONCE = 8_000  # rows between two reports of progress
CHUNK = 250  # rows sent together, so that the server works while the next are read
FAULTS_LISTED = 200
Progress = Callable[[int, float], None]
"""Is told how many rows were read and which share of the file that is."""


@dataclass(frozen=True)
class Fault:
    """A row that cannot be imported, numbered as a spreadsheet numbers it."""

    row: int
    column: str
    reason: str


@dataclass
class Reading:
    """What was met while a file was read."""

    rows_read: int = 0
    rows_staged: int = 0
    fault_count: int = 0
    faults: list[Fault] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    years: list[str] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    blank: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self.fault_count += 1
        if len(self.faults) < FAULTS_LISTED:
            self.faults.append(fault)


@dataclass(frozen=True)
class Plan:
    """Where the columns of one layout stand in one file."""

    layout: Layout
    columns: tuple[Column, ...]  # those the file has
    places: tuple[int, ...]
    titles: tuple[str, ...]
    cleaners: tuple[Cleaned, ...]
    leaving: tuple[tuple[int, dict[str, str]], ...]
    width: int
    may_spill: bool

    @property
    def names(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns)


def plan_of(layout: Layout, header: Sequence[str]) -> Plan:
    """Find the layout's columns by name. Raises Refused when a column stands twice in the header."""
    found: list[tuple[Column, int, str]] = []
    for column in layout.columns:
        places = [header.index(plain_name(name)) for name in column.called if plain_name(name) in header]
        if places:
            found.append((column, places[0], column.called[0]))
    for _, place, title in found:
        if header.count(header[place]) > 1:
            raise Refused(f"The column “{title}” stands in the header more than once.")
    leaving = [(header.index(plain_name(n)), why) for n, why in layout.leaves_out.items() if plain_name(n) in header]
    return Plan(
        layout=layout,
        columns=tuple(column for column, _, _ in found),
        places=tuple(place for _, place, _ in found),
        titles=tuple(title for _, _, title in found),
        cleaners=tuple(Cleaned(column.clean) for column, _, _ in found),
        leaving=tuple(leaving),
        width=len(header),
        may_spill=bool(layout.spills_after) and header[-1] == plain_name(layout.spills_after),
    )


def create_staging(columns: Sequence[Column]) -> None:
    """An empty temporary table that only this connection sees."""
    listed = ", ".join(f"{column.name} {column.type}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"drop table if exists {STAGING}")
        cursor.execute(f"create temporary table {STAGING} (file_row integer, {listed})")


def stage(table: Table, plan: Plan, progress: Progress | None = None) -> Reading:
    """Copy every sound row into the temporary table and note every other one."""
    create_staging(plan.columns)
    reading = Reading(rows_read=0)
    lines = sound_lines(table, plan, reading)
    names = ", ".join(column.name for column in plan.columns)
    more = True
    with connection.cursor() as cursor:
        while more:
            with cursor.copy(f"copy {STAGING} (file_row, {names}) from stdin") as copy:
                more = write_some(copy, lines)
            if progress is not None:
                progress(reading.rows_read, table.done())
        cursor.execute(f"analyze {STAGING} ({', '.join(plan.layout.once)})")
    note_repeats(plan, reading)
    return reading


def write_some(copy: Any, lines: Iterator[str]) -> bool:
    """Send the next rows. False when there were none left."""
    for _ in range(AT_ONCE // CHUNK):
        chunk = list(islice(lines, CHUNK))
        copy.write("".join(chunk))
        if len(chunk) < CHUNK:
            return False
    return True


def sound_lines(table: Table, plan: Plan, reading: Reading) -> Iterator[str]:
    """Each sound row as a line of COPY's text format. This loop is the import's speed: it does no more than it must."""
    pick: Callable[[Row], Sequence[str]] = itemgetter(*plan.places)
    cleaners: tuple[Clean, ...] = tuple(cleaner.__getitem__ for cleaner in plan.cleaners)
    width, leaving = plan.width, plan.leaving
    number = table.header_row
    try:
        for number, row in enumerate(table.rows, start=table.header_row + 1):
            if not row:
                continue
            reading.rows_read += 1
            if len(row) != width and not fits_width(row, number, plan, reading):
                continue
            if leaving and left_out(row, leaving, reading):
                continue
            try:
                line = "\t".join([clean(cell) for clean, cell in zip(cleaners, pick(row), strict=True)])
            except BadValue:
                note_faults(row, number, plan, reading)
                continue
            reading.rows_staged += 1
            yield f"{number}\t{line}\n"
    except (csv.Error, UnicodeDecodeError) as problem:
        raise Refused(f"The file cannot be read beyond row {number}: {problem}.") from None


def left_out(row: Row, leaving: Sequence[tuple[int, dict[str, str]]], reading: Reading) -> bool:
    for place, reasons in leaving:
        why = reasons.get(row[place].strip().casefold())
        if why:
            reading.left_out[why] += 1
            return True
    return False


def fits_width(row: Row, number: int, plan: Plan, reading: Reading) -> bool:
    """A row may have blank cells beyond the header, or spill there where such files do; it may not be short."""
    extra = len(row) - plan.width
    if extra > 0 and (plan.may_spill or not any(cell.strip() for cell in row[plan.width :])):
        return True
    if not any(cell.strip() for cell in row):
        reading.rows_read -= 1
    elif extra > 0:
        reading.add(Fault(number, "", f"has {extra} more cells than the header"))
    else:
        cut = "the file may have been cut short"
        reading.add(Fault(number, "", f"has {len(row)} cells, the header {plan.width}: {cut}"))
    return False


def note_faults(row: Row, number: int, plan: Plan, reading: Reading) -> None:
    """Name every bad cell of a row."""
    for place, title, cleaner in zip(plan.places, plan.titles, plan.cleaners, strict=True):
        try:
            cleaner.clean(row[place])
        except BadValue as bad:
            reading.add(Fault(number, title, str(bad)))


def note_repeats(plan: Plan, reading: Reading) -> None:
    """Rows that say something twice: which one is true cannot be known."""
    once = ", ".join(plan.layout.once)
    titles = {column.name: title for column, title in zip(plan.columns, plan.titles, strict=True)}
    with connection.cursor() as cursor:
        cursor.execute(
            f"select min(file_row), max(file_row), count(*), {once} from {STAGING}"  # noqa: S608 - our own names
            f" group by {once} having count(*) > 1 order by 1"
        )
        for first, last, count, *key in cursor:
            said = " and ".join(str(part) for part in key)
            column = " + ".join(titles[name] for name in plan.layout.once)
            times = f"is in {count} rows, first" if count > 2 else "is also"
            reading.add(Fault(last, column, f"“{said}” {times} in row {first}"))
