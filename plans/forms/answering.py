"""A plan that is sent, and what somebody decides about one that was sent to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from plans.models import ApprovalStep
from plans.services.approving import LONGEST_LINE, LONGEST_WORDS, Outcome
from plans.services.conditions import CONFIRMED, LONGEST_ANSWER, LONGEST_HOW, SENT_BACK
from schools.forms import ask, choose
from schools.forms.boxes import box, line
from schools.forms.days import DAY_ERRORS, DayField


class AnswerForm(forms.Form):
    """What somebody decides about a plan that was sent to them."""

    outcome = forms.ChoiceField(
        label="What do you decide?",
        choices=[(one.value, one.label) for one in (Outcome.APPROVED, Outcome.CONDITIONS, Outcome.RETURNED)],
        widget=forms.RadioSelect,
        error_messages=choose("Choose what you decide"),
    )
    words = box(
        "In your words", most=LONGEST_WORDS, rows=4,
        help_text="Conditions, one a line, or what has to change. Whoever sent it and the school’s head read it.",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, rules: Sequence[str] = (), of_school: bool = True) -> None:
        super().__init__(data)
        if not of_school:
            self.fields["words"].help_text = "Conditions, one a line, or what has to change. Whoever sent it reads it."
        self.rules = tuple(rules)
        for place, rule in enumerate(self.rules):
            self.fields[f"rule-{place}"] = forms.ChoiceField(
                label=rule,
                choices=ApprovalStep.Met.choices,
                required=False,
                widget=forms.RadioSelect,
                error_messages=choose("Say whether it is met"),
            )
        self.order_fields([*(name for name in self.fields if name.startswith("rule-")), "outcome", "words"])

    def said(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        checked = {rule: data[f"rule-{place}"] for place, rule in enumerate(self.rules)}
        return {"outcome": data["outcome"], "words": data["words"], "checked": checked}


class SendForm(forms.Form):
    """What goes with a plan that is sent."""

    note = line("A line to go with it", most=LONGEST_LINE)


class MetForm(forms.Form):
    """A condition that is said to be met."""

    met_on = DayField(
        label="Met on", initial=timezone.localdate,
        error_messages={**DAY_ERRORS, **ask("Say on which day it was met")},
    )  # fmt: skip
    how = box(
        "How was it met?", "Say in a sentence how it was met", most=LONGEST_HOW, rows=3,
        help_text="What was done, and where it can be seen. Name no person.",
    )  # fmt: skip


class ConfirmForm(forms.Form):
    """What whoever set a condition says of that."""

    outcome = forms.ChoiceField(
        label="Is it met?",
        choices=[(CONFIRMED, "Yes, it is met"), (SENT_BACK, "Not yet: send it back")],
        widget=forms.RadioSelect,
        error_messages=choose("Choose whether you confirm it"),
    )
    words = box("In your words", most=LONGEST_ANSWER, rows=3, help_text="Where it goes back: what is still missing.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") == SENT_BACK and not data.get("words") and "words" not in self.errors:
            self.add_error("words", "Say what is still missing")
        return data
