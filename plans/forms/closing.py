"""The end of a plan as it is typed: its verdict, what becomes of each open action, and what goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms

from plans.forms.verdict import A_WHILE, VERDICTS
from plans.models import CLOSING, Action, Priority
from plans.services import LONGEST_NOTE, LONGEST_WHY
from plans.services.acting import is_early
from plans.services.closing import CARRY, Close, Ending
from schools.forms import choose
from schools.forms.boxes import box
from schools.forms.days import DAY_ERRORS, DayField
from schools.words import on

WHAT = [("", "Choose"), *((value, label) for value, label in VERDICTS if value in CLOSING)]


@dataclass(frozen=True)
class EndOf:
    """An open action with its controls."""

    action: Action
    controls: tuple[forms.BoundField, ...]


class CloseForm(forms.Form):
    """The verdict on a plan. `may_begin`: whether the strategy has a next plan of the kind for the school."""

    verdict = forms.ChoiceField(
        label="Did the plan work?", choices=VERDICTS, widget=forms.RadioSelect,
        error_messages=choose("Choose whether it worked"),
    )  # fmt: skip
    note = box(
        "What has changed for pupils?", most=LONGEST_NOTE, rows=4, needed="Say in a sentence what you saw",
        help_text="In a few sentences, for a reader who was not there. Name no person.",
    )  # fmt: skip
    evidence = box(
        "What shows it?", most=LONGEST_NOTE, rows=3,
        help_text="Figures, books, visits, what pupils and families say. Needed to close the plan.",
    )  # fmt: skip
    again_on = DayField(
        label="If it is too early: when will you look again?", required=False,
        error_messages=DAY_ERRORS,
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, priorities: Sequence[Priority], actions: Sequence[Action], today: date,
        may_begin: bool, suggested: bool,
    ) -> None:  # fmt: skip
        super().__init__(data)
        self.fields["again_on"].help_text = f"The plan then stays open. For example {on(today + A_WHILE)}"
        self.priorities, self.actions, self.may_begin = priorities, actions, may_begin
        if may_begin:
            self.fields["begin_next"] = forms.BooleanField(
                label="Begin the next plan of this kind", required=False, initial=suggested
            )
            choices = [(str(one.pk), one.label) for one in priorities]
            self.fields["keep"] = forms.MultipleChoiceField(
                label="Priorities that go on", choices=choices, required=False, widget=forms.CheckboxSelectMultiple,
                help_text="Each goes into the next plan with its targets still to come.",
            )  # fmt: skip
        for one in actions:
            self.fields |= _controls(one, may_begin, today)

    def lines(self) -> list[EndOf]:
        """Each open action with its controls."""
        return [
            EndOf(one, tuple(self[name] for name in self.fields if name.startswith(f"action-{one.pk}-")))
            for one in self.actions
        ]

    def close(self) -> Close:
        """What the service takes."""
        data = self.cleaned_data
        endings = {
            one.pk: Ending(*(data.get(f"action-{one.pk}-{part}", "") for part in ("what", "note", "early", "evidence")))
            for one in self.actions
        }
        kept = [int(pk) for pk in data.get("keep", ())]
        begin = bool(data.get("begin_next"))
        return Close(data["verdict"], data["note"], data["evidence"], data["again_on"], begin, kept, endings)


def _controls(one: Action, may_begin: bool, today: date) -> dict[str, forms.Field]:
    choices = [*WHAT, (CARRY, "Carry it over into the next plan")] if may_begin else WHAT
    name = f"action-{one.pk}"
    found: dict[str, forms.Field] = {
        f"{name}-what": forms.ChoiceField(
            label="Did it work?", choices=choices, required=False, widget=forms.Select(attrs={"class": "form-select"}),
            error_messages=choose("Choose one of the list"),
        ),
        f"{name}-note": box("What did you see?", most=LONGEST_NOTE, rows=2),
        f"{name}-evidence": box(
            "What shows it?", most=LONGEST_NOTE, rows=2, help_text="Figures, books, visits, what people say."
        ),
    }  # fmt: skip
    if is_early(one, CLOSING[0], today=today) and one.impact_check_on:
        said = f"Only where it is judged today: its impact is to be looked at on {on(one.impact_check_on)}."
        found[f"{name}-early"] = box("Why can it be judged now?", most=LONGEST_WHY, rows=2, help_text=said)
    return found
