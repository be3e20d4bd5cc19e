"""What is offered, and what is changed by hand in a matching, as it is typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from plans.forms.booking import cost_field, payer_field
from plans.models import Offer
from plans.services.matching import LONGEST_REASON
from plans.services.matching import MOST_DAYS as MOST_MATCHED
from plans.services.offering import LONGEST, MOST_DAYS, MOST_MINUTES, OfferEntry
from reviews.forms.reviews import DaysField, box, line
from schools.forms import ask, choose, whole_number
from schools.forms.days import ASK_DAY, DAY_ERRORS, DayField
from schools.models import Membership, Period, School

SELECT = {"class": "form-select"}
Choices = Sequence[tuple[str, str]]


def _some(label: str, choices: Choices, *, help_text: str = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, help_text=help_text,
        error_messages={"invalid_choice": "Choose from the list"},
    )  # fmt: skip


class OfferForm(forms.Form):
    """What a school can give: in what, how much at most, from when, how far away, and where it does not go."""

    most_days = whole_number("How many days at most?", 0, MOST_DAYS, help_text="Whole days. 0 gives nothing for now.")
    per = forms.ChoiceField(
        label="In which time?", choices=Offer.Per.choices, widget=forms.RadioSelect(),
        error_messages=choose("Choose how often"),
    )  # fmt: skip
    from_on = DayField(label="From which day?", error_messages=DAY_ERRORS | ask(ASK_DAY))
    until_on = DayField(label="Until which day?", required=False, help_text="May stay blank.")
    most_minutes = whole_number(
        "How far, in minutes of a journey?", 1, MOST_MINUTES, required=False, help_text="Blank: any distance."
    )
    not_to_why = line(
        "Why not there?", most=LONGEST, help_text="For example a declared interest. Needed if you tick any."
    )
    although = line(
        "If the school stands where no support is asked of it: why it can give all the same", most=LONGEST,
        help_text="Only the head’s own words count here. Blank: it gives nothing at such a level, or on a ladder.",
    )  # fmt: skip
    note = line("Anything else", most=LONGEST, help_text="For example who comes, or which weekday suits. Name a role.")

    ORDER = (
        "person", "areas", "most_days", "per", "from_on", "until_on", "base", "most_minutes", "not_to", "not_to_why",
        "although", "note",
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, areas: Choices, schools: Iterable[School], initial: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial={"per": Offer.Per.HALF_TERM, **(initial or {})})
        self.schools = {str(one.pk): one for one in schools}
        known = [(key, one.known_as) for key, one in self.schools.items()]
        self.fields["areas"] = _some("What can you help with?", areas, help_text="Others are matched by these.")
        self.fields["not_to"] = _some("Schools not to go to", known)
        self.order_fields(self.ORDER)

    def entry(self) -> OfferEntry:
        """What the service takes."""
        data = self.cleaned_data
        return OfferEntry(
            areas=data["areas"], most_days=data["most_days"], from_on=data["from_on"], per=data["per"],
            until_on=data["until_on"], most_minutes=data["most_minutes"],
            not_to=[self.schools[key] for key in data["not_to"]], not_to_why=data["not_to_why"],
            although=data.get("although", ""), note=data["note"], base=self.schools.get(data.get("base", "")),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("not_to") and not data.get("not_to_why", "").strip():
            raise ValidationError({"not_to_why": "Say why, in a few words: an interest, the same people, a dispute"})
        if data.get("until_on") and data.get("from_on") and data["until_on"] < data["from_on"]:
            raise ValidationError({"until_on": "Choose a day after the first"})
        return data


class PersonOfferForm(OfferForm):
    """What a person of the trust’s own team can give."""

    def __init__(self, data: Any = None, *, people: Sequence[Membership] = (), **more: Any) -> None:
        super().__init__(data, **more)
        del self.fields["although"]
        places = [("", "Not known"), *((key, one.known_as) for key, one in self.schools.items())]
        self.fields["base"] = forms.ChoiceField(
            label="From which school do they travel?", choices=places, required=False,
            widget=forms.Select(attrs=SELECT), error_messages=choose("Choose from the list"),
            help_text="Where it is not known, give no limit to the journey.",
        )  # fmt: skip
        if people:
            self.people = {str(one.pk): one for one in people}
            named = [("", "Choose"), *((key, one.user.name) for key, one in self.people.items())]
            self.fields["person"] = forms.ChoiceField(
                label="Who?", choices=named, widget=forms.Select(attrs=SELECT), error_messages=choose("Choose who"),
            )  # fmt: skip
        self.order_fields(self.ORDER)

    def chosen(self) -> Membership:
        """The person."""
        return self.people[self.cleaned_data["person"]]


class SolveForm(forms.Form):
    """Which half term is matched."""

    period = forms.ChoiceField(
        label="Half term", widget=forms.Select(attrs=SELECT), error_messages=choose("Choose one of the half terms")
    )

    def __init__(self, data: Any = None, *, periods: Iterable[Period]) -> None:
        super().__init__(data)
        self.periods = {str(one.pk): one for one in periods}
        self.fields["period"].choices = [(key, one.label) for key, one in self.periods.items()]  # type: ignore[attr-defined]

    def chosen(self) -> Period:
        """The half term."""
        return self.periods[self.cleaned_data["period"]]


def _reason() -> forms.CharField:
    return box("Reason", rows=2, most=LONGEST_REASON, help_text="Needed where it goes beyond a limit.")


class LineForm(forms.Form):
    """Days of a match, changed by hand, and whether it stays."""

    days = whole_number("Days", 1, MOST_MATCHED)
    pinned = forms.BooleanField(label="Keep it when the matching is worked out again", required=False)
    reason = _reason()


class AddForm(forms.Form):
    """Somebody’s own match for a need."""

    offer = forms.ChoiceField(
        label="Who gives it?", widget=forms.Select(attrs=SELECT), error_messages=choose("Choose who gives it")
    )
    days = whole_number("Days", 1, MOST_MATCHED)
    reason = _reason()

    def __init__(self, data: Any = None, *, givers: Choices) -> None:
        super().__init__(data, prefix="add")
        self.fields["offer"].choices = [("", "Choose"), *givers]  # type: ignore[attr-defined]


class WantForm(forms.Form):
    """How many days a need takes."""

    days = whole_number(
        "Days needed in all", 0, MOST_MATCHED,
        help_text="With what is booked already. 0 leaves it out. It holds when the matching is worked out again.",
    )  # fmt: skip


class OutForm(forms.Form):
    """Why a match is taken out."""

    reason = box("Why is it taken out?", "Say why, in a sentence", rows=2, most=LONGEST_REASON)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="out")


class AcceptForm(forms.Form):
    """The days on which it is booked, and who pays."""

    funder = payer_field()
    cost = cost_field()
    reason = box(
        "Reason", rows=2, most=LONGEST_REASON,
        help_text="Needed where something stands against it that was not known when it was matched.",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, days: int, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="accept", initial=dict(initial or {}))
        one = days == 1
        self.fields["dates"] = DaysField(
            label="On which day?" if one else "On which days?", max_length=1600,
            error_messages=ask(f"Enter the day{'' if one else 's'}, for example 1 December 2026"),
            help_text="A day of the half term, for example 1 December 2026." if one else
            "One day a line, for example 1 December 2026: as many as are matched, in the half term.",
        )  # fmt: skip
        self.order_fields(["dates"])
