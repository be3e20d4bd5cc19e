"""Opening a return, with everything filled in that is known already."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError

from evidence.models import Figure, Return
from evidence.queries.returns import NOT_OPEN, DueReturn, returns_asked
from schools.models import Period, School
from schools.words import on as day_words

from .filling import known_already


def asked_return(school: School, period: Period, point: str, *, today: date) -> DueReturn:
    """What the school is asked at a collection point. Raises ValidationError where it is asked for none such."""
    for one in returns_asked([school], today, periods=[period]):
        if one.point.key == point:
            return one
    raise ValidationError(f"{school.known_as} is asked for no such return in the {period.label}.")


def open_return(school: School, period: Period, point: str, *, today: date) -> Return:
    """The school's return, made on first use and filled in with what is known. A draft, so no act.

    Raises ValidationError where the school is not asked for it, or it is not open yet.
    """
    asked = asked_return(school, period, point, today=today)
    if asked.state == NOT_OPEN:
        raise ValidationError(
            f"The {asked.label} opens on {day_words(asked.opens_on)}. It is due by {day_words(asked.due_on)}."
        )
    return begin(asked)


def begin(asked: DueReturn) -> Return:
    """The row of a return that is asked and open. No query where it has one."""
    if asked.row is not None:
        return asked.row
    found, made = Return.objects.get_or_create(
        school=asked.school,
        period=asked.period,
        point=asked.point.key,
        defaults={"strategy_version": asked.version, "opens_on": asked.opens_on, "due_on": asked.due_on},
    )
    if made:
        Figure.objects.bulk_create(known_already(found))
    return found
