"""A trust with a strategy that has facts: its people, one school, and what is published of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.test import Client

from categorisation.models import Assessment, Proposal
from evidence.models import Inspection
from schools.models import Membership, School, StrategyVersion, Trust
from schools.tenancy import trust_scope
from tests.conftest import TODAY, start_trust
from tests.factories import SchoolFactory, member
from tests.reporting.stories import agree, rate, term

S0, S1, S2 = "numbered_categories", "sustain_to_stabilise", "four_phases"


@dataclass(frozen=True)
class FactsWorld:
    """Ada leads improvement, Ben heads the school, Ruth is chief executive, Tom a trustee, Olive administers."""

    trust: Trust
    version: StrategyVersion
    school: School
    other: School
    ada: Membership
    ben: Membership
    ruth: Membership
    tom: Membership
    olive: Membership

    def client(self, person: Membership) -> Client:
        client = Client()
        client.force_login(person.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client


def facts_world(strategy: str) -> FactsWorld:
    trust, version = start_trust("cedar", strategy)
    with trust_scope(trust):
        school, other = (SchoolFactory(name=f"{name} Primary", urn=urn) for name, urn in SCHOOLS)
        people = {
            "ada": member("Ada Cedar", "si_lead"),
            "ben": member("Ben Cedar", "head", school),
            "ruth": member("Ruth Cedar", "ceo"),
            "tom": member("Tom Cedar", "trustee"),
            "olive": member("Olive Cedar", "admin"),
        }
    return FactsWorld(trust, version, school, other, **people)


SCHOOLS = (("Larchmere", "900201"), ("Pinewood", "900202"))


def agreed_matrix(world: FactsWorld) -> Assessment:
    """Every KPI at its strongest, agreed on the day; with the trust open."""
    matrix = rate(world.school, term("autumn", 2026), head=world.ben, level=1)
    return agree(matrix, by=world.ada, on=TODAY)


def proposal(world: FactsWorld) -> Proposal:
    """The one proposal there is."""
    return Proposal.objects.get(assessment__school=world.school)


def publish(world: FactsWorld, on: date, grades: Mapping[str, str] | None = None, **more: Any) -> Inspection:
    """An inspection of the school, published on the day it was made."""
    framework = "report_card_2025" if on >= date(2025, 11, 10) else "graded_1_to_4"
    usual = {"urn": world.school.urn, "framework": framework, "inspected_on": on, "source": "Invented", "as_at": TODAY}
    return Inspection.objects.create(**{**usual, "published_on": on, "grades": dict(grades or {}), **more})
