"""`import_published FILE…`: everything that is published of schools and areas, from any of the official files."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Unpack

from evidence.rules.published_years import years_in
from schools.management.imports import ImportCommand
from schools.services.register import UPLOADS, ImportResult, Options, import_file


def academic_year(text: str) -> int:
    """`2024-25` as the year it starts in."""
    found = years_in(text)
    if len(found) != 1:
        raise ArgumentTypeError(f"“{text}” is not an academic year such as 2024-25")
    return found[0]


def import_any(path: Path, **options: Unpack[Options]) -> ImportResult:
    """A file of any kind that is known here."""
    return import_file(path, kinds=UPLOADS, **options)


class Command(ImportCommand):
    help = (
        "Import official files: the register (GIAS), Ofsted's management information, performance tables, statistics."
        " CSV, .csv.gz or .xlsx; each is recognised by its columns; all are imported, or none."
    )
    importer = staticmethod(import_any)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--year",
            type=academic_year,
            metavar="2024-25",
            help="the academic year of the figures, where neither rows nor names say it",
        )
