"""The shape of what people type. A form is bound, and then one service is called through `accepted`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.http import QueryDict

from schools.audit import CHANGED_SINCE
from schools.tenancy import current_trust_id
from schools.words import whole


def accepted(form: forms.BaseForm, act: Callable[[dict[str, Any]], object]) -> bool:
    """Whether the form is sound and the service took it. A refusal is shown by the form, and nothing is kept.

    Outside a trust the service has a transaction of its own.
    """
    if not form.is_valid():
        return False
    try:
        with nullcontext() if current_trust_id() is None else transaction.atomic():
            act(form.cleaned_data)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    return True


def show_latest(form: forms.BaseForm, latest: Callable[[], object]) -> None:
    """Who was told that somebody else was quicker has seen that change: the next press puts theirs in its place."""
    if form.is_bound and form.has_error(NON_FIELD_ERRORS, CHANGED_SINCE):
        form.data = {**form.data.dict(), "seen": str(latest())}  # type: ignore[attr-defined]


def version_in(data: QueryDict) -> int:
    """The version a form was opened at; 0, older than any, where what was sent is none."""
    return whole(data.get("version", "")) or 0


def ask(sentence: str) -> dict[str, str]:
    """What a required field says when it is left empty: what to do."""
    return {"required": sentence}


def choose(sentence: str) -> dict[str, str]:
    """What a list says when nothing of it was chosen: what to do."""
    return {"required": sentence, "invalid_choice": sentence}


def whole_number(label: str, low: int, high: int, **options: Any) -> forms.IntegerField:
    """A number from `low` to `high`. One sentence says so, whatever is wrong."""
    said = f"Enter a whole number from {low} to {high}."
    errors = dict.fromkeys(("required", "invalid", "min_value", "max_value"), said)
    return forms.IntegerField(label=label, min_value=low, max_value=high, error_messages=errors, **options)


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self, **attrs: str) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


def date_field(label: str, **options: Any) -> forms.DateField:
    """A day. The sentence says what to type where the browser has no field of its own for it."""
    errors = {"invalid": "Enter a date, for example 2026-09-01.", "required": "Enter a date."}
    return forms.DateField(label=label, widget=DateInput(), error_messages=errors, **options)
