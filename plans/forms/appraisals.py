"""An appraisal as it is begun, and as its status and its links are typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from plans.models import Appraisal
from plans.queries.appraisals import Offered, ToBegin, steps_of
from plans.services.appraising import DAYS, AppraisalEntry, mark_of_appraisal
from schools.forms import choose
from schools.forms.days import DayField
from schools.words import cut, year_words

LONGEST = 110  # characters of an action's own words
CHOOSE = "Choose from the list"


class BeginForm(forms.Form):
    """Whose appraisal, and for which academic year."""

    def __init__(self, data: Any = None, *, people: Sequence[ToBegin], years: Sequence[int]) -> None:
        super().__init__(data, initial={"year": years[0]})
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in people:
            groups.setdefault(one.kind.label, []).append((one.key, one.label))
        self.fields["person"] = forms.ChoiceField(
            label="Whose appraisal?", choices=[("", "Choose"), *groups.items()],
            widget=forms.Select(attrs={"class": "form-select"}), error_messages=choose("Choose whose appraisal it is"),
        )  # fmt: skip
        self.fields["year"] = forms.TypedChoiceField(
            label="For which academic year?", coerce=int, widget=forms.RadioSelect(),
            choices=[(one, year_words(one)) for one in years], error_messages=choose("Choose the year"),
        )  # fmt: skip


def _some(label: str, choices: Sequence[tuple[str, str]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": CHOOSE, "invalid_list": CHOOSE},
    )  # fmt: skip


class AppraisalForm(forms.Form):
    """By when and on which day each step, and which actions, priorities and criteria its objectives are."""

    seen = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, row: Appraisal, offered: Offered) -> None:
        super().__init__(data, initial=_initial(row))
        self.offered = offered
        self.steps = steps_of(row)
        for place, step in enumerate(self.steps):
            by, on = DAYS[2 * place : 2 * place + 2]
            self.fields[by] = DayField(label=f"{step.label}: by when", required=False)
            self.fields[on] = DayField(label=f"{step.label}: on which day", required=False)
        lists = {
            "actions": ("Actions", [(str(one.pk), cut(one.what, LONGEST)) for one in offered.actions]),
            "priorities": ("Priorities", [(str(one.pk), f"{one} ({one.plan})") for one in offered.priorities]),
            "criteria": ("Criteria", list(offered.criteria)),
        }
        for name, (label, choices) in lists.items():
            if choices:
                self.fields[name] = _some(label, choices)

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The two days of each step."""
        return [(self[by], self[on]) for by, on in zip(DAYS[::2], DAYS[1::2], strict=True)]

    def links(self) -> list[forms.BoundField]:
        """What the objectives are chosen from."""
        return [self[name] for name in ("actions", "priorities", "criteria") if name in self.fields]

    def entry(self) -> AppraisalEntry:
        """What the service takes."""
        data = self.cleaned_data
        chosen = {name: set(data.get(name, ())) for name in ("actions", "priorities", "criteria")}
        return AppraisalEntry(
            **{name: data[name] for name in DAYS},
            actions=[one for one in self.offered.actions if str(one.pk) in chosen["actions"]],
            priorities=[one for one in self.offered.priorities if str(one.pk) in chosen["priorities"]],
            criteria=[key for key, _ in self.offered.criteria if key in chosen["criteria"]],
        )


def _initial(row: Appraisal) -> dict[str, Any]:
    links = list(row.objectives.all())
    return {
        "seen": mark_of_appraisal(row),
        **{name: getattr(row, name) for name in DAYS},
        "actions": [str(one.action_id) for one in links if one.action_id],
        "priorities": [str(one.priority_id) for one in links if one.priority_id],
        "criteria": [one.criterion for one in links if one.criterion],
    }
