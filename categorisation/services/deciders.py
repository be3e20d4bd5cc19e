"""Who decides a category of a school, and who takes no part: people with a role or a declared interest in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from categorisation.queries.interests import interests
from schools.access import ROLES, Access
from schools.models import Meeting, Membership, Period, RoleGrant, School
from schools.strategy import Strategy


@dataclass(frozen=True)
class Decider:
    """Somebody who may decide, and the role in which they do."""

    person: Membership
    role: str


@dataclass(frozen=True)
class Deciders:
    """Who may decide, who would only stand in for them, and who takes no part.

    Who stands in decides only where nobody who holds the role can.
    """

    may: tuple[Decider, ...]
    stand_in: frozenset[int]  # where it is not their turn
    with_role: frozenset[int]  # in the school
    with_interest: frozenset[int]
    role: str  # that decides
    word: str  # what the trust calls a category

    def refusal(self, person: Membership) -> str:
        """Why this person does not decide, as a sentence; empty for one who may."""
        if any(one.person.pk == person.pk for one in self.may):
            return ""
        if person.pk in self.with_interest:
            return f"You have declared an interest in this school, so somebody else decides its {self.word}."
        if person.pk in self.with_role:
            return f"You have a role in this school and so an interest in it: somebody else decides its {self.word}."
        if person.pk in self.stand_in:
            label = ROLES[self.role].label.lower()
            return f"The {label} decides this {self.word}. You stand in where nobody with that role can."
        return f"Your role does not decide this {self.word}."


def deciders_of(strategy: Strategy, axis: str, school: School, *, period: Period, meeting: Meeting | None) -> Deciders:
    """Who decides on an axis. Two queries."""
    decider, word = strategy.axis_by_key[axis].decided_by, strategy.identity.words.category
    return deciders_in_role(strategy, decider, school, period=period, meeting=meeting, word=word)


def to_decide_in(
    schools: Collection[int], strategy: Strategy, axis: str, *, access: Access, period: Period, meeting: Meeting | None
) -> set[int]:
    """Of these schools those whose category this person decides: of who holds the role all, of who stands in for it
    those where nobody who holds it can. One query for who stands in, none for anybody else.
    """
    role, held = strategy.axis_by_key[axis].decided_by, {role for role, _ in access.roles}
    if role in held or not held.intersection(strategy.roles_for(role)):
        return set(schools) if role in held else set()
    rows, here = RoleGrant.objects.current(), OuterRef(OuterRef("pk"))
    there = rows.filter(school=here, membership=OuterRef("membership"))
    declared = interests(period=period, meeting=meeting).filter(school=here, person=OuterRef("membership"))
    able = rows.filter(role=role).exclude(Exists(there)).exclude(Exists(declared))
    return set(School.objects.filter(pk__in=schools).exclude(Exists(able)).values_list("pk", flat=True))


def deciders_in_role(
    strategy: Strategy, decider: str, school: School, *, period: Period, meeting: Meeting | None, word: str,
    besides: Collection[int] = (),
) -> Deciders:  # fmt: skip
    """Who holds the deciding role, or where none of them can decide, who stands in for it. Two queries.

    Never somebody with a role or an interest in the school, and none of `besides`: members with a part in the matter.
    """
    roles = strategy.roles_for(decider)
    grants = RoleGrant.objects.current().filter(Q(role__in=roles) | Q(school=school)).select_related("membership__user")
    known = sorted(grants, key=lambda one: (roles.index(one.role) if one.role in roles else len(roles), one.pk))
    with_role = frozenset(one.membership_id for one in known if one.school_id == school.pk)
    with_interest = interests(period=period, meeting=meeting).filter(school=school).values_list("person", flat=True)
    barred = with_role | (interested := frozenset(with_interest))
    able: dict[int, Decider] = {}
    for grant in known:
        if grant.role in roles and grant.membership_id not in barred and grant.membership_id not in besides:
            able.setdefault(grant.membership_id, Decider(grant.membership, grant.role))
    holders = tuple(one for one in able.values() if one.role == decider)
    may = holders or tuple(able.values())
    stand_in = frozenset(able) - {one.person.pk for one in may}
    return Deciders(may, stand_in, with_role, interested, decider, word)
