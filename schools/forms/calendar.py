"""The dates of one academic year on one form, so that every fault stands beside its own date."""

from __future__ import annotations

from typing import Any

from django import forms

from schools.forms import date_field
from schools.models import Season
from schools.services.calendar import (
    BREAK,
    FIELDS,
    Break,
    TermDates,
    faults_of,
    faults_of_breaks,
    field_words,
)
from schools.words import capital


class YearForm(forms.Form):
    """Three terms and their half-term breaks. `seen` is the last change on record when the page was opened."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year
        for season in Season.values:
            for field in FIELDS:
                label = field_words(field, season)
                self.fields[f"{season}-{field}"] = date_field(capital(label))

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


class OwnBreaksForm(forms.Form):
    """The half-term holidays of one school in one academic year; a season left blank follows the trust."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year
        for season in Season.values:
            for field in BREAK:
                self.fields[f"{season}-{field}"] = date_field(capital(field_words(field, season)), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        whole = {name: cleaned.get(name) for name in self.fields if name != "seen" and name not in self.errors}
        for name, fault in faults_of_breaks(self.year, whole).items():
            if not any(other in self.errors for other in self.fields if other.startswith(name.partition("-")[0])):
                self.add_error(name, fault)
        return cleaned

    def terms(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The name of each term with its two days."""
        return [(f"{each.label} term", [self[f"{each}-{field}"] for field in BREAK]) for each in Season]

    def breaks(self) -> list[Break]:
        """What was typed, for the seasons in which both days were."""
        days = {season: [self.cleaned_data[f"{season}-{field}"] for field in BREAK] for season in Season.values}
        return [Break(season, *both) for season, both in days.items() if all(both)]
