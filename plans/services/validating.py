"""The verdict on a closed plan, validated by somebody from outside the school (S4-18)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from plans.models import CLOSING, Plan, Validation, Verdict
from plans.queries.validating import why_not_validate, with_validation
from schools.access import Access
from schools.audit import record_act
from schools.services.news import tell_people
from schools.words import cut
from schools.words import on as day_words

from .acting import LONGEST_NOTE
from .news import about_plan, owners_of
from .writing import locked_plan

LONGEST_PLACE = 200
LONGEST_ADVISER = 200


@dataclass(frozen=True)
class Said:
    """What somebody from outside says of a verdict. `verdict` is the one they would give, where they differ."""

    outcome: str
    verdict: str = ""
    saw: str = ""
    place: str = ""
    on: date | None = None
    adviser: str = ""


def validate_plan(plan: Plan, said: Said, *, access: Access) -> Validation:
    """Put on record, once, whether the verdict is confirmed from outside. The school's head is told.

    Raises ValidationError by field; also where this person took part in the plan, or somebody was quicker.
    """
    locked = locked_plan(plan)
    if refusal := why_not_validate(access, with_validation(Plan.objects.filter(pk=locked.pk), access).get()):
        raise ValidationError(refusal)
    confirms = said.outcome == Validation.Outcome.CONFIRMED
    words = {name: getattr(said, name).strip() for name in ("saw", "place", "adviser")}
    said = replace(said, verdict="" if confirms else said.verdict, **words)
    on, by = _checked(locked, said), access.membership
    after = str(Validation.Outcome.CONFIRMED.label if confirms else f"Differs: {Verdict(said.verdict).label.lower()}")
    record_act("plan.validated", locked, by=by, school=locked.school, after=after, why=said.saw, label=locked.title)
    row = Validation.objects.create(plan=locked, **{**vars(said), "on": on}, by=by, at=timezone.now())
    subject = about_plan(locked, f"{locked.title}: the verdict seen from outside")
    body = f"{by.user.name} has put on record: {after}. {cut(said.saw, 300)}"
    tell_people(owners_of(locked), locked.trust, subject=subject, body=body, path=f"plans/{locked.pk}/", besides=by)
    return row


def _checked(plan: Plan, said: Said) -> date:
    """The day on which it was seen. Raises ValidationError by field."""
    _check_outcome(plan, said)
    for name, needed, most in (
        ("saw", "Say in a sentence what you saw", LONGEST_NOTE),
        ("place", "Say where you saw it", LONGEST_PLACE),
        ("adviser", "", LONGEST_ADVISER),
    ):
        typed = getattr(said, name)
        if needed and not typed:
            raise ValidationError({name: needed})
        if len(typed) > most:
            raise ValidationError({name: f"Use at most {most:,} characters; this has {len(typed):,}"})
    if said.on is None:
        raise ValidationError({"on": "Say on which day you saw it"})
    if said.on > timezone.localdate():
        raise ValidationError({"on": "This day is still to come. Give the day on which you saw it"})
    if said.on < plan.begun_on:
        begun = day_words(plan.begun_on)
        raise ValidationError({"on": f"The plan was begun on {begun}. Give that day, or a later one"})
    return said.on


def _check_outcome(plan: Plan, said: Said) -> None:
    if said.outcome not in Validation.Outcome.values:
        raise ValidationError({"outcome": "Choose whether you confirm it"})
    if said.outcome == Validation.Outcome.DIFFERS:
        if said.verdict not in CLOSING:
            raise ValidationError({"verdict": "Choose the verdict you would give"})
        if said.verdict == plan.verdict:
            raise ValidationError({"verdict": "This is the verdict on record. Confirm it, or choose another"})
