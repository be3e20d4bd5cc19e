"""Beginning a visit, replying to one, and considering it with the actions that are agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from monitoring.models import Visit
from monitoring.queries.asked import Asked, asked_for
from monitoring.queries.visits import Choice
from monitoring.services.considering import Agreed
from plans.forms.lines import LinesForm
from plans.queries.actions import Setting, setting_of
from plans.services import LONGEST_SUPPORT, LONGEST_WHAT
from schools.forms import choose
from schools.forms.days import ASK_DAY, DAY_ERRORS, DayField
from schools.models import School

SELECT = {"class": "form-select"}
SPARE_LINES = 6
MOST_LINES = 30
DAY_HINT = "For example 16 October 2026"


class BeginForm(forms.Form):
    """Which school, which form, and where it is only planned, the day."""

    school = forms.TypedChoiceField(
        label="School", coerce=int, widget=forms.Select(attrs=SELECT), error_messages=choose("Choose the school")
    )
    form = forms.ChoiceField(
        label="Form", widget=forms.RadioSelect, error_messages=choose("Choose one of the forms of this school")
    )
    planned_for = DayField(
        label="Day, if you only plan it now",
        required=False,
        help_text="For example 16 October 2026. Leave it out to begin writing now.",
        error_messages=DAY_ERRORS,
    )

    def __init__(
        self, *args: Any, schools: Sequence[School], choices: Mapping[int, Sequence[Choice]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        listed = [(str(school.pk), school.name) for school in schools]
        blank = [("", "Choose")] if len(listed) > 1 else []
        self.fields["school"].choices = [*blank, *listed]  # type: ignore[attr-defined]
        labels = {one.form.key: one.form.label for found in choices.values() for one in found}
        self.fields["form"].choices = list(labels.items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        school, key = data.get("school"), data.get("form")
        if school and key and not any(one.form.key == key for one in self.choices.get(school, ())):
            self.add_error("form", "This school’s strategy has no such form. Choose another")
        return data

    def chosen(self) -> Choice:
        """The form, under the strategy of the school."""
        key = self.cleaned_data["form"]
        return next(one for one in self.choices[self.cleaned_data["school"]] if one.form.key == key)


@dataclass(frozen=True)
class Line:
    """The controls of one action to agree; of one that is offered, where it comes from, its words and a tick."""

    number: int
    about: str
    words: str
    take: forms.BoundField | None
    controls: tuple[forms.BoundField, ...]


class ConsiderForm(LinesForm):
    """The day; what the form asks for, to be agreed; and lines for more."""

    on = DayField(label="Considered on", help_text=DAY_HINT, error_messages={**DAY_ERRORS, "required": ASK_DAY})

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        today = timezone.localdate()
        setting = setting_of(visit.school_id, today)
        self.asked = asked_for(visit)
        offered = [_begins(one, setting) for one in self.asked]
        spare: list[dict[str, Any]] = [{}] * max(min(MOST_LINES - len(offered), SPARE_LINES), 1)
        initial = {"on": today, **(kwargs.pop("initial", None) or {})}
        super().__init__(*args, setting=setting, suggested=[*offered, *spare], initial=initial, **kwargs)

    def lines(self) -> list[Line]:
        """Those that are offered."""
        return [self._line(number, one.about, one.what) for number, one in enumerate(self.asked)]

    def spare(self) -> tuple[list[Line], list[Line]]:
        """Lines for what else is agreed: those that stand open, and those that unfold one by one."""
        first = len(self.asked)
        lines = [self._line(number, "", "") for number in range(first, len(self.offered))]
        used = max((n + 1 for n in range(len(lines)) if self.is_touched(first + n)), default=0)
        stand = max(used, 0 if self.asked else 1)
        return lines[:stand], lines[stand:]

    def _line(self, number: int, about: str, words: str) -> Line:
        return Line(number + 1, about, words, self.take(number), self.controls(number))

    def agreed(self) -> list[Agreed]:
        """The lines that were agreed, each with the row it answers."""
        slots = [one.slot for one in self.asked]
        return [Agreed(action, slots[n] if n < len(slots) else None) for n, action in self.new_actions()]

    def refuse(self, refused: ValidationError) -> None:
        """Show a service's sentences, beside the field where this form has it."""
        by_field = refused.error_dict if hasattr(refused, "error_dict") else {"": refused.error_list}
        for name, sentences in by_field.items():
            self.add_error(name if name in self.fields else None, sentences)


def _begins(asked: Asked, setting: Setting) -> dict[str, Any]:
    """What the form asked for, as a beginning; an owner it names by role is somebody else than the natural one."""
    begins: dict[str, Any] = {"what": asked.what[:LONGEST_WHAT], "support": asked.support[:LONGEST_SUPPORT]}
    begins |= {name: day for name, day in (("due", asked.due), ("check", asked.check)) if day}
    if asked.owner:
        known = next((str(one.pk) for one in setting.people if one.user.name == asked.owner), "")
        begins |= {"owner": known, "words": "" if known else asked.owner[:120]}
    return begins
