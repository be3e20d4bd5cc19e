"""Appraisals by their status (S1-14), by the strategy whose words these are: who appraises whom, and who reads that."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from plans.models import Action, Appraisal, AppraisalObjective, Plan, Priority
from plans.queries.appraisals import readable_appraisals, removed_after, to_begin
from plans.rules.appraisal import Step, faults_of, kept_until, next_step, standing
from plans.services import (
    ActionEntry,
    NewAction,
    PriorityEntry,
    begin_plan,
    send_plan,
    write_action,
    write_priority,
)
from plans.services.appraising import AppraisalEntry, begin_appraisal, remove_old_appraisals, write_appraisal
from plans.tasks import keep_appraisals
from schools.models import AuditEntry, Notice, RoleGrant
from schools.tenancy import trust_scope
from tests.conftest import start_trust, stopped_at
from tests.factories import member
from tests.plans.ladder_world import LadderWorld, make_ladder_world
from tests.plans.test_plans import text_of

TODAY = date(2026, 11, 20)
LABELS = ("Objectives set", "Progress reviewed", "Concluded")


_today = stopped_at(datetime(2026, 11, 20, 9, tzinfo=UTC))


@pytest.fixture
def world(db: None) -> LadderWorld:
    return make_ladder_world("sustain_to_stabilise")


def key_of(world: LadderWorld, leader: str, who: str) -> str:
    _, people = to_begin(world.access(leader), today=TODAY)
    return next(one.key for one in people if one.person == world.people[who])


def begun(world: LadderWorld, leader: str = "ceo", who: str = "head") -> Appraisal:
    return begin_appraisal(key_of(world, leader, who), 2026, access=world.access(leader))


def at(world: LadderWorld, row: Appraisal | None = None, more: str = "") -> str:
    return f"/t/{world.trust.slug}/appraisals/" + (f"{row.pk}/{more}" if row else more)


def plan_of(world: LadderWorld) -> tuple[Plan, Priority, Action]:
    head = world.people["head"]
    plan = begin_plan(world.school, "sip", by=head)
    focus = write_priority(plan, PriorityEntry("Reading"), by=head)
    action = NewAction("Teach reading daily.", head, "", date(2026, 12, 11), date(2027, 1, 15))
    return plan, focus, write_action(plan, ActionEntry(action, focus), by=head)


# ------------------------------------------------------------------------------------------------ rules


def steps(*days: tuple[date | None, date | None]) -> list[Step]:
    return [Step(label, *each) for label, each in zip(LABELS, days, strict=True)]


NO = (None, None)
SET, REVIEWED, LATER = date(2026, 10, 12), date(2026, 11, 16), date(2027, 7, 2)


@pytest.mark.parametrize(
    ("found", "stands", "following"),
    [
        (steps(NO, NO, NO), "Not begun", "Objectives set"),
        (steps((None, SET), NO, NO), "Objectives set", "Progress reviewed"),
        (steps((None, SET), (None, REVIEWED), NO), "Progress reviewed", "Concluded"),
        (steps((None, SET), (None, REVIEWED), (None, LATER)), "Concluded", None),
    ],
)
def test_how_it_stands_and_what_is_next(found: list[Step], stands: str, following: str | None):
    after = next_step(found)
    assert (standing(found), after.label if after else None) == (stands, following)


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        (steps((None, SET), (None, REVIEWED), NO), []),
        (steps((SET, None), (LATER, None), (LATER, None)), []),  # by when may be still to come
        (steps((None, LATER), NO, NO), [0]),
        (steps(NO, (None, REVIEWED), NO), [1]),
        (steps((None, REVIEWED), (None, SET), NO), [1]),
    ],
)
def test_which_days_do_not_follow(found: list[Step], wrong: list[int]):
    assert list(faults_of(found, today=TODAY)) == wrong


def test_how_long_it_is_kept():
    assert kept_until(2026, 24) == date(2029, 8, 31)
    assert kept_until(2026, 6) == date(2028, 2, 29)


# ------------------------------------------------------------------------------------ who appraises whom


def test_the_strategy_says_who_appraises_whom(world: LadderWorld):
    with trust_scope(world.trust):
        led = {
            who: {one.person.user.name for one in to_begin(world.access(who), today=TODAY)[1]} for who in world.people
        }
    assert {who: names for who, names in led.items() if names} == {
        "ceo": {"Hal Head", "Lena Lead"}, "trust_chair": {"Cora Chief"},
    }  # fmt: skip


def test_the_chief_executive_begins_one_and_nobody_twice(world: LadderWorld):
    ceo = world.client("ceo")
    page = text_of(ceo.get(at(world, more="new/")))
    for words in ("Hal Head, Elm Primary", "Lena Lead", "Headteachers (Professional Growth)"):
        assert words in page, words
    assert "Cora Chief" not in page.partition("<form")[2]
    with trust_scope(world.trust):
        typed = {"person": key_of(world, "ceo", "head"), "year": "2026"}
    made = ceo.post(at(world, more="new/"), typed)
    with trust_scope(world.trust):
        row = Appraisal.objects.get()
        assert (row.person, row.appraiser, row.school, row.year) == (
            world.people["head"], world.people["ceo"], world.school, 2026,
        )  # fmt: skip
        (entry,) = AuditEntry.objects.filter(did="appraisal.begun")
        assert (entry.by, entry.label, entry.school) == (world.people["ceo"], "Appraisal 2026/27", None)
    assert made["Location"] == at(world, row)
    again = ceo.post(at(world, more="new/"), typed)
    assert (again.status_code, "is begun for that year already" in text_of(again)) == (422, True)
    for wrong in ({"person": "heads-1-1", "year": "2026"}, {"person": "", "year": "1999"}, {}):
        assert ceo.post(at(world, more="new/"), wrong).status_code == 422
    with trust_scope(world.trust):
        with pytest.raises(ValidationError, match="whose appraisal you lead"):
            begin_appraisal(typed["person"], 2027, access=world.access("trust_chair"))
        with pytest.raises(IntegrityError), transaction.atomic():
            Appraisal.objects.update(appraiser=world.people["head"])
        assert Appraisal.objects.count() == 1


@pytest.mark.parametrize("who", ["lead", "operations", "trustee", "leader", "admin", "clerk", "governor"])
def test_who_leads_none_begins_none(world: LadderWorld, who: str):
    assert world.client(who).get(at(world, more="new/")).status_code == 403


# ------------------------------------------------------------------------------------------ who reads it


@pytest.mark.parametrize(
    ("who", "heads", "ceos"),
    [
        ("ceo", True, True),
        ("head", True, False),
        ("trust_chair", False, True),
        ("trustee", False, True),  # goals and outcomes of the chief executive are shared with trustees
        ("lead", False, False),
        ("operations", False, False),
        ("director", False, False),
        ("leader", False, False),
        ("chair", False, False),
        ("governor", None, None),
        ("clerk", False, False),
        ("admin", None, None),
    ],
)
def test_who_reads_which(world: LadderWorld, who: str, heads: bool | None, ceos: bool | None):
    with trust_scope(world.trust):
        of_head, of_ceo = begun(world), begun(world, "trust_chair", "ceo")
    client = world.client(who)
    api = f"/api/v1/t/{world.trust.slug}/appraisals/"
    if heads is None:
        assert {client.get(each).status_code for each in (at(world), at(world, of_head), api)} <= {403, 404}
        return
    seen = [client.get(at(world, row)).status_code == 200 for row in (of_head, of_ceo)]
    listed = {one["id"] for one in client.get(api).json()["results"]}
    page = text_of(client.get(at(world)))
    assert seen == [heads, ceos] == [of_head.pk in listed, of_ceo.pk in listed]
    assert [f"/appraisals/{row.pk}/" in page for row in (of_head, of_ceo)] == seen


def test_another_trust_learns_nothing(world: LadderWorld):
    with trust_scope(world.trust):
        row = begun(world)
    birch, _ = start_trust("birch", "sustain_to_stabilise")
    stranger = Client()
    with trust_scope(birch):
        backend = "allauth.account.auth_backends.AuthenticationBackend"
        stranger.force_login(member("Bea Birch", "ceo").user, backend=backend)
    for address in (at(world), at(world, row), at(world, more="new/"), f"/api/v1/t/alder/appraisals/{row.pk}/"):
        assert stranger.get(address).status_code == 404


def test_nobody_leads_their_own_and_a_successor_takes_over(world: LadderWorld):
    with trust_scope(world.trust):
        of_head, of_ceo = begun(world), begun(world, "trust_chair", "ceo")
        member("Nora New", "ceo")
        world.people["new"] = RoleGrant.objects.get(role="ceo", membership__user__name="Nora New").membership
    days = {"set_by": "", "set_on": "12 October 2026"}
    assert world.client("ceo").post(at(world, of_ceo), days).status_code == 403
    assert world.client("head").post(at(world, of_head), days).status_code == 403
    assert "Say how it stands" not in text_of(world.client("head").get(at(world, of_head)))
    assert world.client("new").post(at(world, of_head), days).status_code == 302
    with trust_scope(world.trust):
        of_head.refresh_from_db()
        assert of_head.set_on == date(2026, 10, 12)


# ------------------------------------------------------------------------------------- how it stands


def test_it_is_said_how_it_stands_with_links_to_the_plans(world: LadderWorld):
    with trust_scope(world.trust):
        row, (plan, focus, action) = begun(world), plan_of(world)
    ceo = world.client("ceo")
    page = text_of(ceo.get(at(world, row)))
    for words in ("Not begun", "with governors", "It is kept until 31 August 2029", "Teach reading daily."):
        assert words in page, words
    typed = {
        "set_by": "30 October 2026", "set_on": "12/10/2026", "review_by": "26 March 2027", "conclude_by": "",
        "actions": [action.pk], "priorities": [focus.pk], "criteria": ["safeguarding_culture"],
    }  # fmt: skip
    assert ceo.post(at(world, row), typed).status_code == 302
    for who in ("ceo", "head"):
        page = text_of(world.client(who).get(at(world, row)))
        for words in ("Objectives set", "12 October 2026", "Due Fri 26 Mar", "Safeguarding culture"):
            assert words in page, (who, words)
        assert f"/actions/{action.pk}/" in page
        assert f"/plans/{plan.pk}/" in page
    told = world.client("head").get(f"/api/v1/t/alder/appraisals/{row.pk}/").json()
    assert (told["stands"], told["set_on"], told["review_by"]) == ("Objectives set", "2026-10-12", "2027-03-26")
    assert [one["action"] or one["priority"] or one["criterion"] for one in told["objectives"]] == [
        action.pk, focus.pk, "safeguarding_culture",
    ]  # fmt: skip
    assert not {"rating", "note", "words", "pay"} & set(told)
    with trust_scope(world.trust):
        (entry,) = AuditEntry.objects.filter(did="appraisal.written")
        assert (entry.label, entry.before, entry.after) == ("Appraisal 2026/27", "Not begun", "Objectives set")


def test_the_action_says_so_in_its_plan_and_whose_only_to_who_may_know(world: LadderWorld):
    with trust_scope(world.trust):
        row, (plan, _, action) = begun(world), plan_of(world)
        write_appraisal(row, AppraisalEntry(actions=[action]), by=world.people["ceo"])
        send_plan(plan, by=world.people["head"])
    page = f"/t/alder/actions/{action.pk}/"
    for who, named in (("ceo", True), ("head", True), ("leader", False), ("chair", False), ("lead", False)):
        read = text_of(world.client(who).get(page))
        assert ("An objective of the appraisal of Hal Head" in read) is named, who
        assert ("Also a target of an appraisal" in read) is not named, who
    assert "Also a target of an appraisal" in text_of(world.client("leader").get(f"/t/alder/plans/{plan.pk}/"))
    with trust_scope(world.trust):
        entry = ActionEntry(NewAction("Teach it.", world.people["head"], "", None, date(2027, 1, 15)))
        with pytest.raises(ValidationError, match="takes it out there"), transaction.atomic():
            write_action(plan, entry, by=world.people["head"], action=action)
        write_appraisal(row, AppraisalEntry(), by=world.people["ceo"])
        action.refresh_from_db()
        assert not action.appraisal
        write_action(plan, entry, by=world.people["head"], action=action)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"set_on": "soon"}, "Enter the day like 16 October 2026"),
        ({"set_on": "1 December 2026"}, "Enter a day that has been"),
        ({"reviewed_on": "16 November 2026"}, "First say when this was done: objectives set"),
        ({"set_on": "16 November 2026", "reviewed_on": "12 October 2026"}, "its day cannot be earlier"),
        ({"criteria": ["weather"]}, "Choose from the list"),
        ({"actions": ["999999"]}, "Choose from the list"),
    ],
)
def test_what_does_not_follow_says_so_beside_its_box(world: LadderWorld, typed: dict[str, Any], words: str):
    with trust_scope(world.trust):
        row, _ = begun(world), plan_of(world)
    answer = world.client("ceo").post(at(world, row), typed)
    page = text_of(answer)
    assert (answer.status_code, words in page) == (422, True)
    with trust_scope(world.trust):
        assert not AuditEntry.objects.filter(did="appraisal.written").exists()
        assert not AppraisalObjective.objects.exists()


def test_of_two_who_write_the_second_is_told(world: LadderWorld):
    with trust_scope(world.trust):
        row = begun(world)
    ceo = world.client("ceo")
    seen = ceo.get(at(world, row)).context["form"].initial["seen"]
    assert ceo.post(at(world, row), {"seen": seen, "set_by": "30 October 2026"}).status_code == 302
    late = ceo.post(at(world, row), {"seen": seen, "set_by": "2 November 2026"})
    assert (late.status_code, "Somebody has changed this" in text_of(late)) == (422, True)
    assert "2 November 2026" in text_of(late)


def test_one_begun_in_error_is_taken_away_whole(world: LadderWorld):
    with trust_scope(world.trust):
        row, (_, _, action) = begun(world), plan_of(world)
        write_appraisal(row, AppraisalEntry(actions=[action]), by=world.people["ceo"])
    assert world.client("head").post(at(world, row, "remove/")).status_code == 403
    assert world.client("ceo").post(at(world, row, "remove/")).status_code == 302
    with trust_scope(world.trust):
        assert not Appraisal.objects.exists()
        assert not Action.objects.get().appraisal
        assert AuditEntry.objects.get(did="appraisal.removed").label == "Appraisal 2026/27"


# --------------------------------------------------------------------------------------------- the clock


def test_the_leader_is_reminded_before_the_day_and_once_it_has_passed(world: LadderWorld):
    with trust_scope(world.trust):
        write_appraisal(begun(world), AppraisalEntry(set_by=date(2026, 12, 4)), by=world.people["ceo"])
    days = []
    for day in (26, 27, 28, 34, 35, 36):  # of November
        on = datetime(2026, 11, 1, 8, tzinfo=UTC).replace(month=11 + (day > 30), day=day if day <= 30 else day - 30)
        with time_machine.travel(on, tick=False):
            for _ in range(2):
                keep_appraisals()
        with trust_scope(world.trust):
            told = Notice.objects.filter(to=world.people["ceo"]).order_by("pk").values_list("subject", flat=True)
            days += [(on.date(), subject) for subject in list(told)[len(days) :]]
    assert days == [
        (date(2026, 11, 27), "Hal Head: appraisal due by 4 December 2026"),
        (date(2026, 12, 5), "Hal Head: appraisal overdue since 4 December 2026"),
    ]
    with trust_scope(world.trust):
        assert not Notice.objects.exclude(to=world.people["ceo"]).exists()


def test_where_the_leader_has_left_whoever_holds_the_role_is_reminded(world: LadderWorld):
    with trust_scope(world.trust):
        row = begun(world)
        write_appraisal(row, AppraisalEntry(set_by=TODAY), by=world.people["ceo"])
        new = member("Nora New", "ceo")
        leaver = world.people["ceo"]
        leaver.ended_at = datetime(2026, 11, 1, tzinfo=UTC)
        leaver.save()
        RoleGrant.objects.filter(membership=leaver).update(ended_at=leaver.ended_at)
    keep_appraisals()
    with trust_scope(world.trust):
        assert [one.to for one in Notice.objects.filter(subject__contains="appraisal due by")] == [new]


def test_it_is_removed_once_it_is_old_with_its_links(world: LadderWorld):
    with trust_scope(world.trust):
        row, (_, _, action) = begun(world), plan_of(world)
        write_appraisal(row, AppraisalEntry(actions=[action]), by=world.people["ceo"])
        assert removed_after(row) == date(2029, 8, 31)
        assert remove_old_appraisals(today=date(2029, 8, 31)) == 0
        assert remove_old_appraisals(today=date(2029, 9, 1)) == 1
        assert not Appraisal.objects.exists()
        assert not AppraisalObjective.objects.exists()
        entry = AuditEntry.objects.get(did="appraisal.kept_no_longer")
        assert (entry.by, entry.label, entry.school) == (None, "Appraisal 2026/27", None)


def test_it_stands_in_the_calendar_of_those_who_may_know(world: LadderWorld):
    with trust_scope(world.trust):
        write_appraisal(begun(world), AppraisalEntry(set_by=date(2026, 12, 4)), by=world.people["ceo"])
    for who, seen in (("ceo", True), ("head", True), ("lead", False), ("leader", False), ("trustee", False)):
        page = text_of(world.client(who).get("/t/alder/calendar/"))
        assert ("Hal Head: appraisal" in page) is seen, who


def test_the_list_asks_no_more_for_many(world: LadderWorld):
    counts = []
    client = world.client("ceo")
    for number in range(2):
        with trust_scope(world.trust):
            for _ in range(1 + 10 * number):
                row = begun(world, who="head") if not Appraisal.objects.exists() else None
                if row is None:
                    other = member(f"Head {Appraisal.objects.count()}", "head", world.other)
                    key = next(one.key for one in to_begin(world.access("ceo"), today=TODAY)[1] if one.person == other)
                    begin_appraisal(key, 2026, access=world.access("ceo"))
        client.get(at(world))
        with CaptureQueriesContext(connection) as asked:
            client.get(at(world))
        counts.append(len(asked))
    assert counts[0] == counts[1]
    with trust_scope(world.trust):
        assert readable_appraisals(world.access("ceo")).count() == 12
