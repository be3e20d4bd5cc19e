"""What people type into a return's grid, and what the trust says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from evidence.queries.returns_sheet import Sheet
from evidence.rules.cells import LONGEST_NOTE, LONGEST_TEXT, Entry, read_cell, texts_of
from evidence.rules.grid import LONGEST_CLASS, MOST_CLASSES, Place
from evidence.services.returns import box

NOTE = "note"
LONGEST_QUERY = 1000
ABOUT_ONE = "query-"
"""How the names of the boxes begin in which a single figure is asked about."""

MOST_TYPED = 4 * LONGEST_TEXT
"""Characters of a box that are read; more is no figure."""


def entries_from(sheet: Sheet, data: Mapping[str, Any]) -> dict[Place, Entry]:
    """The figures the form speaks of. What cannot be read is kept as it was typed; a missing box stays as it is."""
    found = {}
    for table in sheet.tables:
        kind = table.measure.kind
        for place in table.places():
            now = sheet.entries.get(place, Entry())
            names = {part: box(place, part) for part in (*table.parts, NOTE)}
            if any(name in data for name in names.values()) and data.get(f"keep-{place.key}") != "theirs":
                stored = texts_of(kind, now)
                texts = {part: _text(data, names[part], stored[part]) for part in table.parts}
                note = str(data.get(names[NOTE], now.note)).replace("\0", "").replace("\r\n", "\n")
                found[place] = read_cell(kind, texts, note)[0]
    return found


def _text(data: Mapping[str, Any], name: str, stored: str) -> str:
    return str(data.get(name, stored)).replace("\0", "")[:MOST_TYPED]


class QueryForm(forms.Form):
    """A query about the whole return; those about single figures come beside it, one box a figure."""

    note = forms.CharField(
        label="What should the school look at again?",
        required=False,
        max_length=LONGEST_QUERY,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        help_text="The head reads it. A query about one figure goes beside that figure.",
    )


class ClassesForm(forms.Form):
    """The school's classes, in one line."""

    classes = forms.CharField(
        label="Your classes",
        required=False,
        max_length=MOST_CLASSES * (LONGEST_CLASS + 2),
        help_text="Separated by commas, for example 1A, 1B, Oak. Class totals only: nothing about one pupil.",
    )

    def clean_classes(self) -> list[str]:
        return [name for name in self.cleaned_data["classes"].replace("\n", ",").split(",") if name.strip()]


def queries_from(sheet: Sheet, data: Mapping[str, Any]) -> dict[Place, str]:
    """The queries beside single figures."""
    names = {place: f"{ABOUT_ONE}{place.key}" for place in sheet.figures}
    found = {place: str(data.get(name, "")).replace("\0", "").strip() for place, name in names.items()}
    return {place: words[:LONGEST_QUERY] for place, words in found.items() if words}


def asks_something(data: Mapping[str, Any]) -> bool:
    """Whether a question stands in any of the boxes, sent or not."""
    asked = [name for name in data if name == "note" or name.startswith(ABOUT_ONE)]
    return any(str(data[name]).strip() for name in asked)


__all__ = ["ABOUT_ONE", "LONGEST_NOTE", "ClassesForm", "QueryForm", "asks_something", "entries_from", "queries_from"]
