"""The shape of an audit or check of a dated indicator."""

from __future__ import annotations

from typing import Any

from django import forms

from evidence.models import Source
from evidence.services.sources import LONGEST_NOTE
from schools.forms import ask, choose
from schools.forms.days import ASK_DAY, DAY_ERRORS, DayField
from schools.strategy import Kpi


class CheckForm(forms.Form):
    """When it was, how it ended, who did it as a role, and a word on it."""

    on = DayField(
        label="When it was finished",
        help_text="For example 16 October 2026",
        error_messages={**DAY_ERRORS, "required": ASK_DAY},
    )
    outcome = forms.ChoiceField(
        label="How it ended",
        widget=forms.RadioSelect,
        error_messages=choose("Choose how it ended"),
    )
    who = forms.CharField(
        label="Who did it",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text="A role or a body, no name: for example “trust safeguarding lead” or “local authority”.",
    )
    note = forms.CharField(
        label="What to remember",
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
        help_text="A sentence or two on actions and dates. No case, no pupil and no member of staff.",
    )

    def __init__(self, *args: Any, kpi: Kpi, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kpi.outcomes:
            self.fields["outcome"].choices = [(one.key, one.label) for one in kpi.outcomes]  # type: ignore[attr-defined]
        else:
            del self.fields["outcome"]


REASON = {
    "label": "Why?",
    "max_length": LONGEST_NOTE,
    "help_text": "The record of changes keeps it.",
    "error_messages": ask("Say why, in a sentence"),
}


class CorrectionForm(CheckForm):
    """The same put right, and why."""

    reason = forms.CharField(widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}), **REASON)  # type: ignore[arg-type]


class WithdrawalForm(forms.Form):
    """Why something recorded is taken back."""

    reason = forms.CharField(widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}), **REASON)  # type: ignore[arg-type]


def initial_of(source: Source) -> dict[str, Any]:
    """What the form shows of what was recorded."""
    return {"on": source.on, "outcome": source.judgement, "who": source.who, "note": source.note}
