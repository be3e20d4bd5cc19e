"""Support as it is booked, and what is said of it afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from plans.forms.support import SELECT, Choices, risk_field, risk_in
from plans.models import Action, SupportBooking, SupportRequest
from plans.queries.givers import post_words
from plans.services.booking import LONGEST_WORDS, STILL_TO_COME, Terms
from reviews.forms.reviews import DaysField
from schools.forms import ask, choose
from schools.forms.boxes import BOX, box, line
from schools.models import Membership, School
from schools.strategy.basics import SupportUnit
from schools.words import plain

B = SupportBooking
FIGURE = {**BOX, "inputmode": "decimal"}
REQUEST = "request:"
END_CHOICES = [(B.State.MISSED, "It did not take place"), (B.State.CANCELLED, "It is called off in good time")]
LATER_STATES = (B.State.MISSED, B.State.CANCELLED)


def _select(label: str, choices: Iterable[tuple[Any, Any]], said: str, *, help_text: str = "") -> forms.ChoiceField:
    widget, errors = forms.Select(attrs=SELECT), choose(said)
    return forms.ChoiceField(
        label=label, choices=list(choices), required=False, help_text=help_text, widget=widget, error_messages=errors
    )


def _figure(label: str, most: int, places: int, wrong: str, **more: Any) -> forms.DecimalField:
    errors = dict.fromkeys(("required", "invalid", "max_digits", "max_decimal_places", "max_whole_digits"), wrong)
    return forms.DecimalField(
        label=label, max_digits=most, decimal_places=places, widget=forms.TextInput(attrs=FIGURE),
        error_messages=errors, **more,
    )  # fmt: skip


def payer_field() -> forms.ChoiceField:
    """Who pays, begun with the trust."""
    return forms.ChoiceField(
        label="Who pays?", choices=B.Funder.choices, widget=forms.RadioSelect(), initial=B.Funder.TRUST,
        error_messages=choose("Choose who pays"),
    )  # fmt: skip


def cost_field() -> forms.DecimalField:
    """The cost in pounds; blank is not known."""
    return _figure(
        "Cost each time, in pounds", 9, 2, "Enter the cost in pounds, for example 350", required=False, min_value=0,
        help_text="Blank where it is not known. 0 where it costs nothing.",
    )  # fmt: skip


def _named(one: Membership) -> str:
    return f"{one.user.name} ({post_words(one.roles_now)})"  # type: ignore[attr-defined]


class BookForm(forms.Form):
    """What is booked, for which days, who gives it and who pays."""

    what = line(
        "What it is, in a few words", most=200, help_text="May stay blank where it is counted against the offer."
    )
    amount = _figure(
        "How much each time",
        4,
        1,
        "Enter how much each time, for example 1 or 0.5",
        initial=1,
        help_text="For example 1.",
    )
    unit = _select("Counted in", [(one.value, f"{one.value}s") for one in SupportUnit], "Choose what it is counted in")
    dates = DaysField(
        label="Days", help_text="One day a line, for example 1 December 2026. Each is confirmed on its own.",
        max_length=1600, error_messages=ask("Enter at least one day, for example 1 December 2026"),
    )  # fmt: skip
    provider = forms.ChoiceField(
        label="Who gives it?", choices=B.Provider.choices, widget=forms.RadioSelect(),
        error_messages=choose("Choose who gives it"),
    )  # fmt: skip
    provider_words = line(
        "Or named in words", most=160, help_text="For example a consultant, or a role in the other school."
    )
    funder = payer_field()
    cost = cost_field()

    ORDER = (
        "against", "what", "amount", "unit", "dates", "provider", "provider_person", "provider_school",
        "provider_words", "funder", "cost", "risk",
    )  # fmt: skip

    def __init__(
        self,
        data: Any = None,
        *,
        against: Choices,
        risk: Choices,
        people: Sequence[Membership],
        schools: Sequence[School],
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.people, self.schools = {str(one.pk): one for one in people}, {str(one.pk): one for one in schools}
        if against:
            offer = [("", "Neither: beyond the offer"), *against]
            self.fields["against"] = _select("Counted against", offer, "Choose one of the list")
        named = [("", "Nobody of the list"), *((key, _named(one)) for key, one in self.people.items())]
        self.fields["provider_person"] = _select("The person", named, "Choose who gives it")
        known = [("", "None"), *((key, one.known_as) for key, one in self.schools.items())]
        self.fields["provider_school"] = _select("The school that gives it", known, "Choose the school that gives it")
        if len(risk) > 1:
            self.fields["risk"] = risk_field(risk)
        self.order_fields(self.ORDER)

    def terms(self, *, requests: Iterable[SupportRequest] = (), actions: Iterable[Action] = ()) -> Terms:
        """What the service takes."""
        data = self.cleaned_data
        against = data.get("against", "")
        asked = next((one for one in requests if f"{REQUEST}{one.pk}" == against), None)
        criterion, action = risk_in(data.get("risk", ""), actions)
        return Terms(
            dates=data["dates"], provider=data["provider"], amount=data["amount"],
            entitlement="" if asked else against, request=asked, what=data["what"], unit=data["unit"],
            provider_person=self.people.get(data["provider_person"]),
            provider_school=self.schools.get(data["provider_school"]), provider_words=data["provider_words"],
            funder=data["funder"], cost=data["cost"], criterion=criterion, action=action,
        )  # fmt: skip


class CameForm(forms.Form):
    """How much came of what was booked, and what was done."""

    came = _figure("How much came?", 4, 1, "Enter how much came, for example 1 or 0.5", required=False)
    note = box("What was done?", rows=2, most=LONGEST_WORDS, help_text="The school reads it. Name no child or adult.")

    def __init__(self, data: Any = None, *, booking: SupportBooking) -> None:
        super().__init__(data, initial={"came": plain(booking.counts)})
        field = self.fields["came"]
        field.label = f"How much came, in {booking.unit}s?"
        field.help_text = f"{booking.amount_words} booked. What did not come counts as missed."
        if booking.state == B.State.DISPUTED:
            self.fields["note"].label = "Your answer to the school"


class SchoolSaysForm(forms.Form):
    """The school confirms that it came, or says what was different."""

    outcome = forms.ChoiceField(
        label="Did it come as is said here?",
        choices=[(B.State.CONFIRMED, "Yes, it came"), (B.State.DISPUTED, "No, something was different")],
        widget=forms.RadioSelect(),
        error_messages=choose("Choose whether it came"),
    )
    answer = box("Your words", rows=2, most=LONGEST_WORDS, help_text="Needed where something was different.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") == B.State.DISPUTED and not data.get("answer", "").strip():
            raise ValidationError({"answer": "Say what was different"})
        return data


class DenyForm(forms.Form):
    """The school’s words where a miss did not lie with it."""

    answer = box("What was different?", "Say what was different", rows=2, most=LONGEST_WORDS)


class EndForm(forms.Form):
    """It did not take place, or is called off."""

    ended = forms.ChoiceField(
        label="What happened?",
        choices=END_CHOICES,
        widget=forms.RadioSelect(),
        error_messages=choose("Choose what happened"),
    )
    missed_by = _select(
        "If it did not take place: on whose side did it lie?", [("", "Choose"), *B.MissedBy.choices],
        "Choose on whose side it lay",
    )  # fmt: skip
    why = box("Why?", "Say why, in a sentence", rows=2, most=LONGEST_WORDS)

    def __init__(self, data: Any = None, *, to_come: bool = False, in_dispute: bool = False) -> None:
        super().__init__(data)
        if to_come:  # nobody has missed it yet
            del self.fields["missed_by"]
            self._only(1, STILL_TO_COME)
        elif in_dispute:
            self._only(0, "It was said to have come, so it is called off no more")
            self.fields["missed_by"].label = "On whose side did it lie?"

    def _only(self, place: int, otherwise: str) -> None:
        """One thing alone can have happened."""
        ended = self.fields["ended"]
        ended.choices = [END_CHOICES[place]]  # type: ignore[attr-defined]
        self.initial["ended"] = END_CHOICES[place][0]
        ended.error_messages.update(choose(otherwise))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("ended") == B.State.MISSED and "missed_by" in data and not data["missed_by"]:
            raise ValidationError({"missed_by": "Choose on whose side it lay"})
        return data
