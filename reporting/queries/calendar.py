"""Terms, half terms and meetings, read together. One query."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone

from categorisation.rules import matrix_due
from schools.models import Meeting, Period
from schools.rules import first_of_year
from schools.strategy import Strategy

YEARS_BACK = timedelta(days=800)
"""How far back terms and meetings are read: two years and a term."""

HALF_TERM = timedelta(days=70)


class Meet(NamedTuple):
    """A meeting, as much of it as other pages say."""

    starts_at: datetime
    pk: int
    kind: str
    title: str
    period_id: int

    @property
    def day(self) -> date:
        return timezone.localdate(self.starts_at)


@dataclass(frozen=True)
class Calendar:
    """The trust's periods and meetings around one day."""

    today: date
    periods: tuple[Period, ...]  # earliest first
    meets: tuple[Meet, ...]  # earliest first

    @classmethod
    def of(cls, today: date, periods: Iterable[Period]) -> Calendar:
        """From periods of `with_meetings`."""
        in_order = tuple(periods)
        meets = [_meet(made, one.pk) for one in in_order for made in one.meets]  # type: ignore[attr-defined]
        return cls(today, in_order, tuple(sorted(meets)))

    @property
    def terms(self) -> list[Period]:
        """The terms that have begun, the current one first."""
        begun = [one for one in self.periods if not one.half and one.starts_on <= self.today]
        return begun[::-1]

    def term(self, pk: str | int | None) -> Period | None:
        """The term asked for; the current one where none, or none that has begun, is asked for."""
        terms = self.terms
        return next((one for one in terms if str(one.pk) == str(pk)), terms[0] if terms else None)

    def half_of(self, school_id: int, day: date) -> Period | None:
        """The half term begun last by `day`: of the school's own dates where it has them."""
        begun = [one for one in self.periods if one.half and one.starts_on <= day]
        own = [one for one in begun if one.school_id == school_id]
        shared = [one for one in begun if one.school_id is None]
        return (own or shared)[-1] if begun else None

    def next_term(self, day: date) -> Period | None:
        return next((one for one in self.periods if not one.half and one.starts_on > day), None)

    def last_terms(self, period: Period, count: int) -> list[Period]:
        """The term and those before it, earliest first."""
        return [one for one in reversed(self.terms) if one.starts_on <= period.starts_on][-count:]

    def due_on(self, period: Period, strategy: Strategy) -> date:
        """When a matrix of the period that nobody has opened is due; the same day an opened one is given."""
        kinds = deciding_kinds([strategy])
        first = next((one.day for one in self.meets if one.period_id == period.pk and one.kind in kinds), None)
        return matrix_due(strategy, starts=period.starts_on, ends=period.ends_on, meets=first)

    def next_meeting(self, kinds: Collection[str]) -> Meet | None:
        """The next meeting of these kinds; one of today counts until the day is over."""
        return next((one for one in self.meets if one.kind in kinds and one.day >= self.today), None)

    def last_meeting(self, kinds: Collection[str], before: date) -> Meet | None:
        found = [one for one in self.meets if one.kind in kinds and one.day < before]
        return found[-1] if found else None


def read_calendar(today: date) -> Calendar:
    """The periods of the last years, the schools' own half terms of this one and around today, and the meetings."""
    own = Q(half__gt=0, ends_on__gte=min(today - HALF_TERM, first_of_year(today)))
    since = today - YEARS_BACK
    return Calendar.of(today, with_meetings(Period.objects.filter(Q(school=None) | own, ends_on__gte=since)))


def with_meetings(periods: QuerySet[Period]) -> QuerySet[Period]:
    """The same periods, earliest first, each with its meetings. No query more."""
    meet = JSONObject(pk="pk", kind="kind", title="title", starts_at="starts_at")
    meets = Meeting.objects.filter(period=OuterRef("pk")).values(json=meet)
    return periods.annotate(meets=ArraySubquery(meets)).order_by("starts_on", "half")


def _meet(made: dict[str, Any], period_id: int) -> Meet:
    starts_at = datetime.fromisoformat(made["starts_at"])
    return Meet(starts_at, made["pk"], made["kind"], made["title"], period_id)


def deciding_kinds(strategies: Iterable[Strategy]) -> set[str]:
    """The kinds of meeting at which categories are decided."""
    return {meeting.key for strategy in strategies for meeting in strategy.meetings if meeting.decides}
