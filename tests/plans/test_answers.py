"""What an action of a plan answers: chosen while the plan is written, shown wherever the plan is, kept once agreed."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string

from monitoring.models import Visit, VisitAction
from monitoring.queries.visits import actions_of
from plans.models import Action, Plan
from plans.queries.answerable import Answers, answerable, answers_now
from plans.queries.documents import document_of
from plans.rules.document import changes
from plans.rules.quality import warnings
from plans.services import ActionEntry, NewAction, send_plan, write_action
from plans.services.tying import TIED
from reviews.models import Finding, Review
from schools.access import Permission
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import member
from tests.monitoring.visits_world import considered, final, sent
from tests.plans.test_from_findings import agreed
from tests.plans.test_plan_rules import EVERY, S3, document, focus, line, whole
from tests.plans.test_plans import text_of, there
from tests.plans.test_who_sends import access
from tests.reviews.reviews_world import WORDS, review_at

TYPED = {
    "what": "Write every day.", "priority": "", "owner": "", "words": "English lead", "due": "",
    "check": "15 January 2027", "success": "", "support": "", "budget": "", "training": "",
}  # fmt: skip
SENT = {"what": "Write every day.", "owner_words": "English lead", "impact_check_on": "2027-01-15"}


_today = stopped_at(TODAY)


@pytest.fixture
def review(cast: Cast) -> Review:
    with trust_scope(cast.alder):
        return review_at(cast, "published")


@pytest.fixture
def visit(cast: Cast) -> Visit:
    """With a form that everybody reads."""
    with trust_scope(cast.alder):
        made = final(cast)
        Visit.objects.filter(pk=made.pk).update(form="health_check", subject="Reading")
        return made


def act(cast: Cast, plan: Plan, answers: Answers | None = None, **more: Any) -> Action:
    new = NewAction("Write every day.", cast.ben, "", date(2026, 12, 18), date(2027, 1, 15))
    return write_action(plan, ActionEntry(new, answers=answers), by=more.pop("by", cast.ben), **more)


def found_in(review: Review, kind: str = "ebi") -> Answers:
    return Answers(finding=Finding.objects.get(review=review, kind=kind).pk)


def test_the_head_names_what_an_action_answers_and_changes_it(cast: Cast, plan: Plan, review: Review, visit: Visit):
    ben = cast.client(cast.ben)
    with trust_scope(cast.alder):
        finding = found_in(review)
    form = text_of(ben.get(f"{there(plan)}actions/"))
    assert "What does it answer?" in form
    assert f'value="{finding.key}"' in form
    assert "Health check, 18 November 2026: Reading" in form
    assert WORDS["www"] not in form
    ben.post(f"{there(plan)}actions/", {**TYPED, "answers": finding.key})
    with trust_scope(cast.alder):
        row = Action.objects.get()
        assert answers_now(row) == finding
    assert f"Answers the finding “{WORDS['ebi']}”" in text_of(ben.get(there(plan)))
    change = f"{there(plan)}actions/{row.pk}/"
    for chosen in (f"visit-{visit.pk}", f"visit-{visit.pk}", finding.key, f"visit-{visit.pk}"):
        assert ben.post(change, {**TYPED, "answers": chosen}).status_code == 302
        with trust_scope(cast.alder):
            assert answers_now(Action.objects.get()).key == chosen
            assert VisitAction.objects.count() == chosen.startswith("visit")
    page = text_of(ben.get(there(plan)))
    assert "Answers the visit of 18 November 2026, Reading" in page
    assert "Answers the finding" not in page
    origin = text_of(ben.get(f"/t/alder/actions/{row.pk}/"))
    assert f'href="/t/alder/monitoring/{visit.pk}/"' in origin
    ben.post(change, {**TYPED, "answers": ""})
    with trust_scope(cast.alder):
        assert answers_now(Action.objects.get()) == Answers()
        assert not VisitAction.objects.exists()


def test_only_what_is_published_or_final_of_this_school_is_offered(cast: Cast, plan: Plan, review: Review) -> None:
    with trust_scope(cast.alder):
        review_at(cast, "answered", lead=member("Lee Ford", "head", cast.ashmere))
        sent(cast)
        elsewhere = sent(cast, school=cast.ashmere)
        Visit.objects.filter(pk=elsewhere.pk).update(final_at=elsewhere.submitted_at)
        first, second = final(cast), final(cast)
        Visit.objects.filter(pk=first.pk).update(on=date(2026, 11, 19))
        offered = answerable(access(cast.ben), plan)
        assert [one.key for one in offered.findings] == [found_in(review).key]
        assert [one.pk for one in offered.visits] == [first.pk, second.pk]
        for wrong in (Answers(visit=elsewhere.pk), Answers(finding=10**6), Answers(found_in(review).finding, first.pk)):
            with pytest.raises(ValidationError) as refused:
                act(cast, plan, wrong)
            assert "answers" in refused.value.message_dict
    ben = cast.client(cast.ben)
    answer = ben.post(f"{there(plan)}actions/", {**TYPED, "answers": f"visit-{elsewhere.pk}"})
    assert (answer.status_code, "Choose one of the list" in text_of(answer)) == (422, True)
    with trust_scope(cast.alder):
        assert not Action.objects.exists()


def test_what_was_agreed_on_a_review_or_visit_stays(cast: Cast, plan: Plan, review: Review) -> None:
    with trust_scope(cast.alder):
        visit = considered(cast)
        other = final(cast)
        of_visit, of_review = Action.objects.get(), agreed(cast, review)
        assert {of_visit.plan, of_review.plan} == {plan}
        known = {row.pk: answers_now(row) for row in (of_visit, of_review)}
    ben = cast.client(cast.ben)
    for row in (of_visit, of_review):
        change = f"{there(plan)}actions/{row.pk}/"
        page = text_of(ben.get(change))
        assert "and stays tied to it." in page
        assert "What does it answer?" not in page
        assert ben.post(change, {**TYPED, "answers": f"visit-{other.pk}"}).status_code == 302
        with trust_scope(cast.alder):
            anew = Action.objects.get(pk=row.pk)
            assert (anew.what, answers_now(anew)) == (TYPED["what"], known[row.pk])
            for answers in (Answers(), Answers(visit=other.pk)):
                with pytest.raises(ValidationError, match="stays tied to it"):
                    act(cast, plan, answers, action=anew)
    assert known[of_visit.pk] == Answers(visit=visit.pk)


def test_what_a_committee_followed_up_stays(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        visit = considered(cast)
        row = Action.objects.get()
        Action.objects.update(is_origin_fixed=False)
        assert not answerable(access(cast.ben), plan, Action.objects.get()).stays
        link = actions_of(visit)[0]
        link.follow_ups.create(on=TODAY, found="Under way.", closes=False, by=cast.tom, at=visit.submitted_at)
        row.refresh_from_db()
        assert answerable(access(cast.ben), plan, row).stays
        with pytest.raises(ValidationError, match="stays tied to it"):
            act(cast, plan, Answers(), action=row)


def test_what_the_writer_may_not_read_is_not_offered_and_stays(cast: Cast, plan: Plan, visit: Visit) -> None:
    """No role of today writes plans without reading visits; one that did would find it as it was."""
    with trust_scope(cast.alder):
        row = act(cast, plan, Answers(visit=visit.pk))
        assert not answerable(access(cast.ben), plan, row).stays
        blind: Any = SimpleNamespace(may=lambda permission, school: permission != Permission.SEE_VISITS)
        offered = answerable(blind, plan, row)
        assert (offered.visits, offered.stays, offered.label) == ((), True, "")


def test_of_a_restricted_form_a_plan_tells_no_subject(cast: Cast, plan: Plan, visit: Visit) -> None:
    with trust_scope(cast.alder):
        Visit.objects.filter(pk=visit.pk).update(form="monitoring_form")
        assert cast.version.strategy.form_by_key["monitoring_form"].visibility == "leaders"
        row = act(cast, plan, Answers(visit=visit.pk))
        (found,) = document_of(plan)["actions"]
        assert found.get("visit") == "Answers the visit of 18 November 2026, Monitoring form"
        (offered,) = answerable(access(cast.ben), plan, row).visits
        assert offered.label == "Monitoring form, 18 November 2026"


def test_an_edition_and_its_paper_carry_the_visit(cast: Cast, plan: Plan, visit: Visit) -> None:
    with trust_scope(cast.alder):
        send_plan(plan, by=cast.ben)
        before = plan.editions.get().document
        act(cast, plan, Answers(visit=visit.pk))
        after = document_of(plan)
        words = "Answers the visit of 18 November 2026, Reading"
        assert words in changes(before, after)[0].after
        paper = render_to_string("reporting/pdf/plan_actions.html", {"actions": after["actions"]})
        assert words in paper
        del after["actions"][0]["visit"]  # as editions of earlier days are
        assert changes(after, after) == []


def test_what_was_agreed_on_a_visit_says_so_in_the_plan(cast: Cast, plan: Plan) -> None:
    with trust_scope(cast.alder):
        considered(cast)
    page = text_of(cast.client(cast.gita).get(f"/t/alder/schools/{cast.dunmere.pk}/actions/"))
    assert "More writing." in page
    assert "Agreed on the visit of 18 November 2026, Monitoring form" in text_of(cast.client(cast.ben).get(there(plan)))


def test_a_draft_is_not_shown_with_what_it_answers(cast: Cast, plan: Plan, review: Review, visit: Visit) -> None:
    with trust_scope(cast.alder):
        act(cast, plan, Answers(visit=visit.pk))
        act(cast, plan, found_in(review))
    gita, at = cast.client(cast.gita), (f"monitoring/{visit.pk}/", f"reviews/{review.pk}/")

    def shown() -> list[bool]:
        return ["Write every day." in text_of(gita.get(f"/t/alder/{one}")) for one in at]

    def listed() -> list[bool]:
        api = (f"/api/v1/t/alder/visits/{visit.pk}/", f"/api/v1/t/alder/reviews/{review.pk}/")
        told, found = (gita.get(one).json() for one in api)
        return [bool(told["actions"]), any(one["actions"] for one in found["findings"])]

    assert (shown(), listed()) == ([False, False], [False, False])
    with trust_scope(cast.alder):
        send_plan(plan, by=cast.ben)
    assert (shown(), listed()) == ([True, True], [True, True])


def api(cast: Cast, plan: Plan, data: dict[str, Any], action: int | None = None) -> tuple[int, dict[str, Any]]:
    path = f"/api/v1/t/alder/plans/{plan.pk}/actions/" + (f"{action}/" if action else "")
    client = cast.client(cast.ben)
    answer = (client.put if action else client.post)(path, data, content_type="application/json")
    return answer.status_code, answer.json()


def test_a_program_names_it_too(cast: Cast, plan: Plan, review: Review, visit: Visit) -> None:
    with trust_scope(cast.alder):
        finding = found_in(review).finding
        elsewhere = sent(cast, school=cast.ashmere)
        Visit.objects.filter(pk=elsewhere.pk).update(final_at=elsewhere.submitted_at)
    status, made = api(cast, plan, SENT | {"visit": visit.pk})
    assert (status, made["visit"], made["finding"]) == (201, visit.pk, None)
    status, made = api(cast, plan, SENT | {"finding": finding}, made["id"])
    assert status == 200, made
    assert (status, made["visit"], made["finding"], made["review"]) == (200, None, finding, review.pk)
    listed = cast.client(cast.ben).get(f"/api/v1/t/alder/actions/?visit={visit.pk}").json()
    assert listed["count"] == 0
    for wrong in ({"visit": elsewhere.pk}, {"visit": visit.pk, "finding": finding}):
        status, told = api(cast, plan, SENT | wrong)
        assert (status, list(told["errors"])) == (400, ["visit"])
    with trust_scope(cast.alder):
        fixed = agreed(cast, review)
    assert api(cast, plan, SENT, fixed.pk)[1]["finding"] == finding
    status, told = api(cast, plan, SENT | {"visit": visit.pk}, fixed.pk)
    assert (status, told["errors"]) == (400, {"visit": [f"{TIED}."]})


def test_two_writers_are_told_of_what_it_answers(cast: Cast, plan: Plan, visit: Visit) -> None:
    with trust_scope(cast.alder):
        row = act(cast, plan)
    ben = cast.client(cast.ben)
    seen = ben.get(f"{there(plan)}actions/{row.pk}/").context["form"]["seen"].value()
    with trust_scope(cast.alder):
        act(cast, plan, Answers(visit=visit.pk), action=row, by=cast.ada)
    answer = text_of(ben.post(f"{there(plan)}actions/{row.pk}/", {**TYPED, "answers": "", "seen": seen}))
    assert "“What it answers” now reads “Health check, 18 November 2026: Reading”." in answer


def test_plans_whose_actions_link_back_are_warned_of_those_that_do_not() -> None:
    kinds = {one.key: one for strategy in EVERY for one in strategy.plan_types if one.links_back}
    assert {key: kind.links_back for key, kind in kinds.items()} == {
        "core_plan": ("finding", "visit"), "raising_achievement_plan": ("visit",), "trust_agreed_plan": ("visit",),
    }  # fmt: skip
    core, rap = kinds["core_plan"], kinds["raising_achievement_plan"]
    of_visit, of_finding = line(2, visit="Agreed on the visit"), line(3, finding="Books are full.")
    ended = line(4, verdict="It worked", closed="9 November 2026")
    found = document(focus(1, whole(), of_visit), actions=(of_finding, ended))

    def said(kind: Any) -> list[str]:
        return [one.words for one in warnings(found, kind) if "answer" in one.words]

    assert said(core) == ["One action answers no finding or visit: “Action 1”."]
    assert said(rap) == ["Two actions answer no visit: “Action 1” and “Action 3”."]
    assert said(next(one for one in S3.plan_types if one.key == "sip")) == []
