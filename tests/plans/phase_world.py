"""A trust of four phases: its people, and a school that is put into phases on days of the story."""

from __future__ import annotations

from datetime import date, datetime

from categorisation.models import Decision
from plans.models import ChecklistItem
from plans.services import ItemEntry, write_item
from schools.audit import record_act
from schools.models import Period, School
from schools.rules import LONDON
from tests.plans.ladder_world import LadderWorld, make_ladder_world

PhaseWorld = LadderWorld
FIRST = date(2026, 9, 3)


def make_phase_world(slug: str = "alder") -> PhaseWorld:
    return make_ladder_world("four_phases", slug)


def put_in(
    world: PhaseWorld, level: str, on: date = FIRST, school: School | None = None, axis: str = "phase"
) -> Decision:
    """Decide that a school is at a level, told on the day itself. Open the trust first."""
    record_act("decision.planted", Decision, by=None)
    at = datetime(on.year, on.month, on.day, 9, tzinfo=LONDON)
    return Decision.objects.create(
        school=school or world.school, period=Period.objects.get(year=2026, season="autumn", half=0), axis=axis,
        level=level, strategy_version=world.version, effective_on=on, decided_by=world.people["ceo"], decided_at=at,
        tell_at=at, reply_due_on=on,
    )  # fmt: skip


def item(world: PhaseWorld, words: str, level: str = "phase_1") -> ChecklistItem:
    """The item of a level whose words begin so."""
    return ChecklistItem.objects.get(school=world.school, level=level, words__startswith=words)


def meet(world: PhaseWorld, row: ChecklistItem, by: str = "lead", on: date | None = None) -> ChecklistItem:
    entry = ItemEntry("met", evidence="The audit of 10 November.", evidence_on=on)
    return write_item(row, entry, by=world.people[by], version=row.version)
