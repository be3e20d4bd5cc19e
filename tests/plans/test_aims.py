"""What may be a target or an action: values a measure can have, days still to come, one who sees to it, pounds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from evidence.rules.arithmetic import Amount
from evidence.rules.comparing import Known
from plans.models import Action, Milestone, Plan
from plans.rules.aiming import FAR, PAST, check_fault, day_fault, value_fault
from plans.rules.reaching import begins_on, reached
from plans.services import (
    ActionEntry,
    NewAction,
    PriorityEntry,
    StageEntry,
    add_actions,
    give_verdict,
    write_action,
    write_priority,
)
from schools.forms.money import PoundsField
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.plans.test_plans import ACTION, PRIORITY, text_of, there
from tests.strategies.reading import shipped

MEASURES = shipped("two_axes").measure_by_key
ATTENDANCE = MEASURES["attendance_rate"]


_today = stopped_at(TODAY)


@pytest.mark.parametrize(
    ("value", "fault"),
    [("950", "Attendance: enter 100 or less."), ("-1", "Attendance: enter 0 or more."), ("95.5", ""), ("100", "")],
)
def test_a_share_is_between_nought_and_a_hundred(value: str, fault: str) -> None:
    assert value_fault(Decimal(value), ATTENDANCE) == fault


def test_a_target_in_words_has_no_range_and_today_is_not_past() -> None:
    assert value_fault(None, None) == ""
    assert day_fault(TODAY, today=TODAY) == ""
    assert day_fault(date(2026, 11, 19), today=TODAY) == PAST


def test_a_plan_runs_over_some_years_and_not_over_thousands(cast: Cast, plan: Plan) -> None:
    assert (day_fault(date(2036, 11, 20), today=TODAY), day_fault(date(2036, 11, 21), today=TODAY)) == ("", FAR)
    assert check_fault(date(9999, 1, 1), date(9999, 1, 1), today=TODAY) == "", "what stands stays"
    ben = cast.client(cast.ben)
    target = ben.post(there(plan, "priorities/"), {**PRIORITY, "stage-0-by": "1 June 9999"})
    assert (target.status_code, FAR in text_of(target)) == (422, True)
    action = ben.post(there(plan, "actions/"), {**ACTION, "due": "", "check": "1 June 9999"})
    assert (action.status_code, FAR in text_of(action)) == (422, True)
    sent = {"what": "Plan.", "owner_words": "Head", "impact_check_on": "9999-06-01"}
    answer = ben.post(f"/api/v1/t/alder/plans/{plan.pk}/actions/", sent, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"]) == (400, {"impact_check_on": [FAR]})
    with trust_scope(cast.alder):
        far = NewAction("Plan.", None, "Head", None, date(9999, 6, 1))
        with pytest.raises(ValidationError, match="more than ten years ahead"):
            write_action(plan, ActionEntry(far), by=cast.ben)
        with pytest.raises(ValidationError, match="more than ten years ahead"):
            add_actions(cast.dunmere, cast.version.strategy, [far], today=TODAY)
        row = write_action(plan, ActionEntry(NewAction("Plan.", None, "Head", None, TODAY)), by=cast.ben)
        with pytest.raises(ValidationError) as refused:
            give_verdict(row, by=cast.ben, verdict="too_early", note="Not yet.", again_on=date(9999, 6, 1))
        assert refused.value.message_dict == {"again_on": [FAR]}


def test_nonsense_is_told_beside_its_field(cast: Cast, plan: Plan) -> None:
    wrong = {**PRIORITY, "stage-0-value": "950", "stage-0-by": "1 June 2020"}
    page = cast.client(cast.ben).post(there(plan, "priorities/"), wrong)
    assert page.status_code == 422
    for words in ("Attendance: enter 100 or less.", PAST, 'value="950"', "1 June 2020"):
        assert words in text_of(page), words
    long = cast.client(cast.ben).post(there(plan, "priorities/"), {**PRIORITY, "stage-0-value": "9" * 14})
    assert "Enter a number of at most eight digits" in text_of(long)
    with trust_scope(cast.alder):
        assert not plan.priorities.exists()


def test_programs_are_refused_by_field_and_the_service_refuses_both(cast: Cast, plan: Plan) -> None:
    stage = {"by_on": "2020-06-01", "measure": "attendance_rate", "value": "950"}
    sent = {"label": "Attendance", "milestones": [stage]}
    at = f"/api/v1/t/alder/plans/{plan.pk}/priorities/"
    answer = cast.client(cast.ben).post(at, sent, content_type="application/json")
    assert (answer.status_code, set(answer.json()["errors"])) == (
        400,
        {"milestones.0.by_on", "milestones.0.value"},
    )
    with trust_scope(cast.alder):
        for day, value in ((date(2020, 6, 1), "95"), (date(2027, 6, 1), "950")):
            entry = PriorityEntry("A", milestones=[StageEntry(day, "", "attendance_rate", "all", Decimal(value))])
            with pytest.raises(ValidationError):
                write_priority(plan, entry, by=cast.ben)


def test_a_target_that_was_set_before_stays_when_its_day_is_past(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder), time_machine.travel(date(2026, 9, 1), tick=False):
        kept = [StageEntry(date(2026, 10, 1), "", "attendance_rate", "all", Decimal(95))]
        row = write_priority(plan, PriorityEntry("Attendance", milestones=kept), by=cast.ben)
    ben, stays = cast.client(cast.ben), {**PRIORITY, "stage-0-by": "1 October 2026", "stage-0-value": "95"}
    place = there(plan, f"priorities/{row.pk}/")
    assert ben.post(place, stays).status_code == 302
    changed = ben.post(place, {**stays, "stage-0-value": "94"})
    assert (changed.status_code, PAST in text_of(changed)) == (422, True)
    with trust_scope(cast.alder):
        assert Milestone.objects.get(measure="attendance_rate").value == 95


def test_the_impact_of_a_new_action_is_looked_at_on_a_day_to_come(cast: Cast, plan: Plan) -> None:
    ben, past = cast.client(cast.ben), {**ACTION, "due": "", "check": "1 April 2020"}
    page = ben.post(there(plan, "actions/"), past)
    assert (page.status_code, "Say on which day to come its impact is looked at" in text_of(page)) == (422, True)
    sent = {"what": "Plan.", "owner_words": "Head", "impact_check_on": "2020-04-01"}
    answer = ben.post(f"/api/v1/t/alder/plans/{plan.pk}/actions/", sent, content_type="application/json")
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"impact_check_on"})
    with trust_scope(cast.alder):
        with pytest.raises(ValidationError, match="day is past"):
            write_action(plan, ActionEntry(NewAction("Plan.", None, "Head", None, date(2020, 4, 1))), by=cast.ben)
        old = Action.objects.create(
            plan=plan, what="Old.", owner_words="Head", impact_check_on=date(2026, 11, 2), agreed_on=date(2026, 9, 1)
        )
    kept = {**ACTION, "due": "", "check": "2 November 2026"}
    assert ben.post(there(plan, f"actions/{old.pk}/"), kept).status_code == 302


def test_a_person_and_a_role_are_not_both_taken(cast: Cast, plan: Plan) -> None:
    both = {**ACTION, "owner": str(cast.ben.pk)}
    page = cast.client(cast.ben).post(there(plan, "actions/"), both)
    assert page.status_code == 422
    for words in ("Choose a person or name a role, not both", 'value="English lead"'):
        assert words in text_of(page), words


@pytest.mark.parametrize(
    ("typed", "kept"), [("£1,200", 1200), ("1,200.50", "1200.50"), ("1200", 1200), ("£ 12,345,678", 12345678)]
)
def test_pounds_are_read_as_people_write_them(typed: str, kept: Any) -> None:
    assert PoundsField().clean(typed) == Decimal(kept)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("lots", "Enter pounds, for example 1,200"),
        ("1,2", "Enter pounds, for example 1,200"),
        ("1234567890123", "Enter at most £99,999,999.99"),
        ("1.234", "Enter pence as two digits, for example 1,200.50"),
        ("-5", "Enter 0 or more"),
    ],
)
def test_what_are_no_pounds_is_said_in_our_words(typed: str, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        PoundsField(min_value=0).clean(typed)
    assert refused.value.messages == [words]


def test_a_budget_is_typed_as_the_page_shows_it(cast: Cast, plan: Plan) -> None:
    ben = cast.client(cast.ben)
    assert ben.post(there(plan, "actions/"), {**ACTION, "budget": "£1,200"}).status_code == 302
    with trust_scope(cast.alder):
        assert Action.objects.get().budget == 1200


def known(share: int, year: int, span: str, until: date) -> Known:
    return Known(Amount(share, 1000), year, span, until, "return", "Return")


def state(by_on: date, *numbers: Known) -> str:
    return reached(numbers, ATTENDANCE, aim=Decimal(95), by_on=by_on, counts=True).state


def test_a_figure_of_years_later_says_nothing_of_a_target() -> None:
    later = known(960, 2026, "autumn", date(2026, 12, 18))
    found = reached((later,), ATTENDANCE, aim=Decimal(95), by_on=date(2020, 6, 1), counts=True)
    assert (found.state, found.figure) == ("none", "")


def test_the_figure_of_the_period_of_the_day_counts() -> None:
    autumn, spring = known(940, 2026, "autumn", date(2026, 12, 18)), known(960, 2026, "spring", date(2027, 3, 25))
    year = known(960, 2026, "year", date(2027, 8, 31))
    assert state(date(2026, 12, 18), spring, autumn) == "not_met"
    assert state(date(2026, 12, 18), spring) == "none"
    assert state(date(2027, 2, 1), spring, autumn) == "met"
    assert state(date(2027, 2, 1), year) == "met"
    assert state(date(2026, 7, 1), year) == "none"


def test_an_older_figure_is_ahead_only_within_a_year() -> None:
    autumn = known(960, 2025, "autumn", date(2025, 12, 18))
    assert state(date(2026, 12, 18), autumn) == "ahead"
    assert state(date(2027, 7, 20), autumn) == "none"


@pytest.mark.parametrize(
    ("span", "until", "begins"),
    [
        ("autumn", date(2026, 12, 18), date(2026, 9, 1)),
        ("spring", date(2027, 3, 25), date(2027, 1, 1)),
        ("summer", date(2027, 7, 20), date(2027, 4, 16)),
        ("year", date(2027, 8, 31), date(2026, 9, 1)),
        ("to_date", date(2027, 3, 25), date(2027, 1, 1)),
        ("rolling", date(2027, 7, 20), date(2027, 4, 16)),
        ("day", date(2026, 10, 1), date(2026, 10, 1)),
    ],
)
def test_when_the_period_of_a_figure_begins(span: str, until: date, begins: date) -> None:
    assert begins_on(known(950, 2026, span, until)) == begins
