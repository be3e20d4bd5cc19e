"""Every step of every ladder, by who may take it and by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from plans.models import Concern
from plans.rules.ladder import Step
from schools.access import ROLES, Permission
from schools.tenancy import trust_scope
from tests.conftest import stopped_at
from tests.plans.ladder_world import LADDERS, PEOPLE, LadderWorld, make_ladder_world
from tests.plans.test_concern_pages import LETTER, NOON, STEP, at

PROPOSE, DECIDE = Permission.RAISE_CONCERN, Permission.DECIDE
Sent = dict[str, Any]


_today = stopped_at(NOON)


@pytest.fixture(params=LADDERS)
def world(db: None, request: pytest.FixtureRequest) -> LadderWorld:
    return make_ladder_world(request.param)


def _opened(world: LadderWorld) -> Concern:
    """With the plan of the first stage, whatever the levels of the school."""
    world.plan()
    return world.opened()


def _waiting(world: LadderWorld) -> Concern:
    concern = world.opened()
    world.propose(concern, Step.UP, by="director")
    return concern


def _looked(world: LadderWorld) -> Concern:
    concern = world.left()
    world.looked(concern)
    return concern


def _raise(world: LadderWorld) -> Sent:
    return {**STEP, "entry_tests": ["ladder-0"], "stage": world.ladder.stages[0].key, "evidence": "The visit."}


def _close(world: LadderWorld) -> Sent:
    return {"reason": "Well.", **{f"exit-{n}": "Seen." for n, _ in enumerate(world.ladder.stages[0].exit_tests)}}


def _duty(world: LadderWorld) -> Sent:
    asked = [*world.ladder.before, *world.ladder.stages[0].duties]
    return {"duty": asked[0], "on": "18 November 2026", "words": ""}


ACTS: dict[
    str, tuple[Callable[[LadderWorld], Concern] | None, str, Sent | Callable[[LadderWorld], Sent], Permission]
] = {
    "raise": (None, "", _raise, PROPOSE),
    "up": (_opened, "propose/up/", STEP, PROPOSE),
    "hold": (_opened, "propose/hold/", STEP, PROPOSE),
    "down": (lambda world: world.moved(_opened(world), Step.UP), "propose/down/", STEP, PROPOSE),
    "close": (_opened, "propose/close/", _close, PROPOSE),
    "letter": (_opened, "letters/", {**LETTER, "name-else": "DfE", "address-else": "by post"}, PROPOSE),
    "duty": (_opened, "done/", _duty, PROPOSE),
    "plan": (_opened, "plan/", {"words": "More help."}, PROPOSE),
    "take back": (_waiting, "take-back/", {}, PROPOSE),
    "decide": (_waiting, "decide/", {"outcome": "agreed", "words": ""}, DECIDE),
    "look": (LadderWorld.left, "look/", {"on": "20 November 2026", "finding": "holds", "words": "Well."}, PROPOSE),
    "back": (LadderWorld.left, "propose/back/", _raise, PROPOSE),
    "end": (_looked, "end/", {"words": "It holds."}, DECIDE),
}
"""What is done -> the state that the concern needs, where, with which words, and which permission it needs."""


@pytest.mark.parametrize("act", ACTS)
def test_every_step_is_refused_to_the_wrong_role(world: LadderWorld, act: str) -> None:
    ready, path, told, needs = ACTS[act]
    with trust_scope(world.trust):
        url = at(ready(world), path) if ready else f"/t/alder/schools/{world.other.pk}/concerns/{world.ladder.key}/"
    data = told(world) if callable(told) else told
    wrong = [key for key, (_, role, _) in PEOPLE.items() if needs not in ROLES[role].allows]
    assert {"head", "chair", "governor", "leader", "trustee", "admin", "clerk", "operations"} <= set(wrong)
    refused = [(key, world.client(key).post(url, data).status_code) for key in wrong]
    assert refused == [(key, 403) for key in wrong]
    who = "director" if act == "take back" else "lead" if needs == PROPOSE else "ceo"
    assert world.client(who).post(url, data).status_code == 302
