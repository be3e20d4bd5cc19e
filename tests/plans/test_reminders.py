"""The clock reminds of impact checks: once for each day set, the owner, or the head where there is none."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings

from plans.models import Action
from plans.services import NewAction, add_actions, give_verdict, remind_of_checks
from plans.tasks import remind_of_impact_checks
from schools.audit import record_act
from schools.models import Membership, Notice
from schools.services.people import end_membership
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.factories import member

DAY = date(2026, 12, 4)


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any, request: pytest.FixtureRequest) -> None:
    time_machine.move_to("2026-11-20T10:00Z")
    if "live_cast" not in request.fixturenames:
        request.getfixturevalue("open_alder")


def agreed(cast: Cast, owner: Membership | None = None, words: str = "", day: date = DAY) -> Action:
    action = NewAction("Longer writing.", owner, words, None, day)
    record_act("action.planted", Action, by=None)
    return add_actions(cast.dunmere, cast.version.strategy, [action], today=date(2026, 11, 20))[0]


def on(time_machine: Any, day: date) -> int:
    """Three hours of the clock on that day. How many actions were told of."""
    time_machine.move_to(f"{day}T08:00Z")
    return sum(remind_of_checks(today=day) for _ in range(3))


def test_once_two_days_before_and_again_for_a_new_day(cast: Cast, time_machine: Any) -> None:
    made = agreed(cast, cast.ben)
    days = [DAY + timedelta(days=number) for number in range(-14, 8)]
    assert [day for day in days if on(time_machine, day)] == [DAY - timedelta(days=2)]
    notice = Notice.objects.get(to=cast.ben)
    assert notice.subject == "Dunmere Primary: impact check on 4 December 2026"
    assert notice.path == f"/t/alder/actions/{made.pk}/"
    assert "“Longer writing.”" in notice.body
    assert notice.not_before.hour in (7, 8)
    give_verdict(made, by=cast.ben, verdict="too_early", note="Books are thin.", again_on=date(2027, 1, 15))
    assert [day for day in (date(2027, 1, 11), date(2027, 1, 13), date(2027, 1, 14)) if on(time_machine, day)] == [
        date(2027, 1, 13)
    ]


def test_one_that_was_missed_is_reminded_of_late_and_one_long_past_is_not(cast: Cast, time_machine: Any) -> None:
    agreed(cast, cast.ben)
    assert on(time_machine, DAY + timedelta(days=61)) == 0
    assert on(time_machine, DAY + timedelta(days=20)) == 1


def test_without_an_owner_here_the_head_hears_of_it(cast: Cast, time_machine: Any) -> None:
    agreed(cast, words="English lead")
    gone = member("Gone Away", "leader", cast.dunmere)
    agreed(cast, gone)
    end_membership(gone, by=cast.olive, why="Moved away.")
    assert on(time_machine, DAY) == 2
    assert Notice.objects.filter(to=cast.ben, subject__contains="impact check").count() == 2


def test_a_closed_one_is_left_alone(cast: Cast, time_machine: Any) -> None:
    said = {"note": "Books show it.", "evidence": "Six books.", "why_early": "All see it."}
    give_verdict(agreed(cast, cast.ben), by=cast.ben, verdict="worked", **said)
    assert on(time_machine, DAY) == 0


def test_the_clock_does_it_in_every_trust(live_cast: Cast, time_machine: Any) -> None:
    with trust_scope(live_cast.alder):
        agreed(live_cast, live_cast.ben)
    time_machine.move_to(f"{DAY}T08:00Z")
    for _ in range(2):
        remind_of_impact_checks()
    with trust_scope(live_cast.alder):
        assert Notice.objects.filter(subject__contains="impact check").count() == 1
    assert remind_of_impact_checks.name in {one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()}
