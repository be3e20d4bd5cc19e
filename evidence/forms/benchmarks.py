"""A benchmark as it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from evidence.models import Benchmark, Release, Span
from schools.forms import ask, choose, whole_number
from schools.strategy import SchoolPhase
from schools.strategy.measures import Measure, PupilGroup

SELECT = {"class": "form-select"}
EARLIEST, LATEST = 2005, 2100


class BenchmarkForm(forms.Form):
    """What is compared with what, of when, and where it was published."""

    measure = forms.ChoiceField(label="Measure", error_messages=choose("Choose a measure."))
    group = forms.ChoiceField(label="Pupils", error_messages=choose("Choose a group of pupils."))
    against = forms.ChoiceField(label="Compared with", choices=Benchmark.Against.choices)
    place = forms.CharField(
        label="Which authority or region", required=False, max_length=80, help_text="Only for those two."
    )
    phase = forms.ChoiceField(label="Phase of education", required=False)
    year = whole_number("Academic year begins in", EARLIEST, LATEST, help_text="2025 for 2025/26")
    span = forms.ChoiceField(
        label="Part of the year", choices=Span.choices, help_text="A term is never set beside a whole year."
    )
    value = forms.DecimalField(
        label="Figure", max_digits=10, decimal_places=4,
        error_messages={**ask("Enter the figure."), "invalid": "Enter a number, for example 62 or 18.7."},
        widget=forms.TextInput(attrs={"class": "form-control", "inputmode": "decimal"}),
    )  # fmt: skip
    release = forms.ChoiceField(label="How final", choices=Release.choices, required=False)
    source = forms.CharField(
        label="Source", max_length=200, error_messages=ask("Say where the figure was published."),
        help_text="For example: Key stage 2 attainment, DfE, December 2026",
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )  # fmt: skip

    def __init__(self, *args: Any, measures: Mapping[str, Measure], groups: Mapping[str, PupilGroup], **kwargs: Any):  # noqa: ANN204
        super().__init__(*args, **kwargs)
        self.measures, self.groups = measures, groups
        open_to = [(key, one.label) for key, one in measures.items() if not one.benchmark]
        self.fields["measure"].choices = [("", "Choose"), *open_to]  # type: ignore[attr-defined]
        self.fields["group"].choices = [(key, one.label) for key, one in groups.items()]  # type: ignore[attr-defined]
        phases = [(phase.value, phase.value.replace("_", " ").capitalize()) for phase in SchoolPhase]
        self.fields["phase"].choices = [("", "Every phase"), *phases]  # type: ignore[attr-defined]
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.widget.attrs.update(SELECT)

    def clean_measure(self) -> Measure:
        return self.measures[self.cleaned_data["measure"]]

    def clean_group(self) -> PupilGroup:
        return self.groups[self.cleaned_data["group"]]
