"""What several kinds of owed thing are read from, read once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.db.models import Q

from reporting.queries.calendar import Calendar, with_meetings
from reviews.queries.programme import placed_of
from reviews.rules.owed import Placed
from schools.access import Access, Permission
from schools.models import Period, School
from schools.queries import Followed, half_term, half_terms_in
from schools.rules import academic_year
from schools.rules.rhythm import HalfTerm
from schools.strategy import Strategy

P = Permission
LOOK_BACK = timedelta(days=400)


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
        self.strategies = {one.pk: self._strategy(one) for one in schools}

    def _strategy(self, school: School) -> Strategy | None:
        version = self.followed.by(school, max(self.today, school.joined_on))
        return version.strategy if version else None

    def of(self, permission: Permission) -> list[School]:
        return [one for one in self.schools if self.access.may(permission, one.pk)]

    @cached_property
    def _years(self) -> list[Period]:
        """The periods of whole academic years, the trust's and those of these schools."""
        own = Q(school=None) | Q(school__in=[one.pk for one in self.schools])
        years = (academic_year(self.today - LOOK_BACK), academic_year(self.until))
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
    def placed(self) -> dict[int, list[Placed]]:
        """By school, the categories it has been told of, in order."""
        return placed_of(self.schools)

    def latest(self, school: School) -> list[Placed]:
        """The latest category on each axis."""
        return list({one.axis: one for one in self.placed.get(school.pk, ())}.values())

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
