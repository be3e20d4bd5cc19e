"""A form of the strategy as a page shows it: controls from its definition; a draft may lack anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString

from schools.filled import (
    LONGEST_LINE,
    LONGEST_TEXT,
    UnreadableError,
    Value,
    field_of,
    names_of,
    place_of,
    read_field,
    row_name,
    rows_of,
)
from schools.strategy import Strategy
from schools.strategy.forms import Form, FormField, Method, When
from schools.words import on

SPARE = 1
"""Blank rows that stand open; the rest unfold one by one."""

YES_NO = (("yes", "Yes"), ("no", "No"), ("", "Not said"))
HINTS = {"date": "For example 16 October 2026.", "time": "For example 09:30."}
NOT_JUDGED = {"key": "", "label": "Not judged", "step": 0}


class AnswerField(forms.Field):
    """One answer. What is typed is read by the rule that also reads what other programs send."""

    def __init__(self, definition: FormField, strategy: Strategy, **kwargs: Any) -> None:
        hint = definition.hint or HINTS.get(definition.shape, "")
        super().__init__(required=False, widget=_widget(definition, strategy), help_text=hint, **kwargs)
        self.definition, self.strategy = definition, strategy

    def clean(self, value: Any) -> Value | None:
        try:
            return read_field(self.strategy, self.definition, value)
        except UnreadableError as refusal:
            raise ValidationError(str(refusal)) from None

    def prepare_value(self, value: Any) -> Any:
        """A day as people write it; a blank answer as blank text."""
        if self.definition.shape == "date" and isinstance(value, str):
            try:
                return on(date.fromisoformat(value))
            except ValueError:
                return value
        return "" if value is None else value


def _widget(definition: FormField, strategy: Strategy) -> forms.Widget:
    shown: dict[str, Any] = {"class": "form-control"}
    match definition.shape:
        case "long_text":
            return forms.Textarea(attrs={**shown, "rows": 5, "maxlength": LONGEST_TEXT})
        case "date":
            return forms.TextInput(attrs={**shown, "autocomplete": "off"})
        case "time":
            return forms.TextInput(attrs={**shown, "autocomplete": "off", "maxlength": 8})
        case "number":
            return forms.TextInput(attrs={**shown, "inputmode": "decimal", "autocomplete": "off"})
        case "choice":
            listed = [("", "Not chosen"), *((option, option) for option in definition.options)]
            return forms.Select(attrs={"class": "form-select"}, choices=listed)
        case "criterion":
            criteria = [("", "Not said"), *((one.key, one.label) for one in strategy.criteria)]
            return forms.Select(attrs={"class": "form-select"}, choices=criteria)
        case "choices":
            return forms.CheckboxSelectMultiple(choices=[(option, option) for option in definition.options])
        case "yes_no":
            return forms.RadioSelect(choices=YES_NO)
        case "level":
            return forms.RadioSelect()
    return forms.TextInput(attrs={**shown, "maxlength": LONGEST_LINE, "autocomplete": "off"})


@dataclass(frozen=True)
class Control:
    """A field of the form with its control; a judgement also has its tiles."""

    definition: FormField
    bound: forms.BoundField
    tiles: tuple[dict[str, Any], ...] = ()
    named: str = ""  # a sentence, where a person seems to be named in it
    beside: str = ""  # HTML that the page of this form shows with it

    @property
    def is_ticked(self) -> bool:
        """Whether its options stand open, each to be ticked."""
        return self.definition.shape in ("choices", "yes_no")

    @property
    def is_long(self) -> bool:
        """Whether it takes the whole width."""
        return self.definition.shape in ("long_text", "choices", "level")

    @property
    def ticks(self) -> list[tuple[str, str, bool]]:
        """Value, label, and whether it is ticked."""
        value = self.bound.value()
        chosen = value if isinstance(value, list | tuple) else [value]
        choices = self.bound.field.widget.choices
        return [(key, label, key in chosen) for key, label in choices]


@dataclass(frozen=True)
class ControlRow:
    """The controls of one row."""

    slot: int
    label: str
    controls: tuple[Control, ...]

    @property
    def number(self) -> int:
        return self.slot + 1

    @property
    def is_blank(self) -> bool:
        return not any(control.bound.value() for control in self.controls)

    @property
    def has_errors(self) -> bool:
        return any(control.bound.errors for control in self.controls)


class FilledForm(forms.Form):
    """A form of the strategy, or what of it is written at one time. `initial` are the answers kept."""

    def __init__(
        self,
        data: Any = None,
        *,
        definition: Form,
        strategy: Strategy,
        initial: Mapping[str, Value] | None = None,
        at: When = "visit",
        **kwargs: Any,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}), **kwargs)
        self.definition, self.strategy, self.at = definition, strategy, at
        self.named: dict[str, str] = {}  # by answer, a sentence where a person seems to be named
        self.beside: dict[str, SafeString] = {}  # by answer, what its page shows with the control
        for name in self._names():
            field = field_of(definition, name)
            assert field is not None  # names_of gives the form's own names
            self.fields[name] = AnswerField(field, strategy, label=self._label(field, name))

    def _names(self) -> Iterator[str]:
        """At the visit every row; later only the rows that somebody has written in."""
        written = {row.slot for row in rows_of(self.definition, self.initial)}
        for name in names_of(self.definition, self.at):
            slot, _ = place_of(name)
            if slot is None or self.at == "visit" or slot in written:
                yield name

    def _label(self, field: FormField, name: str) -> str:
        slot, _ = place_of(name)
        return field.label if slot is None else format_html('{}<span class="vh">, row {}</span>', field.label, slot + 1)

    def typed(self) -> dict[str, Value | None]:
        """What can be kept, by name, None for what is blank. What cannot be read, or was not sent, is not among it."""
        self.full_clean()
        sent = (name for name, field in self.fields.items() if not self._is_missing(name, field))
        return {name: self.cleaned_data[name] for name in sent if name in self.cleaned_data}

    def _is_missing(self, name: str, field: forms.Field) -> bool:
        return field.widget.value_omitted_from_data(self.data, self.files, self.add_prefix(name))

    def unread(self) -> dict[str, list[str]]:
        """Sentences about what cannot be read, by name, as the answer to an autosave has them."""
        return {name: [str(one) for one in errors] for name, errors in self.errors.items()}

    def head(self) -> list[Control]:
        return self._controls(self.definition.header)

    def judgements(self) -> list[Control]:
        return self._controls(self.definition.judgements)

    def footer(self) -> list[Control]:
        return self._controls(self.definition.footer)

    def _controls(self, fields: Iterable[FormField], slot: int | None = None) -> list[Control]:
        named = ((field, field.key if slot is None else row_name(slot, field.key)) for field in fields)
        here = ((field, name) for field, name in named if name in self.fields)
        return [
            Control(field, self[name], self._tiles(field), self.named.get(name, ""), self.beside.get(name, ""))
            for field, name in here
        ]

    def _tiles(self, field: FormField) -> tuple[dict[str, Any], ...]:
        if field.shape != "level":
            return ()
        levels = self.strategy.levels_of(field.scale or "")
        return (*({"key": one.key, "label": one.label, "step": one.tone} for one in levels), NOT_JUDGED)

    def rows(self) -> list[ControlRow]:
        """Every row of this form, blank ones too."""
        slots = sorted({slot for slot, _ in map(place_of, self.fields) if slot is not None})
        label = self.definition.row_label or "Row"
        return [ControlRow(slot, label, tuple(self._controls(self.definition.rows, slot))) for slot in slots]

    def table_rows(self) -> tuple[list[ControlRow], list[ControlRow]]:
        """The rows that stand open, and those that unfold one by one."""
        rows = self.rows()
        if self.at == "considered":
            return rows, []
        last = max((row.slot for row in rows if not row.is_blank or row.has_errors), default=-1)
        return rows[: last + 1 + SPARE], rows[last + 1 + SPARE :]

    def guides(self) -> list[tuple[Method, bool]]:
        """Each method, and whether its questions stand open since it is chosen."""
        if self.at == "considered":
            return []
        field = self.definition.by_meaning.get("methods")
        if field is None:
            return [(method, True) for method in self.definition.methods]
        chosen = self[field.key].value()
        used = tuple([chosen] if isinstance(chosen, str) else chosen or [])
        return [(method, method.is_used_with(used)) for method in self.definition.methods]
