"""What the pages of a return show, prepared so that templates decide nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.urls import reverse

from evidence.models import Figure, Return, Span, Status
from evidence.queries.returns import hides
from evidence.queries.returns_sheet import Known, Sheet, entry_of, is_unseen, point_of
from evidence.rules.arithmetic import in_words, one_pupil, rounded, value_of
from evidence.rules.cells import Entry, texts_of
from evidence.rules.checks import STOP, WORD, Finding
from evidence.rules.grid import ALL, DENOMINATOR, NUMERATOR, VALUE, Place, Row, Table
from evidence.services.returns import box, taken
from evidence.views.returns_progress import progress
from schools.access import Access, Permission
from schools.strategy.measures import Measure, PupilGroup
from schools.words import capital, year_words

HIDDEN = "hidden: small number"
PEOPLE = frozenset({"pupils", "children"})


def address(name: str, of_return: Return, trust: str) -> str:
    """The address of a page of this return."""
    kwargs = {"trust": trust, "school_id": of_return.school_id, "period_id": of_return.period_id}
    return reverse(name, kwargs={**kwargs, "point": of_return.point})


def about_words(table: Table) -> str:
    """“Whole year 2025/26”, “Autumn term 2026/27”."""
    return f"{capital(Span(table.span).label)} {year_words(table.year)}"


def shown(measure: Measure, entry: Entry) -> str:
    """The figure in words: “40%”, “not available”; empty where nothing was given."""
    if not entry.amount.is_number:
        return Status(entry.status).label
    return in_words(value_of(measure.kind, entry.amount), measure.decimals, measure.unit_shown)


def tables_shown(sheet: Sheet, access: Access) -> list[dict[str, Any]]:
    """The tables of the grid. No query."""
    found: dict[Place, list[Finding]] = defaultdict(list)
    for one in sheet.findings:
        found[one.place].append(one)
    return [_table(sheet, table, found, access) for table in sheet.tables]


def _table(sheet: Sheet, table: Table, found: Mapping[Place, list[Finding]], access: Access) -> dict[str, Any]:
    sees = access.may(Permission.SEE_COUNTS, sheet.of.school_id)
    rows = [
        {
            "label": _row_label(table, row),
            "cells": [_cell(sheet, table, row, group, found, access) for group in table.groups],
        }
        for row in table.rows
    ]
    measure = table.measure
    return {
        "key": measure.key,
        "label": measure.label,
        "detail": measure.detail,
        "about": about_words(table),
        "asks": _asks(measure),
        "groups": [table.group_named(group.key) or measure.label for group in table.groups],
        "of_pupils": measure.by_pupil,
        "rows": rows,
        "optional": table.optional,
        "by_class": table.by_class,
        "blank": sum(not _is_given(sheet.entries.get(place)) for place in table.places()),
        "unseen": sum(place in sheet.unseen for place in table.places()),
        "kind": measure.kind,
        "decimals": measure.decimals,
        "unit": measure.unit_shown,
        "one_pupil": _one_pupil(sheet, table) if sees else "",
        "worded": table.by_class or len(table.rows) > 1,
        "single": len(table.groups) == 1 and len(table.rows) == 1 and not table.by_class,
    }


def _row_label(table: Table, row: Row) -> str:
    """“Year 4”; what is about no pupils has no year groups to be all of."""
    return row.label if row.year_group or row.class_name or table.measure.by_pupil else "The school"


def _is_given(entry: Entry | None) -> bool:
    return entry is not None and (entry.is_given or bool(entry.unread))


def _asks(measure: Measure) -> str:
    """“Sessions attended, out of possible sessions”."""
    if measure.kind == "number":
        return capital(measure.unit_shown or "a number")
    if measure.kind == "mean":
        return f"The mean ({measure.unit_shown}), and {measure.denominator}" if measure.unit_shown else "The mean"
    between = "against" if measure.kind == "change" else "out of"
    return f"{capital(measure.numerator)}, {between} {measure.denominator}"


def _one_pupil(sheet: Sheet, table: Table) -> str:
    """How many points one pupil makes, by group, where the figures count pupils."""
    measure = table.measure
    if measure.kind != "share" or measure.denominator.split(" ")[0] not in PEOPLE or table.by_class:
        return ""
    said = []
    for group in table.groups:
        entry = sheet.entries.get(Place(measure.key, group.key))
        points = one_pupil(measure.kind, replace(entry.amount, numerator=0)) if entry and entry.denominator else None
        if points is not None:
            said.append(f"{rounded(points, 1)} points{'' if group.key == ALL else f' ({group.label})'}")
    return f"One pupil is {', '.join(said)}." if said else ""


def _cell(
    sheet: Sheet,
    table: Table,
    row: Row,
    group: PupilGroup,
    found: Mapping[Place, list[Finding]],
    access: Access,
) -> dict[str, Any]:
    place = table.place(row, group)
    figure, entry = sheet.figures.get(place), sheet.entries.get(place, Entry())
    measure, said = table.measure, found.get(place, [])
    texts, stops = texts_of(measure.kind, entry), {one.part for one in said if one.level == STOP}
    before, known = sheet.before.get(place), sheet.published.get(place)
    of_group = table.group_named(group.key)
    named = ", ".join(filter(None, (measure.label, of_group, row.label if len(table.rows) > 1 else "")))
    words = {NUMERATOR: measure.numerator, DENOMINATOR: measure.denominator, VALUE: measure.unit_shown or "number"}
    cell = {
        "key": place.key,
        "group": of_group or measure.label,
        "boxes": [
            {
                "name": box(place, part),
                "value": texts[part],
                "label": f"{named}: {words[part]}",
                "bad": part in stops,
            }
            for part in table.parts
        ],
        "shown": shown(measure, entry),
        "hidden": figure is not None and hides(access, figure),
        "before": f"{_plain(measure, before.amount)} in {before.label}" if before else "",
        "published": _published(measure, known) if known else "",
        "usable": known is not None and known.same and not entry.is_given and bool(taken(table, known)),
        "unseen": place in sheet.unseen,
        "source": _source(figure, entry),
        "checks": [{"level": one.level, "text": one.text} for one in said],
        "needs_note": any(one.level == WORD for one in said),
        "note": entry.note,
        "note_name": box(place, "note"),
        "query": figure.query if figure else "",
        "named": named,
        "counts": _counts(table, entry),
    }
    return cell if access.may(Permission.SEE_COUNTS, sheet.of.school_id) else {**cell, **_without_counts(cell)}


def _source(figure: Figure | None, entry: Entry) -> str:
    """Where a figure comes from that was filled in; blank where somebody typed it."""
    if figure is None or not figure.filled_from or entry != entry_of(figure):
        return ""
    if not entry.is_given:
        return f"{entry.denominator:,} is from {figure.filled_from}." if entry.denominator is not None else ""
    return f"From {figure.filled_from}.{' Look at it: is it right?' if is_unseen(figure) else ''}"


def _without_counts(cell: Mapping[str, Any]) -> dict[str, Any]:
    """What a reader sees who may not see small numbers: not what others say of the figure, nor what it was."""
    hidden = {"shown": HIDDEN, "counts": "", "boxes": []} if cell["hidden"] else {}
    said = {"checks": [], "before": "", "note": "", "query": "", "needs_note": False, "usable": False, "source": ""}
    return said | hidden


def _counts(table: Table, entry: Entry) -> str:
    """“12 of 30”, for those who read and do not write."""
    if entry.denominator is None or not entry.amount.is_number:
        return ""
    if entry.numerator is None:
        return f"of {entry.denominator:,}" if entry.value is not None else ""
    return f"{entry.numerator:,} of {entry.denominator:,}"


def _plain(measure: Measure, amount: Any) -> str:
    return in_words(value_of(measure.kind, amount), measure.decimals, measure.unit_shown)


def _published(measure: Measure, known: Known) -> str:
    """“published: 74% (2025/26, provisional)”."""
    release = f", {known.release}" if known.release and "not stated" not in known.release else ""
    return f"published: {_plain(measure, known.amount)} ({year_words(known.year)}{release})"


def for_script(sheet: Sheet, tables: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What grid.js shows after a save: every cell's figure, its checks and where it comes from; what is left."""
    cells = {}
    for table in tables:
        for row in table["rows"]:
            for cell in row["cells"]:
                bad = [one["name"] for one in cell["boxes"] if one["bad"]]
                cells[cell["key"]] = {
                    "shown": cell["shown"], "checks": cell["checks"], "note": cell["needs_note"], "bad": bad,
                    "source": cell["source"], "unseen": cell["unseen"],
                }  # fmt: skip
    return {"cells": cells, "progress": progress(sheet)}


def summary(sheet: Sheet, trust: str, today: date) -> dict[str, Any]:
    """What every page of one return shows above its figures."""
    of_return = sheet.of
    urls = {
        f"{name}_url": address(f"return_{name}", of_return, trust)
        for name in ("page", "autosave", "classes", "template", "upload", "back", "agree")
    }
    point = point_of(of_return)
    return {"of_return": of_return, "point": point, "progress": progress(sheet), "today": today, **urls}
