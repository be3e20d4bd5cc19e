"""An update of a plan as it is typed: two columns, priority by priority."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html

from plans.models import ProgressDraft
from plans.rules.progress import CHANGED, DONE, OVERALL, About, form_of
from plans.rules.reaching import Reached
from schools.forms.filled import Control, FilledForm
from schools.strategy import Strategy
from schools.strategy.forms import FormField

HEADS = {DONE: "What was done", CHANGED: "What changed"}


@dataclass(frozen=True)
class Pair:
    """A priority with its two boxes, and how its targets stand."""

    about: About
    done: Control
    changed: Control
    targets: Sequence[tuple[str, Reached | None]] = ()


class ProgressForm(FilledForm):
    """The update of a plan whose priorities are these."""

    def __init__(
        self, data: Any = None, *, lines: Sequence[About], strategy: Strategy, draft: ProgressDraft | None
    ) -> None:
        self.lines, self.version = lines, draft.version if draft else 1
        initial = draft.answers if draft else {}
        super().__init__(data, definition=form_of(lines), strategy=strategy, initial=initial)

    def _label(self, field: FormField, name: str) -> str:
        """Its column; what it is about is heard, and seen in the heading above it."""
        column, _, _ = name.partition("_")
        if column not in HEADS:
            return field.label
        return format_html('{}<span class="vh">{}</span>', HEADS[column], field.label.removeprefix(HEADS[column]))

    def overall(self) -> Control:
        """The sentence that stands over all."""
        return next(one for one in self.head() if one.definition.key == OVERALL)

    def pairs(self, targets: Mapping[int, Sequence[tuple[str, Reached | None]]]) -> list[Pair]:
        """Each priority with its boxes; `targets` by priority, in words."""
        boxes = {one.definition.key: one for one in self.head()}
        return [
            Pair(one, boxes[f"{DONE}_{one.id}"], boxes[f"{CHANGED}_{one.id}"], targets.get(one.id, ()))
            for one in self.lines
        ]
