"""Checklists follow a school's phase: taken up, met with evidence, kept when it moves, and written by whose it is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q

from plans.models import Action, ChecklistItem, Plan
from plans.queries.checklists import items_for, phases_of
from plans.queries.phases import lines_of
from plans.services import (
    ItemEntry,
    NewAction,
    PriorityEntry,
    begin_checklist,
    begin_plan,
    follow_levels,
    send_plan,
    take_back,
    take_into_plan,
    write_item,
    write_priority,
)
from plans.services.closing import Close, close_plan
from schools.models import AuditEntry, Notice, School
from schools.queries import Followed
from schools.rules import LONDON
from schools.services.strategies import publish_strategy
from schools.tenancy import trust_scope
from tests.factories import SchoolFactory
from tests.plans.phase_world import FIRST, PhaseWorld, item, make_phase_world, meet, put_in

TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=LONDON)


@pytest.fixture
def world(db: None):
    with time_machine.travel(NOON, tick=False):
        made = make_phase_world()
        with trust_scope(made.trust):
            yield made


def phase(world: PhaseWorld, today: date = TODAY) -> Any:
    (found,) = phases_of(world.school, Followed.read(), today=today, read=Q())
    return found


def test_a_school_that_comes_into_a_phase_has_its_checklist_and_may_meet_the_next_early(world: PhaseWorld):
    assert follow_levels(today=TODAY) == 0
    put_in(world, "phase_1")
    assert follow_levels(today=TODAY) == 1
    levels = ChecklistItem.objects.values_list("school", "level")
    assert {(world.school.pk, "phase_1"), (world.school.pk, "phase_2")} == set(levels)
    assert ChecklistItem.objects.filter(level="phase_1").count() == 37
    before = ChecklistItem.objects.count(), AuditEntry.objects.count(), Notice.objects.count()
    assert follow_levels(today=TODAY) == 0
    assert (ChecklistItem.objects.count(), AuditEntry.objects.count(), Notice.objects.count()) == before
    entry = AuditEntry.objects.get(did="checklist.entered")
    assert (entry.after, entry.school, entry.by) == ("Phase 1 Stabilise", world.school, None)
    assert "The central team writes the plan and its checklist." in entry.why
    assert Notice.objects.get(to=world.people["head"]).path == f"/t/alder/schools/{world.school.pk}/checklist/"


def test_nothing_is_taken_up_before_the_school_has_been_told(world: PhaseWorld):
    decision = put_in(world, "phase_1", on=TODAY)
    type(decision).objects.filter(pk=decision.pk).update(tell_at=datetime(2026, 11, 23, 8, tzinfo=LONDON))
    assert (follow_levels(today=TODAY), ChecklistItem.objects.count()) == (0, 0)
    with time_machine.travel(datetime(2026, 11, 23, 9, tzinfo=LONDON), tick=False):
        assert follow_levels(today=date(2026, 11, 23)) == 1


def test_met_needs_evidence_in_words_and_a_day_that_has_come(world: PhaseWorld):
    put_in(world, "phase_1")
    follow_levels(today=TODAY)
    row, lead = item(world, "Legal audit"), world.people["lead"]
    for entry, field in (
        (ItemEntry("met"), "evidence"),
        (ItemEntry("met", evidence="  "), "evidence"),
        (ItemEntry("met", evidence="Seen.", evidence_on=date(2026, 11, 21)), "evidence_on"),
        (ItemEntry("done"), "status"),
        (ItemEntry("open", evidence="x" * 4001), "evidence"),
        (ItemEntry("open", evidence_link="javascript:alert(1)"), "evidence_link"),
    ):
        with pytest.raises(ValidationError) as refused:
            write_item(row, entry, by=lead, version=1)
        assert list(refused.value.error_dict) == [field]
    write_item(row, ItemEntry("met", evidence="The solicitor’s report."), by=lead, version=1)
    row.refresh_from_db()
    assert (row.status, row.evidence_on, row.set_by, row.version) == ("met", TODAY, lead, 2)
    assert (
        AuditEntry.objects.filter(did="checklist.item", before="Not begun", after="Met", about_id=row.pk).count() == 1
    )
    with pytest.raises(ValidationError, match="Lena Lead wrote this item on 20 November 2026 at 12:00"):
        write_item(row, ItemEntry("open"), by=world.people["ceo"], version=1)


def test_an_owner_hears_of_it_once(world: PhaseWorld):
    put_in(world, "phase_1")
    follow_levels(today=TODAY)
    row, head = item(world, "Legal audit"), world.people["head"]
    entry = ItemEntry("under_way", owner=head, due_on=date(2026, 12, 1))
    write_item(row, entry, by=world.people["lead"], version=1)
    write_item(row, entry, by=world.people["lead"], version=2)
    (told,) = Notice.objects.filter(to=head, path=f"/t/alder/checklist/{row.pk}/")
    assert "by 1 December 2026" in told.body


def test_moved_on_the_items_are_kept_and_what_was_met_early_is_told(world: PhaseWorld):
    put_in(world, "phase_1")
    follow_levels(today=TODAY)
    meet(world, item(world, "Legal audit"), on=date(2026, 10, 1))
    meet(world, item(world, "A committee for staff wellbeing", "phase_2"), on=date(2026, 10, 2))
    assert [row.words for row in phase(world).early] == ["A committee for staff wellbeing"]
    put_in(world, "phase_2", on=date(2026, 11, 18))
    assert follow_levels(today=TODAY) == 1
    now = phase(world)
    assert (now.stand.level.key, now.tally.met, len(now.left), len(now.kept)) == ("phase_2", 1, 36, 1)
    entry = AuditEntry.objects.filter(did="checklist.entered").latest("pk")
    assert (entry.before, entry.after) == ("Phase 1 Stabilise", "Phase 2 Repair")
    assert "Before, the central team did." in entry.why
    assert "One item of its checklist is met from before, and kept." in entry.why
    assert [(one.on, one.level, one.was) for one in now.moves] == [
        (date(2026, 11, 18), "Phase 2 Repair", "Phase 1 Stabilise"), (FIRST, "Phase 1 Stabilise", ""),
    ]  # fmt: skip


def test_a_school_that_comes_back_finds_what_it_had_met(world: PhaseWorld):
    put_in(world, "phase_1", on=date(2026, 9, 3))
    with time_machine.travel(datetime(2026, 10, 1, 12, tzinfo=LONDON), tick=False):
        follow_levels(today=date(2026, 10, 1))
        meet(world, item(world, "Legal audit"))
    put_in(world, "phase_2", on=date(2026, 10, 12))
    put_in(world, "phase_1", on=date(2026, 11, 16))
    assert follow_levels(today=TODAY) == 1
    now = phase(world)
    assert [row.words for row in now.kept] == ["Legal audit"]
    assert (now.stand.stay.since, now.tally.met, now.tally.count) == (date(2026, 11, 16), 1, 37)
    assert ChecklistItem.objects.filter(level="phase_1").count() == 37


def test_time_in_a_phase_against_the_usual_and_the_longest(world: PhaseWorld):
    put_in(world, "phase_1", on=date(2026, 1, 12))
    stand = phase(world).stand
    assert (stand.usual, stand.is_over, stand.length) == ("1 to 2 terms", True, "10 months")
    assert stand.left.endswith("days over")
    put_in(world, "phase_3", on=date(2026, 11, 2))
    stand = phase(world).stand
    assert (stand.usual, stand.is_over, stand.stay.until, stand.length) == ("", False, None, "2 weeks")


MAY_WRITE = {
    "phase_1": {"lead", "ceo", "director", "operations"},
    "phase_2": {"lead", "ceo", "director", "operations", "head", "leader"},
    "phase_3": {"head", "leader"},
    "phase_4": {"head", "leader"},
}
WRITERS = MAY_WRITE["phase_2"]


@pytest.mark.parametrize("level", sorted(MAY_WRITE))
def test_who_writes_plan_and_checklist_follows_the_phase(world: PhaseWorld, level: str):
    put_in(world, level)
    follow_levels(today=TODAY)
    row = ChecklistItem.objects.filter(level=level).earliest("pk")
    first = sorted(MAY_WRITE[level])[0]
    plan = begin_plan(world.school, "aip", by=world.people[first])
    write_priority(plan, PriorityEntry("Reading"), by=world.people[first])
    for who in sorted(WRITERS):
        me, row = world.people[who], ChecklistItem.objects.get(pk=row.pk)
        if plan.editions.filter(steps__outcome="").count() == 0:
            send_plan(plan, by=world.people[first])  # for somebody to take back
        acts: list[Any] = [
            lambda me=me, row=row: write_item(row, ItemEntry("under_way"), by=me, version=row.version),
            lambda me=me: write_priority(plan, PriorityEntry("Reading"), by=me),
            lambda me=me: send_plan(plan, by=me),
            lambda me=me: take_back(plan, by=me),
            lambda me=me: take_into_plan(plan, [], NewAction(""), by=me),
            lambda me=me: close_plan(plan, Close("worked", "Well."), by=me),
            lambda me=me: begin_plan(world.school, "aip", by=me),  # it is open already, for everybody
            lambda me=me: begin_checklist(world.school, by=me),
        ]
        left_to_others = who not in MAY_WRITE[level]
        assert [_refused(act) for act in acts] == [left_to_others] * 6 + [False, left_to_others], who


def _refused(act: Any) -> bool:
    """Whether it is left to others; a refusal for another reason, told to somebody who may, is none."""
    try:
        act()
    except PermissionDenied as refusal:
        return "plan and its checklist. You can read them." in str(refusal)
    except ValidationError:
        return False
    return False


def test_before_any_phase_is_decided_roles_alone_count(world: PhaseWorld):
    plan = begin_plan(world.school, "aip", by=world.people["head"])
    write_priority(plan, PriorityEntry("Reading"), by=world.people["lead"])
    with pytest.raises(ValidationError, match="Nothing has been decided yet"):
        begin_checklist(world.school, by=world.people["head"])


def test_a_plan_is_approved_by_those_the_phase_names(world: PhaseWorld):
    for level, on, roles in (
        ("phase_1", FIRST, ["ceo", "trust_chair"]),
        ("phase_3", date(2026, 11, 2), ["chair"]),
    ):
        put_in(world, level, on=on)
        writer = world.people["lead" if level == "phase_1" else "head"]
        plan = Plan.objects.filter(kind="aip").first() or begin_plan(world.school, "aip", by=writer)
        write_priority(plan, PriorityEntry(f"Reading in {level}"), by=writer)
        edition = send_plan(plan, by=writer)
        assert [step.role for step in edition.steps.order_by("position")] == roles
        take_back(plan, by=writer)


def test_a_plan_begun_in_a_phase_is_offered_what_is_outstanding(world: PhaseWorld):
    put_in(world, "phase_1")
    lead = world.people["lead"]
    plan = begin_plan(world.school, "aip", by=lead)
    assert ChecklistItem.objects.filter(level="phase_1").count() == 37  # taken up with the plan
    meet(world, item(world, "Legal audit"))
    row = item(world, "Budget audit")
    write_item(row, ItemEntry("open", owner=world.people["head"], due_on=date(2027, 2, 1)), by=lead, version=1)
    offered = items_for(plan, today=TODAY)
    assert len(offered) == 35  # neither what is met, nor that the plan is written
    assert "Legal audit" not in {one.words for one in offered}
    draft = NewAction("", None, "Finance lead", date(2026, 12, 18), date(2027, 1, 15))
    chosen = [one for one in offered if one.words in ("Budget audit", "The site is secure")]
    take_into_plan(plan, chosen, draft, by=lead)
    found = {one.what: one for one in Action.objects.filter(plan=plan)}
    budget, site = found["Budget audit"], found["The site is secure"]
    assert (budget.item, budget.owner, budget.due_on) == (row, world.people["head"], date(2027, 2, 1))
    assert budget.impact_check_on == date(2027, 2, 1)
    assert (site.owner_words, site.due_on, site.impact_check_on) == (
        "Finance lead", date(2026, 12, 18), date(2027, 1, 15),
    )  # fmt: skip
    assert len(items_for(plan, today=TODAY)) == 33
    with pytest.raises(ValidationError, match="in a plan already"):
        take_into_plan(plan, chosen[:1], draft, by=lead)
    assert Notice.objects.filter(to=world.people["head"], path=f"/t/alder/actions/{budget.pk}/").count() == 1


def test_items_of_another_school_go_into_no_plan(world: PhaseWorld):
    put_in(world, "phase_1")
    put_in(world, "phase_1", school=world.other)
    follow_levels(today=TODAY)
    plan = begin_plan(world.school, "aip", by=world.people["lead"])
    foreign = ChecklistItem.objects.filter(school=world.other)[:1]
    draft = NewAction("", None, "Finance lead", None, date(2027, 1, 15))
    with pytest.raises(ValidationError, match="in a plan already"):
        take_into_plan(plan, list(foreign), draft, by=world.people["lead"])


def test_a_new_version_brings_its_items_and_takes_out_what_nobody_touched(world: PhaseWorld):
    put_in(world, "phase_1")
    follow_levels(today=TODAY)
    meet(world, item(world, "Legal audit"))
    text = world.version.text.replace("version = 1", "version = 2", 1)
    text = text.replace('"Legal audit"', '"Legal check"').replace('"Budget audit"', '"Budget check"')
    publish_strategy(text, by=None, starts_on=date(2026, 11, 1))
    follow_levels(today=TODAY)
    words = set(ChecklistItem.objects.filter(level="phase_1").values_list("words", flat=True))
    assert {"Legal audit", "Legal check", "Budget check"} <= words
    assert "Budget audit" not in words
    assert phase(world).lacks is False


def test_the_list_of_the_trust_asks_no_more_for_more_schools(world: PhaseWorld, queries: Any):
    put_in(world, "phase_1", on=date(2026, 1, 12))
    follow_levels(today=TODAY)
    one = len(queries(lambda: lines_of(list(School.objects.all()), today=TODAY)))
    for _ in range(6):
        put_in(world, "phase_2", school=SchoolFactory())
    follow_levels(today=TODAY)
    meet(world, item(world, "Legal audit"))
    schools = list(School.objects.all())
    many = queries(lambda: lines_of(schools, today=TODAY))
    assert len(many) <= min(one, 5)
    lines = lines_of(schools, today=TODAY)
    assert lines is not None
    assert [line.stand.level.key for line in lines] == ["phase_1", *["phase_2"] * 6]
    assert (lines[0].stand.is_over, lines[0].here.met, lines[0].here.outstanding) == (True, 1, 36)
