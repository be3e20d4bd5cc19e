"""A plan that is sent, and what somebody decides about one that was sent to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from plans.models import ApprovalStep
from plans.services.approving import LONGEST_LINE, LONGEST_WORDS, Outcome
from schools.forms import choose
from schools.forms.boxes import box, line


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
        help_text="Conditions, or what has to change. Whoever sent it and the school’s head read them.",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, rules: Sequence[str] = (), of_school: bool = True) -> None:
        super().__init__(data)
        if not of_school:
            self.fields["words"].help_text = "Conditions, or what has to change. Whoever sent it reads them."
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
