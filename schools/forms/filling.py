"""What a page and a program are told of a form that is being written: saved, or two answers and a choice."""

from __future__ import annotations

from typing import Any, Protocol

from django.http import QueryDict
from django.utils import timezone

from schools.filled import Answers, Value, field_of, in_words, label_of
from schools.forms.filled import FilledForm
from schools.models import Membership, StrategyVersion
from schools.services.filling import AnswerConflict, SavedAnswers
from schools.strategy import Strategy
from schools.strategy.forms import Form, When


class Written(Protocol):
    """A row that holds a filled form, under the strategy version that has it."""

    answers: dict[str, Value]
    strategy_version: StrategyVersion


KEEP = "keep-"
JOINED = "\n\n"
TEXTS = ("text", "long_text", "person")
"""Shapes of which two answers can be put one under the other."""


def filled_in(row: Written, definition: Form, data: Any = None, *, at: When = "visit") -> FilledForm:
    """The form of a row as it is written; with what was typed, where something was."""
    strategy = row.strategy_version.strategy
    return FilledForm(data, definition=definition, strategy=strategy, initial=row.answers, at=at)


def told(saved: SavedAnswers, form: FilledForm) -> dict[str, Any]:
    """What a program is told of a save: where it stands, and what could not be read."""
    return {"version": saved.version, "saved_at": clock(saved), "errors": form.unread()}


def clock(saved: SavedAnswers) -> str:
    """“14:32”."""
    return f"{timezone.localtime(saved.at):%H:%M}"


def decided(data: QueryDict, form: Form, theirs: Answers) -> QueryDict:
    """What was sent, after the choices a person made between two versions: `keep-<name>` is mine, theirs or both."""
    chosen = data.copy()
    for name in [name.removeprefix(KEEP) for name in data if name.startswith(KEEP)]:
        keep, said = data[KEEP + name], theirs.get(name, "")
        if field_of(form, name) is None or keep not in ("theirs", "both"):
            continue
        if keep == "both":
            said = JOINED.join(filter(None, (str(said), data.get(name, ""))))
        chosen.setlist(name, said if isinstance(said, list) else [said])
    return chosen


def conflicts_in(saved: SavedAnswers, form: FilledForm, *, reader: Membership) -> list[dict[str, Any]]:
    """Each answer that two people wrote differently, with both sides as the control holds them and in words."""
    return [_conflict(one, form.definition, form.strategy, reader) for one in saved.conflicts]


def _conflict(one: AnswerConflict, form: Form, strategy: Strategy, reader: Membership) -> dict[str, Any]:
    field = field_of(form, one.clash.name)
    assert field is not None  # a clash is about an answer that was read
    sides = {"theirs": one.clash.theirs, "mine": one.clash.mine}
    worded = {f"{side}_words": in_words(strategy, field, value) for side, value in sides.items()}
    shown = {side: _as_control(worded[f"{side}_words"], field.shape, value) for side, value in sides.items()}
    return {
        "field": one.clash.name,
        "label": label_of(form, one.clash.name),
        "by": "You" if one.by is None or one.by.pk == reader.pk else one.by.user.name,
        "at": f"{timezone.localtime(one.at):%H:%M}" if one.at else "",
        "may_join": field.shape in TEXTS,
        **shown,
        **worded,
    }


def _as_control(words: str, shape: str, value: Any) -> Any:
    """As the control holds it: a day in words, several options as a list, anything else as it is kept."""
    return words if shape == "date" else value if value is not None else ""
