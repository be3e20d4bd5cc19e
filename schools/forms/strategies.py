"""Choosing or uploading a strategy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from schools.forms import ask, choose, date_field
from schools.models import School, StrategyVersion

LARGEST_UPLOAD = 1_000_000  # bytes
NOT_TEXT = "This is not a text file. Upload the strategy as UTF-8 text."


class ShippedForm(forms.Form):
    """One of the strategies that come with the product."""

    starts_on = date_field("Followed from")

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.ChoiceField(
            label="Strategy to start from",
            choices=[(name, name) for name in names],
            error_messages={
                "required": "Choose one of the five.",
                "invalid_choice": "Choose a strategy from the list.",
            },
        )


class UploadForm(forms.Form):
    """A strategy file, read whole into memory, so that its size is checked first."""

    file = forms.FileField(
        label="Strategy file", help_text="A TOML file of at most 1 MB", error_messages=ask("Choose a file.")
    )
    starts_on = date_field("Published from", help_text="Assessments that are open keep the version they began with.")
    follow = forms.BooleanField(
        label="The trust follows it from that day", required=False, initial=True, help_text="Untick to choose later."
    )
    why = forms.CharField(label="What has changed", required=False, max_length=500)

    def clean_file(self) -> tuple[str, str]:
        """The file's name and its text."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_UPLOAD:
            raise ValidationError(f"This file has {file.size:,} bytes; at most {LARGEST_UPLOAD:,} are read.")
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValidationError(NOT_TEXT) from None
        if "\0" in text:  # no text has one, and the database cannot hold it
            raise ValidationError(NOT_TEXT)
        return file.name, text


class FollowForm(forms.Form):
    """Which published strategy a school, or the whole trust, follows from a day on."""

    key = forms.ChoiceField(label="Strategy", error_messages=choose("Choose a strategy from the list."))
    school = forms.ModelChoiceField(
        School.objects.none(),
        required=False,
        empty_label="The whole trust",
        error_messages=choose("Choose a school from the list."),
    )
    from_on = date_field("From", initial=timezone.localdate)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        versions = StrategyVersion.objects.order_by("key", "version").values_list("key", "title")
        self.fields["school"].queryset = School.objects.all()  # type: ignore[attr-defined]  # of the trust now open
        self.fields["key"].choices = list(dict(versions).items())  # type: ignore[attr-defined]
