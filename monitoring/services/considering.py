"""The school's leaders consider a visit on a day: what they write, and the actions they agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from monitoring.models import Visit, VisitAction
from monitoring.queries.visits import form_of
from plans.services import NewAction, add_actions
from schools.audit import record_act
from schools.filled import Value, lacking
from schools.models import Membership
from schools.words import on as day_words

from .news import tell_considered


@dataclass(frozen=True)
class Agreed:
    """An action as it was agreed, with the row it answers."""

    action: NewAction
    slot: int | None = None


def consider_visit(
    visit: Visit,
    *,
    by: Membership,
    on: date,
    typed: Mapping[str, Value | None],
    agreed: Sequence[Agreed],
) -> Visit:
    """Put on record that it was considered; the actions go into the school's plan. Raises ValidationError by field."""
    locked = Visit.objects.select_for_update().get(pk=visit.pk)
    form, today = form_of(visit), timezone.localdate()
    _check(locked, on, today)
    answers = {name: value for name, value in {**locked.answers, **typed}.items() if value is not None}
    if lacks := lacking(form, answers, "considered"):
        raise ValidationError(dict(lacks))
    record_act("visit.considered", locked, by=by, school=visit.school, after=day_words(on), label=form.label)
    locked.answers, locked.version = answers, locked.version + 1
    locked.state, locked.considered_on, locked.considered_by = Visit.State.CONSIDERED, on, by
    locked.save()
    strategy = visit.strategy_version.strategy
    made = add_actions(visit.school, strategy, [one.action for one in agreed], today=today)
    VisitAction.objects.bulk_create(
        [VisitAction(visit=locked, slot=one.slot, action=action) for one, action in zip(agreed, made, strict=True)]
    )
    tell_considered(locked, form, made, by=by)
    return locked


def _check(visit: Visit, on: date, today: date) -> None:
    if visit.state == Visit.State.CONSIDERED:
        raise ValidationError("Somebody has put on record already that this was considered.")
    if visit.final_at is None:
        raise ValidationError("The record is not final yet: the school can still say whether it is accurate.")
    if on > today:
        raise ValidationError({"on": "The day cannot be in the future"})
    if visit.on and on < visit.on:
        raise ValidationError({"on": f"It was on {day_words(visit.on)}, so it was considered later than that"})
