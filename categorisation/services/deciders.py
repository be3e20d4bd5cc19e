"""Who decides a category of a school, and who takes no part: people with a role or a declared interest in it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from schools.models import Interest, Meeting, Membership, Period, RoleGrant, School
from schools.strategy import Strategy


@dataclass(frozen=True)
class Decider:
    """Somebody who may decide, and the role in which they do."""

    person: Membership
    role: str


@dataclass(frozen=True)
class Deciders:
    """Who may decide, the deciding role before its stand-ins, and who takes no part."""

    may: tuple[Decider, ...]
    with_role: frozenset[int]  # in the school
    with_interest: frozenset[int]
    word: str  # what the trust calls a category

    def refusal(self, person: Membership) -> str:
        """Why this person does not decide, as a sentence; empty for one who may."""
        if any(one.person.pk == person.pk for one in self.may):
            return ""
        if person.pk in self.with_interest:
            return f"You have declared an interest in this school, so somebody else decides its {self.word}."
        if person.pk in self.with_role:
            return f"You have a role in this school and so an interest in it: somebody else decides its {self.word}."
        return f"Your role does not decide this {self.word}."


def deciders_of(strategy: Strategy, axis: str, school: School, *, period: Period, meeting: Meeting | None) -> Deciders:
    """Who decides on an axis. Two queries."""
    decider, word = strategy.axis_by_key[axis].decided_by, strategy.identity.words.category
    return deciders_in_role(strategy, decider, school, period=period, meeting=meeting, word=word)


def deciders_in_role(
    strategy: Strategy, decider: str, school: School, *, period: Period, meeting: Meeting | None, word: str
) -> Deciders:
    """Only the deciding role or its stand-ins, and never somebody with an interest in the school. Two queries."""
    roles = strategy.roles_for(decider)
    grants = RoleGrant.objects.current().filter(Q(role__in=roles) | Q(school=school)).select_related("membership__user")
    known = sorted(grants, key=lambda one: (roles.index(one.role) if one.role in roles else len(roles), one.pk))
    with_role = frozenset(one.membership_id for one in known if one.school_id == school.pk)
    with_interest = frozenset(interests_in(school, period=period, meeting=meeting).values_list("person", flat=True))
    may: dict[int, Decider] = {}
    for grant in known:
        if grant.role in roles and grant.membership_id not in with_role | with_interest:
            may.setdefault(grant.membership_id, Decider(grant.membership, grant.role))
    return Deciders(tuple(may.values()), with_role, with_interest, word)


def interests_in(school: School, *, period: Period, meeting: Meeting | None) -> QuerySet[Interest]:
    """The interests that count in this period: declared at any meeting of its term, or at one since or still ahead."""
    counts = Q(meeting__period__year=period.year, meeting__period__season=period.season)
    counts |= Q(meeting__starts_at__date__gte=period.starts_on)
    if meeting is not None:
        counts |= Q(meeting=meeting)
    return Interest.objects.filter(counts, school=school)
