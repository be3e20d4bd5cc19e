"""Filters of pages, kept in the address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from reporting.queries.categories import level_word
from reporting.queries.overview import SchoolLine, Sheet
from schools.models import School
from schools.strategy import SchoolPhase
from schools.words import capital, listed

WEAK, OPEN, PROPOSED = "weak", "open", "proposed"

SHOW = [("look", "What needs a look"), ("unsure", "Unknown or out of date"), ("changed", "What changed")]
ORDER = [("name", "Name"), ("pupils", "Pupils, most first")]


def phase_label(phase: str) -> str:
    """“All through”, “Primary”."""
    return phase.replace("_", " ").capitalize()


def shown_as_selects(form: forms.Form) -> list[dict[str, Any]]:
    """The choices of a filter form, for templates/components/filter_bar.html."""
    found = []
    for field in form:
        value = field.value() or ""
        choices = getattr(field.field, "choices", ())
        options = [{"value": key, "label": label, "selected": str(key) == str(value)} for key, label in choices]
        found.append({"name": field.html_name, "label": field.label, "options": options})
    return found


class OverviewFilter(django_filters.FilterSet):
    """Which schools the matrix shows, and in which order.

    It filters lines rather than a table: the category and the ratings of a school are worked out from several.
    """

    phase = django_filters.ChoiceFilter(label="Phase", empty_label="All phases")
    category = django_filters.ChoiceFilter(label="Category", empty_label="Any category")
    show = django_filters.ChoiceFilter(label="Show", empty_label="Every rating", choices=SHOW)
    order = django_filters.ChoiceFilter(label="Order", empty_label="Most support first", choices=ORDER)

    def __init__(self, data: Mapping[str, Any], sheets: Sequence[Sheet]) -> None:
        super().__init__(data, queryset=School.objects.none())
        lines = [line for sheet in sheets for line in sheet.lines]
        phases = sorted({line.phase for line in lines}, key=[phase.value for phase in SchoolPhase].index)
        self.filters["phase"].extra["choices"] = [(phase, phase_label(phase)) for phase in phases]
        self.filters["category"].extra["choices"] = _category_choices(sheets)
        words = {sheet.strategy.identity.words.category for sheet in sheets if sheet.axes}
        if len(words) == 1:
            word = words.pop()
            self.filters["category"].label = capital(word)
            self.filters["category"].extra["empty_label"] = f"Any {word}"
        if not any(sheet.axes for sheet in sheets):
            del self.filters["category"]

    @property
    def chosen(self) -> dict[str, str]:
        """What was asked for; a value there is no such choice for counts as none."""
        self.form.is_valid()
        return {name: self.form.cleaned_data.get(name) or "" for name in self.filters}

    def lines(self, lines: Iterable[SchoolLine]) -> list[SchoolLine]:
        """The lines asked for, in the order asked for."""
        chosen = self.chosen
        kept = [line for line in lines if _fits(line, chosen)]
        return sorted(kept, key=lambda line: _place(line, chosen["order"]))


def _category_choices(sheets: Sequence[Sheet]) -> list[tuple[str, str]]:
    scales = [(sheet.strategy, sheet.strategy.axis_levels(axis.key)) for sheet in sheets for axis in sheet.axes]
    levels = {level.key: level_word(strategy, level) for strategy, scale in scales for level in scale}
    weakest = {level_word(strategy, level): None for strategy, scale in scales for level in scale[-2:]}
    weak = listed(list(weakest)).replace(" and ", " or ")
    return [(WEAK, weak), *levels.items(), (PROPOSED, "Proposed, not decided"), (OPEN, "None yet")]


def _fits(line: SchoolLine, chosen: Mapping[str, str]) -> bool:
    if chosen["phase"] not in ("", line.phase):
        return False
    return _has_category(line, chosen.get("category", "")) and _shows(line, chosen["show"])


def _has_category(line: SchoolLine, wanted: str) -> bool:
    match wanted:
        case "":
            return True
        case "weak":
            return any(category.weakest for category in line.categories)
        case "proposed" | "open":
            return any(category.state == wanted for category in line.categories)
        case _:
            return any(category.level == wanted for category in line.categories)


def _shows(line: SchoolLine, show: str) -> bool:
    match show:
        case "look":
            return any(cell.needs_a_look for cell in line.cells) or any(one.moved for one in line.categories)
        case "unsure":
            return any(cell.unsure for cell in line.cells)
        case "changed":
            return any(cell.changed for cell in line.cells) or any(one.moved for one in line.categories)
        case _:
            return True


def _place(line: SchoolLine, order: str) -> tuple[Any, ...]:
    match order:
        case "name":
            return (line.name.casefold(),)
        case "pupils":
            return (-(line.pupils or 0), line.name.casefold())
        case _:
            return (line.need, line.name.casefold())


class SchoolFilter(django_filters.FilterSet):
    """Which schools the list shows."""

    phase = django_filters.ChoiceFilter(label="Phase", empty_label="All phases")
    here = django_filters.ChoiceFilter(
        label="Show", empty_label="In the trust now", choices=[("all", "Also those that left")], method="also_left"
    )

    class Meta:
        model = School
        fields = ["phase"]

    def __init__(self, data: Mapping[str, Any], queryset: QuerySet[School]) -> None:
        super().__init__(data, queryset=queryset)
        self.filters["phase"].extra["choices"] = [(phase.value, phase_label(phase)) for phase in SchoolPhase]

    def also_left(self, queryset: QuerySet[School], name: str, value: str) -> QuerySet[School]:
        return queryset
