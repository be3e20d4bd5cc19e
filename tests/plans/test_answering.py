"""Who answers a plan: whoever holds the role, a stand-in only where none of them can, and nobody twice."""

from __future__ import annotations

from itertools import permutations

import pytest
import time_machine
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from plans.models import Plan
from plans.queries.approvals import approvals_of, why_not_answer
from plans.rules.chain import without_an_answerer
from plans.services import begin_plan, send_plan
from plans.tasks import remind_of_plans_to_answer
from schools.access import access_of
from schools.models import Membership, Notice
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import member
from tests.plans.test_plans import ALL_MET, text_of, there

_today = stopped_at(TODAY)


def told(plan: Plan) -> set[str]:
    rows = Notice.objects.filter(path=there(plan), subject__endswith="to approve").select_related("to__user")
    return {row.to.user.name for row in rows}


def why(person: Membership, plan: Plan) -> str:
    access = access_of(person.user)
    assert access is not None
    return why_not_answer(access, plan, approvals_of([plan])[plan.pk][0])


def test_a_stand_in_waits_while_somebody_with_the_role_can(cast: Cast):
    """S3-28: the quality check is the improvement lead's while there is one."""
    with trust_scope(cast.alder):
        plan = begin_plan(cast.dunmere, "sip", by=cast.ben)
        send_plan(plan, by=cast.ben)
        assert told(plan) == {"Ada Whitlock"}
        assert why(cast.ada, plan) == ""
        assert "You stand in where nobody with that role can" in why(cast.ruth, plan)
    ruth = cast.client(cast.ruth)
    assert "You are asked to approve" not in text_of(ruth.get(there(plan)))
    refused = ruth.post(there(plan, "answer/"), {"outcome": "approved", **ALL_MET})
    assert (refused.status_code, "You stand in" in text_of(refused)) == (422, True)
    assert "School improvement plan: to approve" not in text_of(ruth.get("/t/alder/overview/"))


def test_who_stands_in_is_told_and_finds_it_waiting(cast: Cast):
    with trust_scope(cast.alder):
        plan = begin_plan(cast.dunmere, "sip", by=cast.ada)
        send_plan(plan, by=cast.ada)
        assert told(plan) == {"Ruth Ellison"}
        assert why(cast.ruth, plan) == ""
    ruth = cast.client(cast.ruth)
    assert "School improvement plan: to approve" in text_of(ruth.get("/t/alder/overview/"))
    assert "1 waits for your answer" in text_of(ruth.get("/t/alder/plans/"))
    assert ruth.post(there(plan, "answer/"), {"outcome": "approved", **ALL_MET}).status_code == 302


def test_two_steps_of_a_chain_do_not_jam(cast: Cast):
    """The chief executive stands in for the lead and answers the second step: only the second is hers."""
    with trust_scope(cast.alder):
        chair = member("Tess Chair", "trust_chair")
        plan = rapid(cast)
        send_plan(plan, by=cast.ben)
        assert told(plan) == {"Ada Whitlock"}
    assert cast.client(cast.ada).post(there(plan, "answer/"), {"outcome": "approved"}).status_code == 302
    with trust_scope(cast.alder):
        assert told(plan) == {"Ada Whitlock", "Ruth Ellison"}
        assert why(cast.ruth, plan) == ""
        assert "You stand in" in why(chair, plan)
        assert "another role" in why(cast.ada, plan)
    assert "Rapid improvement plan: to approve" not in text_of(cast.client(cast.ada).get("/t/alder/overview/"))


def test_where_the_second_has_stood_in_for_the_first_her_own_stand_in_answers(cast: Cast):
    with trust_scope(cast.alder):
        chair = member("Tess Chair", "trust_chair")
        plan = rapid(cast, by=cast.ada)
        send_plan(plan, by=cast.ben)
        assert told(plan) == {"Ruth Ellison"}
    ruth = cast.client(cast.ruth)
    assert ruth.post(there(plan, "answer/"), {"outcome": "approved"}).status_code == 302
    assert "You have answered an earlier step" in text_of(ruth.get(there(plan)))
    assert "Rapid improvement plan: to approve" not in text_of(ruth.get("/t/alder/overview/"))
    with trust_scope(cast.alder):
        assert told(plan) == {"Ruth Ellison", "Tess Chair"}
        assert why(chair, plan) == ""
    assert "Rapid improvement plan: to approve" in text_of(cast.client(chair).get("/t/alder/overview/"))


def rapid(cast: Cast, by: Membership | None = None) -> Plan:
    """A plan of a kind that a lead and then the chief executive approve."""
    plan = begin_plan(cast.dunmere, "sip", by=by or cast.ben)
    plan.kind, plan.title = "rapid_improvement_plan", "Rapid improvement plan"
    plan.save()
    return plan


def test_every_step_needs_somebody_of_its_own_before_a_plan_is_sent(cast: Cast):
    with trust_scope(cast.alder):
        plan = rapid(cast, by=cast.ada)  # without a lead the chief executive answers first, and nobody is left
        with pytest.raises(ValidationError, match="as chief executive: whoever began"):
            send_plan(plan, by=cast.ben)
        member("Tess Chair", "trust_chair")
        send_plan(plan, by=cast.ben)


def test_the_reason_stands_on_the_page_of_who_only_reads(cast: Cast):
    with trust_scope(cast.alder):
        plan = begin_plan(cast.dunmere, "sip", by=cast.ben)
        send_plan(plan, by=cast.ben)
    assert "It waits for the school improvement lead until " in text_of(cast.client(cast.tom).get(there(plan)))


@given(st.lists(st.sets(st.integers(0, 4), max_size=4), max_size=4))
def test_a_chain_is_filled_if_and_only_if_each_step_has_somebody_of_its_own(able: list[set[int]]):
    fills = [any(all(one in able[n] for n, one in enumerate(people)) for people in permutations(range(5), length))
             for length in range(len(able) + 1)]  # fmt: skip
    longest = max(length for length, full in enumerate(fills) if full)
    assert without_an_answerer(able) == (None if longest == len(able) else longest)


def test_who_can_answer_is_reminded_once_for_the_day(cast: Cast):
    with trust_scope(cast.alder):
        plan = begin_plan(cast.dunmere, "sip", by=cast.ben)
        send_plan(plan, by=cast.ben)  # to be answered by 4 December

    def reminders() -> list[tuple[str, str]]:
        with trust_scope(cast.alder):
            rows = Notice.objects.filter(path=there(plan), subject__contains=" to approve by ").order_by("pk")
            return [(row.to.user.name, row.subject.rpartition(" by ")[2]) for row in rows.select_related("to__user")]

    for day, found in (("2026-12-01", []), ("2026-12-02", ["Ada Whitlock"]), ("2026-12-09", ["Ada Whitlock"])):
        with time_machine.travel(f"{day}T10:00Z", tick=False):
            remind_of_plans_to_answer()
            remind_of_plans_to_answer()
        assert reminders() == [(name, "4 December 2026") for name in found], day
    with time_machine.travel("2026-12-10T10:00Z", tick=False):
        cast.client(cast.ada).post(there(plan, "answer/"), {"outcome": "approved", **ALL_MET})
        remind_of_plans_to_answer()
    assert len(reminders()) == 1
