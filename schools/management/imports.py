"""What a person at a terminal is shown of an import: progress, counts, and the rows that stand in its way."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from schools.services.register import ImportResult, Refused
from schools.services.register.importing import rows

WIDTH = 30
Importer = Callable[..., ImportResult]


class ImportCommand(BaseCommand):
    """Imports files, all of them or none. Each command names its importer."""

    importer: Importer

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--as-at",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="the day the files are of, where no name says",
        )
        parser.add_argument("--dry-run", action="store_true", help="check and count, and change nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *, files: list[Path], **options: Any) -> None:
        results: list[ImportResult] = []
        with transaction.atomic():
            for path in files:
                results.append(self.import_one(path, options))
            refused = any(result.refused for result in results)
            transaction.set_rollback(refused or options["dry_run"])
        self.show([replace(result, dry_run=options["dry_run"]) for result in results], as_json=options["json"])
        if refused:
            raise CommandError("Nothing was imported.")

    def import_one(self, path: Path, options: dict[str, Any]) -> ImportResult:
        bar = None if options["json"] or not self.stderr.isatty() else self.progress_of(path.name)
        try:
            return type(self).importer(path, as_at=options["as_at"], year=options.get("year"), progress=bar)
        except Refused as refusal:
            said = str(refusal)
            named = said if path.name in said else f"{path.name}: {said}"
            raise CommandError(f"{named} Nothing was imported.") from None

    def progress_of(self, name: str) -> Callable[[int, float], None]:
        def show(rows: int, share: float) -> None:
            full = round(WIDTH * min(share, 1))
            self.stderr.write(f"\r{name} [{'#' * full}{'.' * (WIDTH - full)}] {rows:,} rows", ending="")
            if share >= 1:
                self.stderr.write("")

        return show

    def show(self, results: Iterable[ImportResult], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps([result.as_dict() for result in results], indent=1, ensure_ascii=False))
            return
        for result in results:
            self.stdout.write("\n".join(lines_of(result)))


def lines_of(result: ImportResult) -> list[str]:
    """A result in words."""
    lines = [
        f"{result.filename}: {result.label}, as at {result.as_at:%d/%m/%Y},"
        f" {rows(result.rows_read)} read, {result.rows_kept:,} kept."
    ]
    lines += [
        f"  {what}: {count.new:,} new, {count.updated:,} brought up to date" for what, count in result.counts.items()
    ]
    lines += [f"  {note}" for note in result.notes]
    if result.refused:
        lines.append(f"  {result.fault_count:,} faults:")
        lines += [f"  row {fault.row}: {fault.column} {fault.reason}".replace(":  ", ": ") for fault in result.faults]
        hidden = result.fault_count - len(result.faults)
        lines += [f"  and {hidden:,} more"] if hidden > 0 else []
    return [*lines, f"  {result.seconds:.1f} s"]
