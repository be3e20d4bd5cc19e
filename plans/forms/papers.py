"""A document that is sent with a plan."""

from __future__ import annotations

from django import forms

from plans.rules.paper import KINDS, MOST_BYTES

ACCEPTED = ",".join(f".{ending}" for ending in KINDS)


class PaperForm(forms.Form):
    """One file; what is in it is looked at where it is kept."""

    file = forms.FileField(
        label="The document",
        help_text=f"A PDF, a Word document or an OpenDocument text, up to {MOST_BYTES // 1024**2} MB."
        " No lists of pupils: everybody who reads the plan reads it.",
        widget=forms.FileInput(attrs={"accept": ACCEPTED, "class": "form-control"}),
        error_messages={"required": "Choose a document.", "empty": "The file is empty."},
    )
