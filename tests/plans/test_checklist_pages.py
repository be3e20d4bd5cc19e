"""The pages of checklists: read by those who read plans, written by those whose phase it is to write."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from plans.api.checklists import NOBODY
from plans.models import Action, ChecklistItem, Plan
from plans.services import ItemEntry, begin_plan, follow_levels, write_item
from schools.models import Membership, School
from schools.rules import LONDON
from schools.tenancy import trust_scope
from tests.conftest import Cast, start_trust, stopped_at
from tests.factories import SchoolFactory, member
from tests.plans.phase_world import PhaseWorld, item, make_phase_world, meet, put_in
from tests.plans.support_world import place

TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=LONDON)
MET = {"status": "met", "owner": "", "words": "", "due": "", "evidence": "The report.", "seen": "", "link": ""}


_today = stopped_at(NOON)


@pytest.fixture
def world(db: None) -> PhaseWorld:
    made = make_phase_world()
    with trust_scope(made.trust):
        put_in(made, "phase_1", on=date(2026, 1, 12))
        follow_levels(today=TODAY)
    return made


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def due_before(row: ChecklistItem, entry: ItemEntry, *, by: Membership) -> None:
    """Written on a day on which the day by when it is due was still to come."""
    assert entry.due_on is not None
    with time_machine.travel(min(NOON, datetime.combine(entry.due_on, NOON.timetz())), tick=False):
        write_item(row, entry, by=by, version=1)


def page(world: PhaseWorld) -> str:
    return f"/t/alder/schools/{world.school.pk}/checklist/"


def at(world: PhaseWorld, words: str) -> str:
    with trust_scope(world.trust):
        return f"/t/alder/checklist/{item(world, words).pk}/"


def test_everything_that_is_wrong_with_an_item_is_said_at_once(world: PhaseWorld):
    wrong = {"due": "1 January 1999", "seen": "1 December 2026", "link": "nowhere", "evidence": ""}
    told = world.client("lead").post(at(world, "Budget audit"), {**MET, **wrong})
    for words in (
        "This day is past. Enter a day that is still to come.", "This day is still to come. Give the day",
        "Give an address that begins with https://", "Say what shows that it is met",
    ):  # fmt: skip
        assert words in text_of(told), words
    assert told.status_code == 422


def test_a_day_that_stood_there_before_may_stay_once_it_is_past(world: PhaseWorld):
    with trust_scope(world.trust):
        row = item(world, "Budget audit")
        ChecklistItem.objects.filter(pk=row.pk).update(due_on=date(2026, 11, 2))
    sent = {**MET, "version": "1"}
    client = world.client("lead")
    assert client.post(at(world, "Budget audit"), {**sent, "due": "1 November 2026"}).status_code == 422
    assert client.post(at(world, "Budget audit"), {**sent, "due": "2 November 2026"}).status_code == 302


def test_the_phase_of_a_school_on_one_page(world: PhaseWorld):
    with trust_scope(world.trust):
        due_before(
            item(world, "Budget audit"),
            ItemEntry("under_way", world.people["lead"], due_on=date(2026, 11, 10)), by=world.people["ceo"],
        )  # fmt: skip
        meet(world, item(world, "Information evenings", "phase_2"))
    read = text_of(world.client("lead").get(page(world)))
    for words in (
        "Phase 1 Stabilise: 0 of 37 met, 1 overdue.", "12 January 2026, 10 months.", "Usual: 1 to 2 terms.",
        "days over", "The central team directs all improvement", "The central team writes the plan and its checklist.",
        "Chief executive then chair of the trust", "What is next", "Overdue by 10 days",
        "Already met from Phase 2 Repair", "The audit of 10 November.", "How it has moved",
        "12 January 2026: Phase 1 Stabilise",
    ):  # fmt: skip
        assert words in read, words


def test_filters_by_domain_and_by_how_it_stands(world: PhaseWorld):
    with trust_scope(world.trust):
        meet(world, item(world, "Legal audit"))
    lead = world.client("lead")
    legal = text_of(lead.get(page(world) + "?domain=financial_legal&show=met"))
    assert ("Legal audit" in legal, "Budget audit" in legal, "Press release" in legal) == (True, False, False)
    open_ones = text_of(lead.get(page(world) + "?domain=financial_legal&show=outstanding"))
    assert ("Legal audit" in open_ones, "Budget audit" in open_ones) == (False, True)
    assert "Nothing of the checklist fits." in text_of(lead.get(page(world) + "?show=mine"))
    assert "Press release" in text_of(lead.get(page(world) + "?show=nonsense&domain=\x00"))


def test_an_item_is_met_with_evidence_and_faults_stand_beside_their_fields(world: PhaseWorld):
    lead, there = world.client("lead"), at(world, "Legal audit")
    wrong = {**MET, "version": "1", "evidence": "", "due": "soon", "seen": "2 March 2031", "link": "ftp://x"}
    refused = lead.post(there, wrong)
    assert refused.status_code == 422
    for words in ("Enter the day like", "Give an address that begins with https://"):
        assert words in text_of(refused)
    bare = text_of(lead.post(there, {**MET, "version": "1", "evidence": ""}))
    assert "What shows it: Say what shows that it is met" in bare
    late = text_of(lead.post(there, {**MET, "version": "1", "seen": "2 March 2031"}))
    assert "Seen on: This day is still to come." in late
    saved = lead.post(there, {**MET, "version": "1", "link": "docs.example.org/audit"})
    assert (saved.status_code, saved["Location"]) == (302, page(world) + "#phase_1_plan-financial_legal")
    read = text_of(lead.get(there))
    assert 'href="https://docs.example.org/audit"' in read
    assert "Last written by Lena Lead on 20 November 2026" in read


def test_somebody_was_quicker_and_nothing_is_lost(world: PhaseWorld):
    there = at(world, "Legal audit")
    world.client("lead").post(there, {**MET, "version": "1"})
    late = world.client("ceo").post(there, {**MET, "version": "1", "status": "under_way", "evidence": "Half of it."})
    assert late.status_code == 422
    for words in ("Lena Lead wrote this item on 20 November 2026", "Half of it.", 'name="version" value="2"'):
        assert words in text_of(late)
    again = world.client("ceo").post(there, {**MET, "version": "2", "status": "under_way", "evidence": "Half of it."})
    assert again.status_code == 302


def test_a_name_in_the_evidence_is_asked_about_once(world: PhaseWorld):
    there = at(world, "Legal audit")
    asked = world.client("lead").post(there, {**MET, "version": "1", "evidence": "Hal Head signed it."})
    assert asked.status_code == 422
    assert "This seems to name a person" in text_of(asked)


def in_birch(strategy: str) -> tuple[Client, School]:
    """Cleo, who leads another trust, and a school of hers."""
    trust, _ = start_trust("birch", strategy)
    with trust_scope(trust):
        cleo, school = member("Cleo Birch", "si_lead"), SchoolFactory(name="Birchwood Primary")
    client = Client()
    client.force_login(cleo.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client, school


READS = (
    "lead",
    "ceo",
    "director",
    "operations",
    "trustee",
    "trust_chair",
    "clerk",
    "head",
    "leader",
    "chair",
    "governor",
)


@pytest.mark.parametrize("who", READS)
def test_who_reads_and_who_writes_in_phase_1(world: PhaseWorld, who: str):
    client, there = world.client(who), at(world, "Legal audit")
    writes = who in ("lead", "ceo", "director", "operations")
    assert client.get(page(world)).status_code == 200
    assert client.get("/t/alder/checklists/").status_code == 200
    read = text_of(client.get(there))
    assert ("Not now" in read) is writes
    answer = client.post(there, {**MET, "version": "1"})
    assert answer.status_code == (302 if writes else 403)
    if who in ("head", "leader"):
        words = "In Phase 1 Stabilise the central team writes the plan and its checklist. You can read them."
        assert words in text_of(answer)
        assert words in read
        assert words in text_of(client.get(page(world)))
        assert client.post(page(world)).status_code == 403


def test_administrators_and_other_trusts_see_nothing_of_it(world: PhaseWorld):
    assert world.client("admin").get(page(world)).status_code == 403
    cleo, _ = in_birch("four_phases")
    for path in (page(world), at(world, "Legal audit"), "/t/alder/checklists/"):
        assert cleo.get(path).status_code == 404
    with trust_scope(world.trust):
        put_in(world, "phase_1", school=world.other)
        follow_levels(today=TODAY)
        foreign = ChecklistItem.objects.filter(school=world.other).earliest("pk")
    head = world.client("head")
    assert head.get(f"/t/alder/checklist/{foreign.pk}/").status_code == 404
    assert head.get(f"/t/alder/schools/{world.other.pk}/checklist/").status_code == 404
    assert "Oak Primary" not in text_of(head.get("/t/alder/checklists/"))


def test_the_plan_s_pages_follow_the_phase(world: PhaseWorld):
    with trust_scope(world.trust):
        plan = begin_plan(world.school, "aip", by=world.people["lead"])
    there = f"/t/alder/plans/{plan.pk}/"
    head, lead = world.client("head"), world.client("lead")
    assert "In Phase 1 Stabilise the central team writes" in text_of(head.get(there))
    assert "Write the sections" not in text_of(head.get(there))
    assert "Write an update" not in text_of(head.get(there))  # none is due before it is approved
    with trust_scope(world.trust):
        Plan.objects.filter(pk=plan.pk).update(update_due_on=date(2026, 12, 18))
    assert "Write an update" in text_of(head.get(there))  # how it gets on is told by both sides
    for path in ("write/", "priorities/", "actions/", "close/", "checklist/"):
        assert head.get(there + path).status_code == 403, path
        assert lead.get(there + path).status_code == 200, path
    for path in ("send/", "take-back/"):
        assert head.post(there + path).status_code == 403, path
    plans = f"/t/alder/schools/{world.school.pk}/plans/"
    assert head.post(plans, {"kind": "medium_term_plan"}).status_code == 403
    assert "You can read them." in text_of(head.get(plans))
    with trust_scope(world.trust):
        put_in(world, "phase_3", on=TODAY)
    assert "Write the sections" in text_of(head.get(there))
    assert lead.get(there + "write/").status_code == 403
    assert "In Phase 3 Improve the school writes the plan and its checklist." in text_of(lead.get(there))


def test_a_plan_that_is_begun_is_offered_what_is_outstanding(world: PhaseWorld):
    lead = world.client("lead")
    with trust_scope(world.trust):
        meet(world, item(world, "Legal audit"))
    begun = lead.post(f"/t/alder/schools/{world.school.pk}/plans/", {"kind": "aip"})
    with trust_scope(world.trust):
        plan, budget = Plan.objects.get(), item(world, "Budget audit")
    offers = begun["Location"]
    assert offers == f"/t/alder/plans/{plan.pk}/checklist/"
    read = text_of(lead.get(offers))
    assert ("Budget audit" in read, "Legal audit" in read) == (True, False)
    assert "The AIP is written" not in read, "the plan is no action of its own"
    assert lead.get(offers).context["form"]["owner"].value() in (None, ""), "nobody is taken for granted"
    bare = lead.post(offers, {"items": [], "owner": "", "words": "", "due": "", "check": ""})
    assert bare.status_code == 422
    assert "Tick at least one item" in text_of(bare)
    unowned = text_of(lead.post(offers, {"items": [budget.pk], "check": "15 January 2027", "due": "1 March 2027"}))
    for words in ("Say who sees to those items that name nobody yet", "looked at once the items are done, not before"):
        assert words in unowned
    sent = {"items": [budget.pk], "owner": "", "words": "Finance lead", "due": "", "check": "15 January 2027"}
    assert lead.post(offers, sent)["Location"] == f"/t/alder/plans/{plan.pk}/#actions"
    with trust_scope(world.trust):
        action = Action.objects.select_related("item").get()
    assert (action.item, action.what) == (budget, "Budget audit")
    assert "In the plan" in text_of(lead.get(page(world)))
    assert f"/t/alder/actions/{action.pk}/" in text_of(lead.get(f"/t/alder/checklist/{budget.pk}/"))
    assert "Budget audit" not in text_of(lead.get(offers))


def test_what_is_not_taken_up_yet_is_by_a_button_and_not_by_reading(db: None):
    world = make_phase_world()
    with trust_scope(world.trust):
        put_in(world, "phase_1")
    lead = world.client("lead")
    assert "The checklist is not taken up yet" in text_of(lead.get(page(world)))
    with trust_scope(world.trust):
        assert not ChecklistItem.objects.exists()
    assert "The checklist is taken up." in text_of(lead.post(page(world), follow=True))
    assert "0 of 37 met" in text_of(lead.get(page(world)))
    assert "is taken up already" in text_of(lead.post(page(world), follow=True))


def test_a_school_without_a_phase_and_a_strategy_without_checklists(world: PhaseWorld):
    lead, (cleo, birchwood) = world.client("lead"), in_birch("numbered_categories")
    assert "No level is decided yet" in text_of(lead.get(f"/t/alder/schools/{world.other.pk}/checklist/"))
    assert cleo.get(f"/t/birch/schools/{birchwood.pk}/checklist/").status_code == 404
    assert cleo.get("/t/birch/checklists/").status_code == 404
    for path in ("schools/{}/", "schools/{}/plans/", "plans/"):
        assert "Checklist" not in text_of(cleo.get(f"/t/birch/{path.format(birchwood.pk)}")), path
        assert "Checklist" in text_of(lead.get(f"/t/alder/{path.format(world.school.pk)}")), path


def test_the_list_of_the_trust(world: PhaseWorld):
    with trust_scope(world.trust):
        put_in(world, "phase_3", on=date(2026, 10, 12), school=world.other)
        follow_levels(today=TODAY)
        meet(world, item(world, "Legal audit"))
    read = text_of(world.client("ceo").get("/t/alder/checklists/"))
    for words in ("1 is over the longest stay.", "36 of 37", "10 months; usual 1 to 2 terms", "not set", "5 weeks"):
        assert words in read, words
    assert read.index("Elm Primary") < read.index("Oak Primary")


def test_two_axes_each_with_a_checklist_and_nobody_shut_out(cast: Cast):
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "stabilise")
        place(cast, cast.dunmere, "stabilise", axis="operational")
        follow_levels(today=TODAY)
    ben, there = cast.client(cast.ben), f"/t/alder/schools/{cast.dunmere.pk}/checklist/"
    read = text_of(ben.get(there))
    for words in ("Academic support, Stabilise: 0 of 9 met.", "Operational support, Stabilise: 0 of 7 met."):
        assert words in read, words
    with trust_scope(cast.alder):
        row = ChecklistItem.objects.earliest("pk")
    assert ben.post(f"/t/alder/checklist/{row.pk}/", {**MET, "version": "1"}).status_code == 302


def test_the_api_reads_items_and_writes_one(world: PhaseWorld):
    lead, items = world.client("lead"), "/api/v1/t/alder/checklist_items/"
    with trust_scope(world.trust):
        row, head = item(world, "Legal audit"), world.people["head"]
    found = lead.get(items, {"level": "phase_1", "group": "financial_legal", "status": "open"}).json()
    assert (found["count"], found["results"][0]["words"]) == (7, "Legal audit")
    there = f"{items}{row.pk}/entry/"

    def write(who: str, **sent: Any) -> Any:
        return world.client(who).patch(there, {"version": 1, **sent}, "application/json")

    bare = write("lead", status="met")
    assert (bare.status_code, bare.json()["errors"]) == (400, {"evidence": ["Say what shows that it is met"]})
    assert write("lead", owner=999_999).json()["errors"] == {"owner": [NOBODY]}
    assert list(write("lead", evidence_link="javascript:1").json()["errors"]) == ["evidence_link"]
    assert set(write("lead", due_on="1999-01-01", evidence_on="2026-12-01").json()["errors"]) == {
        "due_on",
        "evidence_on",
    }
    assert list(write("lead", words="Other").json()["errors"]) == ["words"]
    refused = write("head", status="under_way")
    assert (refused.status_code, "You can read them." in refused.json()["detail"]) == (403, True)
    assert write("chair", status="under_way").status_code == 403
    saved = write("lead", status="met", evidence="The report.", owner=head.pk)
    assert (saved.status_code, saved.json()["version"], saved.json()["evidence_on"]) == (200, 2, "2026-11-20")
    late = write("ceo", status="open")
    assert (late.status_code, "Lena Lead wrote this item" in late.json()["detail"]) == (409, True)
    kept = world.client("ceo").patch(there, {"version": 2, "due_on": "2026-12-01"}, "application/json").json()
    assert (kept["status"], kept["owner"], kept["evidence"]) == ("met", head.pk, "The report.")


def test_what_somebody_sees_to_stands_on_their_own_page_and_in_the_calendar(world: PhaseWorld):
    with trust_scope(world.trust):
        for words, owner, due in (
            ("Legal audit", "head", date(2026, 11, 27)), ("Budget audit", "lead", date(2026, 11, 10)),
            ("Press release", "head", date(2027, 3, 1)), ("The site is secure", "head", date(2026, 11, 26)),
        ):  # fmt: skip
            entry = ItemEntry("under_way", world.people[owner], due_on=due)
            due_before(item(world, words), entry, by=world.people["ceo"])
        row = item(world, "The site is secure")
        meet(world, row)
    head, lead = (
        text_of(world.client("head").get("/t/alder/my-school/")),
        text_of(world.client("lead").get("/t/alder/overview/")),
    )
    assert ("Legal audit" in head, "Budget audit" in head, "Press release" in head) == (True, False, False)
    assert "The site is secure" not in head
    assert "Of the checklist, and yours to see to." in head
    assert ("Budget audit" in lead, "Legal audit" in lead) == (True, False)
    calendar = text_of(world.client("head").get("/t/alder/calendar/"))
    for words in ("Legal audit", "Budget audit"):
        assert words in calendar, words
    assert "The site is secure" not in calendar


def test_the_api_of_plans_follows_the_phase_too(world: PhaseWorld):
    begin = f"/api/v1/t/alder/schools/{world.school.pk}/plans/"
    refused = world.client("head").post(begin, {"kind": "aip"}, "application/json")
    assert (refused.status_code, "You can read them." in refused.json()["detail"]) == (403, True)
    begun = world.client("lead").post(begin, {"kind": "aip"}, "application/json")
    assert begun.status_code == 201
    there = f"/api/v1/t/alder/plans/{begun.json()['id']}/"
    for path, sent in (("priorities/", {"label": "Reading"}), ("send/", {})):
        answer = world.client("head").post(there + path, sent, "application/json")
        assert (answer.status_code, "You can read them." in answer.json()["detail"]) == (403, True), path
    assert world.client("lead").post(f"{there}priorities/", {"label": "Reading"}, "application/json").status_code == 201


def test_no_page_asks_more_than_fifteen_questions(world: PhaseWorld, queries: Any):
    with trust_scope(world.trust):
        plan, row = begin_plan(world.school, "aip", by=world.people["lead"]), item(world, "Legal audit")
    for path in (
        f"schools/{world.school.pk}/checklist/", "checklists/", f"checklist/{row.pk}/", f"plans/{plan.pk}/checklist/",
        f"schools/{world.school.pk}/plans/", "plans/", f"plans/{plan.pk}/",
    ):  # fmt: skip
        client = world.client("lead")
        client.get(f"/t/alder/{path}")
        asked = queries(lambda client=client, path=path: client.get(f"/t/alder/{path}"))
        assert len(asked) <= 15, (path, len(asked))
