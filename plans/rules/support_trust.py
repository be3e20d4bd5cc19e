"""The ledgers of several schools as one: by half term, in each unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from plans.rules.support import Ledger
from plans.rules.support_entry import ZERO, Cell
from schools.rules.rhythm import HalfTerm
from schools.strategy.basics import SupportUnit

NOTHING = Cell(0, ZERO, ZERO, ZERO, ZERO)


@dataclass(frozen=True)
class UnitLine:
    """What is counted in one unit: a cell for each half term, in the order of the year."""

    unit: SupportUnit
    cells: tuple[Cell, ...]

    @property
    def year(self) -> Cell:
        return _added(self.cells)


@dataclass(frozen=True)
class TrustYear:
    """The year of all these schools; days are not added to visits. What nobody keeps a record of is not counted."""

    halves: tuple[str, ...]
    lines: tuple[UnitLine, ...]

    @property
    def by_half(self) -> list[tuple[str, list[tuple[SupportUnit, Cell]]]]:
        """Each half term with its cell of each unit."""
        return [
            (name, [(line.unit, line.cells[place]) for line in self.lines]) for place, name in enumerate(self.halves)
        ]


def trust_year(ledgers: Iterable[Ledger]) -> TrustYear:
    """Half terms are the same where they are called the same: schools have days of their own for them."""
    found: dict[SupportUnit, dict[str, list[Cell]]] = {}
    known: dict[str, HalfTerm] = {}
    for ledger in ledgers:
        for half in ledger.halves:
            known.setdefault(half.short, half)
        for line in ledger.lines:
            for half, cell in line.by_half if line.is_kept else ():
                found.setdefault(line.unit, {}).setdefault(half.short, []).append(cell)
    names = sorted(known, key=lambda name: known[name].starts)
    lines = [
        UnitLine(unit, tuple(_added(found[unit].get(name, ())) for name in names))
        for unit in SupportUnit
        if unit in found
    ]
    return TrustYear(tuple(names), tuple(line for line in lines if line.year != NOTHING))


def _added(cells: Iterable[Cell]) -> Cell:
    cells = list(cells)
    names = ("booked", "came", "missed", "disputed", "unconfirmed")
    sums = (sum((getattr(cell, name) for cell in cells), ZERO) for name in names)
    return Cell(sum(cell.owed for cell in cells), *sums)
