"""Days and times, as people write them."""

from __future__ import annotations

from typing import Any

from django import forms

from schools.words import DAY_FORMATS

ASK_DAY = "Enter the day, for example 16 October 2026"
DAY_ERRORS = {"invalid": "Enter the day like 16 October 2026"}


class DayField(forms.DateField):
    """A day: 16 October 2026, 16 Oct 26, 16/10/2026, 16/10/26, 16.10.2026 or 2026-10-16. The day comes first."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", DAY_FORMATS)
        kwargs.setdefault("widget", forms.DateInput(format="%-d %B %Y", attrs={"class": "form-control"}))
        kwargs.setdefault("error_messages", DAY_ERRORS)
        super().__init__(**kwargs)
