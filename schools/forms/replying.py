"""What a school says of a record about it before that is final: the facts are right, or its comment."""

from __future__ import annotations

from django import forms

from schools.forms import choose
from schools.services.replying import ACCURATE, COMMENT, LONGEST_REPLY


class ReplyForm(forms.Form):
    """Whether the facts are right."""

    reply = forms.ChoiceField(
        label="Are the facts right?",
        choices=[(ACCURATE, "Yes, the facts are right"), (COMMENT, "Not all of them; this is our comment")],
        widget=forms.RadioSelect(),
        error_messages=choose("Say whether the facts are right"),
    )
    text = forms.CharField(
        label="Your comment",
        required=False,
        max_length=LONGEST_REPLY,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}),
        help_text="Say which fact is not right, and how we know. It stands beside the record wherever that is read or "
        "printed. Name no person.",
    )
