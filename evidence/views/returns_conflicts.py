"""What a page says when two people wrote the same figure: both sides, in the words of the boxes."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from evidence.queries.returns_sheet import Sheet, entry_of
from evidence.rules.cells import texts_of
from evidence.rules.grid import Place, Table
from evidence.services.returns import Conflict, Saved, box
from schools.access import Access


def conflicting_boxes(sheet: Sheet, saved: Saved, access: Access) -> list[dict[str, str]]:
    """Every box that two people wrote since the form was filled in."""
    found = [one for clash in saved.conflicts for one in _of_figure(sheet, clash, access)]
    if saved.analysis_conflict is not None:
        stored = saved.analysis_conflict
        said = {"field": "analysis", "place": "analysis", "label": "Your own analysis", "at": "", "mine": ""}
        found.append({**said, "by": _who(stored.analysis_by, access), "theirs": stored.analysis})
    return found


def _of_figure(sheet: Sheet, clash: Conflict, access: Access) -> list[dict[str, str]]:
    table = sheet.table_by_measure[clash.place.measure]
    theirs = {**texts_of(table.measure.kind, entry_of(clash.theirs)), "note": clash.theirs.note}
    mine = {**texts_of(table.measure.kind, clash.mine), "note": clash.mine.note}
    said = {"place": clash.place.key, "label": _label(table, clash.place), "by": _who(clash.theirs.author, access)}
    said["at"] = f"{timezone.localtime(clash.theirs.written_at):%H:%M}" if clash.theirs.written_at else ""
    return [
        {**said, "field": box(clash.place, part), "theirs": theirs[part], "mine": mine[part]}
        for part in theirs
        if theirs[part] != mine[part]
    ]


def _label(table: Table, place: Place) -> str:
    group = next(one.label for one in table.groups if one.key == place.group)
    rows = [row.label for row in table.rows if (row.year_group, row.class_name) == (place.year_group, place.class_name)]
    return ", ".join((table.measure.label, group, *(rows if len(table.rows) > 1 else [])))


def _who(author: Any, access: Access) -> str:
    return "You" if author is None or author.pk == access.membership.pk else author.user.name
