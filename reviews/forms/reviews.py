"""A review as it is agreed, staffed, answered and disputed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from reviews.models import Finding, Review, ReviewShare, ReviewWish
from reviews.rules.kinds import kind_on_menu
from reviews.rules.programme import ASKED
from reviews.services.agreeing import Terms
from reviews.services.findings import FindingEntry
from schools.forms import ask, choose
from schools.forms.boxes import BOX, SELECT, box, line
from schools.forms.days import DAY_ERRORS
from schools.models import Membership
from schools.words import DAY_FORMATS, on


class DaysField(forms.CharField):
    """Several days, one a line."""

    widget = forms.Textarea(attrs={**BOX, "rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(on, value)) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[date]:
        text = super().clean(value)
        one_day = forms.DateField(input_formats=DAY_FORMATS, error_messages=DAY_ERRORS)
        return [one_day.clean(part.strip()) for part in text.replace(";", "\n").splitlines() if part.strip()]


class TermsForm(forms.Form):
    """The work agreement: what both sides sign."""

    days = forms.DecimalField(
        label="How many days of work",
        max_digits=4,
        decimal_places=1,
        help_text="For example 2, or 0.5 for half a day.",
        widget=forms.TextInput(attrs={**BOX, "inputmode": "decimal"}),
        error_messages={"required": "Enter how many days", "invalid": "Enter a number of days, for example 2"},
    )
    dates = DaysField(
        label="Days in school",
        help_text="One day a line, for example 1 December 2026.",
        max_length=800,
        error_messages=ask("Enter at least one day, for example 1 December 2026"),
    )
    entitlement = forms.ChoiceField(
        label="Counted against", required=False, widget=forms.Select(attrs=SELECT),
        error_messages=choose("Choose one of those listed"),
    )  # fmt: skip
    focus = box("Focus", "Write what the review looks at")
    outcomes = box("Expected outcomes", "Write what the school should have at the end")
    outside = line(
        "Who takes part from outside the trust", most=300, help_text="A body or a role. Leave blank if nobody does."
    )

    field_order = ["kind", "days", "dates", "entitlement", "focus", "outcomes", "outside"]

    def __init__(self, *args: Any, entitlements: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Beyond the offer"), (ASKED, "Asked for from the menu"), *entitlements]
        self.fields["entitlement"].choices = choices  # type: ignore[attr-defined]

    @staticmethod
    def terms(data: dict[str, Any]) -> Terms:
        """What was typed, as the service takes it."""
        return Terms(**{name: data[name] for name in Terms.__dataclass_fields__})

    @staticmethod
    def of(review: Review) -> dict[str, Any]:
        """The terms a review has, to be changed."""
        return {name: getattr(review, name) for name in Terms.__dataclass_fields__}


class ProposeForm(TermsForm):
    """The same, with the kind of review."""

    kind = forms.ChoiceField(
        label="Kind of review", widget=forms.Select(attrs=SELECT), error_messages=choose("Choose the kind of review")
    )

    def __init__(self, *args: Any, kinds: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "Choose"), *kinds]  # type: ignore[attr-defined]

    @staticmethod
    def wished(wish: ReviewWish) -> dict[str, Any]:
        """What a school asked for, to begin with."""
        kind = kind_on_menu(wish.strategy_version.strategy, wish.item)
        return {"kind": kind, "focus": wish.note, "entitlement": ASKED}


class MemberForm(forms.Form):
    """Somebody for the team."""

    person = forms.ModelChoiceField(
        queryset=Membership.objects.none(), label="Person", empty_label="Choose", widget=forms.Select(attrs=SELECT),
        error_messages=choose("Choose somebody of the trust who does not belong to this school"),
    )  # fmt: skip
    is_lead = forms.BooleanField(label="Leads the team", required=False)
    availability = line(
        "When they can come", most=200, help_text="In their words, for example “both days” or “not Monday mornings”."
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


class BeginForm(forms.Form):
    """Before the first day that was agreed: why the work begins now. Nothing to fill in otherwise."""

    reason = box("Why now?", "Say why, in a sentence", rows=2, most=1000, help_text="It is on record.")

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not review.is_early(timezone.localdate()):
            del self.fields["reason"]


class PublishForm(BeginForm):
    """The same, and what came of the school's comment."""

    became = forms.ChoiceField(
        label="What came of the school’s comment?",
        choices=[("changed", "We changed the review"), ("kept", "We did not change it, because …")],
        widget=forms.RadioSelect(),
        error_messages=choose("Say whether the review was changed"),
    )
    became_text = box(
        "What was changed, or why not", "Say what was changed, or why not", rows=3,
        help_text="It is printed beside the comment.",
    )  # fmt: skip

    field_order = ["became", "became_text", "reason"]

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        super().__init__(*args, review=review, **kwargs)
        if not review.has_comment:
            del self.fields["became"], self.fields["became_text"]


class ShareForm(forms.Form):
    """With whom a published review is shared."""

    audience = forms.ChoiceField(
        label="With whom?", widget=forms.RadioSelect(), error_messages=choose("Choose with whom")
    )
    note = box("What they should look at", rows=2, most=1000, help_text="May stay blank. Say roles, not names.")

    def __init__(self, *args: Any, shared: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        left = [(key, label) for key, label in ReviewShare.Audience.choices if key not in shared]
        self.fields["audience"].choices = left  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why something is called off."""

    reason = box("Why?", "Say why, in a sentence", rows=2, most=1000)


class ConcernForm(forms.Form):
    """A concern for the guarantor."""

    text = box("Your concern", "Say what your concern is", help_text="The chief executive and both sides read it.")


class MediationForm(forms.Form):
    """What the guarantor writes."""

    words = box("What was said or agreed", "Write what was said or agreed", help_text="Both sides read it.")


class FindingForm(forms.Form):
    """One thing the review found."""

    kind = forms.ChoiceField(
        label="What it is", choices=[("", "Choose"), *Finding.Kind.choices], widget=forms.Select(attrs=SELECT),
        error_messages=choose("Choose what it is"),
    )  # fmt: skip
    text = box("What was found", "Write what was found", rows=3, help_text="Name no child or adult.")
    criterion = forms.ChoiceField(label="Criterion", required=False, widget=forms.Select(attrs=SELECT))
    area = forms.ChoiceField(label="Area of the framework", required=False, widget=forms.Select(attrs=SELECT))
    evidence = box("Evidence", rows=2, help_text="What was seen, and where.", most=1000)

    def __init__(
        self, *args: Any, criteria: Iterable[tuple[str, str]], areas: Iterable[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["criterion"].choices = [("", "None"), *criteria]  # type: ignore[attr-defined]
        self.fields["area"].choices = [("", "None"), *areas]  # type: ignore[attr-defined]

    @staticmethod
    def entry(data: dict[str, Any]) -> FindingEntry:
        return FindingEntry(**data)


def refuse(form: forms.Form, refused: ValidationError) -> None:
    """Show a service's sentences in a form."""
    form.add_error(None, refused)
