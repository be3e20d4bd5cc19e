"""Who gives support: those who make visits, and where each of them works."""

from __future__ import annotations

from collections.abc import Iterable

from schools.access import ROLES, Permission
from schools.models import Membership, RoleGrant, School
from schools.queries import people_of_trust

GIVING = frozenset(name for name, rule in ROLES.items() if Permission.LOG_VISITS in rule.allows)
"""The roles of those who go into schools: no governor, trustee, clerk or administrator is sent to give support."""


def posts_of(person: Membership) -> list[RoleGrant]:
    """The roles a person holds now, each with its school. One query."""
    return list(RoleGrant.objects.current().filter(membership=person).select_related("school").order_by("pk"))


def givers_for(school: School | None) -> list[Membership]:
    """Who can give support to this school, by name, each with `roles_now`; nobody of the school itself. Two queries."""
    return [one for one in people_of_trust() if _gives(one.roles_now) and not works_at(one.roles_now, school)]  # type: ignore[attr-defined]


def _gives(posts: Iterable[RoleGrant]) -> bool:
    return any(one.role in GIVING for one in posts)


def works_at(posts: Iterable[RoleGrant], school: School | None, *, giving: bool = False) -> bool:
    """Whether one of these roles, or of those that give support, is held at the school."""
    return school is not None and any(one.school_id == school.pk for one in posts if not giving or one.role in GIVING)


def is_of_trusts_team(posts: Iterable[RoleGrant]) -> bool:
    """Whether one of these roles gives support for the trust as a whole."""
    return any(one.role in GIVING and ROLES[one.role].whole_trust for one in posts)


def post_words(posts: Iterable[RoleGrant]) -> str:
    """“Headteacher, Fern Primary; School leader, Oak Primary”: as far as they give support."""
    mine = [one for one in posts if one.role in GIVING]
    return "; ".join(
        ", ".join(filter(None, (ROLES[one.role].label, one.school.known_as if one.school else ""))) for one in mine
    )
