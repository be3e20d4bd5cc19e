"""Progress of a plan told by another program: as on its page, by the same people, sent once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError

from plans.models import Milestone, Plan, ProgressDraft, ProgressUpdate
from plans.services import send_progress
from plans.services.closing import Close, Ending, close_plan
from schools.models import AuditEntry, Membership, Notice, RoleGrant
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import member
from tests.plans.test_progress import agreed_plan, there, typed

_today = stopped_at(TODAY)


def write(cast: Cast, person: Membership, plan: Plan, data: Any) -> tuple[int, Any]:
    at = f"/api/v1/t/alder/plans/{plan.pk}/progress/answers/"
    answer = cast.client(person).patch(at, data, "application/json")
    return answer.status_code, answer.json()


def send(cast: Cast, person: Membership, plan: Plan, data: Any) -> tuple[int, Any]:
    at = f"/api/v1/t/alder/plans/{plan.pk}/progress/send/"
    answer = cast.client(person).post(at, data, "application/json")
    return answer.status_code, answer.json()


def read(cast: Cast, person: Membership, plan: Plan) -> tuple[int, Any]:
    answer = cast.client(person).get(f"/api/v1/t/alder/plans/{plan.pk}/progress/")
    return answer.status_code, answer.json()


def boxes(plan: Plan, **more: str | None) -> dict[str, Any]:
    """Every box of the update, as the page's tests type them."""
    return {name: words for name, words in typed(plan).items() if name != "version"} | more


def nothing_sent(plan: Plan) -> bool:
    with trust_scope(plan.trust):
        told = AuditEntry.objects.filter(did="plan.progress").exists() or ProgressUpdate.objects.exists()
        return not told and not Notice.objects.filter(subject__endswith="progress").exists()


def draft(plan: Plan) -> dict[str, Any] | None:
    with trust_scope(plan.trust):
        found = ProgressDraft.objects.filter(plan=plan).first()
        return found.answers if found else None


def target_in_words(plan: Plan) -> Milestone:
    with trust_scope(plan.trust):
        return Milestone.objects.create(
            priority=plan.priorities.get(), by_on="2026-11-13", words="Every class has a book."
        )


def test_it_is_written_box_by_box_and_sent_once(cast: Cast) -> None:
    plan = agreed_plan(cast)
    target = target_in_words(plan)
    status, told = read(cast, cast.ben, plan)
    with trust_scope(cast.alder):
        plan.refresh_from_db()
        focus = plan.priorities.get()
    assert (status, told["version"], told["due_on"]) == (200, 1, str(plan.update_due_on))
    names = [(one["name"], one["priority"], one["target"], one["required"]) for one in told["boxes"]]
    assert names == [
        ("overall", None, None, True), (f"target_{target.pk}", None, target.pk, True),
        (f"about_{target.pk}", None, target.pk, False), (f"done_{focus.pk}", focus.pk, None, True),
        (f"changed_{focus.pk}", focus.pk, None, True),
    ]  # fmt: skip
    assert told["boxes"][1]["options"] == ["Met", "Partly met", "Not met"]
    status, saved = write(cast, cast.ben, plan, {"version": 1, "answers": {"overall": "It goes well."}})
    assert (status, saved["version"], saved["named"]) == (200, 2, {})
    assert nothing_sent(plan)
    assert read(cast, cast.ada, plan)[1]["boxes"][0]["answer"] == "It goes well."
    rest = boxes(plan) | {f"target_{target.pk}": "Partly met", f"about_{target.pk}": "Nine of twelve."}
    del rest["overall"]
    status, update = send(cast, cast.ben, plan, {"version": 2, "answers": rest})
    assert (status, update["document"]["overall"]) == (201, "It goes well.")
    with trust_scope(cast.alder):
        row = ProgressUpdate.objects.get()
        assert (row.sent_by, row.document) == (cast.ben, update["document"])
        target.refresh_from_db()
        assert (target.outcome, target.outcome_note, target.said_by) == ("partly", "Nine of twelve.", cast.ben)
        assert AuditEntry.objects.filter(did="plan.progress", by=cast.ben).count() == 1
        assert Notice.objects.filter(to=cast.ada, subject__endswith="School improvement plan: progress").count() == 1
    assert draft(plan) is None
    shown = cast.client(cast.gita).get(f"/api/v1/t/alder/plans/{plan.pk}/").json()["updates"]
    assert [one["document"]["overall"] for one in shown] == ["It goes well."]


def test_sent_again_under_its_number_it_is_sent_once(cast: Cast) -> None:
    plan = agreed_plan(cast)
    told: dict[str, Any] = {"version": 1, "answers": boxes(plan), "token": "6b1a3a52-6a1e-4a6c-8f9c-0d2f5a2f1c11"}
    assert write(cast, cast.ben, plan, {"version": 1, "answers": {"overall": "So far."}})[0] == 200
    first, again = (send(cast, cast.ben, plan, told | {"version": 2}) for _ in range(2))
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    with trust_scope(cast.alder):
        assert ProgressUpdate.objects.count() == 1
        assert AuditEntry.objects.filter(did="plan.progress").count() == 1
    assert send(cast, cast.ben, plan, told | {"token": "no number"})[1]["errors"]["token"]
    with trust_scope(cast.alder), pytest.raises(ValidationError, match="under this number already"):
        send_progress(plan, boxes(plan), by=cast.ada, version=1, token=UUID(told["token"]))
    assert send(cast, cast.ben, plan, {"version": 1, "answers": boxes(plan)})[0] == 201, "without a number as ever"


def test_a_page_and_a_program_leave_the_same(cast: Cast) -> None:
    plan = agreed_plan(cast)
    cast.client(cast.ben).post(there(plan, "progress/"), typed(plan, then="send"))
    assert send(cast, cast.ben, plan, {"version": 1, "answers": boxes(plan)})[0] == 201
    with trust_scope(cast.alder):
        by_program, by_page = ProgressUpdate.objects.all()
        assert by_program.document == by_page.document
        entries = AuditEntry.objects.filter(did="plan.progress").values_list("by", "school", "label")
        assert len(set(entries)) == 1


def test_what_was_written_can_be_sent_with_nothing_more(cast: Cast) -> None:
    plan = agreed_plan(cast)
    assert write(cast, cast.ada, plan, {"version": 1, "answers": boxes(plan)})[0] == 200
    assert send(cast, cast.ben, plan, {"version": 2})[0] == 201
    assert send(cast, cast.ben, plan, {"version": 2}) == (
        400, {"errors": {"version": ["It is at version 1; it has had no such version."]}},
    )  # fmt: skip


def test_two_who_write_at_once_lose_nothing(cast: Cast) -> None:
    plan = agreed_plan(cast)
    cast.client(cast.ben).post(there(plan, "progress/"), typed(plan))
    before = draft(plan)
    for act in (write, send):
        status, told = act(cast, cast.ada, plan, {"version": 1, "answers": boxes(plan, overall="Slower.")})
        assert (status, told["version"]) == (409, 2)
        assert [(one["theirs"], one["mine"]) for one in told["conflicts"]] == [("It goes well.", "Slower.")]
    assert (draft(plan), nothing_sent(plan)) == (before, True)


def test_it_is_not_sent_while_something_is_lacking(cast: Cast) -> None:
    plan = agreed_plan(cast)
    target = target_in_words(plan)
    sent = boxes(plan, overall=" ") | {f"about_{target.pk}": "Nine of twelve."}
    status, told = send(cast, cast.ben, plan, {"version": 1, "answers": sent})
    assert (status, list(told["errors"])) == (400, ["answers.overall", f"answers.target_{target.pk}"])
    assert "write something here" in told["errors"]["answers.overall"][0]
    assert (draft(plan), nothing_sent(plan)) == (None, True)


def test_a_person_who_seems_to_be_named_holds_it_back_until_that_is_answered(cast: Cast) -> None:
    plan = agreed_plan(cast)
    named = boxes(plan, overall="Mrs Shah leads it well.")
    status, told = write(cast, cast.ben, plan, {"version": 1, "answers": named})
    assert (status, list(told["named"])) == (200, ["overall"])
    status, told = send(cast, cast.ben, plan, {"version": 2})
    assert (status, list(told["errors"])) == (400, ["answers.overall"])
    assert told["errors"]["answers.overall"][0].endswith("To send it as it is, send `as_it_is` as well.")
    assert nothing_sent(plan)
    assert send(cast, cast.ben, plan, {"version": 2, "as_it_is": True})[0] == 201


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"answers": {"overall": "x"}}, "version", "required"),
        ({"version": 5, "answers": {"overall": "x"}}, "version", "It is at version 1"),
        ({"version": 1, "answers": {"overall": "a\0b"}}, "answers.overall", "Null characters"),
        ({"version": 1, "answers": {"overall": "x" * 8001}}, "answers.overall", "Use at most 8,000"),
        ({"version": 1, "answers": {"overall": {}}}, "answers.overall", "valid string"),
        ({"version": 1, "answers": {"done_0": "x"}}, "answers.done_0", "no answer called"),
        ({"version": 1, "answers": "x"}, "answers", "dictionary"),
        ({"version": 1, "answers": {}, "due_on": "2026-12-18"}, "due_on", "This cannot be set here."),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(cast: Cast, data: Any, field: str, words: str) -> None:
    plan = agreed_plan(cast)
    for act in (write, send):
        status, told = act(cast, cast.ben, plan, data)
        assert (status, list(told["errors"])) == (400, [field])
        assert words in told["errors"][field][0]
    assert (draft(plan), nothing_sent(plan)) == (None, True)


def test_how_a_target_stands_is_one_of_those_listed(cast: Cast) -> None:
    plan = agreed_plan(cast)
    name = f"target_{target_in_words(plan).pk}"
    status, told = write(cast, cast.ben, plan, {"version": 1, "answers": {name: "Nearly"}})
    assert (status, told["errors"]) == (400, {f"answers.{name}": ["Choose one of those listed"]})


def test_who_tells_and_who_sends(cast: Cast) -> None:
    plan = agreed_plan(cast)
    data = {"version": 1, "answers": boxes(plan)}
    with trust_scope(cast.alder):
        nia, lee = member("Nia Ford", "head", cast.ashmere), member("Lee Leader", "leader", cast.dunmere)
    for person in (cast.tom, cast.gita, cast.olive):
        assert [act(cast, person, plan, data)[0] for act in (write, send)] == [403, 403], person
        assert read(cast, person, plan)[0] == 403, person
    for person in (nia, cast.cleo):
        told = [act(cast, person, plan, data) for act in (write, send)]
        assert [*told, read(cast, person, plan)] == [(404, {"detail": "Not found."})] * 3, person
    status, told = send(cast, lee, plan, data)
    assert (status, "can send plans and their progress" in told["detail"]) == (403, True)
    with trust_scope(cast.alder):
        RoleGrant.objects.create(membership=nia, role="leader", school=cast.dunmere)
    assert send(cast, nia, plan, data)[0] == 403, "a head elsewhere, and here a leader"
    assert (draft(plan), nothing_sent(plan)) == (None, True)
    assert (write(cast, lee, plan, data)[0], send(cast, cast.ben, plan, {"version": 2})[0]) == (200, 201)


def test_of_a_closed_plan_nothing_more_is_told(cast: Cast) -> None:
    plan = agreed_plan(cast)
    with trust_scope(cast.alder):
        endings = {one.pk: Ending("worked", "Seen.", "All see it.", "Six books.") for one in plan.actions.all()}
        close_plan(plan, Close("worked", "Books are longer.", "Books.", endings=endings), by=cast.ben)
    for act in (write, send):
        status, told = act(cast, cast.ben, plan, {"version": 1, "answers": boxes(plan)})
        assert (status, list(told["errors"])) == (400, [""])
    assert nothing_sent(plan)
