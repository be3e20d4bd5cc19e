"""Forms of a trust's set-up: settings, calendar and schools."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError

from schools.forms import DateInput, ask, choose, date_field, whole_number
from schools.models import School, Trust
from schools.models.register import URN
from schools.queries import RegisterSchool
from schools.rules import accent_fault
from schools.services.register_schools import Pick
from schools.strategy import SchoolPhase


class SettingsForm(forms.ModelForm):
    """What a trust may set for itself. `seen` is the last change on record when the page was opened."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    small_number_threshold = whole_number(
        "Hide counts of pupils below",
        6,
        20,
        help_text="From 6 to 20. Smaller counts are hidden from all but the school itself.",
    )
    news_hour = whole_number(
        "Hour at which news is sent",
        8,
        17,
        help_text="From 8 in the morning to 17, five in the afternoon. Nobody has an email at night or at a weekend,"
        " who works at a school none in its holidays, nor after noon on the last day of a half term.",
    )

    class Meta:
        model = Trust
        fields = (
            "accent", "small_number_threshold", "heads_see_proposals", "heads_see_others", "news_hour",
            "photos_of_work",
        )  # fmt: skip
        widgets = {"accent": forms.TextInput(attrs={"type": "color"})}
        labels = {
            "accent": "The trust's colour",
            "heads_see_proposals": "Heads see the proposed category before the meeting",
            "heads_see_others": "What heads see of the other schools",
            "photos_of_work": "Visits may keep photographs of work",
        }
        help_texts = {
            "accent": "For links, the main button and the trust's mark. It has to be readable on white and on paper.",
            "heads_see_others": "Agreed levels, figures and what worked. Never a draft, a note or a proposal. Without"
            " names, only where at least five other schools follow the same strategy or have the same phase, and never"
            " in words that name a school or its people.",
            "photos_of_work": "Of books and displays, never of children. Made smaller, without where they were taken,"
            " read by staff only, and removed with the notes of the visit.",
        }
        error_messages = {"heads_see_others": choose("Choose what heads see of the other schools.")}

    def clean_accent(self) -> str:
        accent = self.cleaned_data["accent"].lower()
        if fault := accent_fault(accent):
            raise ValidationError(fault)
        return accent


class GroupForm(forms.Form):
    """Which group of the national register."""

    uid = forms.RegexField(
        r"^[1-9][0-9]{0,5}$",
        label="Group UID",
        help_text="Up to six digits, as on the trust's page of Get Information about Schools",
        error_messages=ask("Enter a group UID, for example 2044.")
        | {"invalid": "Enter a group UID of up to six digits, for example 2044."},
    )


PHASES = [("", "Choose a phase"), *((phase.value, phase.value.replace("_", " ").capitalize()) for phase in SchoolPhase)]


class PickLine(NamedTuple):
    """A school of the register with its fields; `phase` only where the register has none."""

    row: RegisterSchool
    take: forms.BoundField
    joined: forms.BoundField
    phase: forms.BoundField | None


class PickForm(forms.Form):
    """The schools of a group, each with a tick and the day it joined; and a phase where the register has none."""

    phase = forms.ChoiceField(
        label="Where the register names no phase, they are", choices=PHASES, required=False,
        help_text="You can choose another for a single school in its line.",
    )  # fmt: skip

    def __init__(self, *args: Any, rows: Iterable[RegisterSchool], here: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = [row for row in rows if row.urn not in here]
        if all(row.phase for row in self.rows):
            del self.fields["phase"]
        for row in self.rows:
            self.fields[f"take_{row.urn}"] = forms.BooleanField(label=row.name, required=False, initial=True)
            self.fields[f"joined_{row.urn}"] = date_field(
                f"{row.name} joined on", required=False, initial=row.joined_on
            )
            if not row.phase:
                self.fields[f"phase_{row.urn}"] = forms.ChoiceField(
                    label=f"Phase of {row.name}", choices=[("", "As chosen for all"), *PHASES[1:]], required=False
                )

    def lines(self) -> list[PickLine]:
        """Each school with its fields."""
        return [
            PickLine(
                row,
                self[f"take_{row.urn}"],
                self[f"joined_{row.urn}"],
                None if row.phase else self[f"phase_{row.urn}"],
            )
            for row in self.rows
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for row in self.rows:
            if not cleaned.get(f"take_{row.urn}"):
                continue
            if not cleaned.get(f"joined_{row.urn}"):
                self.add_error(f"joined_{row.urn}", "Enter the day it joined, or take the tick away.")
            if not row.phase and not (cleaned.get(f"phase_{row.urn}") or cleaned.get("phase")):
                self.add_error(f"phase_{row.urn}", "Choose its phase: what a school is asked depends on it.")
        if not self.errors and not self.chosen(cleaned):
            self.add_error(None, "Tick at least one school.")
        return cleaned

    def chosen(self, cleaned: dict[str, Any]) -> dict[str, Pick]:
        """The ticked schools, by URN."""
        return {
            row.urn: Pick(
                cleaned[f"joined_{row.urn}"],
                row.phase or cleaned.get(f"phase_{row.urn}") or cleaned.get("phase") or "",
            )
            for row in self.rows
            if cleaned.get(f"take_{row.urn}")
        }


class SchoolForm(forms.ModelForm):
    """A school added by hand."""

    phase = forms.ChoiceField(choices=PHASES, error_messages=choose("Choose a phase."))
    urn = forms.CharField(
        label="URN", max_length=6, validators=[URN], help_text="Six digits", error_messages=ask("Enter the URN.")
    )

    class Meta:
        model = School
        fields = ("name", "urn", "phase", "joined_on")
        widgets = {"joined_on": DateInput()}
        labels = {"joined_on": "Joined the trust on"}
        error_messages = {"name": ask("Enter the school's name."), "joined_on": ask("Enter a date.")}


class SchoolDatesForm(forms.Form):
    """What a trust may correct about a school."""

    short_name = forms.CharField(
        max_length=60, required=False, help_text="Used where there is little room, for example Dunmere"
    )
    phase = forms.ChoiceField(choices=PHASES[1:], error_messages=choose("Choose a phase."))
    joined_on = date_field("Joined the trust on")
    left_on = date_field("Left the trust on", required=False, help_text="Leave empty while it belongs to the trust.")
    easting = whole_number(
        "Easting, in metres", 1, 700_000, required=False,
        help_text="From which journeys between schools are reckoned. Blank: as the national register has it.",
    )  # fmt: skip
    northing = whole_number("Northing, in metres", 1, 1_300_000, required=False)
    why = forms.CharField(label="Reason for the change", required=False, max_length=500)
