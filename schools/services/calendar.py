"""Setting up an academic year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError

from schools.audit import record_act, require_unchanged
from schools.models import Membership, Period, School, Season
from schools.queries import dates_of_year, own_breaks
from schools.words import on, year_words

Span = tuple[int, date, date]
"""The half, or 0 for the whole term, with its first and last day."""

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
    known = dates_of_year(year)
    before, after = _changes(known, terms)
    if before == after:
        return []
    record_act("calendar.set", Period, by=by, before=before, after=f"{name}: {after}" if before else name)
    if not known:
        return Period.objects.bulk_create([_period(year, term, span) for term in terms for span in _spans(term)])
    return [period for term in terms for period in _set_term(year, term)]


def _changes(known: Mapping[str, Mapping[str, date]], terms: Iterable[TermDates]) -> tuple[str, str]:
    """The dates that differ, as they were and as they will be; the first is empty where there was no such year."""
    before, after = [], []
    for term in terms:
        for field in FIELDS:
            was, now = known.get(term.season, {}).get(field), getattr(term, field)
            if was != now:
                before += [f"{field_words(field, term.season)} {on(was)}"] if was else []
                after.append(f"{field_words(field, term.season)} {on(now)}")
    return ", ".join(before), ", ".join(after)


def _spans(term: TermDates) -> tuple[Span, ...]:
    return (
        (0, term.starts_on, term.ends_on),
        (1, term.starts_on, term.first_half_ends_on),
        (2, term.second_half_on, term.ends_on),
    )


def _period(year: int, term: TermDates, span: Span) -> Period:
    half, starts, ends = span
    return Period(year=year, season=term.season, half=half, starts_on=starts, ends_on=ends)


def _set_term(year: int, term: TermDates) -> list[Period]:
    _keep_own_within(year, term)
    return [
        Period.objects.update_or_create(
            year=year, season=term.season, half=half, school=None, defaults={"starts_on": starts, "ends_on": ends}
        )[0]
        for half, starts, ends in _spans(term)
    ]


def _keep_own_within(year: int, term: TermDates) -> None:
    """Schools with half terms of their own begin and end the term with the trust."""
    own = Period.objects.filter(year=year, season=term.season, school__isnull=False)
    outside = own.filter(half=1, ends_on__lte=term.starts_on) | own.filter(half=2, starts_on__gte=term.ends_on)
    if (found := outside.select_related("school").first()) and found.school:
        said = (
            f"{found.school.known_as} has half terms of its own that would lie outside this term. Change those first."
        )
        raise ValidationError({f"{term.season}-starts_on": said})
    own.filter(half=1).update(starts_on=term.starts_on)
    own.filter(half=2).update(ends_on=term.ends_on)


@dataclass(frozen=True)
class Break:
    """A half-term holiday: the last school day before it and the first after it."""

    season: str
    first_half_ends_on: date
    second_half_on: date


BREAK = ("first_half_ends_on", "second_half_on")
FOLLOWS = "as the trust"


def faults_of_breaks(year: int, given: Mapping[str, date | None]) -> dict[str, str]:
    """What is wrong with a school's own half-term holidays, by their names: a sentence each. Both blank is none."""
    faults: dict[str, str] = {}
    dates = dates_of_year(year)
    for season in Season.values:
        last, first = (given.get(f"{season}-{field}") for field in BREAK)
        term = dates.get(season)
        if last is None and first is None:
            continue
        if term is None:
            faults[f"{season}-first_half_ends_on"] = f"The trust has set no dates of the {season} term yet."
        elif last is None or first is None:
            missing = BREAK[last is not None]
            faults[f"{season}-{missing}"] = "Enter both days, or neither."
        elif not term["starts_on"] < last < term["ends_on"]:
            faults[f"{season}-first_half_ends_on"] = f"This is not inside the {season} term of the trust."
        elif not last < first < term["ends_on"]:
            faults[f"{season}-second_half_on"] = f"This has to come after {on(last)}, and before the term ends."
    return faults


def set_own_breaks(
    school: School, year: int, breaks: Iterable[Break], *, by: Membership, seen: int | None = None
) -> None:
    """Give a school half-term holidays of its own in one academic year; for a season left out it follows the trust.

    `seen` is the last such change on record when the dates were read: refused where there is a later one.
    """
    wanted = {one.season: one for one in breaks}
    given = {f"{one.season}-{field}": getattr(one, field) for one in wanted.values() for field in BREAK}
    if faults := faults_of_breaks(year, given):
        raise ValidationError(faults)
    name = f"{school.known_as}, {year_words(year)}"
    require_unchanged("calendar.own", seen, of=name)
    known = own_breaks(school, year)
    if known == given:
        return
    record_act(
        "calendar.own", school, by=by, school=school, before=_in_words(known), after=f"{name}: {_in_words(given)}"
    )
    dates = dates_of_year(year)
    for season in Season.values:
        if season in wanted:
            _set_own(school, year, wanted[season], dates[season])
        else:
            _follow_trust(school, year, season)


def _in_words(days: Mapping[str, date]) -> str:
    parts = ((name.partition("-"), day) for name, day in days.items())
    return ", ".join(f"{field_words(field, season)} {on(day)}" for (season, _, field), day in parts) or FOLLOWS


def _set_own(school: School, year: int, one: Break, term: Mapping[str, date]) -> None:
    spans = ((1, term["starts_on"], one.first_half_ends_on), (2, one.second_half_on, term["ends_on"]))
    for half, starts, ends in spans:
        place = {"year": year, "season": one.season, "half": half, "school": school}
        Period.objects.update_or_create(**place, defaults={"starts_on": starts, "ends_on": ends})


def _follow_trust(school: School, year: int, season: str) -> None:
    try:
        with transaction.atomic():
            Period.objects.filter(year=year, season=season, school=school).delete()
    except ProtectedError as refused:
        said = "Ratings or figures of these half terms are on record, so the school keeps dates of its own."
        raise ValidationError({f"{season}-first_half_ends_on": said}) from refused
