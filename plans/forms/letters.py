"""A letter about a concern as it is typed: to whom, what it says, and when it may arrive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from plans.forms.concerns import line_field, words_field
from plans.queries.letters import Told
from plans.services.notifying import LONGEST_LETTER, To
from schools.models import Membership
from schools.services.news import LONGEST_SUBJECT

OTHER = "else"
"""The line for somebody whom the stage does not name."""


class LetterForm(forms.Form):
    """For each of those to tell: the people with an account, and a name with an address for who has none."""

    def __init__(self, data: Any = None, *, told: Sequence[Told], subject: str = "", text: str = "") -> None:
        super().__init__(data, initial={"subject": subject, "text": text})
        self.told = list(told)
        for number, each in enumerate(self.told):
            self.fields |= self._line(str(number), each.people, ticked=not each.already)
        self.fields |= self._line(OTHER, (), ticked=False)
        self.fields |= {
            "subject": line_field("Subject", most=LONGEST_SUBJECT, needed="Give the letter a subject"),
            "text": words_field("The letter", most=LONGEST_LETTER, needed="Write the letter", rows=18),
            "at_once": forms.BooleanField(label="It cannot wait: let it arrive at once", required=False),
            "why_now": line_field("Why it cannot wait", most=500, help_text="The reason is kept with the letter."),
        }

    def _line(self, key: str, people: Sequence[Membership], *, ticked: bool) -> dict[str, forms.Field]:
        names = [(str(one.pk), one.user.name) for one in people]
        found: dict[str, forms.Field] = {}
        if names:
            found[f"to-{key}"] = forms.MultipleChoiceField(
                label="Who has an account", choices=names, required=False, widget=forms.CheckboxSelectMultiple,
                initial=[pk for pk, _ in names] if ticked else [],
                error_messages={"invalid_choice": "Choose people of the list"},
            )  # fmt: skip
        found[f"name-{key}"] = line_field("Name, for somebody without an account", most=120)
        found[f"address-{key}"] = line_field("How it reaches them", help_text="An address, or “by hand”.")
        return found

    def lines(self) -> list[tuple[str, bool, list[forms.BoundField]]]:
        """Each of those to tell: the words, whether they were told already, and the fields."""
        keys = [(str(n), each.words, each.already) for n, each in enumerate(self.told)]
        keys.append((OTHER, "Somebody else", False))
        return [
            (words, already, [self[f"{part}-{key}"] for part in ("to", "name", "address")
                              if f"{part}-{key}" in self.fields])
            for key, words, already in keys
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for key in [*map(str, range(len(self.told))), OTHER]:
            name, address = data.get(f"name-{key}"), data.get(f"address-{key}")
            if name and not address and f"address-{key}" not in self.errors:
                self.add_error(f"address-{key}", f"Say how the letter reaches {name}")
            if address and not name and f"name-{key}" not in self.errors:
                self.add_error(f"name-{key}", "Say to whom it goes")
        if data.get("at_once") and not data.get("why_now") and "why_now" not in self.errors:
            self.add_error("why_now", "Say why it cannot wait")
        return data

    def given(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        why = data["why_now"] if data["at_once"] else ""
        return {"to": self._to(), "subject": data["subject"], "text": data["text"], "why_now": why}

    def _to(self) -> list[To]:
        data, found = self.cleaned_data, []
        for number, each in [*enumerate(self.told), (OTHER, Told("", (), False))]:
            chosen = data.get(f"to-{number}", [])
            found += [To(each.words, one.user.name, person=one) for one in each.people if str(one.pk) in chosen]
            if name := data[f"name-{number}"]:
                found.append(To(each.words, name, data[f"address-{number}"]))
        return found
