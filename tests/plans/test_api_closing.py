"""A plan that another program closes, takes back or leaves a priority of."""

from __future__ import annotations

from typing import Any

import pytest

from plans.models import Action, Plan
from plans.services import send_plan
from plans.services.closing import CARRY
from schools.models import Membership
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.plans.test_closing import filled_plan, pks

WORKED = {"verdict": "worked", "note": "Books are longer.", "evidence": "Books of two year groups."}


_today = stopped_at(TODAY)


def send(cast: Cast, person: Membership, plan: Plan, path: str, data: Any) -> tuple[int, Any]:
    answer = cast.client(person).post(f"/api/v1/t/alder/plans/{plan.pk}/{path}/", data, "application/json")
    return answer.status_code, answer.json()


def ended(plan: Plan, *what: str) -> list[dict[str, Any]]:
    said = {"note": "Seen.", "evidence": "Notes.", "why_early": "All see it."}
    return [{"action": pk, "what": one, **said} for pk, one in zip(pks(plan), what, strict=True)]


def test_it_is_closed_and_the_next_begins(cast: Cast) -> None:
    plan = filled_plan(cast)
    with trust_scope(cast.alder):
        writing = plan.priorities.get(label="Writing")
        sent = {**WORKED, "begin_next": True, "keep": [writing.pk], "endings": ended(plan, "worked", CARRY, CARRY)}
    status, became = send(cast, cast.ben, plan, "close", sent)
    assert (status, became["state"]) == (200, "open")
    with trust_scope(cast.alder):
        following = Plan.objects.get(pk=became["id"])
        assert (following.follows, following.actions.count()) == (plan, 2)
        plan.refresh_from_db()
        assert (plan.state, plan.verdict, plan.closed_by) == ("closed", "worked", cast.ben)


def test_too_early_leaves_it_open(cast: Cast) -> None:
    plan = filled_plan(cast)
    sent = {**WORKED, "verdict": "too_early", "again_on": "2027-03-26"}
    status, same = send(cast, cast.ben, plan, "close", sent)
    assert (status, same["id"], same["state"]) == (200, plan.pk, "open")


def test_what_a_close_lacks_is_said_by_field(cast: Cast) -> None:
    plan = filled_plan(cast)
    with trust_scope(cast.alder):
        endings = ended(plan, "worked", "", "worked")
    first = endings[0]
    for wrong, said in (
        ({"evidence": ""}, {"evidence": ["Say what shows it: figures, books, visits, what people say"]}),
        ({"endings": [first | {"action": 10**9}]}, {"endings": ["The plan has no such action."]}),
        ({"endings": [first, first]}, {"endings": ["Say once what becomes of an action."]}),
    ):
        assert send(cast, cast.ben, plan, "close", {**WORKED, "endings": endings, **wrong}) == (
            400, {"errors": said},
        ), wrong  # fmt: skip
    status, refused = send(cast, cast.ben, plan, "close", {**WORKED, "endings": endings})
    assert (status, list(refused["errors"])) == (400, ["endings.1.what"])
    unshown = [first | {"evidence": " "}, *(one | {"what": "worked"} for one in endings[1:])]
    status, refused = send(cast, cast.ben, plan, "close", {**WORKED, "endings": unshown})
    assert (status, list(refused["errors"])) == (400, ["endings.0.evidence"])
    status, refused = send(cast, cast.ben, plan, "close", {**WORKED, "endings": [first]})
    assert (status, list(refused["errors"])) == (400, ["endings"])
    with trust_scope(cast.alder):
        assert set(Action.objects.values_list("state", flat=True)) == {"open"}


def test_a_priority_is_left_with_a_reason(cast: Cast) -> None:
    plan = filled_plan(cast)
    with trust_scope(cast.alder):
        writing = plan.priorities.get(label="Writing")
    path = f"priorities/{writing.pk}/leave"
    assert send(cast, cast.ben, plan, path, {"why": " "})[0] == 400
    assert send(cast, cast.ben, plan, path, {"why": "It is reached."})[0] == 200
    assert send(cast, cast.ben, plan, path, {"why": "Twice."})[0] == 404
    with trust_scope(cast.alder):
        writing.refresh_from_db()
        assert writing.dropped_at is not None


def test_it_is_taken_back_before_it_is_answered(cast: Cast) -> None:
    plan = filled_plan(cast)
    assert send(cast, cast.ben, plan, "take-back", {})[0] == 400
    with trust_scope(cast.alder):
        send_plan(plan, by=cast.ben)
    assert send(cast, cast.ben, plan, "close", WORKED)[0] == 400
    status, same = send(cast, cast.ben, plan, "take-back", {})
    assert (status, same["steps"][-1]["outcome"]) == (200, "withdrawn")


@pytest.mark.parametrize("path", ["close", "take-back"])
def test_only_who_writes_it(cast: Cast, path: str) -> None:
    plan = filled_plan(cast)
    with trust_scope(cast.alder):
        send_plan(plan, by=cast.ben)
    for person, status in ((cast.gita, 403), (cast.tom, 403), (cast.olive, 403), (cast.cleo, 404)):
        assert send(cast, person, plan, path, WORKED if path == "close" else {})[0] == status, person
