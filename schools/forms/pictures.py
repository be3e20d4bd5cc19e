"""A photograph that somebody sends."""

from __future__ import annotations

from typing import Any

from django import forms

from schools.pictures import FORMATS

ACCEPTED = ",".join(f"image/{each.lower()}" for each in FORMATS)
ONCE_MORE = "Choose the photograph once more: a page that comes back cannot keep the file."


class PictureField(forms.FileField):
    """A file of a kind that `schools.pictures` opens; what is in it is looked at where it is kept."""

    default_error_messages = {"required": "Choose a photograph.", "empty": "The file is empty."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.FileInput(attrs={"accept": ACCEPTED}), **kwargs)


def choose_again(form: forms.Form, name: str) -> None:
    """Of a refused form: say beside the picture that its file is to be chosen again."""
    if form.files.get(form.add_prefix(name)) and name not in form.errors:
        form.add_error(name, ONCE_MORE)
