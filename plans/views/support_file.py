"""The ledger as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from plans.queries.support import SchoolLedger
from plans.rules.support_entry import PROVIDERS, Entry
from reviews.rules.owed import half_of
from schools.rules.rhythm import HalfTerm
from schools.words import plain

HEADER = (
    "School", "Day", "Half term", "What", "Counted against", "Amount", "Amount booked", "Unit", "Stands",
    "Kind of provider", "Given by", "Paid by", "Cost in pounds",
)  # fmt: skip
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def ledger_csv(found: Iterable[SchoolLedger]) -> str:
    """A row for each thing booked, given or missed, by school and day. With a mark that says it is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for one in found:
        labels = {line.key: line.label for line in one.ledger.lines}
        for entry in sorted(one.ledger.entries, key=lambda each: each.on):
            row = _row(one.school.name, entry, labels.get(entry.key, ""), one.ledger.halves)
            writer.writerow(map(harmless, row))
    return "\ufeff" + out.getvalue()


def _row(school: str, entry: Entry, label: str, halves: tuple[HalfTerm, ...]) -> list[str]:
    cost = "" if entry.cost is None else f"{entry.cost:.2f}"
    half = halves[half_of(entry.on, halves)].short if halves else ""
    return [
        school, entry.on.isoformat(), half, entry.label, label, plain(entry.amount), plain(entry.amount + entry.rest),
        entry.unit, entry.stands_words, PROVIDERS[entry.provider], entry.given_by, entry.paid_by, cost,
    ]  # fmt: skip


def harmless(text: str) -> str:
    """A cell that a spreadsheet takes for words and for no formula."""
    return f"'{text}" if text.startswith(BEGINS_A_FORMULA) else text
