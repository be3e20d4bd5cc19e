"""An outside judgement as it is typed."""

from __future__ import annotations

from typing import Any

from django import forms

from evidence.rules.sef_layouts import NOT_HERE, SefLayout
from schools.forms import ask, choose
from schools.forms.days import ASK_DAY, DAY_ERRORS, DayField

SELECT = {"class": "form-select"}


class JudgementForm(forms.Form):
    """Which area, which word, when, and by whom."""

    area = forms.ChoiceField(
        label="Area", widget=forms.Select(attrs=SELECT), error_messages=choose("Choose one of the areas.")
    )
    judgement = forms.ChoiceField(
        label="Judgement", widget=forms.Select(attrs=SELECT), error_messages=choose("Choose the judgement.")
    )
    on = DayField(
        label="When it was made",
        help_text="For example 16 October 2026",
        error_messages={**DAY_ERRORS, "required": ASK_DAY},
    )
    who = forms.CharField(
        label="Who judged",
        max_length=80,
        help_text="A body or a role, no name: for example “local authority review” or “peer review”.",
        widget=forms.TextInput(attrs={"class": "form-control"}),
        error_messages=ask("Say who judged."),
    )

    def __init__(self, *args: Any, layout: SefLayout, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        judged = [area for area in layout.areas if area.judgements]
        words = {one.key: one.label for area in judged for one in area.judgements if one.key != NOT_HERE}
        self.fields["area"].choices = [("", "Choose"), *((area.key, area.label) for area in judged)]  # type: ignore[attr-defined]
        self.fields["judgement"].choices = [("", "Choose"), *words.items()]  # type: ignore[attr-defined]


class TakeBackForm(forms.Form):
    """Why a judgement is taken back."""

    reason = forms.CharField(
        label="Why?",
        max_length=500,
        help_text="The record of changes keeps it.",
        error_messages=ask("Say why, in a sentence. The record of changes keeps it."),
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
