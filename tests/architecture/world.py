"""Making the planted trusts."""

from __future__ import annotations

import time_machine

from schools.models import Membership, RegisterImport, RoleGrant, User
from schools.services.people import end_membership
from schools.tenancy import trust_scope
from tests.architecture.filling import fill_what_is_empty, write_canaries
from tests.architecture.planted import NOW, SLUGS, Planted, World, canary
from tests.architecture.story import tell_story
from tests.factories import MembershipFactory, TrustFactory, UserFactory


def plant(slug: str) -> Planted:
    """A trust in which something of everything has happened."""
    trust = TrustFactory(slug=slug, name=f"{canary(slug)}whole", heads_see_others="named", photos_of_work=True)
    here = Planted(slug, trust)
    tell_story(here)
    fill_what_is_empty(here)
    write_canaries(here)
    return here


def plant_world() -> World:
    """Alder, Birch and Cedar."""
    with time_machine.travel(NOW):
        person = UserFactory(name="Bo Both")
        trusts = {slug: plant(slug) for slug in SLUGS}
        both = _joins(person, "si_lead", trusts["alder"])
        _joins(person, "trustee", trusts["birch"])
        removed = _joins(UserFactory(name="Rae Removed"), "si_lead", trusts["alder"])
        with trust_scope(trusts["alder"].trust):
            end_membership(removed, by=trusts["alder"].people["admin"])
        operator = UserFactory(name="Oz Operator", is_operator=True)
        upload = RegisterImport.objects.create(filename="planted.csv", uploaded_by=operator)
        for here in trusts.values():
            here.rows["upload"] = upload
    return World(trusts, both, removed, operator, upload)


def _joins(person: User, role: str, here: Planted) -> Membership:
    with trust_scope(here.trust):
        membership = MembershipFactory(user=person)
        RoleGrant.objects.create(membership=membership, role=role)
    return membership
