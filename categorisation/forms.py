"""The shape of what people send about a risk matrix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from categorisation.models import Decision, Rating
from categorisation.rules.conclusion import LONGEST as LONGEST_CONCLUSION
from categorisation.rules.conclusion import Conclusion, faults_of
from categorisation.rules.entry import IN_FUTURE, LONGEST_NOTE, Entry
from categorisation.rules.suggestion import Suggestion
from categorisation.services.facts import LONGEST_REASON
from schools.forms.days import ASK_DAY, DAY_ERRORS, DayField
from schools.strategy import Fact, Kpi, Level, Strategy
from schools.words import capital

UNKNOWN_CHOICE = {"key": Rating.UNKNOWN, "label": "Unknown", "step": 0}


def level_choices(levels: tuple[Level, ...], *, unknown: bool = True) -> list[dict[str, Any]]:
    """The tiles of a rating field, strongest first."""
    tiles = [{"key": place, "label": level.label, "step": level.tone} for place, level in enumerate(levels, start=1)]
    return [*tiles, UNKNOWN_CHOICE] if unknown else tiles


class RatingForm(forms.Form):
    """What a school says of one KPI. Nothing is required while it is a draft."""

    level = forms.TypedChoiceField(label="Your rating", required=False, coerce=int, empty_value=None)
    note = forms.CharField(
        label="What lies behind this?",
        required=False,
        max_length=LONGEST_NOTE,
        strip=True,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        help_text="A sentence or two. Trustees may read it. Name no pupil and no member of staff.",
    )
    evidence_on = DayField(label="Date of the evidence", required=False)
    sources = forms.MultipleChoiceField(label="Sources", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, kpi: Kpi, strategy: Strategy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kpi, self.tiles = kpi, level_choices(strategy.levels_of(kpi.scale))
        self.fields["sources"].choices = list(strategy.matrix.source_labels.items())  # type: ignore[attr-defined]
        self.fields["level"].choices = [(str(tile["key"]), tile["label"]) for tile in self.tiles]  # type: ignore[attr-defined]

    def clean_evidence_on(self) -> date | None:
        day: date | None = self.cleaned_data["evidence_on"]
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(IN_FUTURE)
        return day

    def entry(self) -> Entry:
        """The cleaned values."""
        data = self.cleaned_data
        return Entry(data["level"], data["note"].replace("\r\n", "\n"), data["evidence_on"], tuple(data["sources"]))


def initial_of(rating: Rating) -> dict[str, Any]:
    """What the form shows of a stored rating."""
    return {
        "level": "" if rating.level is None else str(rating.level),
        "note": rating.note,
        "evidence_on": rating.evidence_on,
        "sources": rating.sources,
    }


def state_of(rating: Rating) -> str:
    """How far it is, in a word or two."""
    if rating.level is None:
        return "not started"
    if rating.filled:
        return "filled in, check it"
    return "carried forward" if rating.carried else "rated"


@dataclass(frozen=True)
class RatingSheet:
    """The form of one KPI with what stands beside it."""

    form: RatingForm
    rating: Rating
    before: Entry | None
    before_label: str
    number: int
    of: int
    published: str = ""  # how the trust reads the latest inspection for this KPI
    suggestion: Suggestion | None = None
    lacks: Mapping[str, str] = field(default_factory=dict)  # “note”, “date”: what to say before it can be sent

    @property
    def dated(self) -> bool:
        """Whether audits and checks are recorded for it."""
        return self.form.kpi.kind == "dated"

    @property
    def returned(self) -> bool:
        """Whether its figure comes from the school's return."""
        return self.suggestion is not None and self.suggestion.returned

    @property
    def suggested(self) -> dict[str, Any] | None:
        """Word and step of the suggested level."""
        place = self.suggestion.level if self.suggestion else None
        return self.form.tiles[place - 1] if place else None

    @property
    def agrees(self) -> bool:
        """Whether somebody has rated just as suggested."""
        rating = self.rating
        return self.suggestion is not None and rating.level == self.suggestion.level and not rating.filled

    @property
    def state(self) -> str:
        return state_of(self.rating)


class ModerationForm(forms.Form):
    """Another level for one KPI, and why."""

    level = forms.TypedChoiceField(
        label="Moderated rating",
        coerce=int,
        help_text="The school’s own level takes back another you gave before.",
        error_messages={"required": "Choose a level"},
    )
    reason = forms.CharField(
        label="Why?",
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
        help_text="The head reads this.",
    )

    def __init__(self, *args: Any, levels: tuple[Level, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tiles = level_choices(levels)
        self.fields["level"].choices = [(str(tile["key"]), tile["label"]) for tile in self.tiles]  # type: ignore[attr-defined]
        self.since: dict[str, Any] | None = None  # what somebody else said since the page was opened


class ReturnForm(forms.Form):
    """Why a matrix goes back to the school."""

    note = forms.CharField(
        label="What should the school look at again?",
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        error_messages={"required": "Say what you would like the school to look at again"},
    )


CONCLUDED = tuple(Conclusion.__dataclass_fields__)
"""The fields of a form that hold what a re-assessment concludes."""


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"class": "form-control", "rows": rows})


class DecisionForm(forms.Form):
    """The category people decided on one axis and, where `concludes`, what else the re-assessment concludes."""

    level = forms.ChoiceField(label="Decision", error_messages={"required": "Choose one of the levels"})
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        help_text="Needed where the decision is not simply what the rules propose. The school and trustees read it.",
    )

    provision = forms.ChoiceField(
        label="Does the provision in place still fit?", required=False, choices=Decision.Provision.choices,
        widget=forms.RadioSelect(),
    )  # fmt: skip
    provision_words = forms.CharField(
        label="What should change", required=False, max_length=LONGEST_CONCLUSION, widget=_lines(2),
        help_text="Where it should change, in a sentence or two.",
    )  # fmt: skip
    capacity = forms.ChoiceField(
        label="Should capacity move?", required=False, choices=Decision.Capacity.choices, widget=forms.RadioSelect()
    )
    capacity_words = forms.CharField(
        label="From where to where", required=False, max_length=LONGEST_CONCLUSION, widget=_lines(2),
        help_text="Where it should move, for example “two days of the reading lead, from Elm to Fern”.",
    )  # fmt: skip

    def __init__(self, *args: Any, strategy: Strategy, axis: str, concludes: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not concludes:
            for name in CONCLUDED:
                del self.fields[name]
        levels = strategy.axis_levels(axis)
        self.tiles = [
            {"key": level.key, "label": capital(strategy.level_words(level)), "step": level.tone} for level in levels
        ]
        self.fields["level"].choices = [(tile["key"], tile["label"]) for tile in self.tiles]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What is missing stands beside its field, with everything else that is."""
        data = super().clean() or {}
        if asked := [name for name in CONCLUDED if name in self.fields]:
            said = Conclusion(**{name: data.pop(name, "").strip() for name in asked})
            data["conclusion"] = said
            for name, words in faults_of(said).items():
                if name not in self.errors:
                    self.add_error(name, words)
        return data

    @property
    def concluded(self) -> list[forms.BoundField]:
        """The controls of the conclusion, where it is asked for."""
        return [self[name] for name in CONCLUDED if name in self.fields]


class ReplyForm(forms.Form):
    """The school's words on a decision."""

    text = forms.CharField(
        label="Your reply",
        max_length=3000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 6}),
        help_text="Printed beside the decision wherever it is shown.",
        error_messages={"required": "Write your reply"},
    )


class FactForm(forms.Form):
    """A fact of the strategy that is true of a school, since when, and why."""

    key = forms.ChoiceField(
        label="What is true of the school",
        help_text="In the words of the strategy",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": "Choose what is true of the school"},
    )
    since = DayField(
        label="Since", help_text="For example 16 October 2026", error_messages={**DAY_ERRORS, "required": ASK_DAY}
    )
    note = forms.CharField(
        label="Reason",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        help_text="A sentence or two. The school and trustees may read it. Name no pupil and no member of staff.",
        error_messages={"required": "Say why, in a sentence the school will read"},
    )

    def __init__(self, *args: Any, facts: Iterable[Fact], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Choose"), *((fact.key, fact.label) for fact in facts)]
        self.fields["key"].choices = choices  # type: ignore[attr-defined]


class EndFactForm(forms.Form):
    """From which day a fact holds no more, and why."""

    on = DayField(
        label="Ended on",
        help_text="The first day on which it holds no more",
        error_messages={**DAY_ERRORS, "required": ASK_DAY},
    )
    reason = forms.CharField(
        label="Reason",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
        error_messages={"required": "Say why it holds no more"},
    )


def entries_from(forms_by_key: Mapping[str, RatingForm]) -> dict[str, Entry]:
    """The entries of valid forms."""
    return {key: form.entry() for key, form in forms_by_key.items()}
