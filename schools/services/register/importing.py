"""One file from beginning to end."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol, TypedDict, Unpack

from django.db import connection, transaction
from django.utils import timezone

from .applying import APPLY, Counts, Origin
from .layouts import LAYOUTS, Layout
from .reading import Table, open_table
from .refusal import Refused
from .staging import FAULTS_LISTED, Fault, Progress, Reading, plan_of, stage

DAY_IN_NAME = re.compile(r"(?<!\d)(20\d\d)[-_]?(0[1-9]|1[0-2])[-_]?([0-3]\d)?(?!\d)")
Apply = Callable[[frozenset[str], Origin], dict[str, Counts]]


@dataclass(frozen=True)
class About:
    """What is known of a file besides what is in it."""

    filename: str
    as_at: date | None = None
    year: int | None = None  # the calendar year the academic year starts in, where somebody said it

    def told_day(self) -> date:
        """The day the file speaks of. It is never guessed, because older files may not overwrite newer ones."""
        day = self.as_at or date_in_name(self.filename)
        if day is None:
            raise Refused(f"{self.filename} does not say of which day it is. Give the date it was made (“as at”).")
        return not_ahead(day)


@dataclass
class Staged:
    """A file that was read: what was met, whence it is, and what puts its rows where they belong."""

    reading: Reading
    origin: Origin
    apply: Callable[[], dict[str, Counts]]
    rows_kept: int | None = None  # None: as many as were applied


class Kind(Protocol):
    """One kind of file: recognised by its columns, read into a temporary table, then applied."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    def fits(self, names: set[str]) -> bool: ...
    def missing(self, header: Sequence[str], about: About) -> dict[str, str]:
        """What somebody has to say of the file, as it says it nowhere: `as_at` or `year`, and why."""
        ...

    def stage(self, table: Table, about: About, progress: Progress | None) -> Staged: ...


@dataclass(frozen=True)
class LayoutKind:
    """A file whose rows become rows of one or more tables, column by column."""

    layout: Layout
    apply: Apply

    @property
    def key(self) -> str:
        return self.layout.key

    @property
    def label(self) -> str:
        return self.layout.label

    def fits(self, names: set[str]) -> bool:
        return self.layout.fits(names)

    def missing(self, header: Sequence[str], about: About) -> dict[str, str]:
        said = "The file's name does not say of which day it is. Enter the day it was made."
        return {} if about.as_at or date_in_name(about.filename) else {"as_at": said}

    def stage(self, table: Table, about: About, progress: Progress | None) -> Staged:
        plan = plan_of(self.layout, table.header)
        origin = Origin(about.filename[:120], about.told_day())
        return Staged(stage(table, plan, progress), origin, lambda: self.apply(plan.names, origin))


Kinds = Sequence[Kind]
REGISTER: Kinds = [LayoutKind(layout, APPLY[layout.key]) for layout in LAYOUTS]
"""The kinds of file of the register, each with what puts its staged rows where they belong."""

UPLOADS: list[Kind] = [*REGISTER]
"""What the operator's page and `import_published` take: the register, and what other apps add when they are ready."""


@dataclass(frozen=True)
class ImportResult:
    """What a file was and what became of its rows. `fault_count` is 0, or nothing was changed.

    `statuses` counts the figures of a file that has figures; `blank` its empty cells, which are none.
    """

    kind: str
    label: str
    filename: str
    as_at: date
    rows_read: int
    rows_kept: int
    left_out: dict[str, int]
    counts: dict[str, Counts]
    faults: list[Fault]
    fault_count: int
    seconds: float
    dry_run: bool = False
    notes: list[str] = field(default_factory=list)
    years: list[str] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    blank: int = 0

    @property
    def refused(self) -> bool:
        return self.fault_count > 0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"as_at": self.as_at.isoformat(), "refused": self.refused}


def date_in_name(filename: str) -> date | None:
    """The day a file's name speaks of: edubasealldata20260806.csv, groups_2026-03.csv (then the first of the month)."""
    found = DAY_IN_NAME.search(filename)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        return None


class Options(TypedDict, total=False):
    """How a file is imported."""

    as_at: date | None  # of which day it is; else its name must say
    year: int | None  # which academic year it is of, by the year that starts in; else it says so itself
    dry_run: bool  # undo everything again
    filename: str  # what the person calls it, where the path does not
    progress: Progress | None


def import_file(path: Path, *, kinds: Kinds = REGISTER, **options: Unpack[Options]) -> ImportResult:
    """Read, check and apply one file; with `dry_run`, all but the last.

    Raises Refused, with a sentence, for a file that is none of `kinds`. A file with bad rows is not raised but
    answered, with its rows, and changes nothing.
    """
    about = About(options.get("filename") or path.name, options.get("as_at"), options.get("year"))
    dry_run = options.get("dry_run", False)
    began = time.monotonic()
    with open_table(path, lambda names: any(kind.fits(names) for kind in kinds)) as table:
        kind = next(kind for kind in kinds if kind.fits(set(table.header)))
        staged = kind.stage(table, about, options.get("progress"))
    counts = {} if staged.reading.fault_count else apply_staged(staged, dry_run=dry_run)
    result = result_of(kind, staged, counts, about.filename)
    return replace(result, seconds=time.monotonic() - began, dry_run=dry_run)


def missing_of(path: Path, about: About, *, kinds: Kinds) -> dict[str, str]:
    """What is still to be said of a file before it can be read. Raises Refused for a file that is none of `kinds`."""
    with open_table(path, lambda names: any(kind.fits(names) for kind in kinds)) as table:
        kind = next(kind for kind in kinds if kind.fits(set(table.header)))
        return kind.missing(table.header, about)


def not_ahead(day: date) -> date:
    """The day, unless it is still to come."""
    if day > timezone.localdate():
        raise Refused(f"{day:%d/%m/%Y} is in the future. Give the date the file was made.")
    return day


def apply_staged(staged: Staged, *, dry_run: bool) -> dict[str, Counts]:
    """Everything in one transaction, undone again when it was only to see what would happen."""
    with transaction.atomic():
        one_at_a_time()
        counts = staged.apply()
        if dry_run:
            transaction.set_rollback(True)
    return counts


def one_at_a_time() -> None:
    """Two imports of the same schools would lock each other out: the second waits for the first."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('import of published files'))")


def result_of(kind: Kind, staged: Staged, counts: dict[str, Counts], filename: str) -> ImportResult:
    reading = staged.reading
    main = list(counts.values())[-1] if counts else Counts(0, 0)
    kept = main.new + main.updated if staged.rows_kept is None or not counts else staged.rows_kept
    return ImportResult(
        kind=kind.key, label=kind.label, filename=filename, as_at=staged.origin.as_at,
        rows_read=reading.rows_read, rows_kept=kept, left_out=dict(reading.left_out), counts=counts,
        faults=sorted(reading.faults, key=lambda fault: fault.row)[:FAULTS_LISTED], fault_count=reading.fault_count,
        seconds=0, notes=notes_of(reading, main, all_applied=staged.rows_kept is not None) if counts else [],
        years=reading.years, statuses=dict(reading.statuses), blank=reading.blank,
    )  # fmt: skip


def notes_of(reading: Reading, main: Counts, *, all_applied: bool) -> list[str]:
    """What a person should know of a file that was sound."""
    notes = [*reading.notes]
    notes += [f"{rows(count)} left out: {why}." for why, count in sorted(reading.left_out.items())]
    older = reading.rows_staged - main.new - main.updated
    if older > 0 and not all_applied:
        notes.append(f"{rows(older)} changed nothing: what is known is newer, or they name nothing that is known.")
    return notes


def rows(count: int) -> str:
    """`1 row`, `1,204 rows`."""
    return f"{count:,} row{'s' if count != 1 else ''}"
