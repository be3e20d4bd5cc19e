"""The names of answers: `focus` for a field of the head, `r0-comment` for the comment of row 0.

A row is a numbered slot, so that two people who fill in different rows never meet, and a row that is emptied leaves
the others where they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from schools.strategy.forms import Form, FormField, When

MOST_ROWS = 30

_ROW = re.compile(r"r([0-9]{1,2})-([a-z][a-z0-9_]*)")


def row_name(slot: int, key: str) -> str:
    """The name of one answer in a row."""
    return f"r{slot}-{key}"


def place_of(name: str) -> tuple[int | None, str]:
    """The slot, None for the head, and the field's key."""
    found = _ROW.fullmatch(name)
    return (int(found[1]), found[2]) if found else (None, name)


def field_of(form: Form, name: str) -> FormField | None:
    """The field an answer belongs to; None for a name that this form does not have."""
    slot, key = place_of(name)
    if slot is None:
        return form.head_fields.get(key)
    return form.row_fields.get(key) if slot < MOST_ROWS and row_name(slot, key) == name else None


def names_of(form: Form, at: When | None = None) -> Iterator[str]:
    """Every name of the form, or those that are written at one time."""
    for field in form.head_fields.values():
        if at in (None, field.at):
            yield field.key
    for slot in range(MOST_ROWS if form.rows else 0):
        for field in form.rows:
            if at in (None, field.at):
                yield row_name(slot, field.key)


def label_of(form: Form, name: str) -> str:
    """What a person calls an answer: “Focus”; in a row “Evaluative comment, row 2”."""
    field, (slot, _) = field_of(form, name), place_of(name)
    if field is None:
        return name
    return field.label if slot is None else f"{field.label}, row {slot + 1}"
