"""What a school asks for, and what is answered, as it is typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from plans.models import Action, SupportRequest
from plans.services.supporting import ANSWERS, LONGEST_ANSWER, LONGEST_NEED, State, Wanted
from reviews.models.wishes import Urgency
from schools.forms import choose
from schools.forms.boxes import box, line
from schools.forms.days import DAY_ERRORS, DayField
from schools.strategy import Strategy
from schools.words import cut

SELECT = {"class": "form-select"}
OWN_WORDS = "own"
CRITERION, ACTION = "criterion", "action"

Choices = list[tuple[str, Any]]


def risks(strategy: Strategy, actions: Iterable[Action]) -> Choices:
    """What support may serve: a criterion of the matrix, or an open action of the school's plan."""
    found: Choices = [("", "Nothing named")]
    if strategy.criteria:
        found.append(("The matrix", [(f"{CRITERION}:{one.key}", one.label) for one in strategy.criteria]))
    if actions := list(actions):
        found.append(
            (
                "An action of the plan",
                [(f"{ACTION}:{one.pk}", f"{cut(one.what, 90)} ({one.plan.title})") for one in actions],
            )
        )
    return found


def risk_field(choices: Choices) -> forms.ChoiceField:
    return forms.ChoiceField(
        label="What it serves", choices=choices, required=False, widget=forms.Select(attrs=SELECT),
        error_messages=choose("Choose one of the list"),
    )  # fmt: skip


def risk_in(value: str, actions: Iterable[Action]) -> tuple[str, Action | None]:
    """The criterion's key, or the action, that was chosen."""
    kind, _, key = value.partition(":")
    action = next((one for one in actions if str(one.pk) == key), None) if kind == ACTION else None
    return key if kind == CRITERION else "", action


class AskForm(forms.Form):
    """What would help: from the menu or in the school's own words, how soon, and what it serves."""

    item = forms.ChoiceField(
        label="What would help?", widget=forms.RadioSelect(), error_messages=choose("Choose what would help")
    )
    need = box(
        "What do you need, and why?",
        "Say what you need, and why",
        most=LONGEST_NEED,
        help_text="Name no child or adult.",
    )
    priority = forms.ChoiceField(
        label="How soon?", choices=Urgency.choices, widget=forms.RadioSelect(),
        error_messages=choose("Choose how soon you need it"),
    )  # fmt: skip
    suits = line("When would suit you?", most=200, help_text="For example “after February half term”. May stay blank.")

    def __init__(self, data: Any = None, *, strategy: Strategy, actions: Iterable[Action]) -> None:
        super().__init__(data, initial={"priority": Urgency.TERM})
        self.actions = list(actions)
        menu = [(one.key, one.label) for one in strategy.menu]
        self.fields["item"].choices = [*menu, (OWN_WORDS, "Something else")]  # type: ignore[attr-defined]
        self.fields["risk"] = risk_field(risks(strategy, self.actions))

    def wanted(self) -> Wanted:
        """What the service takes."""
        data = self.cleaned_data
        criterion, action = risk_in(data["risk"], self.actions)
        item = "" if data["item"] == OWN_WORDS else data["item"]
        return Wanted(data["need"], item, data["priority"], data["suits"], criterion, action)


class RequestAnswerForm(forms.Form):
    """Agreed, later on a day, or not possible now, because."""

    outcome = forms.ChoiceField(
        label="What do you decide?",
        choices=[(one.value, one.label) for one in ANSWERS],
        widget=forms.RadioSelect(),
        error_messages=choose("Choose what you decide"),
    )
    words = box(
        "What does the school read?",
        rows=3,
        most=LONGEST_ANSWER,
        help_text="A reason is needed where it is not possible.",
    )
    later_on = DayField(
        label="If later: when is it looked at again?", required=False, help_text="For example 11 January 2027",
        error_messages=DAY_ERRORS,
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") == State.LATER and "later_on" in data and not data["later_on"]:
            raise ValidationError({"later_on": "Say on which day it is looked at again; it is still to come"})
        if data.get("outcome") == State.DECLINED and not data.get("words", "").strip():
            raise ValidationError({"words": "Say why, in a sentence. The school reads it"})
        return data


def request_choices(requests: Iterable[tuple[SupportRequest, str]]) -> Choices:
    """What the school asked for and the trust agreed to, to be booked."""
    return [(f"request:{one.pk}", label) for one, label in requests]
