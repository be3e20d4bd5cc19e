"""A school on a ladder moved by another program: as on the pages, by the same people, and nothing loosely typed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from plans.models import Concern, Letter, StageChange
from plans.rules.ladder import Step
from schools.access import ROLES, Permission
from schools.models import AuditEntry, Notice
from schools.rules import LONDON
from schools.tenancy import trust_scope
from tests.conftest import start_trust, stopped_at
from tests.factories import SchoolFactory, member
from tests.plans.ladder_world import PEOPLE, TODAY, LadderWorld, make_ladder_world

API = "/api/v1/t/alder/"
NOBODYS = 999_999_999
STEP: dict[str, Any] = {
    "reason": "Reading stands still.", "causes": "Two leaders left.", "discussed_with": "The headteacher",
    "discussed_on": "2026-11-18", "review_on": "2027-01-15",
}  # fmt: skip
CLOSE = {"step": "close", "reason": "It is well."}
LOOK = {"on": "2026-11-20", "finding": "holds", "words": "Books show it."}


_today = stopped_at(datetime(2026, 11, 20, 12, tzinfo=LONDON))


@pytest.fixture
def world(db: None) -> LadderWorld:
    return make_ladder_world()


def raise_in(world: LadderWorld) -> dict[str, Any]:
    tests = [world.ladder.entry[1], world.ladder.stages[0].entry[0]]
    return {"ladder": "scc", "entry_tests": tests, "evidence": "The visit of 12 November.", **STEP}


def letter_in(world: LadderWorld) -> dict[str, Any]:
    to = [{"told_as": "Headteacher", "person": world.people["head"].pk}, {"name": "DfE", "address": "by post"}]
    return {"to": to, "subject": "Where we are", "text": "Dear Hal,\nthis is so."}


def send(world: LadderWorld, key: str, path: str, data: Any) -> tuple[int, Any]:
    answer = world.client(key).post(f"{API}{path}/", data, "application/json")
    return answer.status_code, answer.json()


def count(model: Any, world: LadderWorld) -> int:
    with trust_scope(world.trust):
        return int(model.objects.count())


def test_a_concern_goes_its_whole_way(world: LadderWorld) -> None:
    path = f"schools/{world.school.pk}/concerns"
    status, made = send(world, "lead", path, raise_in(world))
    assert (status, made["state"], made["trigger"], made["steps"]) == (201, "proposed", STEP["reason"], [])
    here = f"concerns/{made['id']}"
    status, opened = send(world, "ceo", f"{here}/decide", {"outcome": "agreed"})
    assert (status, opened["state"], opened["standing"]["stage"]) == (200, "open", "level_1")
    duty = world.ladder.stages[0].duties[0]
    status, done = send(world, "lead", f"{here}/duties", {"duty": duty, "on": "2026-11-19", "words": "By the lead."})
    assert (status, duty in opened["standing"]["outstanding"], duty in done["standing"]["outstanding"]) == (
        200,
        True,
        False,
    )
    status, letter = send(world, "lead", f"{here}/letters", letter_in(world))
    assert (status, letter["to"], letter["why_now"]) == (201, ["Hal Head", "DfE"], "")
    assert send(world, "lead", f"{here}/steps", {**STEP, "step": "up"})[0] == 200
    moved = send(world, "ceo", f"{here}/decide", {"outcome": "agreed", "words": "So be it."})[1]
    assert [one["step"] for one in moved["steps"]] == ["open", "up"]
    tests = [{"test": one, "evidence": "Seen twice."} for one in world.ladder.stages[1].exit_tests]
    assert send(world, "lead", f"{here}/steps", {**CLOSE, "exit_tests": tests})[0] == 200
    assert send(world, "ceo", f"{here}/decide", {"outcome": "agreed"})[1]["state"] == "watched"
    assert send(world, "lead", f"{here}/looks", LOOK)[0] == 200
    with trust_scope(world.trust):
        concern = Concern.objects.get()
        assert concern.entry_tests == raise_in(world)["entry_tests"]
        assert [one.finding for one in concern.looks.all()] == ["holds"]
        closed = concern.changes.get(step="close")
        assert closed.exit_tests == [one | {"evidence": "Seen twice."} for one in tests]
        assert AuditEntry.objects.filter(did__startswith="concern.").count() == 9


def test_a_program_says_why_somebody_is_told_at_once(world: LadderWorld) -> None:
    path, why = f"schools/{world.school.pk}/concerns", "The inspection begins on Monday."
    assert send(world, "lead", path, raise_in(world) | {"why_now": "x" * 501})[0] == 400
    here = f"concerns/{send(world, 'lead', path, raise_in(world) | {'why_now': why})[1]['id']}"
    assert send(world, "ceo", f"{here}/decide", {"outcome": "agreed", "why_now": "x" * 501})[0] == 400
    assert send(world, "ceo", f"{here}/decide", {"outcome": "agreed", "why_now": why})[0] == 200
    with trust_scope(world.trust):
        people = Notice.objects.filter(at_once=True, body__contains=why).values_list("to", flat=True)
        assert set(people) == {world.people["ceo"].pk, world.people["lead"].pk}


def _ready(world: LadderWorld, act: str) -> tuple[str, dict[str, Any]]:
    """Where the act goes and with what, once the concern is as it needs it."""
    if act == "raise":
        return f"schools/{world.other.pk}/concerns", raise_in(world)
    if act == "look":
        return f"concerns/{world.left().pk}/looks", LOOK
    if act == "end":
        concern = world.left()
        world.looked(concern)
        return f"concerns/{concern.pk}/end", {"words": "It holds."}
    if act == "plan":
        world.plan()
    concern = world.opened()
    if act in ("decide", "take_back"):
        world.propose(concern, Step.UP, by="director" if act == "decide" else "lead")
    path, data = {
        "propose": ("steps", {**STEP, "step": "up"}),
        "decide": ("decide", {"outcome": "agreed"}),
        "duty": ("duties", {"duty": world.ladder.before[0], "on": "2026-11-18"}),
        "letter": ("letters", letter_in(world)),
        "plan": ("plan", {"words": "A day of help a week."}),
        "take_back": ("take-back", {}),
    }[act]
    return f"concerns/{concern.pk}/{path}", data


ACTS = ("raise", "propose", "take_back", "decide", "duty", "plan", "look", "end", "letter")
BY_WHO_DECIDES = ("decide", "end")


@pytest.mark.parametrize("act", ACTS)
def test_each_role_does_what_it_does_on_the_pages_and_no_other(world: LadderWorld, act: str) -> None:
    with trust_scope(world.trust):
        path, data = _ready(world, act)
    needs = Permission.DECIDE if act in BY_WHO_DECIDES else Permission.RAISE_CONCERN
    wrong = [key for key, (_, role, _) in PEOPLE.items() if needs not in ROLES[role].allows]
    assert {"head", "chair", "governor", "leader", "trustee", "admin", "clerk"} <= set(wrong)
    before = count(AuditEntry, world)
    assert [(key, send(world, key, path, data)[0]) for key in wrong] == [(key, 403) for key in wrong]
    assert count(AuditEntry, world) == before
    assert send(world, "ceo" if act in BY_WHO_DECIDES else "lead", path, data)[0] in (200, 201)


def test_what_is_done_between_the_steps_is_kept(world: LadderWorld) -> None:
    with trust_scope(world.trust):
        path, data = _ready(world, "plan")
    assert send(world, "lead", path, data)[1]["steps"][-1]["plan_words"] == data["words"]
    assert send(world, "lead", path, {"words": " "})[1]["errors"]["words"] == ["Say what the plan has gained"]
    here = path.removesuffix("/plan")
    assert send(world, "lead", f"{here}/take-back", {})[0] == 400
    assert send(world, "lead", f"{here}/steps", {**STEP, "step": "up"})[0] == 200
    assert send(world, "lead", f"{here}/take-back", {})[0] == 200
    assert send(world, "ceo", f"{here}/end", {"words": "It holds."})[0] == 400
    with trust_scope(world.trust):
        assert [one.outcome for one in StageChange.objects.order_by("pk")] == ["agreed", "withdrawn"]


def test_the_watch_ends(world: LadderWorld) -> None:
    with trust_scope(world.trust):
        path, data = _ready(world, "end")
    assert send(world, "ceo", path, {"words": ""})[0] == 400
    assert send(world, "ceo", path, data)[1]["state"] == "ended"
    with trust_scope(world.trust):
        assert Concern.objects.get().ended_words == "It holds."


def test_who_proposed_does_not_decide(world: LadderWorld) -> None:
    with trust_scope(world.trust):
        concern = world.raised(by="director")
    status, said = send(world, "director", f"concerns/{concern.pk}/decide", {"outcome": "agreed"})
    assert (status, "You have proposed this step" in str(said)) == (400, True)
    assert send(world, "ceo", f"concerns/{concern.pk}/decide", {"outcome": "declined"})[0] == 400
    assert send(world, "ceo", f"concerns/{concern.pk}/decide", {"outcome": "perhaps"})[0] == 400
    assert count(StageChange, world) == 1


RAISED_WRONG: list[tuple[dict[str, Any], str]] = [
    ({"entry_tests": []}, "entry_tests"),
    ({"entry_tests": ["Nothing of it."]}, "entry_tests"),
    ({"evidence": " "}, "evidence"),
    ({"sources": ["decision-1"]}, "sources"),
    ({"stage": "level_9"}, "stage"),
    ({"causes": ""}, "causes"),
    ({"discussed_on": "2026-11-21"}, "discussed_on"),
    ({"discussed_on": "soon"}, "discussed_on"),
    ({"review_on": "2026-11-20"}, "review_on"),
    ({"reason": "x" * 4001}, "reason"),
    ({"reason": "a\x00b"}, "reason"),
    ({"ladder": "nobodys"}, "ladder"),
    ({"proposed_by": 1}, "proposed_by"),
]


@pytest.mark.parametrize(("wrong", "field"), RAISED_WRONG, ids=[f"{one[1]}{n}" for n, one in enumerate(RAISED_WRONG)])
def test_a_concern_that_is_sent_wrong_is_refused_by_field(
    world: LadderWorld, wrong: dict[str, Any], field: str
) -> None:
    status, said = send(world, "lead", f"schools/{world.school.pk}/concerns", raise_in(world) | wrong)
    assert status == 400, said
    assert field in said["errors"] or (field == "ladder" and "no such ladder" in str(said)), said
    assert count(Concern, world) == 0


STEPS_WRONG: list[tuple[dict[str, Any], str]] = [
    ({**STEP, "step": "open"}, "step"),
    ({**STEP, "step": "sideways"}, "step"),
    ({**STEP, "step": "up", "stage": "level_2"}, "stage"),
    ({**STEP, "step": "up", "exit_tests": [{"test": "x", "evidence": "y"}]}, "exit_tests"),
    ({**STEP, "step": "up", "plan_words": "More help."}, "plan_words"),
    (CLOSE, "exit_tests"),
    ({**CLOSE, "exit_tests": [{"test": "Of nobody.", "evidence": "Seen."}]}, "exit_tests"),
    ({**CLOSE, "review_on": "2027-01-15"}, "review_on"),
    ({**STEP, "step": "down"}, ""),
]


@pytest.mark.parametrize(("data", "field"), STEPS_WRONG, ids=[f"{one[1]}{n}" for n, one in enumerate(STEPS_WRONG)])
def test_a_step_that_is_sent_wrong_is_refused_by_field(world: LadderWorld, data: dict[str, Any], field: str) -> None:
    with trust_scope(world.trust):
        concern = world.opened()
    status, said = send(world, "lead", f"concerns/{concern.pk}/steps", data)
    assert (status, field in said["errors"] or "cannot be taken" in str(said)) == (400, True), said
    assert count(StageChange, world) == 1


def test_duty_look_and_letter_are_strict(world: LadderWorld) -> None:
    with trust_scope(world.trust):
        concern, other = world.opened(), member("Olga Other", "head", world.other)
    here, letter = f"concerns/{concern.pk}", letter_in(world)
    duty = {"duty": world.ladder.before[0], "on": "2026-11-21"}
    refused = [
        ("duties", duty, "on"),
        ("duties", {**duty, "duty": "Nothing of it.", "on": "2026-11-19"}, "duty"),
        ("duties", {"duty": world.ladder.before[0]}, "on"),
        ("letters", {**letter, "text": ""}, "text"),
        ("letters", {**letter, "to": [{"told_as": "The Pope", "name": "X", "address": "by post"}]}, "to.0.told_as"),
        ("letters", {**letter, "to": [{"told_as": "Headteacher", "person": other.pk}]}, "to.0.person"),
        ("letters", {**letter, "to": [{"person": world.people["head"].pk}]}, "to.0.person"),
        ("letters", {**letter, "to": [{"name": "The deputy"}]}, "to"),
        ("letters", {**letter, "to": [{"told_as": "Headteacher"}]}, "to"),
    ]
    for path, data, field in refused:
        status, said = send(world, "lead", f"{here}/{path}", data)
        assert (status, [one for one in said["errors"] if one.startswith(field)] != []) == (400, True), (data, said)
    assert "Say whom the letter goes to" in str(send(world, "lead", f"{here}/letters", {**letter, "to": []}))
    assert send(world, "lead", f"{here}/looks", LOOK)[0] == 400  # it has not left the ladder
    assert count(Letter, world) == 0
    with trust_scope(world.trust):
        assert not world.fresh(concern).duties.all()


def test_what_is_of_another_trust_is_not_there(world: LadderWorld) -> None:
    birch, version = start_trust("birch", "numbered_categories")
    with trust_scope(birch):
        school = SchoolFactory(name="Birchwood Primary")
        foreign = Concern.objects.create(
            school=school, ladder="scc", strategy_version=version, trigger="x", evidence="x", state="open",
            opened_on=TODAY,
        )  # fmt: skip
        stranger = member("Sven Stranger", "head", school)
    for number in (foreign.pk, NOBODYS):
        for path, data in (
            ("steps", {**STEP, "step": "up"}),
            ("duties", {"duty": world.ladder.before[0], "on": "2026-11-18"}),
            ("looks", LOOK),
            ("letters", letter_in(world)),
        ):
            assert send(world, "lead", f"concerns/{number}/{path}", data)[0] == 404
        assert send(world, "ceo", f"concerns/{number}/decide", {"outcome": "agreed"})[0] == 404
    for number in (school.pk, NOBODYS):
        assert send(world, "lead", f"schools/{number}/concerns", raise_in(world))[0] == 404
    with trust_scope(world.trust):
        concern = world.opened()
    letter = letter_in(world) | {"to": [{"told_as": "Headteacher", "person": stranger.pk}]}
    status, said = send(world, "lead", f"concerns/{concern.pk}/letters", letter)
    assert (status, "to.0.person" in said["errors"]) == (400, True)
