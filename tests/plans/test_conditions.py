"""The conditions of an approval: laid down with it, said to be met, confirmed or sent back, and no longer asked."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from plans.models import Condition, Plan
from plans.queries.approvals import approvals_of, rules_to_check, standing_of
from plans.queries.conditions import conditions_of
from plans.rules.conditions import conditions_in
from plans.services import PriorityEntry, answer_plan, send_plan, write_priority
from plans.services.conditions import answer_condition, say_met
from reporting.queries.waiting import waiting_at_schools, waiting_for_trust
from schools.models import AuditEntry, Membership, Notice, RoleGrant
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import member
from tests.plans.test_plans import text_of, there
from tests.plans.test_who_sends import access, grant

WORDS = "Approved, if you:\n1. Add a target for Year 6.\n2. Name who sees to attendance."
TARGET, OWNER = "Add a target for Year 6.", "Name who sees to attendance."
HOW = {"met_on": "20 November 2026", "how": "It stands with the first priority."}


_today = stopped_at(TODAY)


@pytest.mark.parametrize(("words", "found"), [
    ("Add a target.", ["Add a target."]),
    ("Add a target.\n\nName an owner.", ["Add a target.", "Name an owner."]),
    ("Please:\n- Add a target.\n• Name an owner.", ["Add a target.", "Name an owner."]),
    ("1. One\n2) Two\n(3) Three\na) Four", ["One", "Two", "Three", "Four"]),
    ("In 2027 add one.\n12 pupils more.", ["In 2027 add one.", "12 pupils more."]),
    ("Say more about attendance:", ["Say more about attendance:"]),
    ("One:\nTwo:", ["One: Two:"]),
])  # fmt: skip
def test_each_line_is_a_condition_and_what_introduces_them_is_none(words: str, found: list[str]) -> None:
    assert conditions_in(words) == found


def approve(cast: Cast, plan: Plan, outcome: str = "conditions", words: str = WORDS) -> list[Condition]:
    """Ben sends it, Ada answers as lead."""
    edition = send_plan(plan, by=cast.ben)
    checked = dict.fromkeys(rules_to_check(plan), "met")
    answer_plan(plan, access=access(cast.ada), outcome=outcome, words=words, checked=checked)
    return conditions_of(edition)


@pytest.fixture
def asked(cast: Cast, plan: Plan) -> list[Condition]:
    with trust_scope(cast.alder):
        write_priority(plan, PriorityEntry("Writing"), by=cast.ben)
        return approve(cast, plan)


def page_of(row: Condition) -> str:
    return f"/t/alder/plans/conditions/{row.pk}/"


def standing(plan: Plan) -> str:
    return standing_of(approvals_of([plan])[plan.pk]).words


def listed(cast: Cast, person: Membership) -> list[tuple[str, str]]:
    """What waits for somebody of conditions."""
    with trust_scope(cast.alder):
        held = access(person)
        rows = waiting_for_trust(held, TODAY) if held.whole_trust else waiting_at_schools(held, TODAY)
    return [(one.kind, one.words) for one in rows if one.kind.startswith("condition")]


def test_said_to_be_met_then_confirmed(cast: Cast, plan: Plan, asked: list[Condition]) -> None:
    """Each apart, on the page of the plan, in both lists, in the PDF's words, with news and on record."""
    ben, ada = cast.client(cast.ben), cast.client(cast.ada)
    assert [one.words for one in asked] == [TARGET, OWNER]
    assert sorted(listed(cast, cast.ben)) == [("condition_meet", TARGET), ("condition_meet", OWNER)]
    assert listed(cast, cast.ada) == []
    page = text_of(ben.get(there(plan)))
    assert page.count("Say that it is met<") == 2
    assert "Say that it is met" not in text_of(ada.get(there(plan))), "whoever set it confirms it"
    assert "Say that it is met" not in text_of(cast.client(cast.gita).get(there(plan)))
    assert ben.post(page_of(asked[0]), HOW).status_code == 302
    assert listed(cast, cast.ben) == [("condition_meet", OWNER)]
    assert listed(cast, cast.ada) == [("condition_confirm", TARGET)]
    page = text_of(ada.get(there(plan)))
    assert "Met on 20 November 2026: It stands with the first priority." in page
    assert page.count("Confirm or send back<") == 1
    assert "You are asked to confirm it" in text_of(ada.get(page_of(asked[0])))
    assert "You have said that it is met" in text_of(ben.get(page_of(asked[0])))
    assert ada.post(page_of(asked[0]), {"outcome": "confirmed", "words": ""}).status_code == 302
    assert listed(cast, cast.ada) == []
    with trust_scope(cast.alder):
        assert standing(plan) == "Approved with conditions"
        say_met(asked[1], access=access(cast.ben), met_on=TODAY, how="Ben does.")
        answer_condition(asked[1], access=access(cast.ada), outcome="confirmed")
        assert standing(plan) == "Approved, conditions met"
        record = list(AuditEntry.objects.filter(did__startswith="plan.condition").order_by("pk"))
        assert [(one.did, one.by, one.after) for one in record] == [
            ("plan.condition_met", cast.ben, TARGET), ("plan.condition_confirmed", cast.ada, TARGET),
            ("plan.condition_met", cast.ben, OWNER), ("plan.condition_confirmed", cast.ada, OWNER),
        ]  # fmt: skip
        assert Notice.objects.filter(to=cast.ada, subject__endswith="a condition said to be met").exists()
        assert Notice.objects.filter(to=cast.ben, subject__endswith="a condition is met").exists()
    page = text_of(ben.get(there(plan)))
    assert "Conditions of the approval" not in page
    assert page.index('id="approval"') < page.index(TARGET), "with the edition that was approved"


def test_sent_back_with_a_word_it_is_to_be_met_again(cast: Cast, plan: Plan, asked: list[Condition]) -> None:
    ben, ada = cast.client(cast.ben), cast.client(cast.ada)
    ben.post(page_of(asked[0]), HOW)
    refused = ada.post(page_of(asked[0]), {"outcome": "sent_back", "words": ""})
    assert (refused.status_code, "Say what is still missing" in text_of(refused)) == (422, True)
    ada.post(page_of(asked[0]), {"outcome": "sent_back", "words": "Only for girls so far."})
    assert ("condition_meet", TARGET) in listed(cast, cast.ben)
    page = text_of(ben.get(there(plan)))
    assert "Sent back by Ada Whitlock: Only for girls so far." in page
    assert "It stands with the first priority." in text_of(ben.get(page_of(asked[0]))), "what was said stays"
    assert ben.post(page_of(asked[0]), HOW | {"how": "For all now."}).status_code == 302
    assert "Only for girls" not in text_of(ada.get(there(plan)))


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"met_on": "", "how": "Done."}, "Say on which day it was met"),
        ({"met_on": "21 November 2026", "how": "Done."}, "This day is still to come"),
        ({"met_on": "19 November 2026", "how": "Done."}, "The plan was sent on 20 November 2026"),
        ({"met_on": "20 November 2026", "how": ""}, "Say in a sentence how it was met"),
    ],
)
def test_a_day_and_how(cast: Cast, asked: list[Condition], sent: dict[str, str], told: str) -> None:
    refused = cast.client(cast.ben).post(page_of(asked[0]), sent)
    assert (refused.status_code, told in text_of(refused)) == (422, True)
    with trust_scope(cast.alder):
        assert not Condition.objects.exclude(state="open").exists()


def test_who_says_and_who_confirms(cast: Cast, plan: Plan, asked: list[Condition]) -> None:
    """Who writes the plan says it; who set it confirms it. Where they have left, somebody of their role does."""
    with trust_scope(cast.alder):
        for person, told in ((cast.ada, "You set this condition"), (cast.gita, "Whoever writes the plan")):
            with pytest.raises(ValidationError, match=told):
                say_met(asked[0], access=access(person), met_on=TODAY, how="Done.")
        with pytest.raises(ValidationError, match="Nobody has said"):
            answer_condition(asked[0], access=access(cast.ada), outcome="confirmed")
        say_met(asked[0], access=access(cast.ben), met_on=TODAY, how="Done.")
        other, both = member("Ona Lead", "si_lead"), member("Mo Both", "si_lead")
        grant(both, "head", cast.dunmere)
        for person, told in (
            (cast.ben, "You have said"),
            (other, "Ada Whitlock set this"),
            (cast.gita, "Ada Whitlock"),
        ):
            with pytest.raises(ValidationError, match=told):
                answer_condition(asked[0], access=access(person), outcome="confirmed")
    assert (listed(cast, other), listed(cast, both)) == ([], [])
    with trust_scope(cast.alder):
        RoleGrant.objects.filter(membership=cast.ada).update(ended_at="2026-11-01T09:00Z")
        with pytest.raises(ValidationError, match="You lead this school"):
            answer_condition(asked[0], access=access(both), outcome="confirmed")
        with pytest.raises(ValidationError, match="has left"):
            answer_condition(asked[0], access=access(cast.gita), outcome="confirmed")
    assert (listed(cast, other), listed(cast, both)) == ([("condition_confirm", TARGET)], [])
    with trust_scope(cast.alder):
        assert answer_condition(asked[0], access=access(other), outcome="confirmed").state == "met"


def test_they_lapse_once_a_later_edition_is_approved(cast: Cast, plan: Plan, asked: list[Condition]) -> None:
    with time_machine.travel(TODAY + timedelta(days=3), tick=False), trust_scope(cast.alder):
        write_priority(plan, PriorityEntry("Attendance"), by=cast.ben)
        send_plan(plan, by=cast.ben)
        assert {one.state for one in Condition.objects.all()} == {"open"}, "they stand while the next one waits"
        checked = dict.fromkeys(rules_to_check(plan), "met")
        answer_plan(plan, access=access(cast.ada), outcome="approved", checked=checked)
        assert {one.state for one in Condition.objects.all()} == {"lapsed"}
        assert standing(plan) == "Approved"
        with pytest.raises(ValidationError, match="no longer asked"):
            say_met(asked[0], access=access(cast.ben), met_on=date(2026, 11, 23), how="Done.")
    assert listed(cast, cast.ben) == []
    ben = cast.client(cast.ben)
    assert TARGET in text_of(ben.get(there(plan, "editions/1/")))
    assert "No longer asked" in text_of(ben.get(there(plan, "editions/1/")))
    assert ben.post(page_of(asked[0]), HOW).status_code == 422


def test_by_a_program(cast: Cast, plan: Plan, asked: list[Condition]) -> None:
    at, sent = f"/api/v1/t/alder/plans/conditions/{asked[0].pk}/", {"met_on": "2026-11-20", "how": "It stands there."}
    ben, ada = cast.client(cast.ben), cast.client(cast.ada)
    [step] = ben.get(f"/api/v1/t/alder/plans/{plan.pk}/").json()["steps"]
    assert [(one["words"], one["state"]) for one in step["conditions"]] == [(TARGET, "open"), (OWNER, "open")]
    assert ada.post(f"{at}met/", sent, "application/json").status_code == 400
    assert ben.post(f"{at}met/", sent, "application/json").json()["state"] == "said"
    back = {"outcome": "sent_back", "words": "Not for Year 6."}
    assert ada.post(f"{at}answer/", back, "application/json").json() == {
        "id": asked[0].pk, "words": TARGET, "state": "open", "met_on": "2026-11-20", "how": "It stands there.",
        "answer": "Not for Year 6.", "answered_at": "2026-11-20T00:00:00Z",
    }  # fmt: skip
    assert ada.post(f"{at}answer/", back, "application/json").status_code == 400
