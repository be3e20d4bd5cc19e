"""Practice as it is offered, sought and asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from reviews.models import Practice
from reviews.queries.register import Sought
from reviews.services.register import NEXT, PracticeEntry
from schools.forms import choose
from schools.forms.boxes import SELECT, box, line
from schools.forms.days import DayField
from schools.models import School
from schools.strategy import SchoolPhase
from schools.words import ID_DIGITS, capital

PHASES = [(one.value, capital(one.value.replace("_", " "))) for one in SchoolPhase]


class SchoolChoice(forms.ModelChoiceField):
    """One of the schools a person speaks for, by the name it is known as."""

    def label_from_instance(self, obj: Any) -> str:
        return obj.known_as


def school_field(label: str) -> SchoolChoice:
    return SchoolChoice(
        queryset=School.objects.none(), label=label, empty_label=None, widget=forms.Select(attrs=SELECT),
        error_messages=choose("Choose one of your schools"),
    )  # fmt: skip


class PracticeForm(forms.Form):
    """What a school offers itself."""

    school = school_field("School")
    title = line("Title", "Give it a title", most=160)
    text = box(
        "What others can see",
        "Say what others can see",
        help_text="What you do, and what changed for pupils. Name no child or adult.",
    )
    subject = line("Subject or theme", most=80, help_text="For example reading, attendance or early years.")
    phase = forms.ChoiceField(label="Phase", choices=PHASES, widget=forms.Select(attrs=SELECT))
    evidence = box("How we know that it works", rows=3, help_text="Figures, a review, pupils’ work.")
    contact = line(
        "Whom to ask", "Say which role to ask for", most=120, help_text="A role, no name: for example “English lead”."
    )

    def __init__(self, *args: Any, schools: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].queryset = schools  # type: ignore[attr-defined]

    @staticmethod
    def entry(data: dict[str, Any]) -> PracticeEntry:
        return PracticeEntry(**{name: data[name] for name in PracticeEntry.__dataclass_fields__})


class SearchForm(forms.Form):
    """What is looked for. What cannot be read is not looked for."""

    words = line("Words", most=120)
    subject = forms.ChoiceField(label="Subject", required=False, widget=forms.Select(attrs=SELECT))
    phase = forms.ChoiceField(
        label="Phase", required=False, choices=[("", "Any"), *PHASES], widget=forms.Select(attrs=SELECT)
    )
    kind = forms.ChoiceField(
        label="Kind", required=False, choices=[("", "Any"), *Practice.Kind.choices], widget=forms.Select(attrs=SELECT)
    )
    school = forms.IntegerField(required=False, min_value=1, max_value=10**ID_DIGITS, widget=forms.HiddenInput())

    def __init__(self, *args: Any, subjects: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].choices = [("", "Any"), *((one, one) for one in subjects)]  # type: ignore[attr-defined]

    def sought(self) -> Sought:
        self.full_clean()
        return Sought(**{name: self.cleaned_data.get(name) or "" for name in Sought.__dataclass_fields__})


class VisitForm(forms.Form):
    """A wish to come and see."""

    school = school_field("For which school")
    note = box("What would you like to see, and why?", "Say what you would like to see, and why", rows=3, most=1000)
    wanted_on = DayField(
        label="When would suit you?", required=False, help_text="For example 20 January 2027. May stay blank."
    )

    def __init__(self, *args: Any, schools: Sequence[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["school"]
        field.queryset = School.objects.filter(pk__in=[one.pk for one in schools])
        field.choices = [(one.pk, one.known_as) for one in schools]


class AnswerForm(forms.Form):
    """The answer to a wish to visit, or that the visit took place."""

    WORDS = {"accepted": "You are welcome", "declined": "Not possible now", "visited": "The visit took place"}

    state = forms.ChoiceField(label="Answer", widget=forms.RadioSelect(), error_messages=choose("Choose an answer"))
    answer = box(
        "Your words", rows=2, most=1000, help_text="For example a day and a time. The school that asked reads it."
    )

    def __init__(self, *args: Any, now: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        follows = NEXT.get(now, ())  # type: ignore[call-overload]
        self.fields["state"].choices = [(one, self.WORDS[one]) for one in follows]  # type: ignore[attr-defined]
