"""Who raises, proposes or decides out of hours can have it told at once, and says why."""

from __future__ import annotations

from datetime import datetime

import pytest
import time_machine

from plans.models import Concern
from schools.models import Notice
from schools.rules import LONDON
from schools.tenancy import trust_scope
from tests.conftest import stopped_at
from tests.plans.ladder_world import LadderWorld, make_ladder_world
from tests.plans.test_concern_pages import NOON, RAISE, STEP, at, inside, text_of

_today = stopped_at(NOON)


@pytest.fixture
def world(db: None) -> LadderWorld:
    return make_ladder_world()


def test_who_raises_or_decides_out_of_hours_can_have_it_told_now_and_says_why(world: LadderWorld) -> None:
    asks, why = "Tell them now, because…", "The inspection begins on Monday."
    page = f"/t/alder/schools/{world.school.pk}/concerns/scc/"
    for hour, shown in ((12, False), (20, True)):
        with time_machine.travel(datetime(2026, 11, 20, hour, tzinfo=LONDON), tick=False):
            assert (asks in text_of(world.client("lead").get(page))) == shown
    with time_machine.travel(datetime(2026, 11, 20, 20, tzinfo=LONDON), tick=False):
        refused = world.client("lead").post(page, {**RAISE, "reason": "", "why_now": why})
        assert (refused.status_code, why in text_of(refused)) == (422, True), "nothing that was typed is lost"
        assert world.client("lead").post(page, {**RAISE, "why_now": why}).status_code == 302
        concern = inside(world, Concern.objects.get)
        assert asks in text_of(world.client("ceo").get(at(concern)))
        assert asks not in text_of(world.client("director").get(at(concern))), "who does not decide"
    assert asks not in text_of(world.client("ceo").get(at(concern)))
    with time_machine.travel(datetime(2026, 11, 21, 10, tzinfo=LONDON), tick=False):
        sent = {"outcome": "agreed", "words": "", "why_now": "She asked to know."}
        assert world.client("ceo").post(at(concern, "decide/"), sent).status_code == 302
    with trust_scope(world.trust):
        at_once = Notice.objects.filter(at_once=True).order_by("pk").values_list("to", flat=True)
        assert list(at_once) == [world.people["ceo"].pk, world.people["lead"].pk]
    read = text_of(world.client("lead").get(at(concern)))
    assert why in read
    assert "She asked to know." in read


def test_a_further_step_can_be_told_at_once_as_well(world: LadderWorld) -> None:
    concern, asks = inside(world, world.opened), "Tell them now, because…"
    sent = {**STEP, "why_now": "Governors meet tonight."}
    page = at(concern, "propose/up/")
    with time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=LONDON), tick=False):
        assert asks not in text_of(world.client("lead").get(page))
    with time_machine.travel(datetime(2026, 11, 20, 20, tzinfo=LONDON), tick=False):
        assert asks in text_of(world.client("lead").get(page))
        assert world.client("lead").post(page, sent).status_code == 302
        assert "Governors meet tonight." in text_of(world.client("lead").get(at(concern)))
    with trust_scope(world.trust):
        told = Notice.objects.filter(at_once=True).values_list("to", flat=True)
        assert list(told) == [world.people["ceo"].pk]
