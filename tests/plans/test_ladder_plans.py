"""The plans that stages of a ladder ask for, and at which schools they can be begun."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError

from plans.queries.plans import kinds_to_begin
from plans.rules.ladder import Step
from plans.services import begin_plan
from schools.rules import LONDON
from schools.tenancy import trust_scope
from tests.plans.ladder_world import TODAY, LadderWorld, make_ladder_world

NOON = datetime(2026, 11, 20, 12, tzinfo=LONDON)


@pytest.fixture
def scc(db: None) -> Iterator[LadderWorld]:
    with time_machine.travel(NOON, tick=False):
        made = make_ladder_world()
        with trust_scope(made.trust):
            yield made


def test_the_plan_of_a_stage_can_be_begun_whatever_the_level(db: None) -> None:
    """A school comes to a stage before its category has followed (S1-39)."""
    with time_machine.travel(NOON, tick=False):
        world = make_ladder_world("sustain_to_stabilise")
        with trust_scope(world.trust):
            rapid = world.ladder.stages[1].plan
            assert rapid not in [one.key for one in kinds_to_begin(world.school, today=TODAY)[1]]
            world.moved(world.opened(), Step.UP)
            assert begin_plan(world.school, rapid, by=world.people["head"]).kind == rapid


def test_a_plan_for_the_ladder_alone_is_of_schools_on_it(scc: LadderWorld) -> None:
    """S0-25: who raises concerns begins it once the stage is proposed (S0-36), the school once it stands there."""
    isap, head, lead = scc.ladder.stages[0].plan, scc.people["head"], scc.people["lead"]

    def offered(*, proposed: bool = False) -> bool:
        return isap in [one.key for one in kinds_to_begin(scc.school, today=TODAY, proposed=proposed)[1]]

    assert not offered(proposed=True)
    with pytest.raises(ValidationError, match="none of this kind here"):
        begin_plan(scc.school, isap, by=lead)
    concern = scc.raised()
    assert (offered(), offered(proposed=True)) == (False, True)
    with pytest.raises(ValidationError, match="none of this kind here"):
        begin_plan(scc.school, isap, by=head)
    scc.decide(concern)
    assert offered()
    assert isap not in [one.key for one in kinds_to_begin(scc.other, today=TODAY, proposed=True)[1]]
    assert begin_plan(scc.school, isap, by=head).kind == isap
