"""The return as a file: downloaded filled in, uploaded again, or what the school's own system exports."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from evidence.models import Return
from evidence.queries.returns_sheet import Sheet, sheet_of
from evidence.rules.grid import Place
from evidence.rules.grid_matching import Meaning, choices
from evidence.rules.grid_reading import Reading
from evidence.services.returns import (
    FileTable,
    as_json,
    from_json,
    meanings_for,
    read_file,
    read_rows,
    remember,
    remember_groups,
    take_rows,
    workbook_of,
)
from evidence.views.returns import return_for, to_page
from evidence.views.returns_parts import shown, summary
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import version_in
from schools.strategy.measures import PupilGroup
from schools.words import capital, counted

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXAMPLES = 3
MOST_FAULTS_SHOWN = 200
MOST_NAMES = 20
"""Names of groups that are asked about at a time."""
CALLED = "called-"
"""How the name of a box begins in which is said what a group's name means."""


@trust_view(needs=Permission.SEE_COUNTS)
def template(request: TrustRequest, school_id: int, period_id: int, point: str) -> HttpResponse:
    """The return as a spreadsheet, filled in as far as it is. For those who see every figure."""
    of_return = return_for(request, school_id, period_id, point)
    request.access.require(Permission.SEE_COUNTS, of_return.school_id)
    answer = HttpResponse(workbook_of(sheet_of(of_return)), content_type=XLSX)
    name = f"{of_return.point}-{of_return.school.urn}-{of_return.period.year}-{of_return.period.season}.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@trust_view(needs=Permission.ENTER_RETURN)
def upload(request: TrustRequest, school_id: int, period_id: int, point: str) -> HttpResponse:
    """A file in three steps: choose it, say what its columns mean, see what it would change. The page carries it on."""
    of_return = return_for(request, school_id, period_id, point)
    request.access.require(Permission.ENTER_RETURN, of_return.school_id)
    if not of_return.is_open:
        messages.warning(
            request, f"This return is {of_return.get_state_display().lower()}, so nothing can be uploaded."
        )
        return to_page(request, of_return)
    sheet = sheet_of(of_return)
    if request.method != "POST":
        return _choose(request, sheet)
    try:
        return _step(request, sheet)
    except ValidationError as refused:
        return _choose(request, sheet, refused)


def _choose(request: TrustRequest, sheet: Sheet, refused: ValidationError | None = None) -> HttpResponse:
    context = _context(request, sheet) | {"refused": " ".join(refused.messages) if refused else ""}
    return render(request, "evidence/return_upload.html", context, status=422 if refused else 200)


def _context(request: TrustRequest, sheet: Sheet) -> dict[str, Any]:
    return summary(sheet, request.trust.slug, timezone.localdate()) | {"version": sheet.of.version}


def _step(request: TrustRequest, sheet: Sheet) -> HttpResponse:
    if "table" not in request.POST:
        file = request.FILES.get("file")
        if file is None:
            raise ValidationError("Choose a file.")
        table = read_file(file)
        meanings = meanings_for(table, sheet)
        return (
            _preview(request, sheet, table, meanings) if table.is_template else _match(request, sheet, table, meanings)
        )
    table = _carried(request)
    meanings = [Meaning.read(request.POST.get(f"col-{place}", "")) for place in range(len(table.header))]
    if request.POST.get("step") == "match":
        return _match(request, sheet, table, meanings)
    if "take" in request.POST:
        return _take(request, sheet, table, meanings)
    if not table.is_template:
        remember(table.header, meanings)
    said = [name for name in request.POST if name.startswith(CALLED)][:MOST_NAMES]
    explained = {name.removeprefix(CALLED).replace("\0", ""): request.POST[name] for name in said}
    remember_groups(explained, [group.key for group in _groups(sheet)])
    return _preview(request, sheet, table, meanings)


def _carried(request: TrustRequest) -> FileTable:
    try:
        return from_json(json.loads(request.POST["table"]))
    except (ValueError, RecursionError):
        raise ValidationError("The file did not arrive whole. Choose it again.") from None


def _match(request: TrustRequest, sheet: Sheet, table: FileTable, meanings: list[Meaning]) -> HttpResponse:
    """What each column means, with the first cells of it."""
    columns = [
        {
            "name": f"col-{place}",
            "header": header or f"Column {place + 1}",
            "examples": [row[place] for _, row in table.rows[:EXAMPLES] if place < len(row) and row[place]],
            "chosen": meaning.code,
        }
        for place, (header, meaning) in enumerate(zip(table.header, meanings, strict=True))
    ]
    groups = [(label, [(one.code, words) for one, words in each]) for label, each in choices(sheet.tables)]
    context = _context(request, sheet) | {"columns": columns, "choices": groups, "table": _json(table)}
    return render(request, "evidence/return_match.html", context)


def _json(table: FileTable) -> str:
    return json.dumps(as_json(table), ensure_ascii=False, separators=(",", ":"))


def _preview(
    request: TrustRequest, sheet: Sheet, table: FileTable, meanings: list[Meaning], *, status: int = 200
) -> HttpResponse:
    """What the file would change, and every bad row with its number and reason."""
    reading = read_rows(table, meanings, sheet)
    context = _context(request, sheet) | {
        "table": _json(table),
        "columns": [(f"col-{place}", meaning.code) for place, meaning in enumerate(meanings)],
        "reading": reading,
        "named": [(f"{CALLED}{bare}", *said) for bare, said in list(reading.groups_named.items())[:MOST_NAMES]],
        "groups": _groups(sheet),
        "faults": reading.faults[:MOST_FAULTS_SHOWN],
        "more_faults": max(len(reading.faults) - MOST_FAULTS_SHOWN, 0),
        "good": reading.rows - reading.bad_rows,
        "changes": _changes(sheet, reading),
        "is_template": table.is_template,
    }
    return render(request, "evidence/return_preview.html", context, status=status)


def _groups(sheet: Sheet) -> list[PupilGroup]:
    """The groups that the return asks for, in its order."""
    return list({group.key: group for table in sheet.tables for group in table.groups}.values())


def _changes(sheet: Sheet, reading: Reading) -> list[dict[str, str]]:
    """Every figure that would be new or another."""
    found = []
    for place, entry in reading.entries.items():
        now = sheet.entries.get(place)
        if now != entry:
            table = sheet.table_by_measure[place.measure]
            found.append(
                {
                    "label": _label(sheet, place),
                    "was": shown(table.measure, now) if now and now.is_given else "",
                    "now": shown(table.measure, entry) or "only out of how many",
                }
            )
    return found


def _label(sheet: Sheet, place: Place) -> str:
    table = sheet.table_by_measure[place.measure]
    rows = [row.label for row in table.rows if row.year_group == place.year_group and row.year_group]
    return ", ".join(filter(None, (table.measure.label, table.group_named(place.group), *rows, place.class_name)))


def _take(request: TrustRequest, sheet: Sheet, table: FileTable, meanings: list[Meaning]) -> HttpResponse:
    of_return: Return = sheet.of
    reading, version = read_rows(table, meanings, sheet), version_in(request.POST)
    good_only = request.POST["take"] == "good"
    try:
        with transaction.atomic():
            saved = take_rows(of_return, reading, by=request.access.membership, version=version, good_only=good_only)
    except ValidationError as refused:
        messages.warning(request, " ".join(refused.messages))
        return _preview(request, sheet, table, meanings, status=422)
    if saved.conflicts:
        names = ", ".join(_label(sheet, clash.place) for clash in saved.conflicts[:EXAMPLES])
        messages.warning(request, f"Somebody has changed figures since: {names}. Look at them, then choose again.")
        return _preview(request, sheet, table, meanings, status=409)
    left = f" {capital(counted(reading.bad_rows, 'row'))} left out." if reading.faults else ""
    messages.success(request, f"{capital(counted(saved.written, 'figure'))} taken from the file.{left}")
    return to_page(request, of_return)
