"""Actions to agree, one line each: what will be done, who sees to it, by when, and when its impact is looked at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone

from plans.queries.actions import Setting
from plans.rules.aiming import check_fault, day_fault
from plans.services import LONGEST_SUPPORT, LONGEST_WHAT, NewAction
from schools.forms.days import DAY_ERRORS, DayField
from schools.models import Membership

SELECT = {"class": "form-select"}
AREA = {"class": "form-control", "rows": 2}
LINE = ("what", "owner", "words", "due", "check", "support")
"""The controls of a line."""

CHECK_HINT = "When somebody looks whether it made a difference."


class LinesForm(forms.Form):
    """So many lines. One that offers an action is agreed by a tick; of the others one left blank is no action.

    Every line begins with the natural owner and a day for the impact check.
    """

    def __init__(self, *args: Any, setting: Setting, suggested: Sequence[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people: dict[str, Membership] = {str(one.pk): one for one in setting.people}
        self.offered = [bool(known.get("what")) for known in suggested]
        for number, known in enumerate(suggested):
            begins = {"owner": setting.owner, "check": setting.check_after(known.get("due")), **known}
            if self.offered[number]:
                self.fields[f"action-{number}-take"] = forms.BooleanField(label="Agree this action", required=False)
            for name, field in _line(owners_of(self.people, setting.of_trust)).items():
                field.initial = begins.get(name)
                self.fields[f"action-{number}-{name}"] = field

    def controls(self, number: int) -> tuple[forms.BoundField, ...]:
        return tuple(self[f"action-{number}-{name}"] for name in LINE)

    def take(self, number: int) -> forms.BoundField | None:
        """The tick of a line that offers an action."""
        return self[f"action-{number}-take"] if self.offered[number] else None

    def is_touched(self, number: int) -> bool:
        """Whether something was typed in a line, or chosen other than it began."""
        changed = self.changed_data if self.is_bound else ()
        return any(bound.name in changed and bound.data for bound in self.controls(number))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for number in range(len(self.offered)):
            if self._is_agreed(number, data):
                self._check(number, data)
            elif self.is_touched(number):
                self._ask(number)
        return data

    def _is_agreed(self, number: int, data: Mapping[str, Any]) -> bool:
        return bool(data.get(f"action-{number}-{'take' if self.offered[number] else 'what'}"))

    def _ask(self, number: int) -> None:
        """Something was typed in a line that is no action yet."""
        if self.offered[number]:
            self.add_error(f"action-{number}-take", f"Tick action {number + 1} to agree it")
        elif f"action-{number}-what" not in self.errors:
            self.add_error(f"action-{number}-what", f"Say what will be done in action {number + 1}")

    def _check(self, number: int, data: Mapping[str, Any]) -> None:
        what, owner, words, due, check, _ = (data.get(f"action-{number}-{name}") for name in LINE)
        if not what and f"action-{number}-what" not in self.errors:
            self.add_error(f"action-{number}-what", f"Say what will be done in action {number + 1}")
        if not owner and not words:
            self.add_error(f"action-{number}-owner", f"Say who sees to action {number + 1}")
        if not check and f"action-{number}-check" not in self.errors:
            self.add_error(f"action-{number}-check", f"Say when the impact of action {number + 1} is looked at")
        today = timezone.localdate()
        if due and (fault := day_fault(due, today=today)):
            self.add_error(f"action-{number}-due", fault)
        if check and (fault := check_fault(check, None, today=today)):
            self.add_error(f"action-{number}-check", fault)
        elif due and check and check < due:
            words = f"The impact of action {number + 1} is looked at once it is done, not before"
            self.add_error(f"action-{number}-check", words)

    def new_actions(self) -> list[tuple[int, NewAction]]:
        """The lines that are agreed, each with its number."""
        agreed = [number for number in range(len(self.offered)) if self._is_agreed(number, self.cleaned_data)]
        return [(number, self._action(number)) for number in agreed]

    def _action(self, number: int) -> NewAction:
        what, owner, words, due, check, support = (self.cleaned_data[f"action-{number}-{name}"] for name in LINE)
        person = self.people.get(owner)
        what = what.replace("\r\n", "\n")  # as a browser sends the end of a line
        return NewAction(what, person, "" if person else words, due, check, support)


def owners_of(people: Mapping[str, Membership], of_trust: Collection[str]) -> list[tuple[str, Any]]:
    """Who may see to an action, as choices: those of the school, and under a heading of their own the trust's."""
    named = [(key, one.user.name) for key, one in people.items()]
    theirs = [one for one in named if one[0] in of_trust]
    here = [one for one in named if one[0] not in of_trust]
    return [*here, ("For the trust", theirs)] if theirs else [*here]


def _line(people: Sequence[tuple[str, Any]]) -> dict[str, forms.Field]:
    owners = [*people, ("", "Somebody else, by role")]
    wording = {"class": "form-control"}
    return {
        "what": forms.CharField(
            label="What will be done", required=False, max_length=LONGEST_WHAT, widget=forms.Textarea(attrs=AREA)
        ),
        "owner": forms.ChoiceField(
            label="Who sees to it", required=False, choices=owners, widget=forms.Select(attrs=SELECT)
        ),
        "words": forms.CharField(
            label="Somebody else: which role", required=False, max_length=120, widget=forms.TextInput(attrs=wording)
        ),
        "due": DayField(label="By when", required=False, error_messages=DAY_ERRORS),
        "check": DayField(
            label="Look at its impact on", required=False, help_text=CHECK_HINT, error_messages=DAY_ERRORS
        ),
        "support": forms.CharField(
            label="Support named", required=False, max_length=LONGEST_SUPPORT, widget=forms.TextInput(attrs=wording)
        ),
    }
