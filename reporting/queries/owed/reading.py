"""What several kinds of owed thing are read from, read once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.db.models import Q

from plans.queries.concerns import AHEAD
from plans.queries.support_short import Recorded, recorded
from reporting.queries.calendar import Calendar, with_meetings
from reviews.rules.owed import Placed
from schools.access import Access, Permission
from schools.models import Period, School
from schools.queries import Followed, half_term, half_terms_in
from schools.rules import academic_year
from schools.rules.rhythm import HalfTerm

P = Permission
LOOK_BACK = timedelta(days=400)
A_YEAR = timedelta(days=366)
STAYS = 8
"""Years back that are read: who came where it is before them is over any stay that is counted."""


@dataclass(frozen=True)
class Span:
    """The days asked for. What is still open from before `today` is told too."""

    today: date
    until: date


class Reader:
    """Reads once what several kinds need."""

    def __init__(self, access: Access, schools: Sequence[School], span: Span, followed: Followed) -> None:
        self.access, self.schools, self.today, self.until = access, schools, span.today, span.until
        self.followed = followed
        self.versions = {one.pk: followed.by(one, max(self.today, one.joined_on)) for one in schools}
        self.strategies = {pk: version.strategy if version else None for pk, version in self.versions.items()}

    def of(self, permission: Permission) -> list[School]:
        return [one for one in self.schools if self.access.may(permission, one.pk)]

    @cached_property
    def _years(self) -> list[Period]:
        """The periods of whole academic years, the trust's and those of these schools.

        As many years as a school can be at a level or a stage, and as many ahead as its stay is counted.
        """
        own = Q(school=None) | Q(school__in=[one.pk for one in self.schools])
        years = (academic_year(self.today) - STAYS, academic_year(max(self.until, self.today + AHEAD * A_YEAR)))
        return list(with_meetings(Period.objects.filter(own, year__range=years)))

    @cached_property
    def calendar(self) -> Calendar:
        since = self.today - LOOK_BACK
        near = (one for one in self._years if one.ends_on >= since and one.starts_on <= self.until)
        return Calendar.of(self.today, near)

    @cached_property
    def halves(self) -> dict[int, list[HalfTerm]]:
        return half_terms_in((one for one in self._years if one.half), self.schools)

    @cached_property
    def recorded(self) -> Recorded:
        """What came of support and is booked, in the academic years of the span; and the categories of each school."""
        return recorded(self.schools, academic_year(self.today), academic_year(self.until))

    def latest(self, school: School) -> list[Placed]:
        """The latest category on each axis."""
        return list({one.axis: one for one in self.recorded.history.get(school.pk, ())}.values())

    def periods_of(self, school: School) -> list[Period]:
        """Terms, and half terms by the school's own dates where it has them."""
        own = {name_of(one) for one in self.calendar.periods if one.school_id == school.pk}
        known = [one for one in self.calendar.periods if one.school_id in (None, school.pk)]
        return [one for one in known if one.school_id == school.pk or name_of(one) not in own]


def name_of(period: Period) -> tuple[int, str, int]:
    """What a term or half term is the same by, whoever's dates it has."""
    return period.year, period.season, period.half


def half_terms(periods: Iterable[Period]) -> list[HalfTerm]:
    """The trust's own half terms among these periods."""
    own = (one for one in periods if one.half and one.school_id is None)
    return [half_term(one) for one in own]
