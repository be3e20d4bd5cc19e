"""A school's plan: begun, written, sent along the chain of its strategy, answered, and changed after that."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plans.models import Action, ApprovalStep, Plan, PlanEdition
from plans.queries.approvals import approvals_of
from plans.queries.documents import document_of
from plans.queries.plans import schools_without
from plans.services import ActionEntry, NewAction, begin_plan, remind_of_checks, send_plan, write_action, write_priority
from plans.services.writing import PriorityEntry
from schools.access import access_of
from schools.models import AuditEntry, Notice
from schools.queries import Followed
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import SchoolFactory, member

PRIORITY = {
    "label": "Writing at length",
    "change": "More pupils write two pages by the end of Year 4.",
    "success": "Books show longer pieces each week.",
    "criterion": "",
    "stage-0-by": "18 December 2026",
    "stage-0-measure": "attendance_rate",
    "stage-0-group": "all",
    "stage-0-value": "95.5",
    "stage-1-by": "26 March 2027",
    "stage-1-words": "Every class publishes a book.",
}
ACTION = {
    "what": "Plan longer writing in every unit.",
    "owner": "",
    "words": "English lead",
    "due": "18 December 2026",
    "check": "15 January 2027",
    "success": "Two pages in each book.",
    "budget": "1200",
    "training": "Modelling writing, two twilights",
}

ALL_MET = {f"rule-{place}": "met" for place in range(4)}
"""What the quality check of the improvement plan is sent as."""


_today = stopped_at(TODAY)


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def there(plan: Plan, more: str = "") -> str:
    return f"/t/alder/plans/{plan.pk}/{more}"


def begun(cast: Cast) -> Plan:
    with trust_scope(cast.alder):
        return begin_plan(cast.dunmere, "sip", by=cast.ben)


def test_an_action_serves_a_priority_of_its_own_plan(cast: Cast):
    plan = begun(cast)
    with trust_scope(cast.alder):
        other = begin_plan(cast.ashmere, "sip", by=cast.ada)
        theirs = write_priority(other, PriorityEntry("Reading"), by=cast.ada)
        new = NewAction("Read daily.", None, "English lead", None, date(2027, 1, 15))
        with pytest.raises(ValidationError, match="Choose a priority of this plan"):
            write_action(plan, ActionEntry(new, theirs), by=cast.ben)
        assert not Action.objects.exists()


def test_somebody_of_the_trust_sees_to_an_action_of_a_school_and_hears_of_it(cast: Cast):
    """Whoever works with schools, after the people of the school; no trustee, clerk or administrator."""
    plan = begun(cast)
    page = there(plan, "actions/")
    with trust_scope(cast.alder):
        member("Abe Aide", "leader", cast.dunmere)
    choices = cast.client(cast.ben).get(page).context["form"]["owner"].field.choices
    named = [name for key, name in choices if isinstance(name, str)]
    groups = {heading: [name for _, name in theirs] for heading, theirs in choices if not isinstance(theirs, str)}
    assert named == ["A role", "Abe Aide", "Ben Osei", "Gita Chair"]
    assert groups == {"For the trust": ["Ada Whitlock", "Ruth Ellison"]}
    sent = {**ACTION, "owner": str(cast.ada.pk), "words": "", "check": "27 November 2026", "due": ""}
    assert cast.client(cast.ben).post(page, {**sent, "owner": str(cast.tom.pk)}).status_code == 422
    assert cast.client(cast.ben).post(page, sent).status_code == 302
    with trust_scope(cast.alder):
        action = Action.objects.get()
        told = Notice.objects.get(to=cast.ada)
        assert (action.owner, told.subject) == (cast.ada, "Dunmere Primary: an action for you")
        assert told.path == f"/t/alder/actions/{action.pk}/"
    assert cast.client(cast.ada).get(told.path).status_code == 200
    listed = "Plan longer writing in every unit."
    for person, seen in ((cast.ada, True), (cast.ruth, False)):
        assert (listed in text_of(cast.client(person).get("/t/alder/overview/"))) == seen
    with time_machine.travel(date(2026, 11, 25), tick=False), trust_scope(cast.alder):
        assert remind_of_checks(today=date(2026, 11, 25)) == 1
        assert Notice.objects.filter(to=cast.ada, subject__contains="impact check on").count() == 1


def test_ben_begins_a_plan_and_writes_it(cast: Cast):
    ben, page = cast.client(cast.ben), f"/t/alder/schools/{cast.dunmere.pk}/plans/"
    assert "School improvement plan" in text_of(ben.get(page))
    begun = ben.post(page, {"kind": "sip"})
    with trust_scope(cast.alder):
        plan = Plan.objects.get()
    assert (begun.status_code, begun["Location"]) == (302, there(plan))
    assert "There is no priority yet" in text_of(ben.get(there(plan)))
    written = ben.post(there(plan, "write/"), {"version": "1", "where_we_are": "We are <here>."})
    assert written["Location"] == there(plan)
    assert ben.post(there(plan, "priorities/"), PRIORITY)["Location"] == there(plan) + "#priorities"
    with trust_scope(cast.alder):
        row = plan.priorities.get()
    added = ben.post(there(plan, "actions/"), {**ACTION, "priority": str(row.pk)})
    assert added["Location"] == there(plan) + "#priorities"
    read = text_of(ben.get(there(plan)))
    for words in (
        "We are &lt;here&gt;.", PRIORITY["change"], "By 18 December 2026", "95.5%", "Every class publishes a book.",
        "English lead sees to it, by 18 December 2026", "Budget: £1,200", "Modelling writing",
    ):  # fmt: skip
        assert words in read, (words, read)
    assert "There is no priority yet" not in read


def test_what_is_typed_wrong_is_told_beside_its_field_and_nothing_is_lost(cast: Cast, plan: Plan):
    ben = cast.client(cast.ben)
    half = ben.post(there(plan, "priorities/"), {**PRIORITY, "label": "", "stage-1-by": ""})
    assert half.status_code == 422
    for words in ("Say what the priority is", "Say by which day target 2 is reached", PRIORITY["change"]):
        assert words in text_of(half)
    nobody = ben.post(there(plan, "actions/"), {**ACTION, "words": "", "check": "1 December 2026", "budget": "lots"})
    assert nobody.status_code == 422
    for words in ("Say who sees to it", "not before", "Enter pounds", ACTION["what"]):
        assert words in text_of(nobody)
    with trust_scope(cast.alder):
        assert not plan.priorities.exists()
        assert not Action.objects.exists()


def test_the_chain_of_the_strategy_and_nobody_approves_their_own(cast: Cast, plan: Plan):
    with trust_scope(cast.alder):
        write_priority(plan, PriorityEntry("Writing"), by=cast.ben)
    ben, ada = cast.client(cast.ben), cast.client(cast.ada)
    assert ben.post(there(plan, "send/"), {"note": "Please read."})["Location"] == there(plan)
    with trust_scope(cast.alder):
        (step,) = ApprovalStep.objects.all()
        assert (step.role, step.due_on) == ("si_lead", date(2026, 12, 4))
        assert Notice.objects.filter(to=cast.ada, path=there(plan)).count() == 1
    assert "Record my answer" not in text_of(ben.get(there(plan)))
    refused = ben.post(there(plan, "answer/"), {"outcome": "approved"})
    assert (refused.status_code, "somebody with another role" in text_of(refused)) == (422, True)
    page = text_of(ada.get(there(plan)))
    assert "You are asked to approve this plan" in page
    assert "Please read." in page
    assert "1 waits for your answer" in text_of(ada.get("/t/alder/plans/"))
    wordless = ada.post(there(plan, "answer/"), {"outcome": "returned", "words": ""})
    assert (wordless.status_code, "Say what has to change" in text_of(wordless)) == (422, True)
    ada.post(there(plan, "answer/"), {"outcome": "conditions", "words": "Add a target for Year 6.", **ALL_MET})
    read = text_of(ben.get(there(plan)))
    assert "Approved with conditions" in read
    assert "Add a target for Year 6." in read
    with trust_scope(cast.alder):
        assert Notice.objects.filter(to=cast.ben, subject__endswith="approved with conditions").count() == 1
        assert AuditEntry.objects.filter(did="plan.answered", why="Add a target for Year 6.").count() == 1


def test_ada_who_began_it_leaves_the_answer_to_her_stand_in(cast: Cast):
    with trust_scope(cast.alder):
        plan = begin_plan(cast.dunmere, "sip", by=cast.ada)
        send_plan(plan, by=cast.ben)
    refused = cast.client(cast.ada).post(there(plan, "answer/"), {"outcome": "approved"})
    assert (refused.status_code, "somebody else answers" in text_of(refused)) == (422, True)
    assert cast.client(cast.ruth).post(there(plan, "answer/"), {"outcome": "approved", **ALL_MET}).status_code == 302
    with trust_scope(cast.alder):
        assert approvals_of([plan])[plan.pk][0].is_approved


def test_a_plan_that_nobody_else_could_approve_is_not_sent(cast: Cast):
    with trust_scope(cast.alder):
        plan = begin_plan(cast.dunmere, "raising_achievement_plan", by=cast.ada)
        with pytest.raises(ValidationError, match="Nobody else could approve it as headteacher"):
            send_plan(plan, by=cast.ben)
        send_plan(plan, by=cast.ada)
    assert cast.client(cast.ben).post(there(plan, "answer/"), {"outcome": "approved"}).status_code == 302


def test_what_was_approved_stays_and_what_changed_since_is_shown(cast: Cast, plan: Plan):
    ben, ada = cast.client(cast.ben), cast.client(cast.ada)
    with trust_scope(cast.alder):
        row = write_priority(plan, PriorityEntry("Writing", "More pages."), by=cast.ben)
        send_plan(plan, by=cast.ben)
    ada.post(there(plan, "answer/"), {"outcome": "approved", **ALL_MET})
    with trust_scope(cast.alder):
        with pytest.raises(ValidationError, match="Nothing has changed"):
            send_plan(plan, by=cast.ben)
        write_priority(plan, PriorityEntry("Writing", "More and better pages."), by=cast.ben, priority=row)
    read = text_of(ben.get(there(plan)))
    assert "Changed since it was approved" in read
    assert "More and better pages." in read
    edition = text_of(ben.get(there(plan, "editions/1/")))
    assert "More pages." in edition
    assert "More and better pages." not in edition
    assert ben.get(there(plan, "editions/2/")).status_code == 404
    assert ben.post(there(plan, "send/"), {}).status_code == 302
    assert ben.post(there(plan, "take-back/"), {}).status_code == 302
    with trust_scope(cast.alder):
        assert [one.ended.outcome for one in approvals_of([plan])[plan.pk] if one.ended] == ["withdrawn"]
        assert PlanEdition.objects.count() == 2


def test_a_priority_is_left_with_a_reason_and_its_action_stays(cast: Cast, plan: Plan):
    ben = cast.client(cast.ben)
    ben.post(there(plan, "priorities/"), PRIORITY)
    with trust_scope(cast.alder):
        row = plan.priorities.get()
    ben.post(there(plan, "actions/"), {**ACTION, "priority": str(row.pk)})
    leave = there(plan, f"priorities/{row.pk}/leave/")
    assert ben.post(leave, {"why": ""}).status_code == 422
    assert ben.post(leave, {"why": "Reached early."}).status_code == 302
    with trust_scope(cast.alder):
        document = document_of(plan)
        assert (document["priorities"], [one["what"] for one in document["actions"]]) == ([], [ACTION["what"]])
        assert AuditEntry.objects.get(did="plan.priority_left").why == "Reached early."
    assert ben.get(there(plan, f"priorities/{row.pk}/")).status_code == 404


def test_who_reads_and_who_writes(cast: Cast, plan: Plan):
    with trust_scope(cast.alder):
        nia = member("Nia Ford", "head", cast.ashmere)
    clients = {name: cast.client(getattr(cast, name)) for name in ("ada", "ben", "ruth", "gita", "tom", "cleo")}
    reads = {name: client.get(there(plan)).status_code for name, client in clients.items()}
    assert reads == {"ada": 200, "ben": 200, "ruth": 200, "gita": 404, "tom": 404, "cleo": 404}
    writes = {name: client.get(there(plan, "write/")).status_code for name, client in clients.items()}
    assert writes == {"ada": 200, "ben": 200, "ruth": 200, "gita": 403, "tom": 403, "cleo": 404}
    assert cast.client(nia).get(there(plan)).status_code == 404
    assert cast.client(nia).post(f"/t/alder/schools/{cast.dunmere.pk}/plans/", {"kind": "sip"}).status_code == 404


@pytest.mark.parametrize("address", ["plans/", "schools/{school}/plans/"])
def test_a_list_asks_the_same_of_one_plan_and_of_many(cast: Cast, address: str):
    where, counts = f"/t/alder/{address.format(school=cast.dunmere.pk)}", []
    kinds = ["sip", "raising_achievement_plan", "pupil_premium_strategy", "sports_premium_strategy"]
    client = cast.client(cast.ada)
    for begun in (kinds[:1], kinds[1:]):
        with trust_scope(cast.alder):
            for kind in begun:
                plan = begin_plan(cast.dunmere, kind, by=cast.ben)
                if kind != "raising_achievement_plan":
                    send_plan(plan, by=cast.ben)
        client.get(where)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(where).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1], counts


def test_the_plan_waits_in_the_list_of_whom_it_waits_for(cast: Cast, plan: Plan):
    with trust_scope(cast.alder):
        send_plan(plan, by=cast.ben)
    wanted, overview = "School improvement plan: to approve", "/t/alder/overview/"
    assert wanted in text_of(cast.client(cast.ada).get(overview))
    assert wanted not in text_of(cast.client(cast.ruth).get(overview))
    cast.client(cast.ada).post(there(plan, "answer/"), {"outcome": "approved", **ALL_MET})
    assert wanted not in text_of(cast.client(cast.ada).get(overview))


def test_the_api_tells_a_plan_with_its_chain(cast: Cast, plan: Plan):
    with trust_scope(cast.alder):
        write_priority(plan, PriorityEntry("Writing", "More pages."), by=cast.ben)
        send_plan(plan, by=cast.ben)
    ada, rows = cast.client(cast.ada), "/api/v1/t/alder/plans/"
    (listed,) = ada.get(rows, {"school": cast.dunmere.pk}).json()["results"]
    assert (listed["kind"], listed["standing"]) == ("sip", "Waits for the school improvement lead")
    told = ada.get(f"{rows}{plan.pk}/").json()
    assert told["document"]["priorities"][0]["change"] == "More pages."
    assert [(one["role"], one["outcome"]) for one in told["steps"]] == [("si_lead", "")]
    assert cast.client(cast.cleo).get(f"{rows}{plan.pk}/").status_code == 404


def test_an_action_agreed_on_a_visit_comes_into_the_plan_it_belongs_to(cast: Cast, plan: Plan):
    """With what it came of. Whoever had its page open before saves it where it stands by now."""
    with trust_scope(cast.alder):
        other = begin_plan(cast.dunmere, "raising_achievement_plan", by=cast.ben)
        strange = begin_plan(cast.ashmere, "sip", by=cast.ada)
        focus = write_priority(plan, PriorityEntry("Writing"), by=cast.ben)
        agreed = NewAction("Read daily in Year 3.", None, "English lead", None, date(2027, 1, 15))
        action = write_action(plan, ActionEntry(agreed, focus), by=cast.ben)
    page = there(plan, f"actions/{action.pk}/")
    ben = cast.client(cast.ben)
    form = ben.get(page).context["form"]
    assert [label for _, label in form.fields["plan"].choices] == ["This one", "Raising achievement plan"]
    sent = {
        "what": "Read daily in Year 3.", "priority": str(focus.pk), "words": "English lead", "check": "15 January 2027",
        "seen": form["seen"].value(),
    }  # fmt: skip
    assert ben.post(page, {**sent, "plan": str(strange.pk)}).status_code == 422
    moved = ben.post(page, {**sent, "plan": str(other.pk)})
    assert moved["Location"] == f"{there(other)}#actions"

    def stands() -> tuple[str, int, int | None]:
        with trust_scope(cast.alder):
            row = Action.objects.get(pk=action.pk)
        return row.what, row.plan_id, row.priority_id

    assert stands() == ("Read daily in Year 3.", other.pk, None)
    assert "Read daily" in text_of(ben.get(there(other)))
    assert "Read daily" not in text_of(ben.get(there(plan)))
    late = ben.post(page, {**sent, "priority": "", "seen": "", "success": "Books.", "plan": ""})
    assert late["Location"] == f"{there(other)}#actions"
    path = f"/api/v1/t/alder/plans/{other.pk}/actions/{action.pk}/"
    told = {"what": "Read daily.", "owner_words": "English lead", "impact_check_on": "2027-01-15"}
    put = {"content_type": "application/json"}
    assert ben.put(path, {**told, "plan": strange.pk}, **put).status_code == 400
    assert ben.put(path, {**told, "plan": plan.pk, "priority": focus.pk}, **put).status_code == 200
    assert stands() == ("Read daily.", plan.pk, focus.pk)


def test_schools_without_the_usual_plan_are_named_to_who_reads_all(cast: Cast):
    """In one question however many there are; one that is closed, of another kind or of an old school is none."""
    plan = begun(cast)
    with trust_scope(cast.alder):
        begin_plan(cast.ashmere, "pupil_premium_strategy", by=cast.ada)
        left = SchoolFactory(name="Elder Primary", left_on=TODAY)
        trustee, governor = member("Tia Trustee", "trustee"), member("Gus Governor", "governor", cast.dunmere)

    def named(who: Any, query: str = "") -> list[str]:
        page = cast.client(who).get(f"/t/alder/plans/{query}").content.decode()
        section = page.partition('id="without"')[2].partition("</section>")[0]
        return re.findall(r"/schools/(\d+)/plans/", section)

    for who in (cast.ada, cast.ruth, trustee):
        lacking = named(who)
        assert (str(cast.ashmere.pk) in lacking, str(cast.dunmere.pk) in lacking) == (True, False)
        assert str(left.pk) not in lacking
    assert (named(cast.ben), named(governor), named(cast.ada, "?late=on")) == ([], [], [])
    page = text_of(cast.client(cast.ada).get("/t/alder/plans/"))
    assert f"{cast.version.strategy.usual_plan.label}: none is begun." in page
    with trust_scope(cast.alder):
        Plan.objects.filter(pk=plan.pk).update(
            state="closed", verdict="worked", closed_at=timezone.now(), closed_by=cast.ben, final={}
        )
        access, followed = access_of(cast.ada.user), Followed.read()
        with CaptureQueriesContext(connection) as few:
            found = [one.school for one in schools_without(access, today=TODAY, followed=followed)]
        assert {cast.dunmere, cast.ashmere} <= set(found)
        SchoolFactory.create_batch(12)
        with CaptureQueriesContext(connection) as many:
            assert len(schools_without(access, today=TODAY, followed=followed)) == len(found) + 12
        assert (len(few), len(many)) == (1, 1)
