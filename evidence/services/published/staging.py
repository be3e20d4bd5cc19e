"""Streams a file's figures into two temporary tables by COPY: its rows, and the cells of each row. Flat in memory."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

from schools.services.register import AT_ONCE, Fault, Progress, Reading, Refused, Table, values

from .places import BadCell, Row, SetAside
from .plan import Plan, Series

NULL = values.NULL
NO_COUNTS = f"\t{NULL}\t{NULL}\n"
NO_FIGURE = "no figure in the row"
CUT = "the file stops in the middle of its last row"
TABLES = """
    drop table if exists figure_rows, figure_cells, figure_series;
    create temporary table figure_rows (file_row integer, place text, code text, phase text, grp text, year smallint,
        span text, release text, first_slot smallint);
    create temporary table figure_cells (file_row integer, slot smallint, value numeric, status text, said text,
        numerator bigint, denominator bigint);
    create temporary table figure_series (slot smallint, measure text, grp text, phase text, span text)
"""


@dataclass
class Batch:
    """What was read since the last COPY."""

    rows: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)


def stage(table: Table, plan: Plan, progress: Progress | None) -> Reading:
    """Copy every sound row into the temporary tables and note every other one."""
    reading = Reading()
    batches = Reader(table, plan, reading)
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        cursor.executemany("insert into figure_series values (%s, %s, %s, %s, %s)", [said_of(s) for s in plan.series])
        for batch in batches:
            copy(cursor, "figure_rows", batch.rows)
            copy(cursor, "figure_cells", batch.cells)
            if progress is not None:
                progress(reading.rows_read, table.done())
        cursor.execute("analyze figure_rows, figure_cells, figure_series")
    return reading


def said_of(series: Series) -> tuple[int, str, str, str, str]:
    rule = series.rule
    return series.slot, rule.measure, rule.group, rule.phase, rule.span


def copy(cursor: Any, table: str, lines: list[str]) -> None:
    with cursor.copy(f"copy {table} from stdin") as copied:
        for at in range(0, len(lines), AT_ONCE):
            copied.write("".join(lines[at : at + AT_ONCE]))


class Reader:
    """Reads the rows in batches. A file that ends in the middle of a row is told from one with short rows."""

    def __init__(self, table: Table, plan: Plan, reading: Reading) -> None:
        self.table, self.plan, self.reading = table, plan, reading
        self.batch = Batch()
        self.left_out: Counter[str] = reading.left_out

    def __iter__(self) -> Iterator[Batch]:
        numbered = enumerate(self.table.rows, start=self.table.header_row + 1)
        number, row, last = self.table.header_row, None, None
        try:
            for number, row in numbered:
                if last is not None:
                    self.take(*last, ends=False)
                last = number, row
                if len(self.batch.cells) >= AT_ONCE:
                    yield self.flushed()
        except (csv.Error, UnicodeDecodeError) as problem:
            raise Refused(f"The file cannot be read beyond row {number}: {problem}.") from None
        if last is not None:
            self.take(*last, ends=not self.table.ends_whole)
        yield self.flushed()

    def flushed(self) -> Batch:
        done, self.batch = self.batch, Batch()
        return done

    def take(self, number: int, row: Row, *, ends: bool) -> None:
        """Read one row. `ends`: it is the last, and its line has no end."""
        if not row:
            return
        reading, plan = self.reading, self.plan
        reading.rows_read += 1
        if len(row) != plan.width:
            fitted = self.fitted(number, row, ends=ends)
            if fitted is None:
                return
            row = fitted
        try:
            self.read(number, row)
        except SetAside as reason:
            reading.left_out[str(reason)] += 1
        except (BadCell, values.BadValue) as bad:
            if ends and plan.kind.may_be_cut:
                self.cut(number)
            else:
                self.note_faults(number, row, str(bad))

    def read(self, number: int, row: Row) -> None:
        """This is the import's speed: it does no more than it must."""
        plan = self.plan
        series = plan.series_of(row)
        head = plan.head(row)
        cells, blank = [], 0
        for one in series:
            found = one.cells[row[one.value]] if one.value is not None else ""
            line = with_counts(one, row, found) if one.counted else found and found + NO_COUNTS
            if line:
                cells.append(f"{number}\t{one.slot}\t{line}")
            else:
                blank += 1
        self.reading.blank += blank
        if not cells:
            raise SetAside(NO_FIGURE)
        self.reading.rows_staged += 1
        self.batch.cells += cells
        self.batch.rows.append(f"{number}\t{head}\t{series[0].slot}\n")

    def fitted(self, number: int, row: Row, *, ends: bool) -> Row | None:
        """A row of another length than the header, as long as the header, or None where it cannot be."""
        extra = len(row) - self.plan.width
        if not any(cell.strip() for cell in row):
            self.reading.rows_read -= 1
        elif extra > 0 and not any(cell.strip() for cell in row[self.plan.width :]):
            return row
        elif extra > 0:
            self.reading.add(Fault(number, "", f"has {extra} more cells than the header"))
        elif ends and self.plan.kind.may_be_cut:
            self.cut(number)
        elif self.plan.kind.short_rows and not ends:
            return [*row, *[""] * -extra]
        else:
            cut = CUT if ends else "the file may have been cut short"
            self.reading.add(Fault(number, "", f"has {len(row)} cells, the header {self.plan.width}: {cut}"))
        return None

    def cut(self, number: int) -> None:
        """This kind of file may stop in the middle: all but its last row is sound."""
        self.reading.left_out[CUT] += 1
        self.reading.notes.append(
            f"Warning: {CUT}, row {number}. It is not the whole file: places that would come later are missing."
        )

    def note_faults(self, number: int, row: Row, otherwise: str) -> None:
        """Name every bad cell of a row; `otherwise`: what is wrong where each cell alone is sound."""
        plan, header, before = self.plan, self.table.header, self.reading.fault_count
        try:
            plan.head(row)
        except SetAside as reason:  # a row of which nothing is kept may hold what it likes
            self.reading.left_out[str(reason)] += 1
            return
        except BadCell as bad:
            self.reading.add(Fault(number, header[bad.column] if bad.column is not None else "", str(bad)))
        seen: set[int] = set()
        for one in plan.series_of(row):
            for at, cleaner in ((one.value, one.cells), (one.part, one.counts), (one.of, one.counts)):
                if at is not None and at not in seen:
                    seen.add(at)
                    self.note_fault(number, at, row, cleaner.clean)
        if self.reading.fault_count == before:
            self.reading.add(Fault(number, "", otherwise))

    def note_fault(self, number: int, at: int, row: Row, clean: Callable[[str], str]) -> None:
        try:
            clean(row[at])
        except values.BadValue as bad:
            self.reading.add(Fault(number, self.table.header[at], str(bad)))


def with_counts(one: Series, row: Row, found: str) -> str:
    """The figure with its part and its whole; where no value is published, worked out from the two."""
    part = one.counts[row[one.part]] if one.part is not None else NULL
    of = one.counts[row[one.of]] if one.of is not None else NULL
    if part != NULL and of != NULL:
        if not found and int(of):
            found = one.cells.clean(f"{100 * Decimal(part) / Decimal(of):.5f}")
        if one.rule.hundred_less:
            part = str(int(of) - int(part))
    return f"{found}\t{part}\t{of}\n" if found else ""
