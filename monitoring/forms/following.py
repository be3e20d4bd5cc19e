"""What the committee found of each action, as it is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from monitoring.models import VisitAction
from monitoring.services.following import LONGEST_FOUND, Found
from schools.forms.days import ASK_DAY, DAY_ERRORS, DayField

CLOSES, STAYS = "closed", "open"
OUTCOMES = ((STAYS, "The committee looks at it again"), (CLOSES, "Followed up and closed"))


@dataclass(frozen=True)
class Line:
    """An action with its controls; none where the committee has closed it."""

    link: VisitAction
    controls: tuple[forms.BoundField, ...]


class FollowUpForm(forms.Form):
    """The day of the committee, and what it found of each action; one left blank was not looked at."""

    on = DayField(
        label="Day of the committee",
        help_text="For example 16 October 2026",
        error_messages={**DAY_ERRORS, "required": ASK_DAY},
    )

    def __init__(self, *args: Any, links: Sequence[VisitAction], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.links = links
        for link in self.waiting:
            self.fields[f"found-{link.pk}"] = forms.CharField(
                label="What the committee found",
                required=False,
                max_length=LONGEST_FOUND,
                widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
            )
            self.fields[f"then-{link.pk}"] = forms.ChoiceField(
                label="Where it stands now", required=False, choices=OUTCOMES, widget=forms.RadioSelect
            )

    @property
    def waiting(self) -> list[VisitAction]:
        return [link for link in self.links if not link.is_followed_up]

    def lines(self) -> list[Line]:
        open_ones = {link.pk for link in self.waiting}
        return [Line(link, self._controls(link) if link.pk in open_ones else ()) for link in self.links]

    def _controls(self, link: VisitAction) -> tuple[forms.BoundField, ...]:
        return self[f"found-{link.pk}"], self[f"then-{link.pk}"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for link in self.waiting:
            found, then = data.get(f"found-{link.pk}"), data.get(f"then-{link.pk}")
            if found and not then and f"then-{link.pk}" not in self.errors:
                self.add_error(f"then-{link.pk}", "Choose whether the committee closes it")
            elif then and not found and f"found-{link.pk}" not in self.errors:
                self.add_error(f"found-{link.pk}", "Say what the committee found")
        return data

    def found(self) -> list[Found]:
        """The lines that say something."""
        said = ((link, self.cleaned_data[f"found-{link.pk}"]) for link in self.waiting)
        return [Found(link, words, self.cleaned_data[f"then-{link.pk}"] == CLOSES) for link, words in said if words]
