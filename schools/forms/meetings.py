"""Planning a meeting, setting its agenda, declaring an interest, writing minutes."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from schools.forms.days import DayField
from schools.models import School
from schools.rules import in_new_order
from schools.services.meetings import LONGEST_MINUTES
from schools.words import ID_DIGITS, whole

TEXT = {"class": "form-control"}
LATEST_ENTRY = timedelta(weeks=4)
"""How long after it was held a meeting may still be entered."""
PLACE = "Enter the place as a number, for example 3"


class MeetingForm(forms.Form):
    """A new meeting."""

    kind = forms.ChoiceField(label="Kind of meeting", widget=forms.Select(attrs={"class": "form-select"}))
    day = DayField(
        label="Day",
        help_text="For example 1 December 2026",
        error_messages={"required": "Enter the day", "invalid": "Enter the day like 1 December 2026"},
    )
    time = forms.TimeField(
        label="Time",
        input_formats=["%H:%M", "%H.%M"],
        help_text="For example 09:30",
        widget=forms.TimeInput(format="%H:%M", attrs=TEXT),
        error_messages={"required": "Enter the time", "invalid": "Enter the time like 09:30"},
    )
    title = forms.CharField(
        label="Title",
        required=False,
        max_length=160,
        help_text="Left empty, it is called after its kind.",
        widget=forms.TextInput(attrs=TEXT),
    )
    place = forms.CharField(label="Place", required=False, max_length=120, widget=forms.TextInput(attrs=TEXT))
    chair = forms.TypedChoiceField(
        label="Chair",
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, kinds: dict[str, str], people: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chair"].choices = [("", "Not decided yet"), *people]  # type: ignore[attr-defined]
        self.fields["kind"].choices = list(kinds.items())  # type: ignore[attr-defined]

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day < timezone.localdate() - LATEST_ENTRY:
            raise forms.ValidationError("This day is more than four weeks past. Check the year.")
        return day

    @property
    def starts_at(self) -> datetime:
        """The day and the time together, as local time."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"]))


@dataclass(frozen=True)
class AgendaRow:
    """One school of the form: its tick and its place."""

    school: School
    on: forms.BoundField
    place: forms.BoundField
    stays: bool


class AgendaForm(forms.Form):
    """Which schools a meeting talks about, and in which order: a tick and a place beside each."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data: QueryDict | None, *, schools: Sequence[School], now: Sequence[int], stay: Container[int]
    ) -> None:
        """`now` are those on the agenda, by number and in order; those in `stay` cannot be taken off."""
        self.schools, self.now, self.stay = schools, list(now), stay
        super().__init__(data, initial={"seen": " ".join(map(str, self.now))})
        for school in schools:
            place = self.now.index(school.pk) + 1 if school.pk in self.now else None
            self.fields[f"on-{school.pk}"] = forms.BooleanField(
                label=f"{school.name} is on the agenda",
                required=False,
                initial=place is not None,
                widget=forms.CheckboxInput(attrs={"class": "form-check-input flex-shrink-0"}),
            )
            self.fields[f"place-{school.pk}"] = forms.IntegerField(
                label=f"Place of {school.name}",
                required=False,
                initial=place,
                min_value=1,
                max_value=999,
                widget=forms.NumberInput(attrs={**TEXT, "aria-label": f"Place of {school.name}"}),
                error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), PLACE),
            )

    def rows(self) -> list[AgendaRow]:
        return [
            AgendaRow(one, self[f"on-{one.pk}"], self[f"place-{one.pk}"], one.pk in self.stay) for one in self.schools
        ]

    def order(self) -> list[School]:
        """The schools wanted, in the order wanted."""
        data = self.cleaned_data
        wanted = {
            one.pk: data[f"place-{one.pk}"] for one in self.schools if data[f"on-{one.pk}"] or one.pk in self.stay
        }
        by_pk = {one.pk: one for one in self.schools}
        return [by_pk[pk] for pk in in_new_order(self.now, wanted)]

    def was_seen(self) -> list[int]:
        """The agenda as it stood when the form was made."""
        seen = (whole(word, digits=ID_DIGITS) for word in self.cleaned_data["seen"].split())
        return [one for one in seen if one is not None]


class InterestForm(forms.Form):
    """Whose interest, in which school, and what it is."""

    person = forms.TypedChoiceField(label="Who", coerce=int, widget=forms.Select(attrs={"class": "form-select"}))
    school = forms.TypedChoiceField(label="School", coerce=int, widget=forms.Select(attrs={"class": "form-select"}))
    nature = forms.CharField(
        label="What the interest is",
        max_length=200,
        help_text="For example: was headteacher there until 2024.",
        widget=forms.TextInput(attrs=TEXT),
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
