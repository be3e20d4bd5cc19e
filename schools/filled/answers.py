"""A whole filled form: its rows, what it lacks before it can be sent, and its shape for other programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from schools.strategy.forms import Form, FormField, When
from schools.words import cut

from .names import MOST_ROWS, row_name
from .values import UnreadableError, Value

Answers = Mapping[str, Value]

_ASK = {
    "date": "enter the day",
    "time": "enter the time",
    "number": "enter a number",
    "yes_no": "choose yes or no",
    "choice": "choose one",
    "choices": "choose at least one",
    "level": "choose a level",
    "person": "say who",
}


@dataclass(frozen=True)
class FilledRow:
    """A row somebody has written in: its slot, and its answers by the field's key."""

    slot: int
    values: dict[str, Value]

    def name(self, key: str) -> str:
        return row_name(self.slot, key)


def rows_of(form: Form, answers: Answers) -> list[FilledRow]:
    """The rows with anything in them, in their order."""
    rows = []
    for slot in range(MOST_ROWS if form.rows else 0):
        named = {key: answers.get(row_name(slot, key)) for key in form.row_fields}
        if values := {key: value for key, value in named.items() if value}:
            rows.append(FilledRow(slot, values))
    return rows


def lacking(form: Form, answers: Answers, at: When = "visit") -> list[tuple[str, str]]:
    """What must be filled in before the form is sent, as (name, sentence), in the order of the form."""
    return [*_head_lacks(form, form.header, answers, at), *_after_header(form, answers, at)]


def _after_header(form: Form, answers: Answers, at: When) -> Iterator[tuple[str, str]]:
    for part in form.order:
        if part == "rows":
            yield from _row_lacks(form, answers, at)
        else:
            yield from _head_lacks(form, form.judgements if part == "judgements" else form.footer, answers, at)


def _head_lacks(form: Form, fields: tuple[FormField, ...], answers: Answers, at: When) -> Iterator[tuple[str, str]]:
    for field in fields:
        if field.required and field.at == at and not answers.get(field.key):
            yield field.key, f"{field.label}: {_asked(field)}"


def _row_lacks(form: Form, answers: Answers, at: When) -> Iterator[tuple[str, str]]:
    rows = rows_of(form, answers)
    for row in rows:
        for field in form.rows:
            if field.required and field.at == at and field.key not in row.values:
                yield row.name(field.key), f"{_called(form, row)}: {_asked(field)} under “{field.label}”"
    if at == "visit" and len(rows) < form.least_rows:
        free = next(slot for slot in range(MOST_ROWS) if slot not in {row.slot for row in rows})
        many = "one row" if form.least_rows == 1 else f"{form.least_rows} rows"
        yield row_name(free, form.rows[0].key), f"{form.row_label or 'Rows'}: fill in at least {many}"


def _asked(field: FormField) -> str:
    return _ASK.get(field.shape, "write something here")


def _called(form: Form, row: FilledRow) -> str:
    """“Class or year 3”, by what stands in its first column; else by its number."""
    first = row.values.get(form.rows[0].key)
    said = cut(first, 40) if isinstance(first, str) else str(row.slot + 1)
    return f"{form.row_label or 'Row'} {said}"


def as_record(form: Form, answers: Answers) -> dict[str, Any]:
    """A filled form for other programs: answers of the head by key, and the rows as a list with their slots."""
    head = {key: answers[key] for key in form.head_fields if answers.get(key)}
    return {
        "form": form.key,
        "answers": head,
        "rows": [{"slot": row.slot, **row.values} for row in rows_of(form, answers)],
    }


def from_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """What another program sent, by name and still to be read. Rows without a slot take their place in the list."""
    head, rows = record.get("answers", {}), record.get("rows", [])
    if not isinstance(head, Mapping) or not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise UnreadableError("Send answers as an object, and rows as a list of objects")
    named = dict(head)
    for place, row in enumerate(rows):
        slot = row.get("slot", place)
        named |= {row_name(slot, key): value for key, value in row.items() if key != "slot"}
    return named
