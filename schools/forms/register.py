"""What the operator gives to the register's page."""

from __future__ import annotations

from django import forms

from schools.forms import date_field


class RegisterFileForm(forms.Form):
    """A published file and the day it is of."""

    file = forms.FileField(
        label="File",
        help_text="The register (GIAS), Ofsted’s management information and Parent View, performance tables, statistics"
        " of absence, exclusions and attendance. CSV, .csv.gz or .xlsx; the file itself says which it is.",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )
    as_at = date_field(
        "As at",
        required=False,
        help_text="The day the file was made. Leave it blank where the name says it, as in edubasealldata20260806.csv,"
        " and for tables of a year’s results.",
    )
    year = forms.RegexField(
        r"^20\d\d-\d\d$",
        label="Academic year",
        required=False,
        help_text="For tables of results whose name does not say it, as 2024-25.",
        error_messages={"invalid": "Write the year as 2024-25."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 8}),
    )
