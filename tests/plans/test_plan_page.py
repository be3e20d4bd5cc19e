"""What the page of a plan puts first: an answer that is asked for, an update that is overdue, what can be taken up."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from plans.models import ApprovalStep, Plan
from plans.services import PriorityEntry, send_plan, write_priority
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.plans.support_world import place
from tests.plans.test_plans import text_of, there

_today = stopped_at(TODAY)


def test_who_is_asked_reads_first_and_changes_it_only_at_their_own_wish(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        write_priority(plan, PriorityEntry("Writing"), by=cast.ben)
        send_plan(plan, by=cast.ben)
    ada = cast.client(cast.ada)
    asked = text_of(ada.get(there(plan)))
    for button in ("Write the sections", "Add a priority", "Add an action", "Add a document", "Close the plan"):
        assert button not in asked, button
    assert (
        asked.index("Read it as it was sent")
        < asked.index("Record my answer")
        < asked.index("Change the plan yourself")
    )
    assert "Write the sections" in text_of(ada.get(there(plan, "?edit=on")))


def test_an_approved_plan_is_told_what_it_lacks_and_an_update_overdue_comes_first(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        write_priority(plan, PriorityEntry("Writing"), by=cast.ben)
    ben = cast.client(cast.ben)
    before = text_of(ben.get(there(plan)))
    assert ("Updates are due once the plan is approved" in before, "Write an update" in before) == (True, False)
    with trust_scope(cast.alder):
        send_plan(plan, by=cast.ben)
        ApprovalStep.objects.update(outcome="approved", by=cast.ada, at=timezone.now())
        Plan.objects.filter(pk=plan.pk).update(update_due_on=timezone.localdate() - timedelta(days=2000))
    page = text_of(ben.get(there(plan)))
    assert ("What it still lacks" in page, "Before you send it" in page) == (True, False)
    assert "Overdue by 2,000 days" in page
    head = page.split("<h1", 1)[1].split("</header>", 1)[0]
    assert 'class="btn btn-do" href="' + there(plan, "progress/") in head
    assert 'class="btn btn-quiet" href="' + there(plan, "write/") in head


def test_items_are_offered_only_where_the_level_has_a_checklist(cast: Cast, plan: Plan) -> None:
    ben = cast.client(cast.ben)
    with trust_scope(cast.alder):
        Plan.objects.filter(pk=plan.pk).update(kind="operational_action_plan")
    assert "Take items from the checklist" not in text_of(ben.get(there(plan)))
    assert ben.get(there(plan, "checklist/")).status_code == 404
    school = f"/t/alder/schools/{cast.dunmere.pk}"
    assert f"{school}/checklist/" not in text_of(ben.get(f"{school}/plans/"))
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "stabilise", axis="operational")
    assert "Take items from the checklist" in text_of(ben.get(there(plan)))
    assert f"{school}/checklist/" in text_of(ben.get(f"{school}/plans/"))
