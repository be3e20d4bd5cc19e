"""What a head is shown of the trust's other schools: agreed levels, and where the trust says so, no names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from reporting.queries.cells import Cell
from reporting.queries.overview import SchoolLine, Sheet
from schools.access import FEWEST_OTHERS

YOURS = "Your school"


def named(sheet: Sheet) -> Sheet:
    """Every school under its name, without categories and without what moved."""
    return replace(sheet, axes=(), columns=_plain(sheet), lines=_bare(sheet.lines))


def unnamed(sheet: Sheet, own: Iterable[int], key: Callable[[int], str]) -> Sheet | None:
    """The head's own schools first, then “School A”, “School B” in the order of `key`; None where they are too few.

    Nothing stays that tells which school it is: no number of pupils, no day of joining, no column that only some of
    them are asked, because that names the phase, and no school without a rating: everybody knows the new one.
    """
    mine = [line for line in sheet.lines if line.school_id in set(own)]
    rated = [line for line in sheet.lines if line not in mine and line.rated_on]
    others = sorted(rated, key=lambda line: key(line.school_id))
    if len(others) < FEWEST_OTHERS:
        return None
    asked = [place for place in range(len(sheet.columns)) if all(line.cells[place].applies for line in others)]
    hidden = [
        replace(line, school_id=0, name=f"School {letters(number)}", pupils=None, joined_on=date.min, phase="")
        for number, line in enumerate(others)
    ]
    kept = [replace(line, cells=tuple(line.cells[place] for place in asked)) for line in _bare([*mine, *hidden])]
    columns = _plain(sheet)
    return replace(sheet, axes=(), columns=tuple(columns[place] for place in asked), lines=tuple(kept))


def letters(number: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    more, last = divmod(number, 26)
    return (letters(more - 1) if more else "") + chr(ord("A") + last)


def _plain(sheet: Sheet) -> tuple:
    """The columns in one band: there are no categories for them to inform."""
    return tuple(replace(column, axes=()) for column in sheet.columns)


def _bare(lines: Iterable[SchoolLine]) -> tuple[SchoolLine, ...]:
    """Levels and how well they are known; nothing decided, proposed, begun or moved."""
    made: dict[Cell, Cell] = {}
    return tuple(
        replace(
            line,
            categories=(),
            begun=None,
            matrix_state="",
            matrix_due_on=None,
            cells=tuple(made.setdefault(cell, _at_rest(cell)) for cell in line.cells),
        )
        for line in lines
    )


def _at_rest(cell: Cell) -> Cell:
    return replace(cell, was="", travel="", one_source=False)
