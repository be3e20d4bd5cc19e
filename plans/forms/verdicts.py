"""A search for what worked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from evidence.rules.grid import ALL
from plans.models import CLOSING
from plans.models.validation import Validation
from plans.queries.levels_then import places_of
from plans.queries.verdicts import ACTION, ALONE, NOT_YET, PLAN, SUPPORTED, Sought
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
    validated = _one_of("Validated", [*Validation.Outcome.choices, (NOT_YET, "Not yet validated")])

    def __init__(self, data: Any, *, strategy: Strategy | None, followed: Sequence[Strategy] = (), whole: bool) -> None:
        """`strategy` is the trust's own, `followed` all of its schools'. `whole`: they find plans by kind."""
        super().__init__(data)
        if places := places_of(followed):
            self.fields["level"] = _one_of("Level at the time", places)
        if strategy is not None:
            if whole:
                self.fields["kind"] = _one_of("Kind of plan", [(one.key, one.label) for one in strategy.plan_types])
            groups = [one for one in strategy.group_by_key.values() if one.key != ALL]
            for name, label, known in (("criterion", "Criterion", strategy.criteria), ("group", "Pupils", groups)):
                self.fields[name] = _one_of(label, [(one.key, one.label) for one in known])

    def sought(self) -> Sought:
        """What the query takes."""
        self.full_clean()
        data = self.cleaned_data
        return Sought(data.get("q", ""), **{name: data.get(name, "") for name in self.fields if name != "q"})
