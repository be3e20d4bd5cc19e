"""The programme for the year: entitled, planned and done, by school. The one place that counts it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from categorisation.models import Decision
from reviews.models import Review
from reviews.rules.owed import Placed, levels_on, owed_of
from reviews.rules.programme import (
    ASKED,
    BEYOND,
    Booked,
    Given,
    Programme,
    Seen,
    programme_of,
    to_draw_on,
    visit_form_of,
)
from schools.models import School, StrategyVersion
from schools.queries import Followed, half_terms_of
from schools.rules import first_of_year
from schools.rules.rhythm import HalfTerm
from schools.strategy import Strategy
from schools.strategy.basics import SupportUnit

Row = tuple[int, str, date, bool]
"""A visit: its number, its form, its day, and whether it was sent."""

CAME = ("delivered", "confirmed")
"""In which state booked support counts as done."""

NOT_AGREED = (Review.State.PROPOSED, Review.State.WITHDRAWN)


@dataclass(frozen=True)
class VisitSeen:
    """A visit that carries out an entitlement: what it is, and the day it took place or is planned for."""

    pk: int
    label: str
    on: date
    is_done: bool


@dataclass(frozen=True)
class SchoolProgramme:
    """One school's year: the counts, and the reviews and visits that make them."""

    school: School
    version: StrategyVersion
    programme: Programme
    reviews: tuple[Review, ...]
    visits: tuple[VisitSeen, ...] = ()


@dataclass(frozen=True)
class SchoolYear:
    """What one school's year is counted from."""

    school: School
    version: StrategyVersion
    levels: dict[str, str]  # the latest, by axis
    halves: tuple[HalfTerm, ...]  # none where the trust has not set that year up
    owed: dict[str, list[date]]
    reviews: tuple[Review, ...]
    visits: tuple[Row, ...]
    history: tuple[Placed, ...]  # every category it was told of
    begins: int  # the calendar year in which it begins

    @property
    def strategy(self) -> Strategy:
        return self.version.strategy


def years_of(
    schools: Iterable[School], year: int, *, today: date, back: int = 0, followed: Followed | None = None
) -> list[SchoolYear]:
    """The academic year that begins in `year`, of each school; and `back` years before it, the earliest first.

    Five queries for any number of schools and years, four where it is known what is followed.

    What it is owed is counted by its own calendar, under the strategy a school follows today, or followed when the
    year ended. A school without one is left out.
    """
    schools, years = list(schools), range(year - back, year + 1)
    (first, _), (_, last) = year_days(years[0]), year_days(year)
    followed = followed or Followed.read()
    placed, halves = placed_of(schools), half_terms_of(schools, since=first, until=last)
    reviews, visits = _reviews(schools, first, last), _visits(schools, first, last)
    found = []
    for one in years:
        begins, ends = year_days(one)
        for school in schools:
            version, pk = followed.by(school, min(max(today, begins), ends)), school.pk
            if version is not None:
                here = [half for half in halves[pk] if half.year == one]
                reviewed = [each for each in reviews.get(pk, ()) if begins <= each.starts_on <= ends]
                seen = [each for each in visits.get(pk, ()) if begins <= each[2] <= ends]
                found.append(year_of(school, version, placed.get(pk, []), here, reviewed, seen, one))
    return found


def year_of(
    school: School,
    version: StrategyVersion,
    history: Sequence[Placed],
    halves: Sequence[HalfTerm],
    reviews: Iterable[Review],
    visits: Iterable[Row],
    begins: int,
) -> SchoolYear:
    """One school's year, from what has been read of it. No query."""
    owed = owed_of(version.strategy, history, halves, since=school.joined_on, until=school.left_on)
    levels = levels_on(history, date.max)
    return SchoolYear(
        school, version, levels, tuple(halves), owed, tuple(reviews), tuple(visits), tuple(history), begins
    )


def programmes(
    schools: Iterable[School], year: int, *, today: date, followed: Followed | None = None
) -> list[SchoolProgramme]:
    """The programme of each school in the academic year that begins in `year`. Six queries."""
    schools = list(schools)
    given = _given(schools, *year_days(year))
    years = years_of(schools, year, today=today, followed=followed)
    return [_programme(one, given.get(one.school.pk, []), today) for one in years]


def _programme(one: SchoolYear, given: list[Given], today: date) -> SchoolProgramme:
    seen = [Seen(form, is_done) for _, form, _, is_done in one.visits]
    booked, owed = map(_booked, one.reviews), one.owed if one.halves else None
    counted = programme_of(one.strategy, one.levels, booked, seen, given, today=today, owed=owed)
    visits = _carrying_out(one.strategy, one.levels, list(one.visits))
    return SchoolProgramme(one.school, one.version, counted, one.reviews, visits)


def _given(schools: list[School], first: date, last: date) -> dict[int, list[Given]]:
    """Support booked otherwise. Plans stand above, so it is read by the name of the link, in days or by entitlement."""
    booked = {"support__on__range": (first, last), "support__state__in": (*CAME, "booked")}  # of one and the same row
    rows = School.objects.filter(pk__in=[one.pk for one in schools], **booked).order_by("support__on")
    amount = Coalesce("support__came", "support__amount")
    parts = ("pk", "support__entitlement", "support__request", "support__unit", amount, "support__state")
    found: dict[int, list[Given]] = {}
    for school, key, request, unit, amount, state in rows.values_list(*parts):
        if key or unit == SupportUnit.DAY:
            told = Given(key or (ASKED if request else BEYOND), amount, state in CAME)
            found.setdefault(school, []).append(told)
    return found


def year_days(year: int) -> tuple[date, date]:
    """The first and the last day of an academic year."""
    return first_of_year(date(year, 9, 1)), date(year + 1, 8, 31)


def placed_of(schools: Iterable[School]) -> dict[int, list[Placed]]:
    """By school, the categories it has been told of, in the order in which they took effect. One query."""
    rows = Decision.objects.filter(school__in=[one.pk for one in schools], tell_at__lte=timezone.now())
    found: dict[int, list[Placed]] = {}
    for school, on, axis, level in rows.order_by("effective_on", "pk").values_list(
        "school_id", "effective_on", "axis", "level"
    ):
        found.setdefault(school, []).append(Placed(on, axis, level))
    return found


def _reviews(schools: list[School], first: date, last: date) -> dict[int, list[Review]]:
    rows = Review.objects.filter(school__in=[one.pk for one in schools], starts_on__range=(first, last))
    rows = rows.exclude(state=Review.State.WITHDRAWN).select_related("strategy_version").order_by("starts_on", "pk")
    found: dict[int, list[Review]] = {}
    for row in rows.defer("strategy_version__text", "strategy_version__document", "answers", "touched"):
        found.setdefault(row.school_id, []).append(row)
    return found


def _visits(schools: list[School], first: date, last: date) -> dict[int, list[Row]]:
    """Visits that the trust made or plans. Monitoring stands above, so they are read by the name of the link."""
    year = (first, last)
    here = Q(visits__on__range=year) | Q(visits__on=None, visits__planned_for__range=year)
    rows = School.objects.filter(here, pk__in=[one.pk for one in schools], visits__by_school=False)
    rows = rows.order_by("visits__on", "visits__planned_for", "visits__pk")
    found: dict[int, list[Row]] = {}
    for school, pk, form, on, planned in rows.values_list(
        "pk", "visits__pk", "visits__form", "visits__on", "visits__planned_for"
    ):
        found.setdefault(school, []).append((pk, form, on or planned, on is not None))
    return found


def _carrying_out(strategy: Strategy, levels: Mapping[str, str], seen: list[Row]) -> tuple[VisitSeen, ...]:
    labels = {visit_form_of(strategy, one): one.label for one in reversed(to_draw_on(strategy, levels))}
    return tuple(VisitSeen(pk, labels[form], on, is_done) for pk, form, on, is_done in seen if form in labels)


def _booked(review: Review) -> Booked:
    return Booked(review.entitlement, review.days, review.dates, review.state not in NOT_AGREED)
