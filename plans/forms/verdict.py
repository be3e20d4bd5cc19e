"""A verdict on an action as it is typed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from plans.models import Action, Verdict
from plans.services import LONGEST_NOTE, LONGEST_WHY
from schools.forms import ask, choose
from schools.forms.boxes import box
from schools.forms.days import DAY_ERRORS, DayField
from schools.words import on

A_WHILE = timedelta(weeks=8)
"""From today to the day that is given as an example."""

VERDICTS = [(value, label) for value, label in Verdict.choices if value]


class VerdictForm(forms.Form):
    """Whether it worked, what was seen, what shows it, and where it is too early, when to look again."""

    verdict = forms.ChoiceField(
        label="Did it work?",
        choices=VERDICTS,
        widget=forms.RadioSelect,
        error_messages=choose("Choose whether it worked"),
    )
    note = forms.CharField(
        label="What did you see?",
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}),
        help_text="A sentence or two: what has changed for pupils. Name no person.",
        error_messages=ask("Say in a sentence what you saw"),
    )
    evidence = box(
        "What shows it?", most=LONGEST_NOTE, rows=3,
        help_text="Figures, books, visits, what pupils and families say. Needed to close the action.",
    )  # fmt: skip
    again_on = DayField(
        label="If it is too early: when will you look again?",
        required=False,
        error_messages=DAY_ERRORS,
    )

    why_early = forms.CharField(
        label="Why can it be judged before that day?",
        required=False,
        max_length=LONGEST_WHY,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )

    def __init__(self, *args: Any, action: Action, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["again_on"].help_text = f"For example {on(today + A_WHILE)}"
        day = action.impact_check_on
        if day is None or today >= day:
            del self.fields["why_early"]
        else:
            said = f"Its impact is to be looked at on {on(day)}. To close it today, say what you know already."
            self.fields["why_early"].help_text = said

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("verdict") == Verdict.TOO_EARLY and not data.get("again_on") and "again_on" in data:
            raise ValidationError({"again_on": "Say on which day to look again; it is still to come"})
        return data
