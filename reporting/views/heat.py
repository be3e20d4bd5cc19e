"""The matrix of the overview as the heatmap component wants it: bands, columns, rows as escaped strings, and counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from reporting.queries.categories import NOT_ENOUGH, Category, level_word
from reporting.queries.cells import Cell, Column
from reporting.queries.overview import Overview, SchoolLine, Sheet
from reporting.rules.opening import short_labels
from reporting.views import heat_edges as edges
from schools.matrix_html import HeatCategory, HeatCell, has_long_words, heat_row
from schools.words import capital, counted

MOST_COLUMNS = 16
"""More than this do not fit a page: the matrix then scrolls in a box of its own."""

LONG = 15
"""Schools beyond which the head of the matrix stays in view."""

SHOWS: dict[str, Callable[[Cell], bool]] = {
    "": lambda cell: cell.needs_a_look,
    "look": lambda cell: cell.needs_a_look,
    "unsure": lambda cell: cell.unsure,
    "changed": lambda cell: cell.changed,
}
"""Which cells a phone's card keeps, by what is asked to be shown."""


@dataclass(frozen=True)
class Addresses:
    """Where the matrix leads to."""

    school: Callable[[int], str]

    def why(self, school_id: int, axis: str) -> str:
        return f"{self.school(school_id)}#why-{axis}"


def heat_table(
    seen: Overview, sheet: Sheet, lines: Sequence[SchoolLine], *, show: str, by_kpi: bool, addresses: Addresses
) -> dict[str, Any]:
    """One strategy's matrix, for templates/components/heatmap.html and the key beside it."""
    bands = _bands(sheet, by_kpi)
    ordered = [column for _, group in bands for column in group]
    order = [sheet.columns.index(one) for one in ordered]
    starts = {group[0].key for _, group in bands}
    labels = dict(zip((axis.key for axis in sheet.axes), short_labels([a.label for a in sheet.axes]), strict=True))
    row = _Row(seen, order, starts, labels, SHOWS[show], addresses)
    classes, many = edges.gaps(ordered, starts), len(ordered) > MOST_COLUMNS
    category = capital(sheet.strategy.identity.words.category)
    return {
        "caption": _caption(sheet, len(lines)),
        "category": category,
        "axes": ["Now" if label == category else label for label in labels.values()],
        "bands": edges.bands_of([(label, len(group)) for label, group in bands]),
        "cols": edges.cols(classes),
        "heads": edges.heads(ordered, classes, many=many),
        "rows": [row.of(line) for line in lines],
        "foot": edges.foot(lines, ordered, order, classes, len(labels)),
        "levels": _key(sheet),
        "many": many,
        "roomy": len(ordered) <= edges.ROOMY,
        "worded": has_long_words(level.label for column in ordered for level in column.levels),
        "long": len(lines) > LONG,
    }


def _bands(sheet: Sheet, by_kpi: bool) -> list[tuple[str, list[Column]]]:
    """Columns under their criterion, or criteria under their axis; those of several axes, or of none, last."""
    if by_kpi:
        labels = {one.key: one.short or one.label for one in sheet.strategy.criteria}
        return [(labels[key], list(group)) for key, group in groupby(sheet.columns, key=lambda one: one.criterion)]
    order = {axis.key: place for place, axis in enumerate(sheet.axes)}
    names = [f"{label} criteria" for label in short_labels([axis.label for axis in sheet.axes])]
    names = [*names, "Both" if len(names) == 2 else "Several"] if len(names) > 1 else ["Criteria", "Criteria"]

    def place(column: Column) -> int:
        return order[column.axes[0]] if len(column.axes) == 1 else len(names) - 1

    ordered = sorted(sheet.columns, key=place)
    return [(names[where], list(group)) for where, group in groupby(ordered, key=place)]


def _caption(sheet: Sheet, schools: int) -> str:
    said = f"{capital(sheet.strategy.identity.words.matrix)} of {counted(schools, 'school')}."
    return f"{said} Unknown and out of date are marked, never counted as good."


def _key(sheet: Sheet) -> list[dict[str, Any]]:
    """The levels of every scale shown, strongest first, each word once."""
    scales = [sheet.strategy.axis_levels(axis.key) for axis in sheet.axes]
    scales += [column.levels for column in sheet.columns]
    levels = {level_word(sheet.strategy, level): level.tone for scale in scales for level in scale}
    return [{"label": word, "step": step} for word, step in sorted(levels.items(), key=lambda pair: pair[1])]


@dataclass(frozen=True)
class _Row:
    """Writes the line of a school; everything that is the same for all lines is looked up once."""

    seen: Overview
    order: Sequence[int]
    starts: set[str]
    axes: dict[str, str]
    keeps: Callable[[Cell], bool]
    addresses: Addresses
    written: dict[int, HeatCell] = field(default_factory=dict)  # by the cell: schools share them

    def of(self, line: SchoolLine) -> str:
        by_axis = {category.axis: category for category in line.categories}
        return heat_row(
            line.name,
            self.addresses.school(line.school_id),
            self.small(line),
            [self.category(line, by_axis.get(axis), label) for axis, label in self.axes.items()],
            [self.cell(line.cells[place]) for place in self.order],
        )

    def small(self, line: SchoolLine) -> str:
        """“301 pupils, joined Sept 2026, rated Spring 26”."""
        said = [f"{line.pupils:,} pupils"] if line.pupils is not None else []
        if line.joined_on >= self.seen.period.starts_on:
            said.append(f"joined {line.joined_on:%b %Y}")
        if line.rated_on and line.rated_on < self.seen.period.starts_on:
            rated = next((one.short for one in self.seen.calendar.periods if one.pk == line.rated_in), "")
            said.append(f"rated {rated or line.rated_on.year}")
        return ", ".join(said)

    def category(self, line: SchoolLine, category: Category | None, label: str) -> HeatCategory:
        if category is None:
            return HeatCategory("Not asked", "na", "", "", "", "", label)
        url = self.addresses.why(line.school_id, category.axis) if category.state != "open" else ""
        news = self.seen.is_news(category)
        thin = category.word == NOT_ENOUGH
        return HeatCategory(
            word=category.word,
            step=category.step,  # type: ignore[arg-type]
            url=url,
            state_label=self.state(category),
            travel=category.travel if news else "",  # type: ignore[arg-type]
            was=category.was if news or thin else "",
            label=label,
        )

    def state(self, category: Category) -> str:
        """“proposed”, or when a first decision is due."""
        if category.state == "proposed":
            return "" if category.word == NOT_ENOUGH else "proposed"
        meeting = self.seen.next_meeting
        return f"due {_day(meeting.day)}" if category.state == "open" and meeting else ""

    def cell(self, cell: Cell) -> HeatCell:
        found = self.written.get(id(cell))
        if found is None:
            found = self.written[id(cell)] = self._cell(cell)
        return found

    def _cell(self, cell: Cell) -> HeatCell:
        step = cell.step if cell.applies else "na"
        return HeatCell(
            word=cell.word,
            step=step,  # type: ignore[arg-type]
            sub="" if cell.travel else cell.sub,
            stale=cell.stale_months is not None,
            travel=cell.travel,  # type: ignore[arg-type]
            was=cell.was,
            group_start=cell.key in self.starts,
            calm=not self.keeps(cell),
            label=cell.label,
        )


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"
