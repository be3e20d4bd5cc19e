"""The document of a report, from its snapshot and nothing else: no trust is open while this runs.

The same snapshot gives the same HTML at the same release, on any machine: no address, no time and no setting goes in.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from reporting.contents import from_snapshot
from reporting.contents.facts import Cell, Contents, LevelsSheet, Matrix, MatrixRow, MatrixSheet, Section, Table
from schools.charts import line_chart
from schools.matrix_html import HeatCategory, HeatCell, Step, heat_row

DOCUMENT = "reporting/pdf/document.html"
CHART_ACCENT = "#2b4a86"
SET_APART = frozenset({"matrix", "schools"})
"""Parts that bring their own pages; the others follow one another."""

FEW_COLUMNS = 10
"""Up to so many columns of the matrix have room for long words."""

NEVER_NAMED = "Not placed then"


def build_html(snapshot: dict[str, Any], *, preview: bool = False, **extra: Any) -> str:
    """The whole document. `preview` links our style sheets and adds a way back, for the browser."""
    contents = from_snapshot(snapshot)
    return render_to_string(DOCUMENT, {**document(contents), "preview": preview, **extra})


def html_hash(html: str) -> str:
    """SHA-256 in hexadecimal."""
    return sha256(html.encode()).hexdigest()


def document(contents: Contents) -> dict[str, Any]:
    """What the template prints."""
    parts = [_part(part, f"s{place}", contents) for place, part in enumerate(contents.parts, start=1)]
    pages = [
        {"flows": flows, "parts": list(group)}
        for flows, group in groupby(parts, key=lambda one: one["part"].kind not in SET_APART)
    ]
    if not pages or not pages[0]["flows"]:
        pages.insert(0, {"flows": True, "parts": []})  # the list of contents needs a page to stand on
    return {"cover": contents.cover, "parts": parts, "pages": pages}


def _part(part: Section, ident: str, contents: Contents) -> dict[str, Any]:
    """A part, its anchor, its template, and what has to be drawn for it."""
    drawn: dict[str, Any] = {}
    if isinstance(part, Matrix):
        drawn["sheets"] = [_sheet(sheet) for sheet in part.sheets]
    if part.kind == "levels":
        drawn["sheets"] = [
            {"sheet": sheet, "charts": list(_charts(sheet, f"{ident}-{place}", contents.cover.accent))}
            for place, sheet in enumerate(part.sheets)
        ]
    if part.kind == "table":
        drawn |= _table(part)
    if part.kind == "tables":
        drawn["groups"] = [{"group": group, "tables": [_table(one) for one in group.tables]} for group in part.groups]
    return {"part": part, "ident": ident, "template": f"reporting/pdf/{part.kind}.html", **drawn}


def _table(table: Table) -> dict[str, Any]:
    return {
        "table": table,
        "rows": [_numbered(row, table.numbers) for row in table.rows],
        "head": [(cell, place in table.numbers) for place, cell in enumerate(table.head)],
    }


def _numbered(row: tuple[str, ...], numbers: tuple[int, ...]) -> list[tuple[str, bool]]:
    return [(cell, place in numbers) for place, cell in enumerate(row)]


def _charts(sheet: LevelsSheet, ident: str, accent: str) -> Iterator[dict[str, Any]]:
    """One small chart a level, all on one scale, its whole content in its title as well as in the table beside it."""
    if len(sheet.terms) < 2:
        return
    for place, level in enumerate(sheet.counts):
        if level.level == NEVER_NAMED:
            continue
        said = ", ".join(f"{term} {count}" for term, count in zip(sheet.terms, level.counts, strict=True))
        svg = line_chart(
            f"{level.level}, number of schools: {said}",
            [sheet.terms[0], *[""] * (len(sheet.terms) - 2), sheet.terms[-1]],
            level.counts,
            us="Schools",
            unit="",
            ident=f"{ident}-{place}",
            floor=0,
            ceiling=max(sheet.schools, 1),
        )
        yield {"name": level.level, "step": level.step, "svg": SafeString(svg.replace(CHART_ACCENT, accent))}


def _sheet(sheet: MatrixSheet) -> dict[str, Any]:
    starts = _starts(sheet)
    first = starts - {0} if not sheet.axes else starts
    return {
        "sheet": sheet,
        "few": len(sheet.axes) + len(sheet.columns) <= FEW_COLUMNS,
        "groups": sheet.groups,
        "columns": [(label, place in first) for place, label in enumerate(sheet.columns)],
        "rows": [_row(row, sheet, first) for row in sheet.rows],
        "foot": [(label, [(count, place in first) for place, count in enumerate(row)]) for label, row in sheet.foot],
    }


def _starts(sheet: MatrixSheet) -> set[int]:
    """The columns before which a gap stands: the first of each group."""
    places, at = set(), 0
    for _, size in sheet.groups:
        places.add(at)
        at += size
    return places


def step_of(step: Any) -> Step:
    """A step read back from a snapshot; the snapshot was written from one."""
    found: Step = step
    return found


def _row(row: MatrixRow, sheet: MatrixSheet, starts: set[int]) -> SafeString:
    categories = [
        HeatCategory(
            word=cell.word,
            step=step_of(cell.step),
            url="",
            state_label=cell.state,
            travel=cell.travel,
            was=cell.was,
            label=axis,
        )
        for axis, cell in zip(sheet.axes, row.categories, strict=True)
    ]
    cells = [
        _cell(cell, label, place in starts)
        for place, (label, cell) in enumerate(zip(sheet.columns, row.cells, strict=True))
    ]
    return heat_row(row.school, "", row.small, categories, cells)


def _cell(cell: Cell, label: str, start: bool) -> HeatCell:
    calm = cell.step not in (0, 4, 5) and not cell.travel and not cell.stale
    return HeatCell(
        word=cell.word, step=step_of(cell.step), sub=cell.sub, stale=cell.stale, travel=cell.travel, was=cell.was,
        group_start=start, calm=calm, label=label,
    )  # fmt: skip
