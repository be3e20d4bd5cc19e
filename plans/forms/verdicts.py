"""A search for what worked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from evidence.rules.grid import ALL
from plans.models import CLOSING
from plans.queries.verdicts import ACTION, ALONE, PLAN, SUPPORTED, Sought
from reviews.forms.register import PHASES
from schools.strategy import Strategy


def _one_of(label: str, choices: Sequence[tuple[str, str]]) -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "form-select"})
    return forms.ChoiceField(label=label, choices=[("", "Any"), *choices], required=False, widget=widget)


class VerdictSearch(forms.Form):
    """What is wrong with a search is left out of it: the page then shows more, not nothing."""

    q = forms.CharField(
        label="Words", required=False, max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control", "type": "search"}),
    )  # fmt: skip
    verdict = _one_of("Verdict", [(one.value, str(one.label)) for one in CLOSING])
    phase = _one_of("Phase", PHASES)
    support = _one_of("Support", [(SUPPORTED, "With support"), (ALONE, "Without")])
    of = _one_of("Of", [(ACTION, "Actions"), (PLAN, "Whole plans")])

    def __init__(self, data: Any, *, strategy: Strategy | None) -> None:
        super().__init__(data)
        if strategy is not None:
            groups = [one for one in strategy.group_by_key.values() if one.key != ALL]
            for name, label, known in (("criterion", "Criterion", strategy.criteria), ("group", "Pupils", groups)):
                self.fields[name] = _one_of(label, [(one.key, one.label) for one in known])

    def sought(self) -> Sought:
        """What the query takes."""
        self.full_clean()
        data = self.cleaned_data
        return Sought(data.get("q", ""), **{
            name: data.get(name, "") for name in ("verdict", "phase", "criterion", "support", "of", "group")
        })  # fmt: skip
