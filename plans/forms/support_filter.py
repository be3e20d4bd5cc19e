"""Which schools the ledger of the trust shows, kept in the address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from plans.queries.support import SchoolLedger
from schools.forms.filtering import FilterBar

SHOW = [("", "Every school"), ("behind", "Where less came than was owed"), ("missed", "Where something was missed")]
ORDER = [
    ("", "Furthest behind first"),
    ("since", "Longest behind first"),
    ("cost", "Highest cost first"),
    ("name", "Name"),
]


class LedgerFilter(FilterBar):
    """Which schools, in which order."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data, {"show": ("Show", SHOW), "order": ("Order", ORDER)})

    def lines(self, found: Iterable[SchoolLedger]) -> list[SchoolLedger]:
        """The lines asked for, in the order asked for."""
        kept = [one for one in found if self._shows(one)]
        return sorted(kept, key=self._place)

    def parted(self, found: Iterable[SchoolLedger]) -> tuple[list[SchoolLedger], list[SchoolLedger]]:
        """The lines to read first, and those of which nothing is behind; one list where something was chosen."""
        lines = self.lines(found)
        behind = [one for one in lines if one.ledger.short]
        if any(self.chosen.values()) or not behind:
            return lines, []
        return behind, [one for one in lines if not one.ledger.short]

    def _shows(self, one: SchoolLedger) -> bool:
        match self.chosen["show"]:
            case "behind":
                return bool(one.ledger.short)
            case "missed":
                return any(line.missed for line in one.ledger.lines)
            case _:
                return True

    def _place(self, one: SchoolLedger) -> tuple[Any, ...]:
        name, since = one.school.known_as.casefold(), one.ledger.since or date.max
        match self.chosen["order"]:
            case "name":
                return (name,)
            case "since":
                return (since, name)
            case "cost":
                return (-(one.ledger.cost or 0), name)
            case _:
                return (-one.ledger.short, since, name)
