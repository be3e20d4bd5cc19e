"""A plan on paper: a tagged PDF as it stands and of each edition, with the training annex."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pytest
import time_machine

from plans.models import Condition, Plan
from plans.services import (
    ItemEntry,
    NewAction,
    begin_plan,
    follow_levels,
    save_sections,
    send_plan,
    write_action,
    write_item,
    write_priority,
)
from plans.services.closing import Close, Ending, close_plan
from plans.services.conditions import lay_down, say_met
from plans.services.writing import ActionEntry, PriorityEntry, StageEntry
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import member
from tests.journeys.paper import letters, printed
from tests.plans.phase_world import item, make_phase_world, meet, put_in
from tests.plans.test_progress import there
from tests.plans.test_who_sends import access
from tests.reporting.test_pdf import scope, tagged

TRAINING = "Modelling writing, two twilights"


_today = stopped_at(TODAY)


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """Sent to be approved, and changed since."""
    with trust_scope(cast.alder):
        plan = begin_plan(cast.dunmere, "sip", by=cast.ben)
        save_sections(plan, {"where_we_are": "Where <we> are."}, by=cast.ben, version=1)
        stages = [StageEntry(date(2027, 3, 26), "", "attendance_rate", "all", 95)]
        entry = PriorityEntry("Writing at length", "More pages.", "Books.", "behaviour", stages)
        row = write_priority(plan, entry, by=cast.ben)
        action = NewAction("Plan longer writing.", cast.ben, "", date(2026, 12, 18), date(2027, 1, 15))
        write_action(plan, ActionEntry(action, row, "Two pages.", 1200, TRAINING), by=cast.ben)
        send_plan(plan, by=cast.ben)
        later = PriorityEntry("Writing at length", "More and better pages.", "Books.", "behaviour", stages)
        write_priority(plan, later, by=cast.ben, priority=row)
    return plan


def checked(answer: Any, last: str = "Training annex") -> bytes:
    """A tagged PDF in English of which every table has headers for its columns and rows."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    with pikepdf.open(BytesIO(answer.content)) as made:
        assert made.Root.MarkInfo.Marked
        assert str(made.Root.Lang) == "en-GB"
        tables = list(tagged(made.Root["/StructTreeRoot"], "/Table"))
        assert tables
        for table in tables:
            heads = [cell for part in tagged(table, "/THead") for cell in tagged(part, "/TH")]
            assert {scope(cell) for cell in heads} == {"/Column"}
            for row in (row for body in tagged(table, "/TBody") for row in tagged(body, "/TR")):
                assert [scope(cell) for cell in tagged(row, "/TH")] == ["/Row"]
        titles = [str(one.title) for one in made.open_outline().root[0].children]
        assert titles[-1] == last
    return answer.content


def test_the_plan_as_it_stands_with_its_annex(cast: Cast, plan: Plan):
    answer = cast.client(cast.ben).get(there(plan, "file/"))
    text = letters(printed(checked(answer)))
    for words in (
        "Where <we> are.", "More and better pages.", "26 March 2027", "Attendance: 95.0%", "No figure for that day",
        "Plan longer writing.", "Ben Osei", TRAINING, "£1200", "Edition 1, sent by Ben Osei", "Training annex",
    ):  # fmt: skip
        assert letters(words) in text, words
    assert "school-improvement-plan" in answer.headers["Content-Disposition"]


def test_the_checklist_it_takes_up_is_an_annex(db: None):
    """What is outstanding here, what is met, and what is met already of the next phase; not in an edition."""
    world = make_phase_world()
    with trust_scope(world.trust):
        put_in(world, "phase_1", on=date(2026, 1, 12))
        follow_levels(today=TODAY)
        plan = begin_plan(world.school, "aip", by=world.people["lead"])
        row, early = item(world, "Budget audit"), item(world, "Information evenings", "phase_2")
        entry = ItemEntry("under_way", world.people["lead"], due_on=TODAY, evidence="The auditor is named.")
        write_item(row, entry, by=world.people["ceo"], version=1)
        for one in (item(world, "Legal audit"), early):
            meet(world, one)
    with time_machine.travel(TODAY + timedelta(days=3), tick=False):
        client = world.client("lead")
        text = letters(printed(checked(client.get(there(plan, "file/")), last="Checklist annex")))
        with trust_scope(world.trust):
            send_plan(plan, by=world.people["lead"])
        edition = letters(printed(client.get(there(plan, "editions/1/file/")).content))
    for words in (
        "Phase 1 Stabilise, since 12 January 2026. 1 of 37 items met, 1 overdue.", "Outstanding here: 36",
        "20 November 2026, overdue", "The auditor is named.", "Nobody yet", "Met here: 1", "The audit of 10 November.",
        "Already met from Phase 2 Repair: 1", early.group_label,
    ):  # fmt: skip
        assert letters(words) in text, words
    assert letters("Checklist annex") not in edition


def test_the_conditions_of_the_approval_stand_beneath_it(cast: Cast, plan: Plan):
    with trust_scope(cast.alder):
        step = plan.editions.get().steps.get()
        step.outcome, step.words, step.by, step.at = "conditions", "Add owners.", cast.ada, plan.editions.get().sent_at
        step.save()
        lay_down(plan, plan.editions.get())
        say_met(Condition.objects.get(), access=access(cast.ben), met_on=TODAY, how="All are named.")
    for more in ("file/", "editions/1/file/"):
        text = letters(printed(checked(cast.client(cast.tom).get(there(plan, more)))))
        for words in ("Conditions of the approval", "Said to be met, 20 November 2026", "All are named."):
            assert letters(words) in text, words


def test_an_edition_as_it_was_sent(cast: Cast, plan: Plan):
    text = letters(printed(checked(cast.client(cast.tom).get(there(plan, "editions/1/file/")))))
    assert letters("More pages.") in text
    assert letters("More and better pages.") not in text
    assert letters("to answer by 4 December 2026") in text
    assert cast.client(cast.tom).get(there(plan, "editions/2/file/")).status_code == 404


def test_a_closed_plan_says_what_came_of_it(cast: Cast, plan: Plan):
    with trust_scope(cast.alder):
        step = plan.editions.get().steps.get()
        step.outcome, step.by, step.at = "approved", cast.ada, plan.editions.get().sent_at
        step.save()
        endings = {one.pk: Ending("worked", "Seen.", "All see it.", "Six books.") for one in plan.actions.all()}
        close_plan(plan, Close("partly", "Half of it.", "Books of Year 4.", endings=endings), by=cast.ben)
    text = letters(printed(checked(cast.client(cast.ben).get(there(plan, "file/")))))
    for words in ("Closed on 20 November 2026: it worked in part.", "Half of it.", "Books of Year 4."):
        assert letters(words) in text, words


def test_who_may_have_it(cast: Cast, plan: Plan):
    with trust_scope(cast.alder):
        nia = member("Nia Ford", "head", cast.ashmere)
    for more in ("file/", "editions/1/file/"):
        answers = {name: cast.client(getattr(cast, name)).get(there(plan, more)).status_code
                   for name in ("olive", "cleo")}  # fmt: skip
        assert answers == {"olive": 403, "cleo": 404}
        assert cast.client(nia).get(there(plan, more)).status_code == 404
