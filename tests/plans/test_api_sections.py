"""The prose of a plan written by another program: as on its page, and by the same people."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from plans.models import Plan
from plans.services import begin_plan, plan_of, send_plan
from plans.services.closing import Close, close_plan
from schools.models import AuditEntry, Membership
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import member
from tests.plans.phase_world import make_phase_world, put_in
from tests.plans.test_plans import there

WHERE, SCHEDULE = "where_we_are", "monitoring_and_evaluation_schedule"


_today = stopped_at(TODAY)


def write(cast: Cast, person: Membership, plan: Plan, data: Any) -> tuple[int, Any]:
    answer = cast.client(person).patch(f"/api/v1/t/alder/plans/{plan.pk}/sections/", data, "application/json")
    return answer.status_code, answer.json()


def read(cast: Cast, person: Membership, plan: Plan) -> Any:
    return cast.client(person).get(f"/api/v1/t/alder/plans/{plan.pk}/").json()


def kept(plan: Plan) -> dict[str, Any]:
    with trust_scope(plan.trust):
        return Plan.objects.get(pk=plan.pk).answers


def test_the_sections_that_are_sent_are_kept_and_the_others_stay(cast: Cast, plan: Plan) -> None:
    known = read(cast, cast.ben, plan)
    assert (known["version"], known["document"]["sections"][0]["key"]) == (1, WHERE)
    status, told = write(cast, cast.ben, plan, {"version": 1, "sections": {WHERE: " We are here.\r\nNow. "}})
    assert (status, told["version"], told["named"]) == (200, 2, {})
    status, told = write(cast, cast.ada, plan, {"version": 2, "sections": {SCHEDULE: "Each half term."}})
    assert (status, told["version"]) == (200, 3)
    assert kept(plan) == {WHERE: "We are here.\nNow.", SCHEDULE: "Each half term."}
    texts = {one["key"]: one["text"] for one in read(cast, cast.ben, plan)["document"]["sections"]}
    assert (texts[WHERE], texts[SCHEDULE]) == ("We are here.\nNow.", "Each half term.")
    for blank, version in (("", 3), (None, 3)):
        assert write(cast, cast.ben, plan, {"version": version, "sections": {SCHEDULE: blank}})[0] == 200
    assert kept(plan) == {WHERE: "We are here.\nNow."}
    assert write(cast, cast.ben, plan, {"version": 4, "sections": {}})[1]["version"] == 4
    with trust_scope(cast.alder):
        assert set(AuditEntry.objects.filter(did__startswith="plan.").values_list("did", flat=True)) == {"plan.begun"}


def test_a_page_and_a_program_that_write_the_same_lose_nothing(cast: Cast, plan: Plan) -> None:
    cast.client(cast.ben).post(there(plan, "write/"), {"version": "1", WHERE: "Ben's words."})
    status, told = write(cast, cast.ada, plan, {"version": 1, "sections": {WHERE: "Ada's words.", SCHEDULE: "Weekly."}})
    assert (status, told["version"]) == (409, 2)
    [clash] = told["conflicts"]
    assert (clash["field"], clash["by"], clash["theirs"], clash["mine"]) == (
        WHERE, cast.ben.user.name, "Ben's words.", "Ada's words.",
    )  # fmt: skip
    assert kept(plan) == {WHERE: "Ben's words."}, "nothing is kept while two meet"
    assert write(cast, cast.ada, plan, {"version": 1, "sections": {SCHEDULE: "Weekly."}})[0] == 200
    assert write(cast, cast.ada, plan, {"version": 3, "sections": {WHERE: "Ada's words."}})[0] == 200
    assert kept(plan) == {WHERE: "Ada's words.", SCHEDULE: "Weekly."}


def test_a_person_who_seems_to_be_named_is_told_of_and_it_is_kept(cast: Cast, plan: Plan) -> None:
    status, told = write(cast, cast.ben, plan, {"version": 1, "sections": {WHERE: "Mrs Shah teaches it."}})
    assert (status, list(told["named"])) == (200, [WHERE])
    assert "This seems to name a person: “Mrs Shah”" in told["named"][WHERE]
    assert kept(plan)[WHERE] == "Mrs Shah teaches it."


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"sections": {WHERE: "x"}}, "version", "required"),
        ({"version": 9, "sections": {WHERE: "x"}}, "version", "It is at version 1"),
        ({"version": 0, "sections": {WHERE: "x"}}, "version", "greater than or equal to 1"),
        ({"version": 2**31, "sections": {WHERE: "x"}}, "version", "less than or equal to"),
        ({"version": 1}, "sections", "required"),
        ({"version": 1, "sections": ["x"]}, "sections", "dictionary"),
        ({"version": 1, "sections": {WHERE: ["x"]}}, f"sections.{WHERE}", "valid string"),
        ({"version": 1, "sections": {WHERE: "a\0b"}}, f"sections.{WHERE}", "Null characters"),
        ({"version": 1, "sections": {WHERE: "x" * 8001}}, f"sections.{WHERE}", "Use at most 8,000 characters"),
        ({"version": 1, "sections": {"weather": "x", WHERE: "y"}}, "sections.weather", "no answer called “weather”"),
        (
            {"version": 1, "sections": {"actions_owners_and_dates": "x"}},
            "sections.actions_owners_and_dates",
            "no answer",
        ),
        ({"version": 1, "sections": {}, "title": "Ours"}, "title", "This cannot be set here."),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(cast: Cast, plan: Plan, data: Any, field: str, words: str) -> None:
    before = kept(plan)
    status, told = write(cast, cast.ben, plan, data)
    assert (status, list(told["errors"])) == (400, [field])
    assert words in told["errors"][field][0]
    assert kept(plan) == before


def test_half_a_character_is_refused_in_words(cast: Cast, plan: Plan) -> None:
    for sent in (f'{{"{WHERE}": "\\ud800"}}', '{"\\ud800": "x"}'):
        status, _ = write(cast, cast.ben, plan, f'{{"version": 1, "sections": {sent}}}')
        assert status == 400, sent


def test_who_writes_it(cast: Cast, plan: Plan) -> None:
    data, before = {"version": 1, "sections": {WHERE: "Changed."}}, kept(plan)
    with trust_scope(cast.alder):
        nia, lee = member("Nia Ford", "head", cast.ashmere), member("Lee Leader", "leader", cast.dunmere)
        send_plan(plan, by=cast.ben)
    for person in (cast.tom, cast.gita, cast.olive):
        status, told = write(cast, person, plan, data)
        assert (status, told["detail"].endswith("can write plans and their actions.")) == (403, True), person
    for person in (nia, cast.cleo):
        assert write(cast, person, plan, data) == (404, {"detail": "Not found."}), person
    assert kept(plan) == before
    assert [read(cast, person, plan)["version"] for person in (cast.gita, cast.tom, lee)] == [None, None, 1]
    assert write(cast, lee, plan, data)[0] == 200


def test_a_plan_that_is_closed_or_was_never_begun_is_not_written(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        close_plan(plan, Close("worked", "Books are longer.", "Books."), by=cast.ben)
        bare = plan_of(cast.ashmere, cast.version.strategy, today=TODAY)
    status, told = write(cast, cast.ben, plan, {"version": 1, "sections": {WHERE: "Changed."}})
    assert (status, told["errors"]) == (400, {"": ["This plan is closed. Nothing of it changes any more."]})
    assert write(cast, cast.ada, bare, {"version": 1, "sections": {WHERE: "Changed."}})[0] == 404


def test_where_the_level_leaves_the_writing_to_the_trust_the_head_is_told_so(db: None) -> None:
    world = make_phase_world()
    with trust_scope(world.trust):
        put_in(world, "phase_1", on=date(2026, 9, 3))
        plan = begin_plan(world.school, "aip", by=world.people["lead"])
        before = dict(plan.answers)
    client = world.client("head")
    key = client.get(f"/api/v1/t/alder/plans/{plan.pk}/").json()["document"]["sections"][0]["key"]
    answer = client.patch(
        f"/api/v1/t/alder/plans/{plan.pk}/sections/", {"version": 1, "sections": {key: "Changed."}}, "application/json"
    )
    assert answer.status_code == 403
    assert "plan and its checklist. You can read them." in answer.json()["detail"]
    assert kept(plan) == before
