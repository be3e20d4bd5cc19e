"""Setting up an academic year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.core.exceptions import ValidationError

from schools.audit import record_act
from schools.models import Membership, Period


@dataclass(frozen=True)
class TermDates:
    """A term's first and last day, and the first day after its half-term holiday."""

    season: str
    starts_on: date
    ends_on: date
    second_half_on: date
    first_half_ends_on: date


def usual_dates(year: int) -> tuple[TermDates, ...]:
    """Dates to begin with for the academic year that starts in `year`; a trust puts in its own."""
    return (
        TermDates("autumn", date(year, 9, 1), date(year, 12, 18), date(year, 11, 2), date(year, 10, 23)),
        TermDates("spring", date(year + 1, 1, 4), date(year + 1, 3, 26), date(year + 1, 2, 22), date(year + 1, 2, 12)),
        TermDates("summer", date(year + 1, 4, 12), date(year + 1, 7, 21), date(year + 1, 6, 7), date(year + 1, 5, 28)),
    )


def set_year(year: int, terms: Iterable[TermDates], *, by: Membership | None) -> list[Period]:
    """Write or change the terms and half terms of one academic year of the open trust."""
    terms = list(terms)
    for term in terms:
        if not term.starts_on < term.first_half_ends_on < term.second_half_on < term.ends_on:
            raise ValidationError(f"Give the {term.season} term dates that follow one another.")
    for one, following in pairwise(terms):
        if one.ends_on >= following.starts_on:
            raise ValidationError(f"The {following.season} term must start after the {one.season} term has ended.")
    record_act("calendar.set", Period, by=by, after=f"{year}/{(year + 1) % 100:02d}")
    return [period for term in terms for period in _set_term(year, term)]


def _set_term(year: int, term: TermDates) -> list[Period]:
    spans = (
        (0, term.starts_on, term.ends_on),
        (1, term.starts_on, term.first_half_ends_on),
        (2, term.second_half_on, term.ends_on),
    )
    return [
        Period.objects.update_or_create(
            year=year, season=term.season, half=half, school=None, defaults={"starts_on": starts, "ends_on": ends}
        )[0]
        for half, starts, ends in spans
    ]
