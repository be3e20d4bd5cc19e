"""A plan sent and answered by another program, and the trust's own: as on the pages, and by the same people."""

from __future__ import annotations

from typing import Any

from plans.models import ApprovalStep, Plan
from plans.queries.plans import kind_of
from plans.services import begin_plan, send_plan
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import member
from tests.plans.ladder_world import LadderWorld, make_ladder_world
from tests.plans.test_api_writing import NOBODYS, acts, send

_today = stopped_at(TODAY)


def rules_of(plan: Plan) -> tuple[str, ...]:
    found = kind_of(plan)
    assert found is not None
    return found.quality_rules


def test_a_plan_is_sent_and_answered_with_its_rules(cast: Cast, plan: Plan) -> None:
    at, rules = f"plans/{plan.pk}", rules_of(plan)
    status, told = send(cast, cast.ben, f"{at}/send", {"note": "Please read."})
    assert (status, told["standing"]) == (200, "Waits for the school improvement lead")
    status, again = send(cast, cast.ben, f"{at}/send", {})
    assert (status, "Take it back first" in again["errors"][""][0]) == (400, True)
    for person, words in ((cast.ben, "somebody with another role"), (cast.tom, "somebody with another role")):
        status, told = send(cast, person, f"{at}/answer", {"outcome": "approved"})
        assert (status, words in told["errors"][""][0]) == (400, True)
    status, told = send(cast, cast.ada, f"{at}/answer", {"outcome": "approved"})
    assert (status, len(told["errors"])) == (400, len(rules))
    assert all(name.startswith("checked.") for name in told["errors"])
    met = dict.fromkeys(rules, "met")
    for data, field, words in (
        ({"outcome": "perhaps"}, "outcome", "Choose what you decide"),
        ({"outcome": "returned"}, "words", "Say what has to change"),
        ({"outcome": "returned", "words": "a\0b"}, "words", "Null characters"),
        ({"outcome": "returned", "words": "More.", "checked": {"Tidy": "met"}}, "checked.Tidy", "not gone through"),
        ({"outcome": "returned", "words": "More.", "checked": {rules[0]: "x"}}, None, "Say met, not_yet or not_here"),
        ({"outcome": "approved", "checked": met | {rules[0]: "not_yet"}}, "outcome", "A rule is not met yet"),
        ({"outcome": "approved", "checked": met, "by": 1}, "by", "cannot be set"),
    ):
        status, told = send(cast, cast.ada, f"{at}/answer", data)
        [(name, [sentence])] = told["errors"].items()
        assert (status, words in sentence) == (400, True), data
        assert name == field or (field is None and name.startswith("checked."))
    sent = {"outcome": "conditions", "words": "Add Year 6.", "checked": met | {rules[0]: "not_yet"}}
    status, told = send(cast, cast.ada, f"{at}/answer", sent)
    assert (status, told["standing"]) == (200, "Approved with conditions")
    assert told["steps"][0]["checked"] == sent["checked"]
    with trust_scope(cast.alder):
        step = ApprovalStep.objects.get()
        assert (step.by, step.words, step.outcome) == (cast.ada, "Add Year 6.", "conditions")
    status, told = send(cast, cast.ada, f"{at}/answer", sent | {"checked": {}})
    assert (status, told["errors"][""]) == (400, ["Nothing of this plan waits to be approved."])
    assert [(did, by, why) for did, by, *_, why in acts(cast)[1:]] == [
        ("plan.sent", cast.ben.pk, "Please read."), ("plan.answered", cast.ada.pk, "Add Year 6."),
    ]  # fmt: skip


def test_nobody_answers_what_they_began_and_a_stranger_finds_no_plan(cast: Cast) -> None:
    with trust_scope(cast.alder):
        plan = begin_plan(cast.dunmere, "sip", by=cast.ada)
        send_plan(plan, by=cast.ben)
        nia = member("Nia Ford", "head", cast.ashmere)
    at = f"plans/{plan.pk}/answer"
    assert "somebody else answers" in send(cast, cast.ada, at, {"outcome": "approved"})[1]["errors"][""][0]
    for person in (nia, cast.cleo):
        assert send(cast, person, at, {"outcome": "approved"})[0] == 404
    assert send(cast, cast.olive, at, {"outcome": "approved"})[0] == 403
    assert send(cast, cast.ada, f"plans/{NOBODYS}/answer", {"outcome": "approved"})[0] == 404


# Of the trust itself


def test_the_trusts_own_plan_is_begun_and_written_by_those_who_write_everywhere(db: None) -> None:
    world: LadderWorld = make_ladder_world("numbered_categories")
    base = f"/api/v1/t/{world.trust.slug}/"

    def post(who: str, path: str, data: Any) -> Any:
        return world.client(who).post(f"{base}{path}/", data, "application/json")

    for who in ("head", "leader", "trustee", "admin"):
        assert post(who, "plans/trust", {"kind": "trust_plan"}).status_code == 403
    begun = post("lead", "plans/trust", {"kind": "trust_plan"})
    assert (begun.status_code, begun.json()["school"]) == (201, None)
    assert post("lead", "plans/trust", {"kind": "trust_plan"}).status_code == 400
    at = begun.json()["id"]
    action = {"what": "Pair schools.", "owner": world.people["lead"].pk, "impact_check_on": "2027-01-15"}
    made = post("ceo", f"plans/{at}/actions", action)
    assert (made.status_code, made.json()["school"]) == (201, None)
    assert post("trustee", f"plans/{at}/actions", action).status_code == 403
    assert post("head", f"plans/{at}/actions", action).status_code == 404
    verdict = {"verdict": "worked", "note": "Seen.", "evidence": "Notes.", "why_early": "It is done."}
    closed = world.client("lead").post(
        f"/api/v1/t/{world.trust.slug}/actions/{made.json()['id']}/verdict/", verdict, "application/json"
    )
    assert (closed.status_code, closed.json()["state"]) == (200, "done")
