"""Writing the cells of a return while it is a draft: optimistic, cell by cell, and never half."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from evidence.models import Figure, Return
from evidence.queries.returns_sheet import entry_of, figures_of, is_unseen, place_of, tables_with
from evidence.rules.cells import LONGEST_NOTE, NOT_APPLICABLE, NOT_AVAILABLE, NOT_YET, SUPPRESSED, Entry
from evidence.rules.grid import MOST_CLASSES, Place, Table, class_fault
from schools.models import Membership
from schools.words import listed

from .filling import blank_figure

LONGEST_ANALYSIS = 20_000
REASONS = (NOT_APPLICABLE, NOT_AVAILABLE, SUPPRESSED, NOT_YET)
FIELDS = [
    "numerator", "denominator", "value", "status", "note", "typed", "author", "written_at", "of_version",
    "submitted_at", "hidden", "filled_from",
]  # fmt: skip


@dataclass(frozen=True)
class Conflict:
    """Somebody else wrote this figure since the form was filled in. Nothing of either is lost."""

    place: Place
    theirs: Figure
    mine: Entry


@dataclass
class Saved:
    """What became of a save: the version now stored, or with conflicts nothing written and what differs."""

    version: int
    at: datetime
    conflicts: list[Conflict] = field(default_factory=list)
    analysis_conflict: Return | None = None  # the return whose analysis somebody else wrote since
    written: int = 0


def locked_return(of_return: Return) -> Return:
    """The return's row, locked for this transaction. Raises ValidationError unless the school may write."""
    locked = Return.objects.select_for_update().get(pk=of_return.pk)
    if not locked.is_open:
        raise ValidationError(f"This return is {locked.get_state_display().lower()}, so it can no longer be changed.")
    return locked


def save_cells(
    of_return: Return,
    entries: Mapping[Place, Entry],
    *,
    by: Membership,
    version: int | None = None,
    analysis: str | None = None,
) -> Saved:
    """Write a draft of some figures, and the school's analysis if given. Five statements at most. Not an act.

    `version` is the one the form was filled in on. Where a figure was written since and differs, nothing is saved and
    the conflicts are given back; what others wrote elsewhere stands. Raises ValidationError unless the return is open
    and asks for every figure.
    """
    locked = locked_return(of_return)
    figures = {place_of(figure): figure for figure in figures_of(of_return)}
    tables = {table.measure.key: table for table in tables_with(of_return, figures)}
    changed = _changed(entries, figures, tables)
    saved = Saved(version=locked.version, at=timezone.now())
    if version is not None:
        since = [place for place in changed if place in figures and figures[place].of_version > version]
        saved.conflicts = [Conflict(place, figures[place], changed[place]) for place in since]
    words = _checked_analysis(analysis)
    anew = words is not None and words != locked.analysis
    if anew and version is not None and locked.analysis_version > version:
        saved.analysis_conflict = locked
    if saved.conflicts or saved.analysis_conflict or not (changed or anew):
        return saved
    saved.version, saved.written = locked.version + 1, len(changed)
    _upsert(
        _written(figures.get(place) or blank_figure(of_return, place, tables[place.measure]), entry, by=by, saved=saved)
        for place, entry in changed.items()
    )
    locked.version = saved.version
    if anew:
        locked.analysis, locked.analysis_by, locked.analysis_version = words or "", by, saved.version
    locked.save(update_fields=["version", "analysis", "analysis_by", "analysis_version"])
    of_return.version, of_return.analysis = locked.version, locked.analysis
    return saved


def _changed(
    entries: Mapping[Place, Entry], figures: Mapping[Place, Figure], tables: Mapping[str, Table]
) -> dict[Place, Entry]:
    """What differs from what is stored. Raises ValidationError for what the return does not ask."""
    changed = {}
    for place, entry in entries.items():
        table = tables.get(place.measure)
        if table is None or not table.takes(place):
            raise ValidationError("This return asks for no such figure.")
        if len(entry.note) > LONGEST_NOTE:
            raise ValidationError(f"Use at most {LONGEST_NOTE} characters to explain a figure.")
        entry = replace(entry, note=entry.note.replace("\r\n", "\n"))
        if entry != (entry_of(figures[place]) if place in figures else Entry()):
            changed[place] = entry
    if len({place.class_name for place in [*changed, *figures] if place.class_name}) > MOST_CLASSES:
        raise ValidationError(f"A school can name at most {MOST_CLASSES} classes.")
    return changed


def _checked_analysis(analysis: str | None) -> str | None:
    words = analysis.replace("\r\n", "\n").strip() if analysis is not None else None
    if len(words or "") > LONGEST_ANALYSIS:
        raise ValidationError(
            {"analysis": f"Use at most {LONGEST_ANALYSIS:,} characters; this has {len(words or ''):,}."}
        )
    return words


def _written(figure: Figure, entry: Entry, *, by: Membership, saved: Saved) -> Figure:
    figure.numerator, figure.denominator, figure.value = entry.numerator, entry.denominator, entry.value
    figure.status, figure.note, figure.typed = entry.status, entry.note, dict(entry.unread)
    figure.author, figure.written_at, figure.of_version = by, saved.at, saved.version
    figure.submitted_at, figure.hidden, figure.filled_from = None, False, ""
    return figure


def _upsert(figures: Iterable[Figure]) -> None:
    Figure.objects.bulk_create(
        figures,
        update_conflicts=True,
        unique_fields=["trust", "part_of", "measure", "group", "year_group", "class_name"],
        update_fields=FIELDS,
    )


def mark_blank(of_return: Return, measure: str, status: str, *, by: Membership) -> Saved:
    """Give one reason for every figure of a measure that has neither number nor reason yet."""
    if status not in REASONS:
        raise ValidationError("Choose why there is no number.")
    figures = {place_of(figure): entry_of(figure) for figure in figures_of(of_return)}
    places = [
        place
        for table in tables_with(of_return, figures)
        if table.measure.key == measure
        for place in table.places()
        if not figures.get(place, Entry()).is_given and not figures.get(place, Entry()).unread
    ]
    marked = {place: replace(figures.get(place, Entry()), status=status) for place in places}
    return save_cells(of_return, marked, by=by)


def confirm_filled(of_return: Return, *, by: Membership, measure: str = "") -> int:
    """Somebody of the school has looked at what was filled in, and it is right. How many figures that were.

    Of one measure, or of the whole return. Where each comes from stays with it.
    """
    locked = locked_return(of_return)
    seen = [row for row in figures_of(of_return) if is_unseen(row) and measure in ("", row.measure)]
    if seen:
        locked.version += 1
        locked.save(update_fields=["version"])
        of_return.version = locked.version
        Figure.objects.filter(pk__in=[row.pk for row in seen]).update(
            author=by, written_at=timezone.now(), of_version=locked.version
        )
    return len(seen)


def name_classes(of_return: Return, names: Sequence[str], *, by: Membership) -> int:
    """Set the classes of the tables by class. How many figures that makes.

    A class that has figures is not taken away: its figures are cleared first.
    """
    locked = locked_return(of_return)
    names = list(dict.fromkeys(" ".join(name.split()) for name in names if name.strip()))
    faults = [fault for name in names if (fault := class_fault(name))]
    if len(names) > MOST_CLASSES:
        faults.append(f"A school can name at most {MOST_CLASSES} classes.")
    rows = {place_of(row): row for row in figures_of(of_return)}
    gone = {place: row for place, row in rows.items() if place.class_name and place.class_name not in names}
    full = {place.class_name for place, row in gone.items() if not entry_of(row).is_blank or row.note}
    if full:
        faults.append(f"{listed(sorted(full))} has figures. Clear them first, then take the class out.")
    if faults:
        raise ValidationError({"classes": faults})
    Figure.objects.filter(pk__in=[row.pk for row in gone.values()]).delete()
    tables = tables_with(of_return, [Place("", class_name=name) for name in names])
    wanted = [(place, table) for table in tables if table.by_class for place in table.places()]
    Figure.objects.bulk_create(blank_figure(of_return, place, table) for place, table in wanted if place not in rows)
    locked.version += 1
    locked.save(update_fields=["version"])
    of_return.version = locked.version
    return len(wanted)
