"""Setting up an academic year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.core.exceptions import ValidationError

from schools.audit import record_act, require_unchanged
from schools.models import Membership, Period, Season
from schools.queries import dates_of_year
from schools.words import on

FIELDS = ("starts_on", "first_half_ends_on", "second_half_on", "ends_on")
"""The dates of a term, in their order."""

AUGUST = 8


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


def field_words(field: str, season: str) -> str:
    """For example “last day of the autumn term”."""
    words = {
        "starts_on": "first day of the {} term",
        "first_half_ends_on": "last day before the {} half term",
        "second_half_on": "first day after the {} half term",
        "ends_on": "last day of the {} term",
    }
    return words[field].format(season)


def year_words(year: int) -> str:
    """“2026/27”."""
    return f"{year}/{(year + 1) % 100:02d}"


def faults_of(year: int, given: Mapping[str, date]) -> dict[str, str]:
    """What is wrong with the dates of an academic year, by their names (“autumn-ends_on”): a sentence each.

    Those not given yet are left out.
    """
    faults: dict[str, str] = {}
    names = [(season, field) for season in Season.values for field in FIELDS]
    days = [(season, field, given[name]) for season, field in names if (name := f"{season}-{field}") in given]
    for season, field, day in days:
        if not date(year, AUGUST, 1) <= day <= date(year + 1, AUGUST, 31):
            faults[f"{season}-{field}"] = f"This is not a day of the academic year {year_words(year)}."
    for (season, field, day), (next_season, next_field, next_day) in pairwise(days):
        if next_day <= day:
            sentence = f"This has to come after the {field_words(field, season)}, {on(day)}."
            faults.setdefault(f"{next_season}-{next_field}", sentence)
    return faults


def set_year(year: int, terms: Iterable[TermDates], *, by: Membership | None, seen: int | None = None) -> list[Period]:
    """Write or change the terms and half terms of one academic year of the open trust.

    `seen` is the last change of this year on record when the dates were read: refused where there is a later one.
    """
    terms = list(terms)
    if faults := faults_of(
        year, {f"{term.season}-{field}": getattr(term, field) for term in terms for field in FIELDS}
    ):
        raise ValidationError(faults)
    name = year_words(year)
    require_unchanged("calendar.set", seen, of=name)
    before, after = _changes(year, terms)
    if before == after:
        return []
    record_act("calendar.set", Period, by=by, before=before, after=f"{name}: {after}" if before else name)
    return [period for term in terms for period in _set_term(year, term)]


def _changes(year: int, terms: Iterable[TermDates]) -> tuple[str, str]:
    """The dates that differ, as they were and as they will be; the first is empty where there was no such year."""
    known = dates_of_year(year)
    before, after = [], []
    for term in terms:
        for field in FIELDS:
            was, now = known.get(term.season, {}).get(field), getattr(term, field)
            if was != now:
                before += [f"{field_words(field, term.season)} {on(was)}"] if was else []
                after.append(f"{field_words(field, term.season)} {on(now)}")
    return ", ".join(before), ", ".join(after)


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
