"""Which part of the calendar of what is owed is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms

from reporting.rules.owed import KINDS, Owed
from schools.models import School

AHEAD = {"13": "Three months", "4": "Four weeks", "26": "Half a year", "52": "A year"}
"""How far ahead, in weeks; the first where none is chosen."""


@dataclass(frozen=True)
class Wanted:
    """What was chosen; None and blank for all."""

    school: int | None
    kind: str
    ahead: timedelta

    @property
    def is_narrow(self) -> bool:
        return bool(self.school or self.kind)

    def takes(self, one: Owed) -> bool:
        return self.kind in ("", one.kind) and (self.school is None or one.concerns(self.school))


class OwedForm(forms.Form):
    """A form in the address: what cannot be read chooses nothing."""

    ahead = forms.ChoiceField(label="How far ahead", choices=list(AHEAD.items()), required=False)
    kind = forms.ChoiceField(label="Kind", required=False, choices=[("", "Everything"), *KINDS.items()])
    school = forms.ChoiceField(label="School", required=False)

    def __init__(self, data: Mapping[str, Any], *, schools: Sequence[School]) -> None:
        super().__init__(data)
        if len(schools) > 1:
            names = [(str(one.pk), one.known_as) for one in schools]
            self.fields["school"].choices = [("", "Every school"), *names]  # type: ignore[attr-defined]
        else:
            del self.fields["school"]

    def wanted(self) -> Wanted:
        """What can be read of it."""
        self.is_valid()
        found = self.cleaned_data
        weeks = found.get("ahead") or next(iter(AHEAD))
        school = found.get("school")
        return Wanted(int(school) if school else None, found.get("kind", ""), timedelta(weeks=int(weeks)))
