"""What the operator gives to the register's page."""

from __future__ import annotations

from django import forms

from schools.forms import date_field


class RegisterFileForm(forms.Form):
    """A published file and the day it is of."""

    file = forms.FileField(
        label="File",
        help_text="GIAS: establishments, groups, group links or establishment links. Ofsted: management information."
        " CSV or .xlsx; the file itself says which it is.",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )
    as_at = date_field(
        "As at",
        required=False,
        help_text="The day the file was made. Leave it blank where the name says it, as in edubasealldata20260806.csv.",
    )
