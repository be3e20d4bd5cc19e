"""What is typed into a return's grid, put into its draft by the form and by the page while it is filled in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from evidence.forms.returns import entries_from
from evidence.queries.returns_sheet import Sheet
from evidence.rules.cells import Entry
from evidence.rules.grid import Place
from evidence.services.returns import Saved, confirm_filled, mark_blank, save_cells, taken
from evidence.views.returns_conflicts import conflicting_boxes
from schools.access import TrustRequest
from schools.forms import version_in

EVERY = "*"
"""In place of a measure: all of them."""


def posted(request: TrustRequest, sheet: Sheet) -> dict[str, Any]:
    """What became of the form: `saved`, or what the page says beside what was typed."""
    entries = entries_from(sheet, request.POST)
    kept: dict[str, Any] = {"typed": entries, "analysis": request.POST.get("analysis", sheet.of.analysis)}
    try:
        with transaction.atomic():
            saved = save(request, sheet, entries)
            if not saved.conflicts and not saved.analysis_conflict:
                return {"saved": saved}
    except ValidationError as refused:
        return kept | {"status": 422, "refused": refused.messages, "version": request.POST.get("version", "")}
    return kept | {"status": 409, "conflicts": conflicting_boxes(sheet, saved, request.access)}


def save(request: TrustRequest, sheet: Sheet, entries: dict[Place, Entry]) -> Saved:
    """What was typed; with “use”, the published figure in a blank cell; with “blank”, a reason for what is blank."""
    by, version = request.access.membership, version_in(request.POST)
    _use_published(sheet, entries, Place.read(request.POST.get("use", "")))
    analysis = request.POST.get("analysis") if request.POST.get("keep-analysis") != "theirs" else None
    analysis = analysis.replace("\0", "") if analysis is not None else None
    saved = save_cells(sheet.of, entries, by=by, version=version, analysis=analysis)
    measure, _, reason = request.POST.get("blank", "").partition("~")
    if reason and measure in sheet.table_by_measure and not saved.conflicts:
        saved = mark_blank(sheet.of, measure, reason, by=by)
    if (seen := request.POST.get("seen", "")) and not saved.conflicts:
        confirm_filled(sheet.of, by=by, measure=seen if seen != EVERY else "")
    return saved


def _use_published(sheet: Sheet, entries: dict[Place, Entry], place: Place | None) -> None:
    """The published figure where the school has given none; never in place of one."""
    if place is None or place not in sheet.published:
        return
    now = entries.get(place, sheet.entries.get(place, Entry()))
    known = taken(sheet.table_by_measure[place.measure], sheet.published[place])
    if known is not None and not now.is_given:
        entries[place] = replace(known, note=now.note)
