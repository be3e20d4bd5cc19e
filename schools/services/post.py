"""When somebody is at work, and when a school is told of something."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time

from django.db.models import Q
from django.utils import timezone

from schools.access import ROLES
from schools.models import Period, RoleGrant, School
from schools.queries import half_term, half_terms_in, half_terms_of
from schools.rules import academic_year, humane_time, months_after
from schools.rules.post import arrives_at, may_arrive


def at_work(people: Iterable[int], now: datetime) -> set[int]:
    """Of these members those to whom post may come now. Two queries.

    Who works for the whole trust goes by working days, who works only at schools by their calendars.
    """
    people, year = list(people), academic_year(timezone.localdate(now))
    schools = _schools_of(people)
    rows = Period.objects.halves().filter(year__range=(year, year + 1))  # the next may begin in August
    rows = rows.filter(Q(school=None) | Q(school__in={one.pk for each in schools.values() for one in each}))
    found = list(rows.order_by("starts_on"))
    office = [half_term(row) for row in found if row.school_id is None]

    def works(person: int) -> bool:
        halves = half_terms_in(found, schools.get(person, ()))
        if not halves:
            return may_arrive(now, office, in_holidays=True)
        return any(may_arrive(now, each) for each in halves.values())

    return {person for person in people if works(person)}


def _schools_of(people: list[int]) -> dict[int, list[School]]:
    """The schools of those who hold no role for the whole trust."""
    grants = list(RoleGrant.objects.current().filter(membership__in=people).select_related("school"))
    of_trust = {one.membership_id for one in grants if one.role in ROLES and ROLES[one.role].whole_trust}
    found = defaultdict[int, list[School]](list)
    for grant in grants:
        if grant.school is not None and grant.membership_id not in of_trust:
            found[grant.membership_id].append(grant.school)
    return found


def told_at(school: School, now: datetime) -> datetime:
    """When a school is told of what is decided now: at the trust's hour of the next morning on which it is open.

    One query.
    """
    today, hour = timezone.localdate(now), school.trust.news_hour
    halves = half_terms_of([school], since=today, until=months_after(today, 12))[school.pk]
    return arrives_at(humane_time(now, hour=hour), halves, opens=time(hour))
