"""The shape of what a school sends about one section of its self-evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html

from evidence.rules.sef_entry import LONGEST_LINE, LONGEST_TEXT, MOST_EVIDENCE, EvidenceLine, SectionEntry
from evidence.rules.sef_layouts import SectionRule
from evidence.services.sef_writing import IN_FUTURE
from schools.forms.days import DayField
from schools.words import on

PARTS = ("what", "on", "source")
SPARE = 2
"""Blank lines of evidence that stand open; the rest unfold."""

MARKS = "Begin a line with # for a heading or - for a list; **two stars** make bold, *one* italics."


@dataclass(frozen=True)
class Row:
    """The three fields of one line of evidence."""

    number: int
    what: forms.BoundField
    on: forms.BoundField
    source: forms.BoundField
    named: Mapping[str, str] = field(default_factory=dict)  # by control, where a person seems to be named

    @property
    def notes(self) -> list[tuple[str, str]]:
        return [(one.html_name, self.named.get(one.html_name, "")) for one in (self.what, self.source)]

    @property
    def is_blank(self) -> bool:
        return not any((self.what.value(), self.on.value(), self.source.value()))

    @property
    def has_errors(self) -> bool:
        return bool(self.what.errors or self.on.errors or self.source.errors)


class SectionForm(forms.Form):
    """One section. Nothing is required while it is a draft."""

    judgement = forms.ChoiceField(label="Your judgement", required=False)
    strengths = forms.CharField(label="Strengths", required=False, max_length=LONGEST_TEXT)
    development = forms.CharField(label="Areas for development", required=False, max_length=LONGEST_TEXT)

    def __init__(self, *args: Any, area: SectionRule, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.area = area
        self.tiles = [{"key": one.key, "label": one.label, "step": one.step} for one in area.judgements]
        self.fields["judgement"].choices = [(one.key, one.label) for one in area.judgements]  # type: ignore[attr-defined]
        for name in ("strengths", "development"):
            self.fields[name].widget = forms.Textarea(attrs={"class": "form-control", "rows": 8, "data-format": ""})
            self.fields[name].help_text = MARKS
        if not area.judgements:
            del self.fields["judgement"], self.fields["development"]
            self.fields["strengths"].label = area.label
        for number in range(MOST_EVIDENCE):
            self._add_row(number)

    def _add_row(self, number: int) -> None:
        def label(words: str) -> str:
            return format_html('{}<span class="vh">, evidence {}</span>', words, number + 1)

        line: dict[str, Any] = {"required": False, "max_length": LONGEST_LINE}
        self.fields[f"evidence-{number}-what"] = forms.CharField(label=label("What shows it"), **line)
        self.fields[f"evidence-{number}-on"] = DayField(label=label("Date"), required=False)
        self.fields[f"evidence-{number}-source"] = forms.CharField(label=label("Source"), **line)

    def clean(self) -> dict[str, Any]:
        """No day to come."""
        for number in range(MOST_EVIDENCE):
            day: date | None = self.cleaned_data.get(f"evidence-{number}-on")
            if day is not None and day > timezone.localdate():
                self.add_error(f"evidence-{number}-on", IN_FUTURE)
        return self.cleaned_data

    def entry(self, stored: SectionEntry | None = None) -> SectionEntry:
        """The cleaned values; in the place of those that cannot be read, what is `stored`."""
        data = _controls(stored or SectionEntry()) | self.cleaned_data
        strengths, development = (data.get(name, "").replace("\r\n", "\n") for name in ("strengths", "development"))
        lines = (EvidenceLine(*(data[f"evidence-{n}-{part}"] for part in PARTS)) for n in range(MOST_EVIDENCE))
        return SectionEntry(data.get("judgement", ""), strengths, development, tuple(lines))

    def typed(self) -> dict[str, str]:
        """What cannot be read, as it was typed, by control."""
        return {name: str(self[name].value() or "") for name in self.errors if name in self.fields}

    def rows(self, named: Mapping[str, str]) -> Iterator[Row]:
        for number in range(MOST_EVIDENCE):
            what, on_day, source = (self[f"evidence-{number}-{part}"] for part in PARTS)
            yield Row(number, what, on_day, source, named)

    def split_rows(self, named: Mapping[str, str]) -> tuple[list[Row], list[Row]]:
        """The lines that stand open, and those that unfold."""
        rows = list(self.rows(named))
        last = max((row.number for row in rows if not row.is_blank or row.has_errors), default=-1)
        return rows[: last + 1 + SPARE], rows[last + 1 + SPARE :]


def values_of(entry: SectionEntry) -> dict[str, str]:
    """Each value as the form's controls hold it, by the control's name."""
    return {name: on(value) if isinstance(value, date) else value or "" for name, value in _controls(entry).items()}


def _controls(entry: SectionEntry) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(entry, name) for name in ("judgement", "strengths", "development")}
    for number in range(MOST_EVIDENCE):
        line = entry.evidence[number] if number < len(entry.evidence) else EvidenceLine("")
        found |= {f"evidence-{number}-{part}": getattr(line, part) for part in PARTS}
    return found


def decided(data: dict[str, str], theirs: SectionEntry) -> dict[str, str]:
    """What was sent, after the choices a person made between two versions: `keep-<control>` is mine, theirs or both."""
    stored, chosen = values_of(theirs), dict(data)
    for name, words in stored.items():
        keep = data.get(f"keep-{name}")
        if keep == "theirs":
            chosen[name] = words
        elif keep == "both":
            chosen[name] = "\n\n".join(filter(None, (words, data.get(name, "").replace("\r\n", "\n"))))
    return chosen


class ReturnSefForm(forms.Form):
    """Why it goes back to the school."""

    note = forms.CharField(
        label="What should the school look at again?",
        max_length=3000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}),
        help_text="The head reads this.",
        error_messages={"required": "Say what you would like the school to look at again"},
    )

    def refuse(self, refused: ValidationError) -> None:
        """Show a service's sentence beside the field, or above the form."""
        self.add_error("note" if hasattr(refused, "error_dict") else None, refused.messages[0])
