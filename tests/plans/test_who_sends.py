"""Who sends a plan, who answers it for the trust, and who reads it while it is written."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine

from plans.models import Plan
from plans.queries.plans import approvals_of, readable_plans, why_not_answer
from plans.services import PriorityEntry, send_plan, write_priority
from plans.services.news import answerers
from reporting.queries.waiting import waiting_for_trust
from schools.access import Access, access_of
from schools.models import Membership, RoleGrant
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast
from tests.factories import member
from tests.plans.test_plans import text_of, there


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(TODAY, tick=False):
        yield


def access(person: Membership) -> Access:
    found = access_of(person.user)
    assert found is not None
    return found


def grant(person: Membership, role: str, school: Any = None) -> None:
    RoleGrant.objects.create(membership=person, role=role, school=school)


def test_leaders_write_and_the_head_sends(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        leader = member("Lee Leader", "leader", cast.dunmere)
    client = cast.client(leader)
    page = text_of(client.get(there(plan)))
    assert "Write the sections" in page
    assert "The head sends it, once it is ready." in page
    for button in ("Send it to be approved", "Close the plan"):
        assert button not in page
    for act in ("send/", "close/", "take-back/"):
        assert client.post(there(plan, act), {}).status_code == 403, act
    with trust_scope(cast.alder):
        send_plan(plan, by=cast.ben)
    assert "Take it back" not in text_of(client.get(there(plan)))


def test_without_a_head_the_leaders_send(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        leader = member("Lee Leader", "leader", cast.dunmere)
        RoleGrant.objects.filter(membership=cast.ben).update(ended_at="2026-11-01T09:00Z")
    assert cast.client(leader).post(there(plan, "send/"), {"note": ""}).status_code == 302


def test_nobody_answers_for_the_trust_about_a_school_they_lead(cast: Cast, plan: Plan) -> None:
    """A lead who heads the school as well, where neither began the plan nor sent it."""
    with trust_scope(cast.alder):
        both = member("Mo Both", "si_lead")
        grant(both, "head", cast.dunmere)
        send_plan(plan, by=cast.ben)
        [approval] = approvals_of([plan])[plan.pk]
        assert approval.waiting is not None
        assert "You lead this school" in why_not_answer(access(both), plan, approval)
        assert not why_not_answer(access(cast.ada), plan, approval)
        told = answerers(plan, approval.waiting)
        assert (cast.ada in told, both in told) == (True, False)
        RoleGrant.objects.filter(membership=cast.ada).update(ended_at="2026-11-01T09:00Z")
        [approval] = approvals_of([plan])[plan.pk]
        assert approval.waiting is not None
        assert approval.waiting.has_holder is False


def test_a_plan_is_read_by_others_once_it_was_sent_and_as_it_was_sent(cast: Cast, plan: Plan) -> None:
    """A trustee, the chair of governors and the clerk; who writes it reads it as it stands."""
    readers, writers = (cast.tom, cast.gita, cast.carl), (cast.ben, cast.ada, cast.ruth)
    for person, status in (*((one, 404) for one in readers), *((one, 200) for one in writers)):
        assert cast.client(person).get(there(plan)).status_code == status, person
    with trust_scope(cast.alder):
        assert not readable_plans(access(cast.tom)).exists()
        write_priority(plan, PriorityEntry("Reading for all"), by=cast.ben)
        send_plan(plan, by=cast.ben)
        write_priority(plan, PriorityEntry("Not for every eye yet"), by=cast.ben)
    for person in (*readers, *writers):
        client = cast.client(person)
        shown = [
            text_of(client.get(there(plan))),
            str(client.get(f"/api/v1/t/alder/plans/{plan.pk}/").json()["document"]),
        ]
        assert all("Reading for all" in one for one in shown), person
        assert [("Not for every eye" in one) for one in shown] == [person in writers] * 2, person


def test_what_waits_for_them_is_not_in_their_list(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        both = member("Mo Both", "si_lead")
        grant(both, "head", cast.dunmere)
        send_plan(plan, by=cast.ben)
        found = {one: waiting_for_trust(access(one), TODAY) for one in (both, cast.ada)}
    listed = {one: [row.pk for row in rows if row.kind == "plan_answer"] for one, rows in found.items()}
    assert listed == {both: [], cast.ada: [plan.pk]}
