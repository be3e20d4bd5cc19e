"""The clock reminds schools of self-evaluations that are due, once for each reason, whoever asks besides."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings

from evidence.models import SelfEvaluation
from evidence.services.sef import remind_school, return_sef
from evidence.services.sef_opening import open_sef
from evidence.services.sef_reminding import remind_of_sefs
from evidence.services.sef_writing import save_section
from evidence.tasks import remind_of_self_evaluations
from schools.models import Notice
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.evidence.sef_world import sent, words
from tests.factories import SchoolFactory, member

DUE = date(2026, 12, 4)


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any, request: pytest.FixtureRequest) -> None:
    time_machine.move_to("2026-11-20T10:00Z")
    if "live_cast" not in request.fixturenames:
        request.getfixturevalue("open_alder")


def on(time_machine: Any, day: date) -> int:
    """Three hours of the clock on that day. How many schools were told."""
    time_machine.move_to(f"{day}T08:00Z")
    return sum(remind_of_sefs(today=day) for _ in range(3))


def told(cast: Cast) -> list[str]:
    return [notice.subject for notice in Notice.objects.filter(to=cast.ben).order_by("pk")]


def test_a_week_before_a_day_before_and_once_when_it_is_late(cast: Cast, time_machine: Any) -> None:
    days = [DUE + timedelta(days=number) for number in range(-20, 30)]
    found = [day for day in days if on(time_machine, day)]
    assert found == [date(2026, 11, 27), date(2026, 12, 3), date(2026, 12, 5)]
    assert told(cast) == [
        "Dunmere Primary: self-evaluation due on 4 December 2026",
        "Dunmere Primary: self-evaluation due on 4 December 2026",
        "Dunmere Primary: self-evaluation overdue",
    ]
    assert not SelfEvaluation.objects.exists(), "to be reminded of it begins nothing"


def test_it_says_how_far_the_school_is_and_leads_there(cast: Cast, time_machine: Any) -> None:
    save_section(open_sef(cast.dunmere, cast.autumn), "inclusion", words(), by=cast.ben)
    on(time_machine, date(2026, 11, 28))
    notice = Notice.objects.get(to=cast.ben)
    assert notice.body == (
        "The self-evaluation for autumn term 2026/27 of Dunmere Primary is due on 4 December 2026. "
        "1 of 8 sections are written; what is typed is saved at once."
    )
    assert notice.path == f"/t/alder/schools/{cast.dunmere.pk}/self-evaluation/{cast.autumn.pk}/"
    assert notice.not_before.date() == date(2026, 11, 30), "not at the weekend"


def test_a_lead_who_asked_that_day_has_asked_for_the_clock_too(cast: Cast, time_machine: Any) -> None:
    time_machine.move_to("2026-12-03T07:00Z")
    remind_school(cast.dunmere, cast.autumn, by=cast.ada, today=date(2026, 12, 3))
    assert on(time_machine, date(2026, 12, 3)) == 0
    assert on(time_machine, date(2026, 12, 7)) == 1


def test_what_is_sent_is_left_alone_until_it_comes_back(cast: Cast, time_machine: Any) -> None:
    sef = sent(cast)
    assert on(time_machine, date(2026, 12, 7)) == 0
    return_sef(sef, by=cast.ada, note="What changed?")
    assert on(time_machine, date(2026, 12, 8)) == 1
    assert "has not been sent again since it was sent back" in Notice.objects.latest("pk").body


def test_where_no_head_is_the_leaders_hear_and_what_is_long_past_is_left(cast: Cast, time_machine: Any) -> None:
    school = SchoolFactory(name="Elm Primary")
    maya = member("Maya Grant", "leader", school)
    on(time_machine, date(2026, 12, 7))
    assert Notice.objects.filter(to=maya).count() == 1
    Notice.objects.all().delete()
    assert on(time_machine, DUE + timedelta(days=61)) == 0


@pytest.mark.parametrize("schools", [1, 29])
def test_what_nobody_is_reminded_of_costs_little(cast: Cast, queries: Any, schools: int) -> None:
    for number in range(schools):
        open_sef(SchoolFactory(name=f"School {number}"), cast.autumn)
    assert len(queries(lambda: remind_of_sefs(today=date(2026, 11, 20)))) <= 20


def test_the_clock_reminds_every_trust(live_cast: Cast, time_machine: Any) -> None:
    time_machine.move_to("2026-12-07T10:00Z")
    for _ in range(2):
        remind_of_self_evaluations()
    with trust_scope(live_cast.alder):
        assert told(live_cast).count("Dunmere Primary: self-evaluation overdue") == 1
    assert remind_of_self_evaluations.name in {one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()}
