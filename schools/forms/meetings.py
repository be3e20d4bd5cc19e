"""Planning a meeting, declaring an interest, writing minutes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from schools.services.meetings import LONGEST_MINUTES

DAY_FORMATS = ("%d %B %Y", "%d %b %Y", "%d/%m/%Y", "%Y-%m-%d")


class StartField(forms.SplitDateTimeField):
    """A day and a time, as people write them."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.SplitDateTimeWidget(
            date_attrs={"class": "form-control", "aria-label": "Day, for example 1 December 2026"},
            time_attrs={"class": "form-control", "aria-label": "Time, for example 09:30"},
            date_format="%-d %B %Y",
            time_format="%H:%M",
        )
        super().__init__(
            input_date_formats=DAY_FORMATS,
            input_time_formats=["%H:%M", "%H.%M"],
            widget=widget,
            error_messages={
                "invalid_date": "Enter the day like 1 December 2026",
                "invalid_time": "Enter the time like 09:30",
                "required": "Enter the day and the time",
            },
            **kwargs,
        )


class MeetingForm(forms.Form):
    """A new meeting."""

    kind = forms.ChoiceField(label="Kind of meeting", widget=forms.Select(attrs={"class": "form-select"}))
    starts_at = StartField(label="Day and time", help_text="For example 1 December 2026, 09:30")
    title = forms.CharField(
        label="Title",
        required=False,
        max_length=160,
        help_text="Left empty, it is called after its kind.",
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    place = forms.CharField(
        label="Place", required=False, max_length=120, widget=forms.TextInput(attrs={"class": "form-control"})
    )

    def __init__(self, *args: Any, kinds: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = list(kinds.items())  # type: ignore[attr-defined]


class InterestForm(forms.Form):
    """Whose interest, in which school, and what it is."""

    person = forms.TypedChoiceField(label="Who", coerce=int, widget=forms.Select(attrs={"class": "form-select"}))
    school = forms.TypedChoiceField(label="School", coerce=int, widget=forms.Select(attrs={"class": "form-select"}))
    nature = forms.CharField(
        label="What the interest is",
        max_length=200,
        help_text="For example: was headteacher there until 2024.",
        widget=forms.TextInput(attrs={"class": "form-control"}),
        error_messages={"required": "Say what the interest is"},
    )

    def __init__(
        self, *args: Any, people: Iterable[tuple[int, str]], schools: Iterable[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = list(people)  # type: ignore[attr-defined]
        self.fields["school"].choices = list(schools)  # type: ignore[attr-defined]


class MinutesForm(forms.Form):
    """The draft minutes and the version they were written on."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    minutes = forms.CharField(
        label="Minutes",
        required=False,
        max_length=LONGEST_MINUTES,
        help_text="What was said and agreed. Decisions on categories are recorded beside each school above.",
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 12}),
    )
