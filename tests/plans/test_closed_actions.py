"""A plan says which of its actions are closed and with which verdict: on its page, on paper and to programs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string

from plans.forms.answering import AnswerForm
from plans.models import Action, Plan, PlanEdition
from plans.queries.documents import document_of
from plans.rules.document import Shown, changes
from plans.rules.quality import warnings
from plans.services import ActionEntry, NewAction, PriorityEntry, give_verdict, send_plan, write_action, write_priority
from plans.services.approving import answer_plan
from schools.access import access_of
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.plans.test_plan_rules import SIP, document, focus, line, whole

WHAT = "Plan longer writing in every unit."


_today = stopped_at(TODAY)


@pytest.fixture
def action(cast: Cast, plan: Plan) -> Action:
    """In a plan that is approved."""
    with trust_scope(cast.alder):
        row = write_priority(plan, PriorityEntry("Writing", "More.", "Seen."), by=cast.ben)
        new = NewAction(WHAT, None, "English lead", TODAY, TODAY)
        found = write_action(plan, ActionEntry(new, row), by=cast.ben)
        edition = send_plan(plan, by=cast.ben)
        access = access_of(cast.ada.user)
        assert access is not None
        answer_plan(plan, access=access, outcome="approved", checked=dict.fromkeys(SIP.quality_rules, "met"))
        assert edition.steps.get().outcome == "approved"
        return found


def judged(cast: Cast, action: Action, verdict: str = "partly", again_on: date | None = None) -> None:
    with trust_scope(cast.alder):
        give_verdict(
            action, by=cast.ben, verdict=verdict, note="Books are longer.", evidence="Six books.", again_on=again_on
        )


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def there(plan: Plan, more: str = "") -> str:
    return f"/t/alder/plans/{plan.pk}/{more}"


def test_the_page_of_an_action_says_by_what_it_is_judged_and_what_it_serves(cast: Cast, action: Action) -> None:
    with trust_scope(cast.alder):
        Action.objects.filter(pk=action.pk).update(success="Longer books.", training="A twilight.", budget=1200)
    page = text_of(cast.client(cast.ben).get(f"/t/alder/actions/{action.pk}/"))
    for label, words in (
        ("Judged by", "Longer books."), ("Priority it serves", "Writing"), ("Training it needs", "A twilight."),
        ("Budget", "£1,200"),
    ):  # fmt: skip
        assert f"<dt>{label}</dt><dd>{words}</dd>" in page, label


def test_the_page_says_the_verdict_and_its_day(cast: Cast, plan: Plan, action: Action) -> None:
    ben, change = cast.client(cast.ben), f'href="{there(plan, f"actions/{action.pk}/")}"'
    before = text_of(ben.get(there(plan)))
    assert ("Its impact is looked at on 20 November 2026" in before, change in before) == (True, True)
    judged(cast, action)
    page = text_of(ben.get(there(plan)))
    assert "<strong>It worked in part</strong>, closed on 20 November 2026." in page
    for words in ("Its impact is looked at", change, "Changed since it was approved"):
        assert words not in page, words
    edition = text_of(ben.get(there(plan, "editions/1/")))  # as it was sent, before anybody judged
    assert "Its impact is looked at on 20 November 2026" in edition


def test_too_early_to_tell_leaves_it_open_and_is_no_change(cast: Cast, plan: Plan, action: Action) -> None:
    judged(cast, action, "too_early", date(2027, 1, 15))
    page = text_of(cast.client(cast.ben).get(there(plan)))
    assert "Too early to tell when it was last looked at. Its impact is looked at on 15 January 2027." in page
    assert "Changed since it was approved" not in page


def test_a_verdict_alone_needs_no_new_approval(cast: Cast, plan: Plan, action: Action) -> None:
    judged(cast, action)
    with trust_scope(cast.alder), pytest.raises(ValidationError, match="Nothing has changed since"):
        send_plan(plan, by=cast.ben)
    assert "Send it to be approved" not in text_of(cast.client(cast.ben).get(there(plan)))
    with trust_scope(cast.alder):
        write_priority(plan, PriorityEntry("Reading"), by=cast.ben)
    assert "Send it to be approved" in text_of(cast.client(cast.ben).get(there(plan)))


def test_programs_and_paper_are_told(cast: Cast, plan: Plan, action: Action) -> None:
    judged(cast, action)
    answer = cast.client(cast.ben).get(f"/api/v1/t/alder/plans/{plan.pk}/").json()
    (told,) = answer["document"]["priorities"][0]["actions"]
    assert (told["verdict"], told["closed"]) == ("It worked in part", "20 November 2026")
    assert told["evidence"] == "Six books."
    with trust_scope(cast.alder):
        document = document_of(plan)
    paper = render_to_string("reporting/pdf/plan_actions.html", {"actions": document["priorities"][0]["actions"]})
    assert "It worked in part, closed on 20 November 2026" in paper
    assert "What shows it: Six books." in paper
    assert "What shows it: Six books." in text_of(cast.client(cast.ben).get(there(plan)))


def test_an_edition_from_before_reads_as_open(cast: Cast, plan: Plan, action: Action) -> None:
    """Editions that were frozen before actions said how they ended lack the words, and are no other plan."""
    with trust_scope(cast.alder):
        edition = PlanEdition.objects.get()
        for each in edition.document["priorities"][0]["actions"]:
            del each["verdict"], each["evidence"], each["closed"]
        assert changes(edition.document, document_of(plan)) == []
        at = {"sent_at": edition.sent_at, "sent_by": cast.ben, "writers": [cast.ben.pk]}
        PlanEdition.objects.create(plan=plan, number=2, document=edition.document, **at)
    page = text_of(cast.client(cast.ben).get(there(plan, "editions/2/")))
    assert "English lead sees to it" in page


def test_quality_counts_no_closed_action() -> None:
    ended = line(2, verdict="It worked", closed="20 November 2026")
    assert warnings(document(focus(1, whole(), ended), actions=(ended,)), SIP) == []
    assert warnings(document(focus(1, whole()), actions=(line(2),)), SIP) != []


def test_what_else_stands_in_a_part_is_said_in_words() -> None:
    assert Shown("Priorities", "priorities").note == ""
    assert Shown("Priorities", "priorities", also=("Milestones",)).note == "Also shown in this section: “Milestones”."
    two = Shown("Priorities", "priorities", also=("Success measures", "Milestones"))
    assert two.note == "Also shown in this section: “Success measures” and “Milestones”."


def test_the_form_says_who_reads_the_answer() -> None:
    """Of the trust's own plan no head of a school reads it."""
    assert "the school’s head" in str(AnswerForm().fields["words"].help_text)
    assert "head" not in str(AnswerForm(of_school=False).fields["words"].help_text)


def test_who_answers_is_told_what_it_lacks_before_they_answer(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        write_priority(plan, PriorityEntry("Writing"), by=cast.ben)
    ben, ada = cast.client(cast.ben), cast.client(cast.ada)
    assert "Before you send it" in text_of(ben.get(there(plan)))
    with trust_scope(cast.alder):
        send_plan(plan, by=cast.ben)
    asked, sent = text_of(ada.get(there(plan))), text_of(ben.get(there(plan)))
    assert ("Before you answer" in asked, "Before you send it" in asked) == (True, False)
    assert ("What it still lacks" in sent, "Before you send it" in sent) == (True, False)
