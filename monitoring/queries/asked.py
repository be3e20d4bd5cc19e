"""What a visit asks the school's leaders to do: its required actions and recommendations, as they could be agreed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from monitoring.models import Visit
from monitoring.queries.visits import form_of, rows_with_actions
from schools.filled import FilledRow
from schools.strategy.forms import Form

LINES = ("recommendations", "agreed_actions", "development")
"""Fields of the head of which each line asks for something."""

MOST_ASKED = 24

_MARK = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")


@dataclass(frozen=True)
class Asked:
    """Something to be done, in the words of the form: of one of its rows, or a line of one of its fields."""

    about: str
    what: str
    slot: int | None = None
    owner: str = ""
    support: str = ""
    due: date | None = None
    check: date | None = None


def asked_for(visit: Visit) -> list[Asked]:
    """Each text once, the rows first."""
    form, found = form_of(visit), {}
    for one in (*_of_rows(visit, form), *_of_head(visit, form)):
        found.setdefault(" ".join(one.what.casefold().split()), one)
    return list(found.values())[:MOST_ASKED]


def _of_rows(visit: Visit, form: Form) -> Iterator[Asked]:
    columns = form.row_by_meaning
    for row in rows_with_actions(visit):
        said = {meaning: _words(row, columns[meaning].key) for meaning in columns}
        about = said.get("year_group") or said.get("focus") or f"{form.row_label or 'Row'} {row.slot + 1}"
        days = {name: _day(said.get(meaning, "")) for name, meaning in (("due", "due"), ("check", "impact_check"))}
        support, owner = said.get("support", ""), said.get("owner", "")
        yield Asked(about, said["actions"], row.slot, owner, support, **days)


def _words(row: FilledRow, key: str) -> str:
    value = row.values.get(key, "")
    return value if isinstance(value, str) else ", ".join(value)


def _day(said: str) -> date | None:
    return date.fromisoformat(said) if said else None


def _of_head(visit: Visit, form: Form) -> Iterator[Asked]:
    for meaning in LINES:
        field = form.by_meaning.get(meaning)
        if field is None or field.at != "visit":
            continue
        for line in str(visit.answers.get(field.key, "")).splitlines():
            if what := _MARK.sub("", line).strip():
                yield Asked(field.label, what)
