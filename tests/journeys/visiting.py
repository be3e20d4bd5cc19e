"""The demo in which every page is seen, and who looks at it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command

from reporting.models import Report
from reporting.pdf import Rendered
from reporting.services import make_report
from schools.access import ROLES
from schools.models import RoleGrant, Trust, User
from schools.services.invitations import invite_person
from schools.tenancy import trust_scope
from tests.conftest import TODAY
from tests.journeys.addresses import plant_what_the_demo_lacks


def make_demo(time_machine: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> User:
    """The demo as it stands on a Friday in the autumn, with its reports made. The operator."""
    time_machine.move_to(f"{TODAY}T10:00Z")
    settings.DEMO = True
    call_command("seed_demo", today=TODAY, verbosity=0)
    monkeypatch.setattr("reporting.services.making.render", lambda html, **_: Rendered(b"%PDF-not laid out", 1))
    for trust in Trust.objects.all():
        with trust_scope(trust):
            waiting = list(Report.objects.filter(state="queued").values_list("pk", flat=True))
        for pk in waiting:
            make_report(trust.pk, pk)
    operator = User.objects.get(is_operator=True)
    plant_what_the_demo_lacks(operator)
    return operator


def visitors(trust: Trust, operator: User, schools: set[int]) -> dict[str, User | None]:
    """Somebody of each role, besides whoever leads one of these schools, the operator, and nobody."""
    found: dict[str, User | None] = {"operator": operator, "nobody": None}
    for role in ROLES:
        grants = RoleGrant.objects.current().filter(role=role).select_related("membership__user").order_by("pk")
        if (first := grants.first()) is not None:
            found[role] = first.membership.user
        if role == "head":
            found |= {f"{role} of {one.school_id}": one.membership.user for one in grants.filter(school__in=schools)}
    return found


def secret_of_an_invitation() -> str:
    return (
        invite_person("new.person@example.org", name="New Person", role="clerk", by=None)[1]
        .rstrip("/")
        .rpartition("/")[2]
    )
