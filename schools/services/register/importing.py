"""One file from beginning to end."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypedDict, Unpack

from django.db import connection, transaction
from django.utils import timezone

from .applying import APPLY, Counts, Origin
from .layouts import LAYOUTS, Layout
from .reading import open_table
from .refusal import Refused
from .staging import FAULTS_LISTED, Fault, Plan, Progress, Reading, plan_of, stage

DAY_IN_NAME = re.compile(r"(?<!\d)(20\d\d)[-_]?(0[1-9]|1[0-2])[-_]?([0-3]\d)?(?!\d)")
Apply = Callable[[frozenset[str], Origin], dict[str, Counts]]
Kinds = Sequence[tuple[Layout, Apply]]
REGISTER: Kinds = [(layout, APPLY[layout.key]) for layout in LAYOUTS]
"""The kinds of file of the register, each with what puts its staged rows where they belong."""

UPLOADS: list[tuple[Layout, Apply]] = [*REGISTER]
"""What the operator's page takes: the register, and what other apps add to it when they are ready."""


@dataclass(frozen=True)
class ImportResult:
    """What a file was and what became of its rows. `fault_count` is 0, or nothing was changed."""

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
    dry_run: bool  # undo everything again
    filename: str  # what the person calls it, where the path does not
    progress: Progress | None


def import_file(path: Path, *, kinds: Kinds = REGISTER, **options: Unpack[Options]) -> ImportResult:
    """Read, check and apply one file; with `dry_run`, all but the last.

    Raises Refused, with a sentence, for a file that is none of `kinds`. A file with bad rows is not raised but
    answered, with its rows, and changes nothing.
    """
    filename = options.get("filename") or path.name
    dry_run = options.get("dry_run", False)
    began = time.monotonic()
    with open_table(path, lambda names: any(layout.fits(names) for layout, _ in kinds)) as table:
        layout, apply = next(kind for kind in kinds if kind[0].fits(set(table.header)))
        plan = plan_of(layout, table.header)
        day = told_day(options.get("as_at"), filename)
        reading = stage(table, plan, options.get("progress"))
    counts: dict[str, Counts] = {}
    if not reading.fault_count:
        counts = apply_staged(plan, apply, Origin(filename[:120], day), dry_run=dry_run)
    return result_of(plan, reading, counts, filename, day, time.monotonic() - began, dry_run)


def told_day(as_at: date | None, filename: str) -> date:
    """The day the file speaks of. It is never guessed, because older files may not overwrite newer ones."""
    day = as_at or date_in_name(filename)
    if day is None:
        raise Refused(f"{filename} does not say of which day it is. Give the date it was made (“as at”).")
    if day > timezone.localdate():
        raise Refused(f"{day:%d/%m/%Y} is in the future. Give the date the file was made.")
    return day


def apply_staged(plan: Plan, apply: Apply, origin: Origin, *, dry_run: bool) -> dict[str, Counts]:
    """Everything in one transaction, undone again when it was only to see what would happen."""
    with transaction.atomic():
        one_at_a_time()
        counts = apply(plan.names, origin)
        if dry_run:
            transaction.set_rollback(True)
    return counts


def one_at_a_time() -> None:
    """Two imports of the same schools would lock each other out: the second waits for the first."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('import of published files'))")


def result_of(
    plan: Plan, reading: Reading, counts: dict[str, Counts], filename: str, day: date, seconds: float, dry_run: bool
) -> ImportResult:
    main = list(counts.values())[-1] if counts else Counts(0, 0)
    return ImportResult(
        kind=plan.layout.key, label=plan.layout.label, filename=filename, as_at=day,
        rows_read=reading.rows_read, rows_kept=main.new + main.updated, left_out=dict(reading.left_out), counts=counts,
        faults=sorted(reading.faults, key=lambda fault: fault.row)[:FAULTS_LISTED], fault_count=reading.fault_count,
        seconds=seconds, dry_run=dry_run, notes=notes_of(reading, main) if counts else [],
    )  # fmt: skip


def notes_of(reading: Reading, main: Counts) -> list[str]:
    """What a person should know of a file that was sound."""
    notes = [f"{count:,} rows left out: {why}." for why, count in sorted(reading.left_out.items())]
    older = reading.rows_staged - main.new - main.updated
    if older > 0:
        notes.append(f"{older:,} rows changed nothing: what is known is newer, or they name nothing that is known.")
    return notes
