"""Where a school stands on a ladder, on the page of its people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from plans.rules.ladder import Step
from schools.rules import LONDON
from schools.tenancy import trust_scope
from tests.conftest import stopped_at
from tests.plans.ladder_world import LadderWorld, make_ladder_world

ADDRESS = "/t/alder/my-school/"
Count = Callable[[Callable[[], Any]], list[str]]


_today = stopped_at(datetime(2026, 11, 20, 12, tzinfo=LONDON))


def page(world: LadderWorld, key: str) -> str:
    return " ".join(world.client(key).get(ADDRESS).content.decode().split())


def test_the_ladder_is_among_what_was_decided_for_who_reads_concerns(db: None) -> None:
    world = make_ladder_world()
    with trust_scope(world.trust):
        concern = world.raised()
    assert "Decided about you" not in page(world, "head")  # a proposal is not decided
    with trust_scope(world.trust):
        world.decide(concern)
        world.moved(world.fresh(concern), Step.HOLD)
    for key in ("head", "chair"):
        read = page(world, key)
        news = read[read.index(">Decided about you</h2>") :].partition("</section>")[0]
        assert "Schools causing concern (SCC):" in news
        assert "Level 1 since 20 November 2026, 223 days left. To be looked at again on 15 January 2027." in news
        assert f'href="/t/alder/concerns/{concern.pk}/"' in news
    assert "Level 1 since" not in page(world, "leader")


def test_it_takes_no_question_more_where_there_is_a_ladder(db: None, queries: Count) -> None:
    world = make_ladder_world()
    client = world.client("head")
    client.get(ADDRESS)
    before = len(queries(lambda: client.get(ADDRESS)))
    with trust_scope(world.trust):
        world.opened()
    assert "Level 1 since" in page(world, "head")
    assert len(queries(lambda: client.get(ADDRESS))) == before
