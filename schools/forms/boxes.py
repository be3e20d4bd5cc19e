"""Boxes for words: one line, or several."""

from __future__ import annotations

from django import forms

from schools.forms import ask

BOX, SELECT = {"class": "form-control"}, {"class": "form-select"}
"""The classes of a box and of a list."""

LONGEST = 4000  # characters


def box(label: str, needed: str = "", *, rows: int = 4, help_text: str = "", most: int = LONGEST) -> forms.CharField:
    """A box for several lines. Without `needed`, which asks for it, it may stay empty. `most`: characters."""
    widget = forms.Textarea(attrs={**BOX, "rows": rows})
    return _words(label, needed, most=most, help_text=help_text, widget=widget)


def line(label: str, needed: str = "", *, most: int, help_text: str = "") -> forms.CharField:
    """A box for one line. Without `needed`, which asks for it, it may stay empty. `most`: characters."""
    return _words(label, needed, most=most, help_text=help_text, widget=forms.TextInput(attrs=BOX))


def _words(label: str, needed: str, *, most: int, help_text: str, widget: forms.Widget) -> forms.CharField:
    errors = ask(needed) if needed else None
    return forms.CharField(
        label=label, max_length=most, required=bool(needed), help_text=help_text, widget=widget, error_messages=errors
    )
