"""Two people write the same priority or action: the second is told, and nothing is lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from plans.models import Action, Plan, Priority
from plans.queries.documents import document_of
from plans.rules.document import changes
from plans.services import (
    ActionEntry,
    NewAction,
    PriorityEntry,
    drop_priority,
    write_action,
    write_priority,
)
from plans.services.marking import mark_of
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.plans.test_plans import ACTION, PRIORITY, text_of, there

_today = stopped_at(TODAY)


def seen_on(page: Any) -> str:
    return text_of(page).partition('name="seen" value="')[2].partition('"')[0]


def test_a_priority_that_somebody_else_has_written_is_not_written_over(cast: Cast, plan: Plan):
    ben, ada = cast.client(cast.ben), cast.client(cast.ada)
    ben.post(there(plan, "priorities/"), PRIORITY)
    with trust_scope(cast.alder):
        row = Priority.objects.get()
    address = there(plan, f"priorities/{row.pk}/")
    bens, adas = seen_on(ben.get(address)), seen_on(ada.get(address))
    assert bens == adas != ""
    assert ben.post(address, {**PRIORITY, "change": "Ben's long words.", "seen": bens}).status_code == 302
    second = {**PRIORITY, "success": "Ada's words.", "seen": adas}
    told = ada.post(address, second)
    assert told.status_code == 422
    for words in (
        "Ben Osei, on ",
        "changed this after you had opened it",
        "“What will be different” now reads",
        "Ben&#x27;s long words.",
        "Ada&#x27;s words.",
    ):
        assert words in text_of(told), words
    with trust_scope(cast.alder):
        assert Priority.objects.get().change == "Ben's long words."
    assert ada.post(address, {**second, "seen": seen_on(told)}).status_code == 302
    with trust_scope(cast.alder):
        assert Priority.objects.get().success == "Ada's words."


def test_a_target_added_meanwhile_is_noticed(cast: Cast, plan: Plan):
    ben = cast.client(cast.ben)
    ben.post(there(plan, "priorities/"), PRIORITY)
    with trust_scope(cast.alder):
        row = Priority.objects.get()
        seen = mark_of(row)
        row.milestones.create(by_on=date(2027, 7, 1), words="One more.")
        with pytest.raises(ValidationError, match=r"“The targets” now reads “.*One more\. by 1 July 2027”"):
            write_priority(plan, PriorityEntry("Writing"), by=cast.ben, priority=row, seen=seen)


def test_an_action_that_somebody_else_has_written_is_not_written_over(cast: Cast, plan: Plan):
    ben = cast.client(cast.ben)
    ben.post(there(plan, "actions/"), ACTION)
    with trust_scope(cast.alder):
        row = Action.objects.get()
    address = there(plan, f"actions/{row.pk}/")
    seen = seen_on(ben.get(address))
    assert ben.post(address, {**ACTION, "what": "Ben's words.", "seen": seen}).status_code == 302
    told = cast.client(cast.ada).post(address, {**ACTION, "budget": "500", "seen": seen})
    assert (told.status_code, "“What will be done” now reads “Ben&#x27;s words.”" in text_of(told)) == (422, True)
    with trust_scope(cast.alder):
        assert str(Action.objects.get().budget) == "1200.00"


def test_who_is_told_reads_which_parts_have_changed_and_by_whom(cast: Cast, plan: Plan):
    ben, ada = cast.client(cast.ben), cast.client(cast.ada)
    ben.post(there(plan, "actions/"), ACTION)
    with trust_scope(cast.alder):
        row = Action.objects.get()
    address = there(plan, f"actions/{row.pk}/")
    seen = seen_on(ada.get(address))
    assert ben.post(address, {**ACTION, "due": "14 December 2026", "training": "", "seen": seen}).status_code == 302
    told = text_of(ada.post(address, {**ACTION, "what": "Ada's words.", "seen": seen}))
    assert f"{cast.ben.user.name}, on " in told
    assert "“Done by” now reads “14 December 2026”. “Training” is now empty." in told
    assert "“What will be done” now" not in told


def test_a_new_day_that_is_past_is_refused_and_one_that_stood_there_may_stay(cast: Cast, plan: Plan):
    ben = cast.client(cast.ben)
    told = ben.post(there(plan, "actions/"), {**ACTION, "due": "1 March 2020"})
    assert (told.status_code, "This day is past." in text_of(told)) == (422, True)
    with trust_scope(cast.alder):
        past, check = date(2020, 3, 1), date(2027, 1, 15)
        entry = ActionEntry(NewAction("Plan.", None, "Lead", past, check))
        with pytest.raises(ValidationError, match="This day is past"):
            write_action(plan, entry, by=cast.ben)
        row = write_action(plan, ActionEntry(NewAction("Plan.", None, "Lead", None, check)), by=cast.ben)
        Action.objects.filter(pk=row.pk).update(due_on=past)
        assert write_action(plan, entry, by=cast.ben, action=row).due_on == past


def test_what_was_closed_or_left_meanwhile_stays_so(cast: Cast, plan: Plan):
    with trust_scope(cast.alder):
        row = write_priority(plan, PriorityEntry("Writing"), by=cast.ben)
        stale = Priority.objects.get(pk=row.pk)
        drop_priority(row, by=cast.ben, why="It is reached.")
        with pytest.raises(ValidationError, match="left already"):
            write_priority(plan, PriorityEntry("Writing anew"), by=cast.ben, priority=stale)
        entry = ActionEntry(NewAction("Plan.", None, "Lead", None, date(2027, 1, 15)))
        action = write_action(plan, entry, by=cast.ben)
        Action.objects.filter(pk=action.pk).update(state="done", verdict="worked", closed_at="2026-11-20T10:00Z")
        with pytest.raises(ValidationError, match="This action is closed"):
            write_action(plan, entry, by=cast.ben, action=action)


def test_an_action_moved_to_another_priority_reads_as_changed(cast: Cast, plan: Plan):
    with trust_scope(cast.alder):
        first, second = (write_priority(plan, PriorityEntry(label), by=cast.ben) for label in ("Writing", "Reading"))
        new = NewAction("Plan.", None, "Lead", None, date(2027, 1, 15))
        action = write_action(plan, ActionEntry(new, first), by=cast.ben)
        before = document_of(plan)
        write_action(plan, ActionEntry(new, second), by=cast.ben, action=action)
        (change,) = changes(before, document_of(plan))
    assert change.before.startswith("Serves: Writing")
    assert change.after.startswith("Serves: Reading")
