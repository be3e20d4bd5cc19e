"""The dates of one academic year on one form, so that every fault stands beside its own date."""

from __future__ import annotations

from typing import Any

from django import forms

from schools.forms import date_field
from schools.models import Season
from schools.services.calendar import FIELDS, TermDates, faults_of, field_words


class YearForm(forms.Form):
    """Three terms and their half-term breaks. `seen` is the last change on record when the page was opened."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year
        for season in Season.values:
            for field in FIELDS:
                label = field_words(field, season)
                self.fields[f"{season}-{field}"] = date_field(label[:1].upper() + label[1:])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, fault in faults_of(self.year, {name: cleaned[name] for name in cleaned if name != "seen"}).items():
            self.add_error(name, fault)
        return cleaned

    def terms(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The name of each term with its dates."""
        return [(f"{each.label} term", [self[f"{each}-{field}"] for field in FIELDS]) for each in Season]

    def dates(self) -> list[TermDates]:
        """What was typed, term by term."""
        return [
            TermDates(season=season, **{field: self.cleaned_data[f"{season}-{field}"] for field in FIELDS})
            for season in Season.values
        ]
