"""A plan at its end: a verdict with the evidence, every open action judged or carried over, and the next begun."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from plans.models import Action, Plan
from plans.queries.documents import document_of
from plans.rules.progress import time_is_up
from plans.services import NewAction, begin_plan, send_plan, set_due_days, write_action, write_priority
from plans.services.closing import CARRY, Close, Ending, close_plan
from plans.services.writing import ActionEntry, PriorityEntry, StageEntry
from schools.models import AuditEntry
from schools.strategy import Cadence
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.plans.test_progress import HALVES, agreed_plan, text_of, there

_today = stopped_at(TODAY)


def filled_plan(cast: Cast) -> Plan:
    """Written in September: two priorities with targets and three actions, one of which serves no priority."""
    with time_machine.travel(date(2026, 9, 21), tick=False), trust_scope(cast.alder):
        plan = begin_plan(cast.dunmere, "sip", by=cast.ben)
        stages = [StageEntry(date(2026, 10, 1), "Begun."), StageEntry(date(2027, 3, 26), "Every class.")]
        for number, label in enumerate(("Writing", "Attendance")):
            row = write_priority(plan, PriorityEntry(label, "More.", "Seen.", milestones=stages), by=cast.ben)
            action = NewAction(f"{label} first.", cast.ben, "", None, date(2026, 11, 13 + 14 * number))
            write_action(plan, ActionEntry(action, row), by=cast.ben)
        loose = NewAction("Paint the hall.", None, "Site manager", None, date(2026, 11, 1))
        write_action(plan, ActionEntry(loose), by=cast.ben)
    return plan


def pks(plan: Plan) -> list[int]:
    return list(Action.objects.filter(plan=plan).order_by("pk").values_list("pk", flat=True))


def judged(plan: Plan, *what: str) -> dict[int, Ending]:
    return {pk: Ending(one, "Seen.", "All see it.", "Notes.") for pk, one in zip(pks(plan), what, strict=True)}


WORKED = {"verdict": "worked", "note": "Books are longer.", "evidence": "Books of two year groups."}


def test_a_plan_is_closed_with_its_actions_and_stays_as_it_was(cast: Cast):
    plan = filled_plan(cast)
    with trust_scope(cast.alder):
        before = document_of(plan)
        said = {"what": "partly", "note": "Half of it.", "evidence": "A count.", "early": "All see it."}
        typed = {f"action-{pk}-{part}": words for pk in pks(plan) for part, words in said.items()}
    ben = cast.client(cast.ben)
    page = text_of(ben.get(there(plan, "close/")))
    for words in ("Has the plan worked?", "Writing first.", "Paint the hall.", "Priorities that go on"):
        assert words in page, words
    closed = ben.post(there(plan, "close/"), {**WORKED, **typed})
    assert (closed.status_code, closed["Location"]) == (302, there(plan))
    with trust_scope(cast.alder):
        plan.refresh_from_db()
        assert (plan.state, plan.verdict, plan.closed_by, plan.final) == ("closed", "worked", cast.ben, before)
        found = Action.objects.values_list("verdict", "verdict_note", "verdict_evidence")
        assert set(found) == {("partly", "Half of it.", "A count.")}
        assert set(Action.objects.values_list("why_early", flat=True)) == {"", "All see it."}
        assert AuditEntry.objects.filter(did="plan.closed", why="Books are longer.").count() == 1
    for reader in (cast.ada, cast.gita):
        read = text_of(cast.client(reader).get(there(plan)))
        for words in ("It worked.", "Books are longer.", "Books of two year groups.", "Writing first."):
            assert words in read, words
    assert "Books are longer." in text_of(ben.get(f"/t/alder/schools/{cast.dunmere.pk}/plans/"))
    assert ben.get(there(plan, "close/"))["Location"] == there(plan)
    with trust_scope(cast.alder):
        with pytest.raises(ValidationError, match="closed"):
            close_plan(plan, Close(**WORKED), by=cast.ben)
        assert begin_plan(cast.dunmere, "sip", by=cast.ben).pk != plan.pk


def test_what_goes_on_goes_into_the_next_plan(cast: Cast):
    plan = filled_plan(cast)
    ben = cast.client(cast.ben)
    with trust_scope(cast.alder):
        writing, attendance = plan.priorities.order_by("position")
        first, second, loose = pks(plan)
        typed = {
            "begin_next": "on", "keep": [str(writing.pk)], f"action-{first}-what": "worked",
            f"action-{first}-note": "Done.", f"action-{first}-evidence": "Notes.",
            f"action-{second}-what": CARRY, f"action-{loose}-what": CARRY,
        }  # fmt: skip
    moved = ben.post(there(plan, "close/"), {**WORKED, **typed})
    with trust_scope(cast.alder):
        following = Plan.objects.get(state="open")
        assert moved["Location"] == there(following)
        assert (following.follows, following.kind, following.begun_by) == (plan, "sip", cast.ben)
        rows = list(following.priorities.order_by("position"))
        assert [one.label for one in rows] == ["Writing", "Attendance"]  # kept, and served by what is carried over
        assert [[str(one) for one in row.milestones.all()] for row in rows] == [["Every class."]] * 2
        served = dict(Action.objects.filter(plan=following).values_list("pk", "priority"))
        assert served == {second: rows[1].pk, loose: None}
        assert attendance.milestones.count() == 2
        plan.refresh_from_db()
        assert [line["what"] for one in plan.final["priorities"] for line in one["actions"]] == [
            "Writing first.", "Attendance first.",
        ]  # fmt: skip
    assert "The plan that took its place" in text_of(ben.get(there(plan)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"verdict": "fine"}, "Choose whether it worked"),
        ({"note": " "}, "Say in a sentence what you saw"),
        ({"evidence": ""}, "Say what shows it"),
        ({"verdict": "too_early"}, "on which day to look again"),
        ({"verdict": "too_early", "again_on": date(2026, 11, 20)}, "still to come"),
        ({"what": ("worked", "", "worked")}, "Say whether it worked, or carry it over"),
        ({"what": ("worked", CARRY, "worked")}, "begin the next plan as well"),
        ({"early": ""}, "Say why it can be judged now"),
        ({"seen": ""}, "what you saw: “Writing first.”"),
        ({"shows": ""}, "what people say: “Writing first.”"),
    ],
)
def test_what_a_verdict_lacks_is_said(cast: Cast, change: dict[str, Any], words: str):
    plan = filled_plan(cast)
    what = change.pop("what", ("worked", "worked", "worked"))
    seen, early = change.pop("seen", "Seen."), change.pop("early", "All see it.")
    shows = change.pop("shows", "Notes.")
    with trust_scope(cast.alder):
        endings = {pk: Ending(one, seen, early, shows) for pk, one in zip(pks(plan), what, strict=True)}
        with pytest.raises(ValidationError) as refused:
            close_plan(plan, Close(**{**WORKED, "endings": endings, **change}), by=cast.ben)
        assert words in " ".join(refused.value.messages)
        assert Plan.objects.get().is_open
        assert not Action.objects.filter(state="done").exists()


def test_what_is_typed_wrong_is_told_beside_its_field_and_nothing_is_lost(cast: Cast):
    plan = filled_plan(cast)
    half = cast.client(cast.ben).post(there(plan, "close/"), {**WORKED, "evidence": ""})
    assert half.status_code == 422
    for words in ("Say what shows it", "Books are longer."):
        assert words in text_of(half), words


def test_too_early_leaves_it_open_with_a_new_day(cast: Cast):
    plan = filled_plan(cast)
    ben = cast.client(cast.ben)
    looked = ben.post(
        there(plan, "close/"), {"verdict": "too_early", "note": "Half a term is short.", "again_on": "26 March 2027"}
    )
    assert looked.status_code == 302
    with trust_scope(cast.alder):
        plan.refresh_from_db()
        assert (plan.state, plan.verdict, plan.ends_on) == ("open", "too_early", date(2027, 3, 26))
    read = text_of(ben.get(there(plan)))
    assert "Half a term is short." in read
    assert "looked at again on 26 March 2027" in read


def test_one_that_waits_to_be_approved_is_not_closed(cast: Cast):
    plan = filled_plan(cast)
    with trust_scope(cast.alder):
        send_plan(plan, by=cast.ben)
        with pytest.raises(ValidationError, match="waits for the school improvement lead"):
            close_plan(plan, Close(**WORKED, endings=judged(plan, "worked", "worked", "worked")), by=cast.ben)


@pytest.mark.parametrize(
    ("every", "agreed", "ends"),
    [
        (Cadence.SIX_WEEKS, date(2026, 11, 2), date(2026, 12, 11)),
        (Cadence.TERM, date(2026, 9, 25), date(2026, 12, 18)),
        (Cadence.TERM, date(2026, 11, 20), date(2027, 3, 25)),  # four weeks are no term
        (Cadence.YEAR, date(2026, 9, 25), date(2027, 3, 25)),  # the calendar of this test ends there
        (Cadence.YEAR, date(2027, 1, 25), None),
        (None, date(2026, 9, 25), None),
        (Cadence.YEAR, None, None),
    ],
)
def test_when_the_time_of_a_plan_is_up(every: Cadence | None, agreed: date | None, ends: date | None):
    assert time_is_up(every, HALVES, agreed=agreed) == ends


def test_when_its_time_is_up_the_school_is_asked(cast: Cast):
    plan = agreed_plan(cast)
    with trust_scope(cast.alder):
        plan.refresh_from_db()
        assert plan.ends_on is not None
        assert plan.ends_on > date(2027, 7, 1)
        Plan.objects.filter(pk=plan.pk).update(ends_on=date(2026, 11, 13))
        plan.refresh_from_db()
        set_due_days([plan], today=TODAY)
        assert plan.ends_on == date(2026, 11, 13)  # what was set once stays
    assert "School improvement plan: has it worked?" in text_of(cast.client(cast.ben).get("/t/alder/my-school/"))
    read = text_of(cast.client(cast.ben).get(there(plan)))
    assert "The time of this plan is up" in read
    assert "Close it and begin the next" in read
    assert "The school has not said yet" in text_of(cast.client(cast.tom).get(there(plan)))
    assert "Its time was up on 13 November 2026" in text_of(cast.client(cast.ada).get("/t/alder/plans/"))


def test_who_closes(cast: Cast):
    plan = filled_plan(cast)
    clients = {name: cast.client(getattr(cast, name)) for name in ("ada", "ben", "gita", "tom", "olive", "cleo")}
    found = {name: client.get(there(plan, "close/")).status_code for name, client in clients.items()}
    assert found == {"ada": 200, "ben": 200, "gita": 403, "tom": 403, "olive": 403, "cleo": 404}


def test_the_database_has_no_closed_plan_without_a_verdict(cast: Cast):
    plan = filled_plan(cast)
    with trust_scope(cast.alder), pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(state="closed")
