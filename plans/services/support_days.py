"""The days on which support may be booked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from reviews.queries.programme import year_days
from schools.models import School
from schools.queries import half_terms_of
from schools.rules import SATURDAY, academic_year, is_working_day
from schools.rules.post import is_holiday
from schools.words import on as day_words


def check_days(school: School | None, dates: Sequence[date]) -> None:
    """Support comes near enough in time, on working days, and to a school while it is of the trust and open."""
    days = sorted(set(dates))
    _check_years(days)
    if school is not None:
        _check_belongs(school, days)
    if off := next((day for day in days if not is_working_day(day)), None):
        what = f"a {off:%A}" if off.weekday() >= SATURDAY else "a bank holiday"
        raise ValidationError({"dates": f"{day_words(off)} is {what}: enter a working day"})
    if school is None:
        return
    halves = half_terms_of([school], since=days[0], until=days[-1])[school.pk]
    if closed := next((day for day in days if is_holiday(day, halves)), None):
        said = f"{school.known_as} is closed on {day_words(closed)}: enter a day of one of its half terms"
        raise ValidationError({"dates": said})


def _check_years(days: Sequence[date]) -> None:
    """From the first day of the last academic year to the last day of the next."""
    year = academic_year(timezone.localdate())
    (first, _), (_, last) = year_days(year - 1), year_days(year + 1)
    if days[0] < first:
        said = f"{day_words(days[0])} is before the last academic year: enter a day from {day_words(first)} on"
    elif days[-1] > last:
        said = f"{day_words(days[-1])} is after the next academic year: enter a day up to {day_words(last)}"
    else:
        return
    raise ValidationError({"dates": said})


def _check_belongs(school: School, days: Sequence[date]) -> None:
    if days[0] < school.joined_on:
        said = f"{school.known_as} joined the trust on {day_words(school.joined_on)}: enter a day from then on"
    elif school.left_on and days[-1] >= school.left_on:
        said = f"{school.known_as} leaves the trust on {day_words(school.left_on)}: enter a day before it"
    else:
        return
    raise ValidationError({"dates": said})
