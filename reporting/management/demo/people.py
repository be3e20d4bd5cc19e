"""Who is in a trust: people, memberships and roles, with the dates they came and left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password

from reporting.management.demo.calendar import Terms, moment
from reporting.management.demo.record import Record
from reporting.management.demo.story import PersonPlan, Story, TrustPlan
from schools.models import Membership, RoleGrant, School, User
from schools.services.people import role_words
from schools.strategy import Role

FIRST = 9
"""The story begins this many terms ago."""


@dataclass
class People:
    """The members of the open trust, by their key in the story."""

    plan: TrustPlan
    members: dict[str, Membership]

    def of_school(self, role: str, school: str, ago: int) -> Membership | None:
        """Who held a school's role in a term."""
        for person in self.plan.people:
            if f"{role}:{school}" in person.roles and person.held_at(ago):
                return self.members[person.key]
        return None

    def holding(self, role: str) -> Membership:
        """The holder of a role of the whole trust."""
        return next(self.members[person.key] for person in self.plan.people if role in person.roles)

    def head(self, school: str, ago: int) -> Membership:
        found = self.of_school(Role.HEAD, school, ago)
        assert found is not None, f"{school} has no head {ago} terms ago"
        return found


def make_operator(story: Story) -> None:
    """The installation operator, outside every trust."""
    who = story.operator
    if not User.objects.filter(email=who["email"]).exists():
        User.objects.create_user(who["email"], who["password"], name=who["name"], is_operator=True)


def make_people(plan: TrustPlan) -> People:
    """Users and memberships. One password a trust, hashed once; somebody known from another trust keeps theirs."""
    known = {user.email: user for user in User.objects.filter(email__in=[person.email for person in plan.people])}
    hashed = make_password(plan.password)
    new = [User(email=p.email, name=p.name, password=hashed) for p in plan.people if p.email not in known]
    known |= {user.email: user for user in User.objects.bulk_create(new)}
    rows = [Membership(user=known[person.email], job_title=person.title) for person in plan.people]
    made = Membership.objects.bulk_create(rows)
    return People(plan, {person.key: member for person, member in zip(plan.people, made, strict=True)})


def grant_roles(people: People, schools: dict[str, School], terms: Terms, record: Record) -> None:
    """Every role, granted by the administrator, whose own was granted by the operator."""
    admin = people.holding(Role.ADMIN)
    grants, began = [], {}
    for person in people.plan.people:
        member = people.members[person.key]
        begin, end = _began(person, terms), _ended(person, terms)
        began[member.pk] = begin
        for written in person.roles:
            role, _, key = written.partition(":")
            school = schools[key] if key else None
            by = None if member == admin else admin
            grants.append(RoleGrant(membership=member, role=role, school=school, granted_by=by, ended_at=end))
            record.write("role.granted", member, at=begin, by=by, school=school, after=role_words(role, school))
        if end is not None:
            member.ended_at = end
            record.write("person.left", member, at=end, by=admin, why="Took up another post.")
    _backdate(RoleGrant.objects.bulk_create(grants), list(people.members.values()), began)


def _backdate(grants: list[RoleGrant], members: list[Membership], began: dict[int, datetime]) -> None:
    for member in members:
        member.joined_at = began[member.pk]
    for grant in grants:
        grant.granted_at = began[grant.membership_id]
    Membership.objects.bulk_update(members, ["joined_at", "ended_at"])
    RoleGrant.objects.bulk_update(grants, ["granted_at"])


def _began(person: PersonPlan, terms: Terms) -> datetime:
    ago = FIRST if person.since is None else person.since
    return moment(terms[ago].starts_on, "08:45")


def _ended(person: PersonPlan, terms: Terms) -> datetime | None:
    return moment(terms[person.until].starts_on, "08:00") if person.until is not None else None
