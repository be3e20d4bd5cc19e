"""A form to read or to print: every field with its answer in words, or with the room to write it by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from schools.strategy import Strategy
from schools.strategy.forms import Form, FormField, Kind, Method, Part

from .answers import Answers, rows_of
from .names import row_name
from .values import Value, in_words

BLANK_ROWS = 6
"""Rows on a form that is printed to be filled in by hand."""

_RULED: Mapping[Kind, int] = {"long_text": 5}


@dataclass(frozen=True)
class Option:
    """Something that can be ticked; `step` is the tone of a level, None where it is no level."""

    label: str
    is_chosen: bool
    step: int | None = None


@dataclass(frozen=True)
class Answer:
    """One field and what stands in it."""

    field: FormField
    name: str
    value: Value | None
    words: str
    step: int | None  # the tone of a level, where one was given
    options: tuple[Option, ...]

    @property
    def ruled(self) -> range:
        """The lines to write on by hand."""
        return range(_RULED.get(self.field.shape, 1))

    @property
    def is_long(self) -> bool:
        return self.field.shape == "long_text"


@dataclass(frozen=True)
class ShownRow:
    """One row; a blank one is there to be written in by hand."""

    slot: int
    cells: tuple[Answer, ...]


@dataclass(frozen=True)
class ShownForm:
    """A form as a page or a sheet of paper shows it."""

    form: Form
    head: tuple[Answer, ...]
    rows: tuple[ShownRow, ...]
    judgements: tuple[Answer, ...]
    footer: tuple[Answer, ...]
    methods: tuple[Method, ...]  # on paper to be filled in all of them, else those of the methods chosen
    is_blank: bool

    @property
    def order(self) -> tuple[Part, ...]:
        return self.form.order


def shown(strategy: Strategy, form: Form, answers: Answers) -> ShownForm:
    """A filled form. Rows without an answer are left out."""
    chosen = answers.get(form.by_meaning["methods"].key, []) if "methods" in form.by_meaning else []
    used = tuple([chosen] if isinstance(chosen, str) else chosen)
    methods = tuple(method for method in form.methods if method.is_used_with(used))
    slots = [row.slot for row in rows_of(form, answers)]
    return _shown(strategy, form, answers, slots, methods, is_blank=False)


def blank(strategy: Strategy, form: Form, answers: Answers | None = None, rows: int = BLANK_ROWS) -> ShownForm:
    """A form to be filled in by hand. `answers` may hold what is known beforehand, such as the school and the day."""
    slots = range(rows if form.rows else 0)
    return _shown(strategy, form, answers or {}, slots, form.methods, is_blank=True)


def _shown(
    strategy: Strategy,
    form: Form,
    answers: Answers,
    slots: Iterable[int],
    methods: tuple[Method, ...],
    *,
    is_blank: bool,
) -> ShownForm:
    def of(fields: Iterable[FormField]) -> tuple[Answer, ...]:
        return tuple(answer_of(strategy, field, field.key, answers) for field in fields)

    rows = tuple(
        ShownRow(slot, tuple(answer_of(strategy, field, row_name(slot, field.key), answers) for field in form.rows))
        for slot in slots
    )
    return ShownForm(form, of(form.header), rows, of(form.judgements), of(form.footer), methods, is_blank)


def answer_of(strategy: Strategy, field: FormField, name: str, answers: Answers) -> Answer:
    """One field with its answer."""
    value = answers.get(name)
    options = _options(strategy, field, value)
    step = next((one.step for one in options if one.is_chosen), None)
    return Answer(field, name, value, in_words(strategy, field, value), step, options)


def _options(strategy: Strategy, field: FormField, value: Value | None) -> tuple[Option, ...]:
    if field.shape == "level":
        levels = strategy.levels_of(field.scale or "")
        return tuple(Option(level.label, level.key == value, level.tone) for level in levels)
    if field.shape == "yes_no":
        return (Option("Yes", value == "yes"), Option("No", value == "no"))
    chosen = value if isinstance(value, list) else [value]
    return tuple(Option(option, option in chosen) for option in field.options)


def definition(strategy: Strategy, form: Form) -> dict[str, Any]:
    """A form for other programs: what it asks, and what each answer may be."""

    def fields(some: Iterable[FormField]) -> list[dict[str, Any]]:
        return [_defined(strategy, field) for field in some]

    about = form.model_dump(mode="json", include={"key", "label", "kind", "framework", "detail", "row_label", "steps"})
    parts = {"header": fields(form.header), "rows": fields(form.rows)}
    parts |= {"judgements": fields(form.judgements), "footer": fields(form.footer)}
    methods = [method.model_dump(mode="json") for method in form.methods]
    about["followed_up_by"] = strategy.committee_of(form)
    return {**about, "least_rows": form.least_rows, "order": list(form.order), **parts, "methods": methods}


def _defined(strategy: Strategy, field: FormField) -> dict[str, Any]:
    asked: dict[str, Any] = {"key": field.key, "label": field.label, "kind": field.shape, "hint": field.hint}
    asked |= {"required": field.required, "at": field.at, "area": field.area, "options": list(field.options)}
    if field.shape == "level":
        asked["levels"] = [{"key": one.key, "label": one.label} for one in strategy.levels_of(field.scale or "")]
    if field.shape == "criterion":
        asked["criteria"] = [{"key": one.key, "label": one.label} for one in strategy.criteria]
    return asked
