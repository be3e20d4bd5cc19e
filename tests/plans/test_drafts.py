"""What a plan holds that was never sent: read by those who write it, and by nobody else anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import time_machine

from plans.models import Action, Plan, PlanPaper
from plans.queries.approvals import rules_to_check
from plans.services import (
    NewAction,
    PriorityEntry,
    answer_plan,
    begin_plan,
    give_verdict,
    send_plan,
    write_action,
    write_priority,
)
from plans.services.papers import add_paper
from plans.services.supporting import Wanted, ask_for_support
from plans.services.writing import ActionEntry
from schools.models import Membership
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.monitoring.visits_world import considered
from tests.plans.support_world import book
from tests.plans.test_plans import text_of, there
from tests.plans.test_who_sends import PDF, access

SECRET = "A support plan for the Year 5 team."


_today = stopped_at(TODAY)


def act(cast: Cast, plan: Plan, what: str, *, owner: Membership | None = None) -> Action:
    new = NewAction(what, owner or cast.ben, "", TODAY + timedelta(days=3), TODAY + timedelta(days=10))
    return write_action(plan, ActionEntry(new), by=cast.ben)


def places(cast: Cast, action: Action) -> Iterator[str]:
    """Every page and address that lists actions, and the one of this action."""
    yield from (f"/t/alder/actions/{action.pk}/", f"/api/v1/t/alder/actions/{action.pk}/", "/api/v1/t/alder/actions/")
    yield from (f"/t/alder/schools/{cast.dunmere.pk}/{part}" for part in ("actions/", "plans/", "support/", "known/"))
    yield from ("/t/alder/calendar/", "/t/alder/plans/", "/t/alder/verdicts/", "/t/alder/schools/", "/t/alder/")


def shown_at(cast: Cast, person: Membership, action: Action) -> set[str]:
    client = cast.client(person)
    return {path for path in places(cast, action) if SECRET in text_of(client.get(path, follow=True))}


def test_an_action_is_read_by_others_once_its_plan_was_sent(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        action = act(cast, plan, SECRET)
    readers, writers = (cast.tom, cast.gita), (cast.ben, cast.ada)
    for person in writers:
        assert f"/t/alder/schools/{cast.dunmere.pk}/actions/" in shown_at(cast, person, action), person
    for person in readers:
        assert shown_at(cast, person, action) == set(), person
        assert cast.client(person).get(f"/t/alder/actions/{action.pk}/").status_code == 404
    with trust_scope(cast.alder):
        send_plan(plan, by=cast.ben)
    for person in readers:
        at = shown_at(cast, person, action)
        assert {"/t/alder/calendar/", f"/t/alder/actions/{action.pk}/", "/api/v1/t/alder/actions/"} <= at, person


def test_one_that_is_closed_in_a_draft_is_no_verdict_for_others(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        action = act(cast, plan, SECRET)
        give_verdict(
            action, by=cast.ben, verdict="worked", note="Seen.", evidence="Six books.", why_early="All see it."
        )
    assert "/t/alder/verdicts/" in shown_at(cast, cast.ada, action)
    assert shown_at(cast, cast.tom, action) == set()


def test_who_is_to_see_to_it_reads_it(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        action = act(cast, plan, SECRET, owner=cast.gita)
    assert cast.client(cast.gita).get(f"/t/alder/actions/{action.pk}/").status_code == 200


def test_what_is_added_to_an_approved_plan_waits_too(cast: Cast, plan: Plan) -> None:
    """Readers are told that it is being changed, read what was sent, and the verdicts given since."""
    with trust_scope(cast.alder):
        old = act(cast, plan, "Hear every reader.")
        send_plan(plan, by=cast.ben)
        checked = dict.fromkeys(rules_to_check(plan), "met")
        answer_plan(plan, access=access(cast.ada), outcome="approved", checked=checked)
    page = text_of(cast.client(cast.gita).get(there(plan)))
    assert "It is being changed" not in page
    with time_machine.travel(TODAY + timedelta(days=1), tick=False), trust_scope(cast.alder):
        action = act(cast, plan, SECRET)
        give_verdict(
            old, by=cast.ben, verdict="partly", note="Most of them.", evidence="A list.", why_early="It is known."
        )
    with time_machine.travel(TODAY + timedelta(days=1), tick=False):
        assert shown_at(cast, cast.gita, action) == set()
        page = text_of(cast.client(cast.gita).get(there(plan)))
        assert "It is being changed: you read it as it was sent on 20 November 2026." in page
        assert SECRET not in page
        assert "<strong>It worked in part</strong>, closed on 21 November 2026." in page
        written = text_of(cast.client(cast.ben).get(there(plan)))
    assert SECRET in written
    assert "It is being changed" not in written


def test_what_was_agreed_on_a_visit_names_its_plan_to_those_who_may_open_it(cast: Cast) -> None:
    """Everybody reads the action, and once somebody writes on in the plan only they read its name, until it is sent."""
    with trust_scope(cast.alder):
        visit = considered(cast, form="monitoring_form")
        action = Action.objects.get()
        plan = begin_plan(cast.dunmere, "sip", by=cast.ben)
        row = write_priority(plan, PriorityEntry("Writing"), by=cast.ben)
        Action.objects.update(priority=row)
    at, listed = f"/t/alder/actions/{action.pk}/", f"/t/alder/schools/{cast.dunmere.pk}/actions/"
    link = f'href="{there(plan)}"'

    def read(person: Membership) -> tuple[list[bool], Any]:
        client = cast.client(person)
        pages = [text_of(client.get(page)) for page in (at, listed)]
        assert all("More writing." in page for page in pages), person
        named = [link in page or plan.title in page for page in pages]
        sent = client.get(f"/api/v1{at}").json()
        return named, (sent["plan"], sent["priority"])

    assert action.plan_id == plan.pk
    for person in (cast.ben, cast.ada):
        assert read(person) == ([True, True], (plan.pk, row.pk)), person
    for person in (cast.tom, cast.gita, cast.carl):
        assert read(person) == ([False, False], (None, None)), person
        lede = text_of(cast.client(person).get(at)).split('class="lede"')[1].split("</p>")[0]
        assert f"/t/alder/monitoring/{visit.pk}/" in lede, person
    with trust_scope(cast.alder):
        send_plan(plan, by=cast.ben)
    assert read(cast.tom) == ([True, True], (plan.pk, row.pk))


def test_a_document_is_read_by_others_once_it_was_sent(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        first = add_paper(plan, PDF, name="The plan.pdf", by=cast.ben)
        send_plan(plan, by=cast.ben)
        second = add_paper(plan, PDF + b" More.", name="Not yet.pdf", by=cast.ben)

    def status(person: Membership, paper: PlanPaper) -> Any:
        return cast.client(person).get(there(plan, f"papers/{paper.pk}/")).status_code

    assert [status(cast.gita, one) for one in (first, second)] == [200, 404]
    assert [status(cast.ben, one) for one in (first, second)] == [200, 200]


def test_who_approves_sees_what_the_plan_lacks(cast: Cast, plan: Plan) -> None:
    """Also where they do not write it."""
    with trust_scope(cast.alder):
        write_priority(plan, PriorityEntry("Reading for all"), by=cast.ben)
        send_plan(plan, by=cast.ben)
    assert "Before you answer" in text_of(cast.client(cast.ada).get(there(plan)))
    assert "Before you" not in text_of(cast.client(cast.tom).get(there(plan)))


def test_a_draft_is_late_for_nobody_and_support_for_it_does_not_tell_of_it(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        action = act(cast, plan, SECRET)
        asked = ask_for_support(
            cast.dunmere, cast.version, Wanted("A coach, please.", "coaching", action=action), by=cast.ben
        )
        [booking] = book(cast, date(2026, 12, 4), entitlement="", what="Coaching", action=action)
    pages = (f"/t/alder/support/asked/{asked.pk}/", f"/t/alder/support/{booking.pk}/")
    for page in pages:
        assert SECRET in text_of(cast.client(cast.ben).get(page)), page
        assert SECRET not in text_of(cast.client(cast.gita).get(page)), page
    assert cast.client(cast.gita).get(pages[1]).status_code == 200
    with time_machine.travel(TODAY + timedelta(days=20), tick=False):
        for person in (cast.tom, cast.ruth):
            assert SECRET not in text_of(cast.client(person).get("/t/alder/early-warning/"))
