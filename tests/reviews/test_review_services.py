"""A review from its proposal to publication: who may do what, and what it leaves behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from evidence.models import Source
from reporting.queries.waiting import waiting_for_trust
from reviews.models import Dispute, Finding, Practice, Review, ReviewMember
from reviews.queries.reviews import guarantors_of, may_raise, part_of, team_of
from reviews.services.agreeing import SCHOOL, TRUST, change_terms, propose_review, sign_review, withdraw_review
from reviews.services.disputes import mediate_dispute, raise_dispute
from reviews.services.findings import FindingEntry, add_finding, change_finding
from reviews.services.publishing import begin_review, publish_review, reply_to_review, send_review
from reviews.services.register import (
    PracticeEntry,
    answer_request,
    ask_to_visit,
    end_practice,
    offer_finding,
    offer_practice,
)
from reviews.services.team import add_member, remove_member
from reviews.services.writing import save_answers
from schools.access import Access, access_of
from schools.models import AuditEntry, Membership, Notice, RoleGrant
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast
from tests.factories import member
from tests.reviews.reviews_world import PUT_RIGHT, TERMS, WORDS, review_at

State = Review.State


@pytest.fixture(autouse=True)
def _in_alder(cast: Cast):
    with time_machine.travel(TODAY, tick=False), trust_scope(cast.alder):
        yield


def test_a_review_is_agreed_when_both_sides_have_signed(cast: Cast):
    review = review_at(cast)
    sign_review(review, TRUST, by=cast.ada)
    with pytest.raises(ValidationError, match="signed for the other side"):
        sign_review(review, SCHOOL, by=cast.ada)
    with pytest.raises(ValidationError, match="both sides have signed"):
        begin_review(review, by=cast.ada)
    assert sign_review(review, SCHOOL, by=cast.ben).state == State.AGREED
    with pytest.raises(ValidationError, match="signed these terms"):
        change_terms(review, by=cast.ada, terms=TERMS)


def test_the_database_refuses_one_that_begins_unsigned(cast: Cast):
    review = review_at(cast)
    with pytest.raises(IntegrityError, match="signed_by_both"), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(state="draft")


def test_new_terms_are_signed_anew(cast: Cast):
    review = review_at(cast)
    sign_review(review, SCHOOL, by=cast.ben)
    changed = change_terms(review, by=cast.ada, terms=replace(TERMS, days=Decimal("0.5"), dates=[date(2026, 12, 1)]))
    assert (changed.school_signed_at, changed.days, changed.starts_on) == (None, Decimal("0.5"), date(2026, 12, 1))


@pytest.mark.parametrize(
    ("name", "value"),
    [("dates", ()), ("days", Decimal(0)), ("focus", " "), ("outcomes", ""), ("entitlement", "nothing_such")],
)
def test_terms_are_whole(cast: Cast, name: str, value: object):
    with pytest.raises(ValidationError) as refused:
        propose_review(
            cast.dunmere, cast.version, by=cast.ada, kind="governance", terms=replace(TERMS, **{name: value})
        )
    assert name in refused.value.error_dict


def test_a_kind_that_is_a_visit_is_not_proposed(cast: Cast):
    with pytest.raises(ValidationError, match="kinds of review"):
        propose_review(cast.dunmere, cast.version, by=cast.ada, kind="safety_audit", terms=TERMS)


def test_nobody_reviews_their_own_school(cast: Cast):
    review = review_at(cast, "agreed")
    with pytest.raises(ValidationError, match="Nobody reviews their own school"):
        add_member(review, cast.gita, by=cast.ada)
    lead = ReviewMember.objects.get(review=review).membership
    RoleGrant.objects.create(membership=lead, role="governor", school=cast.dunmere)
    with pytest.raises(ValidationError, match="Nia Price holds a role"):
        begin_review(review, by=cast.ada)


def test_a_team_has_one_lead(cast: Cast):
    review = review_at(cast)
    second = add_member(review, cast.tom, by=cast.ada, is_lead=True, availability="Both days")
    assert [one.membership for one in ReviewMember.objects.filter(review=review, is_lead=True)] == [cast.tom]
    with pytest.raises(ValidationError, match="on the team already"):
        add_member(review, cast.tom, by=cast.ada)
    remove_member(second, by=cast.ada)
    sign_review(review, TRUST, by=cast.ada)
    sign_review(review, SCHOOL, by=cast.ben)
    with pytest.raises(ValidationError, match="who leads the team"):
        begin_review(review, by=cast.ada)


def test_two_writers_are_told_of_each_other(cast: Cast):
    review = review_at(cast, "draft")
    mine = save_answers(review, {"www": "Mine."}, by=cast.ada, version=2)
    clash = save_answers(review, {"www": "Theirs.", "ebi": "Also."}, by=cast.ruth, version=2)
    assert [one.clash.name for one in clash.conflicts] == ["www"]
    review.refresh_from_db()
    assert (review.answers["www"], review.answers["ebi"], review.version) == ("Mine.", WORDS["ebi"], mine.version)
    assert not save_answers(review, {"ebi": "Also."}, by=cast.ruth, version=2).conflicts


def test_what_is_missing_is_told_before_it_is_sent(cast: Cast):
    review = review_at(cast, "draft")
    save_answers(review, {"ebi": None}, by=cast.ada, version=99)
    with pytest.raises(ValidationError) as refused:
        send_review(review, by=cast.ada)
    assert list(refused.value.error_dict) == ["ebi"]


def test_the_forms_words_become_findings_and_follow_it(cast: Cast):
    review = review_at(cast, "answered")
    found = {one.kind: one for one in Finding.objects.filter(review=review)}
    assert {kind: one.text for kind, one in found.items()} == {
        "www": WORDS["www"], "ebi": WORDS["ebi"], "excellence": WORDS["excellence"],
    }  # fmt: skip
    tied = FindingEntry("ebi", WORDS["ebi"], "behaviour", "inclusion")
    change_finding(found["ebi"], tied, by=cast.ada)
    save_answers(review, {"ebi": "Writing in Year 4."}, by=cast.ada, version=99)
    publish_review(review, by=cast.ada, **PUT_RIGHT)
    row = Finding.objects.get(review=review, kind="ebi")
    assert (row.text, row.criterion, row.area) == ("Writing in Year 4.", "behaviour", "inclusion")


def test_the_school_has_its_days_to_answer(cast: Cast):
    review = review_at(cast, "sent")
    assert review.reply_due_on == date(2026, 11, 27)
    with pytest.raises(ValidationError, match="may answer until 27 November 2026"):
        publish_review(review, by=cast.ada, **PUT_RIGHT)
    with pytest.raises(ValidationError, match="cannot be changed"):
        save_answers(review, {"www": "Later."}, by=cast.ada, version=99)
    with time_machine.travel(date(2026, 11, 28), tick=False):
        assert publish_review(review, by=cast.ada, **PUT_RIGHT).state == State.PUBLISHED


def test_a_comment_says_what_is_not_right(cast: Cast):
    review = review_at(cast, "sent")
    with pytest.raises(ValidationError) as refused:
        reply_to_review(review, by=cast.ben, reply="comment")
    assert "text" in refused.value.error_dict
    reply_to_review(review, by=cast.ben, reply="accurate")
    with pytest.raises(ValidationError, match="answered already"):
        reply_to_review(review, by=cast.ben, reply="accurate")


def test_publication_writes_sources(cast: Cast):
    review = review_at(cast, "draft")
    add_finding(review, FindingEntry("finding", "Books are full.", "behaviour", "inclusion"), by=cast.ada)
    send_review(review, by=cast.ada)
    assert not Source.objects.filter(kind="review").exists()
    reply_to_review(review, by=cast.ben, reply="accurate")
    publish_review(review, by=cast.ada, **PUT_RIGHT)
    rows = Source.objects.filter(kind="review", route="review", original_id=review.pk, on=review.ends_on)
    assert {row.area: row.note for row in rows} == {
        "behaviour": "Finding: Books are full.", "inclusion": "Finding: Books are full.",
    }  # fmt: skip
    assert {row.label for row in rows} == {"Governance review"}
    with pytest.raises(ValidationError):
        publish_review(review, by=cast.ada, **PUT_RIGHT)
    assert rows.count() == 2


def seen_by(person: Membership) -> Access:
    found = access_of(person.user)
    assert found is not None
    return found


def test_what_the_school_called_right_stays_as_it_is(cast: Cast):
    """A comment opens the words again; the comment stands beside what is published then."""
    right, comment = review_at(cast, "sent"), review_at(cast, "answered", lead=member("Lee Park", "head", cast.ashmere))
    reply_to_review(right, by=cast.ben, reply="accurate")
    with pytest.raises(ValidationError, match="cannot be changed"):
        save_answers(right, {"www": "Other words."}, by=cast.ada, version=99)
    assert not save_answers(comment, {"www": "Other words."}, by=cast.ada, version=99).conflicts


def test_terms_that_changed_are_not_signed_unread(cast: Cast):
    review = review_at(cast, "proposed")
    seen = review.terms_mark
    change_terms(review, by=cast.ada, terms=replace(TERMS, days=Decimal(9)))
    with pytest.raises(ValidationError, match="have changed"):
        sign_review(review, SCHOOL, by=cast.ben, read=seen)
    review.refresh_from_db()
    assert sign_review(review, SCHOOL, by=cast.ben, read=review.terms_mark).school_signed_by == cast.ben


def test_the_guarantor_raises_no_concern_and_somebody_stands_in_where_they_are_on_the_team(cast: Cast):
    """Whoever would mediate is told; where the only chief executive works on it, the director decides and is told."""
    review, director = review_at(cast, "draft"), member("Dee Director", "director")
    ceo = seen_by(cast.ruth)
    assert not may_raise(ceo, review, part_of(ceo, review), team_of(review))
    assert guarantors_of(review) == [cast.ruth]
    add_member(review, cast.ruth, by=cast.ada)
    assert guarantors_of(review) == [director]
    raise_dispute(review, by=cast.ben, text="It began late.")
    assert Notice.objects.filter(to=director, subject__contains="concern").count() == 1
    assert [one.kind for one in waiting_for_trust(seen_by(director), TODAY) if one.kind == "dispute"] == ["dispute"]
    assert not [one for one in waiting_for_trust(ceo, TODAY) if one.kind == "dispute"]


def test_a_concern_is_mediated_closed_and_kept(cast: Cast):
    review = review_at(cast, "answered")
    concern = raise_dispute(review, by=cast.ben, text="It began late.")
    with pytest.raises(ValidationError, match="open already"):
        raise_dispute(review, by=cast.ada, text="Another.")
    with pytest.raises(ValidationError, match="A concern is open"):
        publish_review(review, by=cast.ada, **PUT_RIGHT)
    with pytest.raises(ValidationError, match="somebody else mediates"):
        mediate_dispute(concern, by=cast.ben, words="Fine.", close=True)
    mediate_dispute(concern, by=cast.ruth, words="We met.", close=False)
    closed = mediate_dispute(concern, by=cast.ruth, words="One more day.", close=True)
    assert (closed.mediation, closed.outcome, closed.mediator) == ("We met.", "One more day.", cast.ruth)
    with pytest.raises(ValidationError, match="closed"):
        mediate_dispute(closed, by=cast.ruth, words="Again.", close=True)
    publish_review(review, by=cast.ada, **PUT_RIGHT)
    dids = AuditEntry.objects.filter(did__startswith="dispute.").order_by("pk").values_list("did", flat=True)
    assert list(dids) == ["dispute.raised", "dispute.mediated", "dispute.closed"]
    assert Dispute.objects.get().closed_at is not None
    assert Notice.objects.filter(to=cast.ruth, subject__contains="concern").count() == 1


def test_a_withdrawn_review_stays_with_its_reason(cast: Cast):
    review = review_at(cast, "draft")
    with pytest.raises(ValidationError):
        withdraw_review(review, by=cast.ada, reason=" ")
    assert withdraw_review(review, by=cast.ada, reason="The head is new.").state == State.WITHDRAWN
    with pytest.raises(ValidationError):
        send_review(review, by=cast.ada)


def test_excellence_is_offered_once_published(cast: Cast):
    review = review_at(cast, "answered")
    finding = Finding.objects.get(review=review, kind="excellence")
    with pytest.raises(ValidationError, match="once its review is published"):
        offer_finding(finding, by=cast.ben)
    publish_review(review, by=cast.ada, **PUT_RIGHT)
    finding = Finding.objects.select_related("review__school", "review__strategy_version").get(pk=finding.pk)
    made = offer_finding(finding, by=cast.ben)
    assert (made.title, made.kind, made.phase, made.contact) == (
        "Reading aloud",
        "excellence",
        "primary",
        "Headteacher",
    )
    assert made.evidence == "Governance review, 24 November 2026."
    with pytest.raises(ValidationError, match="already"):
        offer_finding(finding, by=cast.ada)
    end_practice(made, by=cast.ben, reason="It has moved on.")
    assert offer_finding(finding, by=cast.ben).pk != made.pk


def test_a_school_asks_and_its_use_is_counted(cast: Cast):
    entry = PracticeEntry("Phonics", "Every day.", "primary", "Early reading lead", "Reading")
    practice = offer_practice(cast.dunmere, entry, by=cast.ben)
    with pytest.raises(ValidationError, match="your own"):
        ask_to_visit(practice, cast.dunmere, by=cast.ben, note="Me too.")
    nia = member("Nia Price", "head", cast.ashmere)
    asked = ask_to_visit(practice, cast.ashmere, by=nia, note="We begin in spring.")
    with pytest.raises(ValidationError, match="asked already"):
        ask_to_visit(practice, cast.ashmere, by=nia, note="Again.")
    with pytest.raises(ValidationError):
        answer_request(asked, by=cast.ben, state="visited")
    answer_request(asked, by=cast.ben, state="accepted", answer="Come on Monday.")
    assert answer_request(asked, by=cast.ben, state="visited").answer == "Come on Monday."
    assert Notice.objects.filter(to=nia, subject="Your wish to visit is answered").count() == 2
    with pytest.raises(ValidationError, match="role, not the name"):
        offer_practice(cast.dunmere, replace(entry, contact="Mrs Alison Smith"), by=cast.ben)
    assert Practice.objects.count() == 1
