"""Who sends a plan, who answers it for the trust, and who reads it while it is written."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from plans.models import Plan
from plans.queries.approvals import approvals_of, rules_to_check, why_not_answer
from plans.queries.plans import readable_plans
from plans.services import (
    NewAction,
    PriorityEntry,
    answer_plan,
    begin_plan,
    save_sections,
    send_plan,
    write_action,
    write_priority,
)
from plans.services.news import answerers
from plans.services.papers import add_paper
from plans.services.writing import ActionEntry
from reporting.queries.waiting import waiting_for_trust
from schools.access import Access, access_of
from schools.models import Membership, RoleGrant
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import member
from tests.plans.ladder_world import make_ladder_world
from tests.plans.support_world import place
from tests.plans.test_plans import text_of, there

_today = stopped_at(TODAY)


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


PDF = b"%PDF-1.7\nA plan of our own."
WRITE = "If you write in it, somebody else approves it."


@pytest.mark.parametrize("way", ["a priority", "an action", "the prose", "a paper"])
def test_nobody_approves_what_they_wrote_in(cast: Cast, plan: Plan, way: str) -> None:
    """Whoever has written in a plan leaves its answer to another; the one it waits for hears of it."""
    with trust_scope(cast.alder):
        other = member("Ona Lead", "si_lead")
    assert WRITE in text_of(cast.client(cast.ada).get(there(plan)))
    assert WRITE not in text_of(cast.client(cast.ben).get(there(plan))), "who began it knows"
    with trust_scope(cast.alder):
        if way == "a priority":
            write_priority(plan, PriorityEntry("Reading for all"), by=cast.ada)
        elif way == "an action":
            write_action(
                plan, ActionEntry(NewAction("Hear readers", cast.ben, impact_check_on=date(2027, 1, 29))), by=cast.ada
            )
        elif way == "the prose":
            save_sections(plan, {"where_we_are": "Attendance first."}, by=cast.ada, version=plan.version)
        else:
            add_paper(plan, PDF, name="Our own plan.pdf", by=cast.ada)
        edition = send_plan(plan, by=cast.ben)
        [approval] = approvals_of([plan])[plan.pk]
        assert approval.waiting is not None
        assert edition.writers == sorted({cast.ben.pk, cast.ada.pk})
        assert "You have written or sent this plan" in why_not_answer(access(cast.ada), plan, approval)
        assert not why_not_answer(access(other), plan, approval)
        assert answerers(plan, approval.waiting) == (other,)
        RoleGrant.objects.filter(membership=other).update(ended_at="2026-11-01T09:00Z")
        [approval] = approvals_of([plan])[plan.pk]
        assert approval.waiting is not None
        assert approval.waiting.has_holder is False, "who wrote in it is no holder either"
        listed = waiting_for_trust(access(cast.ada), TODAY)
    assert plan.pk not in [row.pk for row in listed if row.kind == "plan_answer"]


def test_what_was_approved_counts_no_more(cast: Cast, plan: Plan) -> None:
    """Who wrote before the last approval answers what has been written since by others."""
    with trust_scope(cast.alder):
        other = member("Ona Lead", "si_lead")
        write_priority(plan, PriorityEntry("Reading for all"), by=cast.ada)
        save_sections(plan, {"where_we_are": "Attendance first."}, by=cast.ada, version=plan.version)
        send_plan(plan, by=cast.ben)
        checked = dict.fromkeys(rules_to_check(plan), "met")
        answer_plan(plan, access=access(other), outcome="approved", checked=checked)
    with time_machine.travel(TODAY + timedelta(days=3), tick=False), trust_scope(cast.alder):
        write_priority(plan, PriorityEntry("Attendance"), by=cast.ben)
        assert send_plan(plan, by=cast.ben).writers == [cast.ben.pk]


def test_who_was_overwritten_wrote_in_it_too(cast: Cast, plan: Plan) -> None:
    """Of a section that two people wrote, neither approves it; after the approval only who has written since."""
    with trust_scope(cast.alder):
        other = member("Ona Lead", "si_lead")
        for person, words in ((cast.ada, "Attendance first."), (cast.ben, "Reading first.")):
            save_sections(plan, {"where_we_are": words}, by=person, version=plan.version)
            plan.refresh_from_db()
        assert plan.answers["where_we_are"] == "Reading first."
        assert send_plan(plan, by=cast.ben).writers == sorted({cast.ben.pk, cast.ada.pk})
        [approval] = approvals_of([plan])[plan.pk]
        assert "You have written" in why_not_answer(access(cast.ada), plan, approval)
        checked = dict.fromkeys(rules_to_check(plan), "met")
        answer_plan(plan, access=access(other), outcome="approved", checked=checked)
    with time_machine.travel(TODAY + timedelta(days=3), tick=False), trust_scope(cast.alder):
        plan.refresh_from_db()
        save_sections(plan, {"where_we_are": "Writing first."}, by=other, version=plan.version)
        plan.refresh_from_db()
        save_sections(plan, {"where_we_are": "Reading, then writing."}, by=cast.ben, version=plan.version)
        plan.refresh_from_db()
        assert send_plan(plan, by=cast.ben).writers == sorted({cast.ben.pk, other.pk})


def _head_at_best(scale: Any) -> Any:
    best = scale.levels[0].model_copy(update={"approves": ("head",)})
    return scale.model_copy(update={"levels": (best, *scale.levels[1:])})


@pytest.mark.parametrize(
    ("levels", "sends"),
    [
        ({"academic": "sustain"}, True),
        ({"academic": "stabilise"}, False),
        ({"academic": "sustain", "operational": "stabilise"}, False),  # the weaker axis counts
        ({}, False),
    ],
)
def test_leaders_send_where_the_head_approves_at_the_level(
    cast: Cast, plan: Plan, monkeypatch: pytest.MonkeyPatch, levels: dict[str, str], sends: bool
) -> None:
    """By the rule that lays down the chain, so that what a leader sends goes to the head."""
    assert plan.strategy_version is not None
    told = plan.strategy_version.strategy
    scales = {key: _head_at_best(one) for key, one in told.scale_by_key.items()}
    changed = told.model_copy(update={"scale_by_key": scales})
    monkeypatch.setattr("plans.queries.plans.strategy_in", lambda _: changed)
    with trust_scope(cast.alder):
        leader = member("Lee Leader", "leader", cast.dunmere)
        Plan.objects.filter(pk=plan.pk).update(begun_by=leader)
        for axis, level in levels.items():
            place(cast, cast.dunmere, level, axis=axis)
    client = cast.client(leader)
    assert ("Send it to be approved" in text_of(client.get(there(plan)))) == sends
    assert client.post(there(plan, "send/"), {"note": ""}).status_code == (302 if sends else 403)
    with trust_scope(cast.alder):
        asked = [step.role for one in approvals_of([plan])[plan.pk] for step in one.steps]
    assert asked == (["head"] if sends else [])


def test_a_plan_nobody_else_could_approve_is_not_sent(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        RoleGrant.objects.filter(role="ceo").update(ended_at="2026-11-01T09:00Z")
        write_priority(plan, PriorityEntry("Reading for all"), by=cast.ada)
        with pytest.raises(ValidationError, match="has written in it since it was approved"):
            send_plan(plan, by=cast.ben)


@pytest.mark.parametrize("began", ["leader", "head"])
def test_what_the_head_approves_leaders_send(db: None, began: str) -> None:
    """And what the head has written somebody of the trust approves."""
    world = make_ladder_world("no_categories")
    with trust_scope(world.trust):
        plan = begin_plan(world.school, "training_plan", by=world.people[began])
    there = f"/t/{world.trust.slug}/plans/{plan.pk}/"
    client = world.client(began)
    assert "Send it to be approved" in text_of(client.get(there))
    assert client.post(f"{there}send/", {"note": ""}).status_code == 302
    with trust_scope(world.trust):
        [approval] = approvals_of([plan])[plan.pk]
        assert approval.waiting is not None
        answers = {key for key in world.people if not why_not_answer(world.access(key), plan, approval)}
    assert answers == ({"head"} if began == "leader" else {"lead"})
    page = text_of(world.client("leader").get(there))
    assert "Close the plan" not in page, "that the head does"
