"""A person's own words about themselves, and their photograph."""

from __future__ import annotations

from typing import Any

from django import forms

from schools.forms.boxes import box, line
from schools.forms.pictures import PictureField
from schools.pictures import SAID


class PortraitForm(forms.Form):
    """What a school reads of somebody who comes to work there."""

    role = line("Your role and school", "Write your role and your school", most=120)
    experience = box("Experience and strengths", "Write what you bring to another school", most=3000)
    training = line("Training for work in other schools", most=300)
    availability = line("When you can be asked for", most=300, help_text="For example “Tuesdays in the spring term”.")
    photo = PictureField(
        label="Photograph of you",
        required=False,
        help_text=f"So that the school knows who comes. {SAID}. You can take it away at any time.",
    )
    photo_goes = forms.BooleanField(label="Take my photograph away", required=False)

    def __init__(self, *args: Any, has_photo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_photo:
            del self.fields["photo_goes"]

    def entry(self) -> dict[str, Any]:
        """What the service takes."""
        photo = self.cleaned_data["photo"]
        return self.cleaned_data | {"photo": photo.read() if photo else b""}
