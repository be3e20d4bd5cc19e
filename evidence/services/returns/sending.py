"""The way of a return: sent by the head, sent back with a query or agreed by the trust."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from evidence.models import Figure, Return, State
from evidence.queries.returns_sheet import Sheet, point_of, sheet_of
from evidence.rules.grid import Place
from evidence.rules.readiness import BLANK, LOOK_AT
from evidence.services.hiding import hide_small_numbers
from schools.audit import record_act
from schools.models import Membership, RoleGrant
from schools.strategy import Role

from .news import tell_agreed, tell_returned, tell_submitted
from .saving import locked_return

LOOK = "This was filled in for you. Look at it and say that it is right, or type over it."
GIVE = "Give the figure, or say why there is none: n/a, x, c or “not yet”."


def label_of(of_return: Return) -> str:
    """“Autumn collection, Autumn term 2026/27”."""
    return f"{point_of(of_return).label}, {of_return.period.label}"


def faults_of(sheet: Sheet) -> dict[str, str]:
    """Why a return cannot be sent yet, by the key of the figure and its box; the analysis by its own name."""
    found: dict[str, str] = {}
    for place in sheet.standing.among(BLANK):
        found[first_box(sheet, place)] = GIVE
    for one in sheet.in_the_way:
        found.setdefault(box(one.place, one.part), one.text)
    for place in sheet.standing.among(LOOK_AT):
        found.setdefault(first_box(sheet, place), LOOK)
    if point_of(sheet.of).analysis and not sheet.of.analysis:
        found["analysis"] = "Answer the question before you send the return."
    return found


def first_box(sheet: Sheet, place: Place) -> str:
    """The name of the first input of a figure."""
    return box(place, sheet.table_by_measure[place.measure].parts[0])


def box(place: Place, part: str) -> str:
    """The name of one input of a figure."""
    return f"{place.key}~{part}"


def submit_return(of_return: Return, *, by: Membership) -> Return:
    """Send the return to the trust. Raises ValidationError, by box, for what is missing, wrong or unexplained."""
    locked = locked_return(of_return)
    of_return.analysis = locked.analysis
    faults = faults_of(sheet_of(of_return))
    if faults:
        raise ValidationError(dict(faults))
    record_act(
        "return.submitted", of_return, by=by, school=of_return.school, before=locked.state, after="submitted",
        label=label_of(of_return),
    )  # fmt: skip
    at = timezone.now()
    figures = Figure.objects.filter(part_of=of_return)
    figures.filter(
        status="number", numerator=None, denominator=None, value=None, note=""
    ).delete()  # blanks of what may stay blank
    figures.update(submitted_at=at, query="")
    locked.state, locked.submitted_at, locked.submitted_by = State.SUBMITTED, at, by
    locked.returned_note, locked.version = "", locked.version + 1
    locked.save(update_fields=["state", "submitted_at", "submitted_by", "returned_note", "version"])
    tell_submitted(of_return, by=by)
    return locked


def leads_school(by: Membership, school_id: int) -> bool:
    """Whether the person is a head or leader of the school."""
    roles = (Role.HEAD, Role.LEADER)
    return RoleGrant.objects.current().filter(membership=by, school=school_id, role__in=roles).exists()


def _sent(of_return: Return, by: Membership, *, also: str = "") -> Return:
    """The return, locked. Raises unless it is with the trust and somebody else's."""
    locked = Return.objects.select_for_update().get(pk=of_return.pk)
    if locked.state not in {State.SUBMITTED, also}:
        raise ValidationError(f"This return is {locked.get_state_display().lower()}, so there is nothing to decide.")
    if locked.submitted_by_id == by.pk or leads_school(by, locked.school_id):
        raise PermissionDenied("You lead this school or sent this return, so somebody else looks at it.")
    return locked


def send_back(of_return: Return, *, by: Membership, note: str, queries: Mapping[Place, str] | None = None) -> Return:
    """Send a return back with a query about the whole, and if you like about single figures.

    An agreed one can be sent back too: nobody but the school and the data roles reads it until it is agreed again.
    """
    locked = _sent(of_return, by, also=State.AGREED)
    asked = {place: words.strip() for place, words in (queries or {}).items() if words.strip()}
    if not note.strip() and not asked:
        raise ValidationError({"note": "Say what you would like the school to look at again"})
    whole = note.strip() or "Please look at the figures with a query."
    record_act(
        "return.returned", of_return, by=by, school=of_return.school, before=locked.state, after="returned",
        why=whole, label=label_of(of_return),
    )  # fmt: skip
    rows = {(row.measure, row.group, row.year_group, row.class_name): row for row in locked.figures.all()}
    for place, words in asked.items():
        row = rows.get((place.measure, place.group, place.year_group, place.class_name))
        if row is None:
            raise ValidationError("This return holds no such figure.")
        row.query = words
    Figure.objects.bulk_update(rows.values(), ["query"])
    locked.state, locked.returned_note, locked.version = State.RETURNED, whole, locked.version + 1
    locked.agreed_at = locked.agreed_by = None
    locked.save(update_fields=["state", "returned_note", "version", "agreed_at", "agreed_by"])
    of_return.returned_note = whole
    tell_returned(of_return, by=by, queried=len(asked))
    return locked


def agree_return(of_return: Return, *, by: Membership, version: int | None = None) -> Return:
    """Agree the return: from now on its figures count, and others read them, but for the small numbers."""
    locked = _sent(of_return, by)
    if version is not None and locked.version > version:
        raise ValidationError("The return has changed since you opened the page. Read it, then agree.")
    record_act(
        "return.agreed", of_return, by=by, school=of_return.school, before="submitted", after="agreed",
        label=label_of(of_return),
    )  # fmt: skip
    locked.state, locked.agreed_at, locked.agreed_by = State.AGREED, timezone.now(), by
    locked.version += 1
    locked.save(update_fields=["state", "agreed_at", "agreed_by", "version"])
    hide_small_numbers(locked)
    tell_agreed(of_return, by=by)
    return locked
