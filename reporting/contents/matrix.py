"""The landscape page: every school, every criterion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from reporting.contents.facts import Cell, Matrix, MatrixRow, MatrixSheet, Tile
from reporting.contents.gather import Found
from reporting.contents.levels import small
from reporting.contents.moves import NEEDS_SUPPORT
from reporting.queries.categories import level_word
from reporting.queries.cells import PART_KNOWN, Column
from reporting.queries.cells import Cell as Read
from reporting.queries.overview import Category, SchoolLine, Sheet
from reporting.rules.sentences import Tally
from schools.strategy import Level
from schools.words import capital, counted, listed

NO_BREAK = "\u00a0"
STATES = {"proposed": "proposed", "open": "Not yet"}


def matrix(found: Found, tally: Tally, title: str) -> Matrix:
    sheets = tuple(sheet_of(found, sheet) for sheet in found.sheet.sheets)
    return Matrix(title or "Every school, every criterion", sheets)


def sheet_of(found: Found, sheet: Sheet) -> MatrixSheet:
    """One strategy's schools, those needing most support first."""
    columns = in_groups(sheet)
    ordered = [column for _, group in columns for column in group]
    lines = [line for of, line in found.lines if of is sheet]
    return MatrixSheet(
        caption=_caption(sheet, len(lines)),
        key=_key(sheet),
        axes=tuple(axis.label for axis in sheet.axes),
        category=capital(sheet.strategy.identity.words.category),
        groups=tuple((label, len(group)) for label, group in columns),
        columns=tuple(column.label for column in ordered),
        rows=tuple(_row(found, sheet, line, ordered) for line in lines),
        foot=tuple(_foot(lines, ordered)),
    )


def in_groups(sheet: Sheet) -> list[tuple[str, list[Column]]]:
    """The columns by axis, in the order of the axes; those of several axes, or of none, last."""
    order = {axis.key: place for place, axis in enumerate(sheet.axes)}

    def place(column: Column) -> int:
        return order[column.axes[0]] if len(column.axes) == 1 else len(order)

    def label(where: int) -> str:
        if len(sheet.axes) < 2:
            return "Criteria"
        return sheet.axes[where].label if where < len(order) else "Several"

    ordered = sorted(sheet.columns, key=place)
    return [(label(where), list(group)) for where, group in groupby(ordered, key=place)]


def _caption(sheet: Sheet, schools: int) -> str:
    words = sheet.strategy.identity.words
    of = f"{capital(words.matrix)} of {counted(schools, 'school')}, those needing most support first."
    return f"{of} Unknown and out of date are marked, never counted as good."


def _key(sheet: Sheet) -> tuple[Tile, ...]:
    """The levels of every scale that is shown, strongest first, each word once."""
    scales = [sheet.strategy.axis_levels(axis.key) for axis in sheet.axes]
    scales += [column.levels for column in sheet.columns]
    levels = {level_word(sheet.strategy, level): level.tone for scale in scales for level in scale}
    return tuple(Tile(word, tone) for word, tone in sorted(levels.items(), key=lambda pair: pair[1]))


def _row(found: Found, sheet: Sheet, line: SchoolLine, ordered: Sequence[Column]) -> MatrixRow:
    by_axis = {category.axis: category for category in line.categories}
    cells = {cell.key: cell for cell in line.cells}
    return MatrixRow(
        school=line.name,
        small=small(found, line),
        categories=tuple(category_cell(by_axis.get(axis.key)) for axis in sheet.axes),
        cells=tuple(cell_of(cells[column.key]) for column in ordered),
    )


def category_cell(category: Category | None) -> Cell:
    """A category as a cell; does not apply where the school has no such axis."""
    if category is None:
        return Cell("–", "na")
    return Cell(
        word=category.word,
        step=category.step,
        travel=category.travel if category.moved else "",  # type: ignore[arg-type]
        was=category.was if category.moved else "",
        state=STATES.get(category.state, ""),
    )


def cell_of(cell: Read) -> Cell:
    """A rating as a cell, with the one note that matters most."""
    if not cell.applies:
        return Cell("", "na")
    word = cell.word.replace(" ", NO_BREAK) if cell.word == PART_KNOWN else cell.word
    if cell.travel:
        return Cell(word, cell.step, "", cell.stale_months is not None, cell.travel, cell.was)  # type: ignore[arg-type]
    return Cell(word, cell.step, cell.sub, cell.stale_months is not None)


def _foot(lines: Sequence[SchoolLine], ordered: Sequence[Column]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What each column adds up to: counts of schools, nothing averaged."""
    columns = [[cell for line in lines for cell in line.cells if cell.key == column.key] for column in ordered]
    weak = tuple(sum(cell.step in NEEDS_SUPPORT for cell in one) for one in columns)
    yield f"Schools at {_weak_words(ordered)}", weak
    unsure = tuple(
        sum(cell.applies and (cell.step == 0 or cell.stale_months is not None) for cell in one) for one in columns
    )
    yield "Unknown or out of date", unsure


def _weak_words(columns: Sequence[Column]) -> str:
    levels: dict[str, Level] = {level.label: level for column in columns for level in column.levels}
    words = [word for word, level in levels.items() if level.tone in NEEDS_SUPPORT]
    return " or ".join(words) if len(words) <= 2 else listed(words)
