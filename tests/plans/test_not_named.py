"""What the strategy does not name is said in one sentence, and nothing of it is offered."""

from __future__ import annotations

from tests.conftest import TODAY, stopped_at
from tests.plans.ladder_world import make_ladder_world
from tests.plans.test_plans import text_of

_today = stopped_at(TODAY)


def test_a_strategy_without_a_ladder_shows_nothing(db: None) -> None:
    plain = make_ladder_world("two_axes")
    read = text_of(plain.client("lead").get("/t/alder/concerns/"))
    assert "The strategy has no ladder for schools that cause concern, so nothing is kept here." in read
    assert "No school is on the ladder" not in read
    assert "Raise a concern" not in read
    assert plain.client("lead").get(f"/t/alder/schools/{plain.school.pk}/concerns/scc/").status_code == 404


def test_where_the_strategy_says_nothing_nobody_begins_one(db: None):
    world = make_ladder_world("two_axes")
    page = text_of(world.client("ceo").get("/t/alder/appraisals/"))
    assert "The strategy does not say whose appraisal is followed, so none is begun here." in page
    assert "egin" not in page.split("<main", 1)[1].replace("none is begun here", "")
    assert world.client("ceo").get("/t/alder/appraisals/new/").status_code == 404
