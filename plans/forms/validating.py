"""A verdict as somebody from outside the school sees it."""

from __future__ import annotations

from django import forms
from django.utils import timezone

from plans.models import CLOSING
from plans.models.validation import Validation
from plans.services.acting import LONGEST_NOTE
from plans.services.validating import LONGEST_ADVISER, LONGEST_PLACE, Said
from schools.forms import ask, choose
from schools.forms.boxes import SELECT, box, line
from schools.forms.days import DAY_ERRORS, DayField


class ValidationForm(forms.Form):
    """Whether the verdict is confirmed, with what was seen."""

    outcome = forms.ChoiceField(
        label="Do you confirm the verdict?",
        choices=[
            (Validation.Outcome.CONFIRMED.value, "Yes, I confirm it"),
            (Validation.Outcome.DIFFERS.value, "No, I see it differently"),
        ],
        widget=forms.RadioSelect,
        error_messages=choose("Choose whether you confirm it"),
    )
    verdict = forms.ChoiceField(
        label="If you see it differently: which verdict would you give?", required=False,
        choices=[("", "Choose"), *((one.value, one.label) for one in CLOSING)], widget=forms.Select(attrs=SELECT),
        error_messages=choose("Choose one of the list"),
    )  # fmt: skip
    saw = box(
        "What did you see?", "Say in a sentence what you saw", most=LONGEST_NOTE, rows=4,
        help_text="What has changed for pupils, and what shows it. So what? Name no person.",
    )  # fmt: skip
    place = line(
        "Where did you see it?", "Say where you saw it", most=LONGEST_PLACE,
        help_text="For example “Lessons and books of Years 3 and 4”.",
    )  # fmt: skip
    on = DayField(
        label="On which day?", initial=timezone.localdate,
        error_messages={**DAY_ERRORS, **ask("Say on which day you saw it")},
    )  # fmt: skip
    adviser = line(
        "Somebody from outside the trust who looked at it", most=LONGEST_ADVISER,
        help_text="If it was not you: for example “External adviser for early reading”.",
    )  # fmt: skip

    def said(self) -> Said:
        """What the service takes."""
        return Said(**self.cleaned_data)
