"""A review that a school asks for from the menu."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from reviews.forms.reviews import box, line
from schools.forms import choose


class WishForm(forms.Form):
    """What is asked for, what it should look at, and when it would suit."""

    item = forms.ChoiceField(
        label="What would help?", widget=forms.RadioSelect(), error_messages=choose("Choose one of the reviews")
    )
    note = box(
        "What should it look at, and why?", "Say what it should look at, and why", rows=3, most=2000,
        help_text="Name no child or adult.",
    )  # fmt: skip
    suits = line("When would suit you?", most=200, help_text="For example “after February half term”. May stay blank.")

    def __init__(self, *args: Any, items: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item"].choices = list(items)  # type: ignore[attr-defined]
