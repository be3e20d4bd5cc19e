"""What a plan gained by the steps of a ladder, on its page and on paper, by who may read the concern."""

from __future__ import annotations

import subprocess
from datetime import datetime
from typing import Any

import pytest

from plans.rules.ladder import Step
from plans.services import send_plan
from plans.services.seeing_through import amend_plan
from schools.rules import LONDON
from schools.tenancy import trust_scope
from tests.conftest import stopped_at
from tests.plans.ladder_world import LadderWorld, make_ladder_world

GAINED, LATER = "A reading specialist for a day a week.", "And a visit a month."


_today = stopped_at(datetime(2026, 11, 20, 12, tzinfo=LONDON))


@pytest.fixture
def world(db: None) -> LadderWorld:
    return make_ladder_world()


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_the_plan_shows_each_agreed_step_and_who_may_follow_it(world: LadderWorld) -> None:
    with trust_scope(world.trust):
        concern = world.opened()
        plan = world.plan()
        amend_plan(concern, GAINED, by=world.people["lead"])
        concern = world.moved(concern, Step.UP, plan_words=LATER)
        world.propose(concern, Step.UP, plan_words="Only proposed.")
        send_plan(plan, by=world.people["head"])
    for key, follows in (("head", True), ("trustee", True), ("leader", False)):
        read = text_of(world.client(key).get(f"/t/alder/plans/{plan.pk}/"))
        assert (GAINED in read, LATER in read, "Only proposed." in read) == (True, True, False), key
        assert read.index(LATER) < read.index(GAINED)
        link = f'<a href="/t/alder/concerns/{concern.pk}/">Up to Level 2</a>'
        assert (link in read, "Up to Level 2" in read) == (follows, follows), key


def test_on_paper_too(world: LadderWorld) -> None:
    with trust_scope(world.trust):
        concern = world.opened()
        plan = world.plan()
        amend_plan(concern, GAINED, by=world.people["lead"])
    made = world.client("head").get(f"/t/alder/plans/{plan.pk}/file/")
    read = subprocess.run(["pdftotext", "-layout", "-", "-"], input=made.content, capture_output=True, check=True)
    assert "What it gained on the ladder" in read.stdout.decode()
    assert GAINED in read.stdout.decode()


def test_it_takes_no_question_more(world: LadderWorld, queries: Any) -> None:
    head = world.client("head")
    with trust_scope(world.trust):
        concern = world.opened()
        plan = world.plan()
    url = f"/t/alder/plans/{plan.pk}/"
    head.get(url)
    before = len(queries(lambda: head.get(url)))
    with trust_scope(world.trust):
        amend_plan(concern, GAINED, by=world.people["lead"])
    assert GAINED in text_of(head.get(url))
    assert len(queries(lambda: head.get(url))) == before
