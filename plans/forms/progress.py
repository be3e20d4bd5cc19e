"""An update of a plan as it is typed: two columns, priority by priority."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.html import format_html

from plans.models import ProgressDraft
from plans.rules.progress import CHANGED, DONE, OVERALL, About, form_of
from plans.rules.reaching import Reached
from plans.rules.targets import NOTE, STANDS, InWords
from schools.forms.filled import Control, FilledForm
from schools.strategy import Strategy
from schools.strategy.forms import FormField

HEADS = {DONE: "What was done", CHANGED: "What changed", STANDS: "How it stands", NOTE: "What shows it"}


@dataclass(frozen=True)
class Target:
    """A target and how it stands; one in words with the boxes that ask about it."""

    id: int
    words: str
    reached: Reached | None = None
    boxes: Sequence[Control] = ()


@dataclass(frozen=True)
class Pair:
    """A priority with its two boxes, and its targets."""

    about: About
    done: Control
    changed: Control
    targets: Sequence[Target] = ()


class ProgressForm(FilledForm):
    """The update of a plan whose priorities are these, with the targets in words that are `asked` about."""

    def __init__(
        self, data: Any = None, *, lines: Sequence[About], asked: Sequence[InWords] = (), today: date,
        strategy: Strategy, draft: ProgressDraft | None,
    ) -> None:  # fmt: skip
        self.lines, self.asked, self.version = lines, asked, draft.version if draft else 1
        initial = draft.answers if draft else {}
        super().__init__(data, definition=form_of(lines, asked, today=today), strategy=strategy, initial=initial)

    def _label(self, field: FormField, name: str) -> str:
        """Its column; what it is about is heard, and seen in the heading or the line above it."""
        column, _, _ = name.partition("_")
        if column not in HEADS:
            return field.label
        return format_html('{}<span class="vh">{}</span>', HEADS[column], field.label.removeprefix(HEADS[column]))

    def overall(self) -> Control:
        """The sentence that stands over all."""
        return next(one for one in self.head() if one.definition.key == OVERALL)

    def pairs(self, targets: Mapping[int, Sequence[Target]]) -> list[Pair]:
        """Each priority with its boxes; `targets` by priority, which get the boxes that ask about them."""
        boxes = {one.definition.key: one for one in self.head()}
        asks = {one.id: [boxes[f"{STANDS}_{one.id}"], boxes[f"{NOTE}_{one.id}"]] for one in self.asked}
        return [
            Pair(
                one, boxes[f"{DONE}_{one.id}"], boxes[f"{CHANGED}_{one.id}"],
                [replace(target, boxes=asks.get(target.id, ())) for target in targets.get(one.id, ())],
            )
            for one in self.lines
        ]  # fmt: skip
