"""`compare_similar_schools`: work out anew where each school stands among similar schools (docs/similar-schools.md)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from evidence.services.published import compare_similar
from schools.words import year_words


class Command(BaseCommand):
    help = "Work out every school's percentile among similar schools anew. Imports do it by themselves."

    def handle(self, **options: Any) -> None:
        with transaction.atomic():
            found = compare_similar()
        for measure, years in found.items():
            for year, schools in years.items():
                self.stdout.write(f"{measure}, {year_words(year)}: {schools:,} schools")
        if not any(found.values()):
            self.stdout.write("No year has results of enough schools and a census near it.")
