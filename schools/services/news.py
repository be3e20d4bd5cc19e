"""News of what happened: the next working morning, once to each person, and to nobody of what they did themselves."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from schools.models import Membership, RoleGrant, School, Trust
from schools.rules import humane_time
from schools.services.notices import tell
from schools.strategy import Role
from schools.words import cut

LONGEST_SUBJECT = 160  # characters


def tell_people(
    people: Iterable[Membership],
    trust: Trust,
    *,
    subject: str,
    body: str,
    path: str,
    besides: Membership | None = None,
    at_once: bool = False,
) -> list[Membership]:
    """Tell each of them once, but for who did it. `path` is within the trust: “schools/3/”. Who was told.

    `at_once`: now and at any hour, which whoever sends it has to give a reason for.
    """
    found = {one.pk: one for one in people if besides is None or one.pk != besides.pk}
    now = timezone.now()
    not_before = now if at_once else humane_time(now, hour=trust.news_hour)
    for person in found.values():
        tell(
            person,
            subject=cut(subject, LONGEST_SUBJECT),
            body=body,
            path=f"/t/{trust.slug}/{path}",
            not_before=not_before,
            at_once=at_once,
        )
    return list(found.values())


def about(school: School, subject: str) -> str:
    """“Dunmere Primary: sent to you”: what is said stands whole; a long name gives way."""
    ending = f": {subject}"
    return school.known_as[: max(LONGEST_SUBJECT - len(ending), 0)] + ending


def heads_of(school: int) -> list[Membership]:
    """The heads, or where the school has none, its leaders. One query."""
    grants = RoleGrant.objects.current().filter(school=school, role__in=(Role.HEAD, Role.LEADER))
    rows = list(grants.select_related("membership__user"))
    heads = [grant.membership for grant in rows if grant.role == Role.HEAD]
    return heads or [grant.membership for grant in rows]


def holding(*roles: Role, school: int | None = None) -> list[Membership]:
    """Who holds one of these roles now, at a school or for the trust. One query."""
    grants = RoleGrant.objects.current().filter(role__in=roles, school=school)
    return [grant.membership for grant in grants.select_related("membership__user")]
