"""Compare the read rows of every matrix with its ratings."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from categorisation.services.read_row import differing_read_rows
from schools.models import Trust
from schools.tenancy import trust_scope


class Command(BaseCommand):
    """Exit status 1 when a read row differs; with --mend it is rewritten."""

    help = "Compare every matrix's read row with its ratings, trust by trust."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mend", action="store_true", help="rewrite the rows that differ")

    def handle(self, *args: Any, mend: bool, **options: Any) -> None:
        differing = 0
        for trust in Trust.objects.all():
            with trust_scope(trust):
                found = differing_read_rows(mend=mend)
            differing += len(found)
            self.stdout.write(f"{trust.slug}: {len(found)} differ")
        if differing and not mend:
            raise CommandError(f"{differing} read rows differ from their ratings; run again with --mend")
