"""A photograph of work as it is added."""

from __future__ import annotations

from django import forms

from monitoring.services.photos import MOST_PHOTOS
from schools.forms.pictures import PictureField
from schools.pictures import SAID


class PhotoForm(forms.Form):
    """The file, what it shows, and that nobody can be recognised on it."""

    file = PictureField(
        label="Photograph",
        help_text=f"{SAID}; {MOST_PHOTOS} for one visit. It is made smaller; where and when it was taken is removed.",
    )
    caption = forms.CharField(
        label="What it shows",
        max_length=200,
        help_text="For example “Year 4 science book, work of October”. Say no names.",
        error_messages={"required": "Say what it shows.", "max_length": "Use at most 200 characters."},
    )
    nobody = forms.BooleanField(
        label="I have looked at it: no face and no name can be seen",
        error_messages={"required": "Look at the photograph. Where a face or a name can be seen, take another one."},
    )
