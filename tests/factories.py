"""Rows for tests. Open a trust first: `with trust_scope(trust): SchoolFactory()`."""

from __future__ import annotations

from datetime import date
from typing import Any

import factory
from factory.django import DjangoModelFactory

from schools.models import Membership, RoleGrant, School, Trust, User

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.LazyAttribute(lambda o: f"{o.name.lower().replace(' ', '.')}@example.org")

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> User:
        return model_class.objects.create_user(**kwargs)


class TrustFactory(DjangoModelFactory):
    class Meta:
        model = Trust
        django_get_or_create = ("slug",)

    slug = factory.Sequence(lambda n: f"trust-{n}")
    name = factory.LazyAttribute(lambda o: f"{o.slug.title()} Trust")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)


class SchoolFactory(DjangoModelFactory):
    class Meta:
        model = School

    urn = factory.Sequence(lambda n: str(900_001 + n))
    name = factory.Sequence(lambda n: f"School {n} Primary")
    phase = "primary"
    pupils = 200
    joined_on = date(2020, 9, 1)


def member(name: str, role: str, school: School | None = None) -> Membership:
    """A new person with one role in the open trust."""
    membership = MembershipFactory(user=UserFactory(name=name))
    RoleGrant.objects.create(membership=membership, role=role, school=school)
    return membership
