"""The grid of targets: one line a measure and group, one box a stage of the year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField

from evidence.rules.targets import STAGES
from schools.strategy.measures import Measure, PupilGroup

Pair = tuple[Measure, PupilGroup]
SAYS = "Enter a number, for example 74 or 94.5."


@dataclass(frozen=True)
class TargetLine:
    """One line of the grid."""

    measure: Measure
    group: PupilGroup
    boxes: tuple[BoundField, ...]


class TargetsForm(forms.Form):
    """Blank means that there is no target. `seen` is the last change on record when the page was opened."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, pairs: list[Pair], targets: Mapping[tuple[str, str, str], Decimal], **kwargs: Any):  # noqa: ANN204
        super().__init__(*args, **kwargs)
        self.pairs = pairs
        for measure, group in pairs:
            for stage, words in STAGES.items():
                self.fields[name_of(measure, group, stage)] = _box(
                    f"{measure.label}, {group.label}, {words[:1].lower()}{words[1:]}",
                    targets.get((measure.key, group.key, stage)),
                )

    def lines(self) -> list[TargetLine]:
        """The boxes as the page shows them."""
        return [
            TargetLine(measure, group, tuple(self[name_of(measure, group, stage)] for stage in STAGES))
            for measure, group in self.pairs
        ]

    def targets(self) -> dict[tuple[str, str], dict[str, Decimal]]:
        """The cleaned values, by measure and group, then by stage."""
        found = {}
        for measure, group in self.pairs:
            values = {stage: self.cleaned_data.get(name_of(measure, group, stage)) for stage in STAGES}
            found[measure.key, group.key] = {stage: value for stage, value in values.items() if value is not None}
        return found


def name_of(measure: Measure, group: PupilGroup, stage: str) -> str:
    """The same name as the service's refusals use."""
    return f"{measure.key}|{group.key}|{stage}"


def _box(label: str, value: Decimal | None) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        max_digits=10,
        decimal_places=4,
        initial=None if value is None else f"{value.normalize():f}",
        widget=forms.TextInput(attrs={"class": "form-control", "inputmode": "decimal", "size": 6}),
        error_messages=dict.fromkeys(("invalid", "max_digits", "max_decimal_places", "max_whole_digits"), SAYS),
    )
