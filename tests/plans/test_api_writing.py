"""A plan begun and written by another program: as on the pages, and by the same people."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from plans.models import Action, Milestone, Plan, Priority
from plans.services import begin_plan, drop_priority, plan_of, write_action, write_priority
from plans.services.writing import ActionEntry, NewAction, PriorityEntry
from schools.models import AuditEntry, Membership
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import member
from tests.plans.test_plans import ACTION as TYPED_ACTION
from tests.plans.test_plans import PRIORITY as TYPED_PRIORITY
from tests.plans.test_plans import there

API = "/api/v1/t/alder/"
NOBODYS = 999_999_999
WRITERS = "can write plans and their actions."
PRIORITY: dict[str, Any] = {
    "label": "Writing at length",
    "change": "More pupils write two pages by the end of Year 4.",
    "success": "Books show longer pieces each week.",
    "milestones": [
        {"by_on": "2026-12-18", "measure": "attendance_rate", "value": "95.5"},
        {"by_on": "2027-03-26", "words": "Every class publishes a book."},
    ],
}
BOOK = PRIORITY["milestones"][1]
VERDICT = {"verdict": "worked", "note": "Seen.", "evidence": "Notes.", "why_early": "All see it."}
ACTION: dict[str, Any] = {
    "what": "Plan longer writing in every unit.", "owner_words": "English lead", "due_on": "2026-12-18",
    "impact_check_on": "2027-01-15", "success": "Two pages in each book.", "budget": "1200",
    "training": "Modelling writing, two twilights",
}  # fmt: skip


_today = stopped_at(TODAY)


def send(cast: Cast, person: Membership, path: str, data: Any, method: str = "post") -> tuple[int, Any]:
    answer = getattr(cast.client(person), method)(f"{API}{path}/", data, "application/json")
    return answer.status_code, answer.json()


def acts(cast: Cast) -> list[tuple[Any, ...]]:
    """The record of plans and actions, oldest first."""
    told = ("did", "by_id", "school_id", "label", "before", "after", "why")
    with trust_scope(cast.alder):
        return list(AuditEntry.objects.filter(did__regex="^(plan|action)").order_by("at", "pk").values_list(*told))


def said(row: Any, *names: str) -> list[Any]:
    return [getattr(row, name) for name in names]


# Begun


def test_ben_begins_a_plan_and_writes_it(cast: Cast) -> None:
    status, told = send(cast, cast.ben, f"schools/{cast.dunmere.pk}/plans", {"kind": "sip"})
    assert (status, told["kind"], told["school"], told["standing"]) == (201, "sip", cast.dunmere.pk, "Being written")
    at = f"plans/{told['id']}"
    status, focus = send(cast, cast.ben, f"{at}/priorities", PRIORITY)
    assert (status, focus["label"], focus["position"], len(focus["milestones"])) == (201, PRIORITY["label"], 1, 2)
    assert focus["milestones"][0] | {"id": 0} == {
        "id": 0, "by_on": "2026-12-18", "words": "", "measure": "attendance_rate", "group": "all", "value": "95.5000",
    }  # fmt: skip
    status, made = send(cast, cast.ben, f"{at}/actions", ACTION | {"priority": focus["id"], "appraisal": True})
    assert (status, made["priority"], made["owner"], made["budget"]) == (201, focus["id"], None, "1200.00")
    assert (made["appraisal"], made["state"], made["impact_check_on"]) == (True, "open", "2027-01-15")
    assert made == cast.client(cast.ben).get(f"{API}actions/{made['id']}/").json()
    read = cast.client(cast.ada).get(f"{API}{at}/").json()["document"]["priorities"][0]
    assert (read["change"], read["actions"][0]["what"]) == (PRIORITY["change"], ACTION["what"])
    assert [(did, by) for did, by, *_ in acts(cast)] == [
        ("plan.begun", cast.ben.pk), ("plan.priority", cast.ben.pk), ("plan.action", cast.ben.pk),
    ]  # fmt: skip


def test_a_plan_is_begun_once_of_a_kind_the_school_has(cast: Cast, plan: Plan) -> None:
    begin = f"schools/{cast.dunmere.pk}/plans"
    for kind in ("sip", "tea", "trust_plan"):
        status, told = send(cast, cast.ben, begin, {"kind": kind})
        assert (status, list(told["errors"])) == (400, [""])
        assert "open already" in told["errors"][""][0]
    for data, field in (({}, "kind"), ({"kind": "a\0b"}, "kind"), ({"kind": "sip", "title": "Ours"}, "title")):
        status, told = send(cast, cast.ben, begin, data)
        assert (status, list(told["errors"])) == (400, [field])
    with trust_scope(cast.alder):
        assert Plan.objects.get() == plan


def test_who_begins_a_plan(cast: Cast) -> None:
    with trust_scope(cast.alder):
        nia = member("Nia Ford", "head", cast.ashmere)
    begin = f"schools/{cast.dunmere.pk}/plans"
    for person in (cast.tom, cast.gita, cast.olive):
        status, told = send(cast, person, begin, {"kind": "sip"})
        assert (status, told["detail"].endswith(WRITERS)) == (403, True)
    for person in (nia, cast.cleo):
        assert send(cast, person, begin, {"kind": "sip"})[0] == 404
    assert send(cast, cast.ada, f"schools/{cast.birchwood.pk}/plans", {"kind": "sip"})[0] == 404
    assert not acts(cast)
    assert send(cast, cast.ada, begin, {"kind": "sip"})[0] == 201


# Written


def test_the_page_and_the_program_leave_the_same_rows_and_entries(cast: Cast, plan: Plan) -> None:
    ben, at = cast.client(cast.ben), f"plans/{plan.pk}"
    ben.post(there(plan, "priorities/"), TYPED_PRIORITY)
    ben.post(there(plan, "actions/"), TYPED_ACTION)
    send(cast, cast.ben, f"{at}/priorities", PRIORITY)
    send(cast, cast.ben, f"{at}/actions", ACTION)
    with trust_scope(cast.alder):
        first, second = Priority.objects.all()
        assert (first.position, second.position) == (1, 2)
        names = ("label", "change", "success", "criterion", "dropped_at", "plan_id")
        assert said(first, *names) == said(second, *names)
        targets = ("by_on", "words", "measure", "group", "value")
        assert [said(one, *targets) for one in first.milestones.all()] == [
            said(one, *targets) for one in second.milestones.all()
        ]
        one, other = Action.objects.order_by("pk")
        names = (
            "what", "owner_id", "owner_words", "due_on", "impact_check_on", "success", "support", "budget", "training",
            "appraisal", "priority_id", "state", "agreed_on",
        )  # fmt: skip
        assert said(one, *names) == said(other, *names)
    _, priority, action, priority_again, action_again = acts(cast)
    assert (priority, action) == (priority_again, action_again)


def test_a_priority_is_written_anew_and_targets_that_read_as_before_stay(cast: Cast, plan: Plan) -> None:
    at = f"plans/{plan.pk}/priorities"
    _, made = send(cast, cast.ben, at, PRIORITY)
    kept = made["milestones"][1]
    anew = {"label": "Writing", "milestones": [kept | {"value": None}]}
    anew["milestones"][0].pop("id")
    status, told = send(cast, cast.ada, f"{at}/{made['id']}", anew, "put")
    assert (status, told["id"], told["label"], told["change"]) == (200, made["id"], "Writing", "")
    assert told["milestones"] == [kept]
    with trust_scope(cast.alder):
        assert (Priority.objects.count(), Milestone.objects.count()) == (1, 1)
    assert acts(cast)[-1][4:6] == ("Writing at length", "Writing")


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"label": " "}, "label", "blank"),
        ({"label": "x" * 201}, "label", "no more than 200"),
        ({"label": "a\0b"}, "label", "Null characters"),
        ({"change": "x" * 4001}, "change", "no more than 4000"),
        ({"criterion": "weather"}, "criterion", "no such criterion"),
        ({"position": 7}, "position", "This cannot be set here."),
        ({"plan": 1}, "plan", "This cannot be set here."),
        ({"milestones": [{"words": "A book."}]}, "milestones.0.by_on", "required"),
        ({"milestones": [{"by_on": "soon", "words": "A book."}]}, "milestones.0.by_on", "wrong format"),
        ({"milestones": [{"by_on": "2027-03-26"}]}, "milestones.0.words", "Say what the target is"),
        ({"milestones": [{"by_on": "2027-03-26", "measure": "gld"}]}, "milestones.0.value", "Say which value"),
        ({"milestones": [{"by_on": "2027-03-26", "value": "7"}]}, "milestones.0.measure", "Say what is measured"),
        (
            {
                "milestones": [
                    {"by_on": "2027-03-26", "words": "x"},
                    {"by_on": "2027-03-26", "measure": "rain", "value": 1},
                ]
            },
            "milestones.1.measure",
            "no such measure",
        ),
        (
            {"milestones": [{"by_on": "2027-03-26", "words": "x", "group": "tall"}]},
            "milestones.0.group",
            "no such group",
        ),
        ({"milestones": [{"by_on": "2027-03-26", "words": "x", "trust": 2}]}, "milestones.0.trust", "cannot be set"),
        ({"milestones": [{"by_on": "2027-03-26", "words": "x"}] * 13}, "milestones", "at most 12"),
        ({"milestones": [{"by_on": "2027-03-26", "words": "a\0b"}]}, "milestones.0.words", "Null characters"),
    ],
)
def test_what_makes_no_priority_is_refused_by_field(
    cast: Cast, plan: Plan, more: dict[str, Any], field: str, words: str
) -> None:
    status, told = send(cast, cast.ben, f"plans/{plan.pk}/priorities", PRIORITY | more)
    assert (status, list(told["errors"])) == (400, [field])
    assert words in told["errors"][field][0]
    with trust_scope(cast.alder):
        assert not Priority.objects.exists()


def test_an_action_is_written_anew_with_its_owner(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        gone = member("Gil Gone", "leader", cast.dunmere)
        action = write_action(plan, ActionEntry(NewAction("Read.", gone, "", None, date(2027, 1, 15))), by=cast.ben)
        gone.grants.update(ended_at="2026-11-19T00:00Z")
    at, anew = f"plans/{plan.pk}/actions/{action.pk}", {"what": "Read more.", "impact_check_on": "2027-01-15"}
    status, told = send(cast, cast.ada, at, anew | {"owner": gone.pk}, "put")
    assert (status, told["what"], told["owner"]) == (200, "Read more.", gone.pk), "who sees to it already may stay"
    assert send(cast, cast.ada, at, anew | {"owner": cast.gita.pk}, "put")[1]["owner"] == cast.gita.pk
    status, told = send(cast, cast.ada, at, anew | {"owner": gone.pk}, "put")
    assert (status, list(told["errors"])) == (400, ["owner"]), "who has left and sees to it no more"
    assert send(cast, cast.ada, at, anew | {"owner": cast.ruth.pk}, "put")[1]["owner"] == cast.ruth.pk, "of the trust"
    for stranger in (cast.cleo.pk, cast.tom.pk, NOBODYS):
        assert list(send(cast, cast.ada, at, anew | {"owner": stranger}, "put")[1]["errors"]) == ["owner"]
    assert acts(cast)[-1][:2] == ("plan.action", cast.ada.pk)


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"what": " "}, "what", "Say what will be done"),
        ({"what": "x" * 1001}, "what", "no more than 1000"),
        ({"what": "a\0b"}, "what", "Null characters"),
        ({"owner_words": ""}, "owner", "Say who sees to it"),
        ({"owner": 1}, "owner_words", "not both"),
        ({"impact_check_on": None}, "impact_check_on", "null"),
        ({"impact_check_on": "2026-12-01"}, "impact_check_on", "not before"),
        ({"due_on": "soon"}, "due_on", "wrong format"),
        ({"due_on": "2020-03-01"}, "due_on", "This day is past"),
        ({"budget": "lots"}, "budget", "valid number"),
        ({"budget": "-1"}, "budget", "greater than or equal to 0"),
        ({"priority": NOBODYS}, "priority", "no such priority"),
        ({"training": "x" * 301}, "training", "no more than 300"),
        ({"state": "done"}, "state", "This cannot be set here."),
        ({"finding": NOBODYS}, "finding", "no finding of this number"),
        ({"visit": NOBODYS}, "visit", "no visit of this number"),
        ({"finding": 1, "visit": 1}, "visit", "not both"),
    ],
)
def test_what_makes_no_action_is_refused_by_field(
    cast: Cast, plan: Plan, more: dict[str, Any], field: str, words: str
) -> None:
    status, told = send(cast, cast.ben, f"plans/{plan.pk}/actions", ACTION | more)
    assert (status, list(told["errors"])) == (400, [field])
    assert words in told["errors"][field][0]
    with trust_scope(cast.alder):
        assert not Action.objects.exists()


def test_rows_of_another_plan_and_what_was_left_are_not_there(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        other = begin_plan(cast.dunmere, "pupil_premium_strategy", by=cast.ben)
        focus = write_priority(other, PriorityEntry("Reading"), by=cast.ben)
        check = ActionEntry(NewAction("Read.", cast.ben, "", None, date(2027, 1, 15)))
        action = write_action(other, check, by=cast.ben)
        left = write_priority(plan, PriorityEntry("Left"), by=cast.ben)
        drop_priority(left, by=cast.ben, why="Reached.")
    at = f"plans/{plan.pk}"
    for path, data in (
        (f"{at}/priorities/{focus.pk}", PRIORITY),
        (f"{at}/priorities/{left.pk}", PRIORITY),
        (f"{at}/priorities/{NOBODYS}", PRIORITY),
        (f"{at}/actions/{action.pk}", ACTION),
        (f"{at}/actions/{NOBODYS}", ACTION),
    ):
        assert send(cast, cast.ben, path, data, "put") == (404, {"detail": "Not found."}), path
    for priority in (focus.pk, left.pk):
        status, told = send(cast, cast.ben, f"{at}/actions", ACTION | {"priority": priority})
        assert (status, list(told["errors"])) == (400, ["priority"])


def test_a_plan_that_nobody_has_begun_is_not_there_to_be_written(cast: Cast) -> None:
    with trust_scope(cast.alder):
        write = ActionEntry(NewAction("Read.", cast.ben, "", None, date(2027, 1, 15)))
        begun = begin_plan(cast.ashmere, "sip", by=cast.ada)
        write_action(begun, write, by=cast.ada)
        Plan.objects.filter(pk=begun.pk).update(strategy_version=None)
        bare = plan_of(cast.ashmere, cast.version.strategy, today=TODAY)
    assert bare.strategy_version_id is None
    assert send(cast, cast.ada, f"plans/{bare.pk}/priorities", PRIORITY)[0] == 404
    assert send(cast, cast.ada, f"plans/{bare.pk}/actions", ACTION)[0] == 404


def test_who_writes(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        focus = write_priority(plan, PriorityEntry("Writing"), by=cast.ben)
        check = ActionEntry(NewAction("Read.", cast.ben, "", None, date(2026, 11, 20)))
        action = write_action(plan, check, by=cast.ben)
        nia, lee = member("Nia Ford", "head", cast.ashmere), member("Lee Leader", "leader", cast.dunmere)
    at, before = f"plans/{plan.pk}", acts(cast)
    each = (
        ("post", f"{at}/priorities", PRIORITY),
        ("put", f"{at}/priorities/{focus.pk}", PRIORITY),
        ("post", f"{at}/actions", ACTION),
        ("put", f"{at}/actions/{action.pk}", ACTION),
        ("post", f"{at}/send", {}),
        ("post", f"actions/{action.pk}/verdict", VERDICT),
    )
    for method, path, data in each:
        for person in (cast.tom, cast.gita, cast.olive):
            status, told = send(cast, person, path, data, method)
            assert (status, told["detail"].endswith(WRITERS)) == (403, True), path
        for person in (nia, cast.cleo):
            assert send(cast, person, path, data, method)[0] == 404, path
    assert acts(cast) == before
    answers = [send(cast, lee, path, data, method)[0] for method, path, data in each]
    assert answers == [201, 200, 201, 200, 403, 200]  # a leader writes; the head sends


# Verdicts


def test_a_verdict_closes_an_action_once(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        entry = ActionEntry(NewAction("Read.", cast.ben, "", None, date(2027, 1, 15)))
        action = write_action(plan, entry, by=cast.ben)
    at = f"actions/{action.pk}/verdict"
    for data, field, words in (
        ({"verdict": "perhaps", "note": "Seen."}, "verdict", "Choose whether it worked"),
        ({"verdict": "worked"}, "note", "Say in a sentence"),
        ({"verdict": "worked", "note": "a\0b"}, "note", "Null characters"),
        ({"verdict": "worked", "note": "Seen."}, "evidence", "Say what shows it"),
        ({"verdict": "worked", "note": "Seen.", "evidence": "x" * 2001}, "evidence", "2000 characters"),
        ({"verdict": "worked", "note": "Seen.", "evidence": "Notes."}, "why_early", "Say why it can be judged now"),
        ({"verdict": "too_early", "note": "Not yet."}, "again_on", "still to come"),
        ({"verdict": "worked", "note": "Seen.", "closed_by": 1}, "closed_by", "cannot be set"),
    ):
        status, told = send(cast, cast.ben, at, data)
        assert (status, list(told["errors"])) == (400, [field])
        assert words in told["errors"][field][0]
    status, told = send(cast, cast.ben, at, {"verdict": "too_early", "note": "Not yet.", "again_on": "2027-02-12"})
    assert (status, told["state"], told["impact_check_on"]) == (200, "open", "2027-02-12")
    closing = {
        "verdict": "partly",
        "note": "Half the books.",
        "evidence": "A count.",
        "why_early": "All books were seen.",
    }
    status, told = send(cast, cast.ada, at, closing)
    assert (status, told["state"], told["verdict"], told["why_early"]) == (200, "done", "partly", closing["why_early"])
    assert told["verdict_evidence"] == "A count."
    status, told = send(cast, cast.ada, at, closing)
    assert (status, told["errors"]) == (400, {"": ["Somebody has closed this action already."]})
    anew = send(cast, cast.ben, f"plans/{plan.pk}/actions/{action.pk}", ACTION, "put")
    assert anew == (400, {"errors": {"": ["This action is closed. Its words stay as they were."]}})
    assert [(did, by, why) for did, by, *_, why in acts(cast)[2:]] == [
        ("action.verdict", cast.ben.pk, "Not yet."), ("action.verdict", cast.ada.pk, "Half the books."),
    ]  # fmt: skip
