"""What is asked before a review moves on, and with whom it is shared: a day too early, a disputed fact, an audience."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from plans.services import AgreedOn, NewAction, agree_from_findings
from reporting.pdf import Rendered
from reviews.models import Finding, PenPortrait, PortraitPhoto, Review, ReviewMember, ReviewShare
from reviews.services.agreeing import TRUST, sign_review
from reviews.services.publishing import begin_review, publish_review
from reviews.services.sharing import share_review
from schools.models import AuditEntry, Notice
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import member
from tests.reviews.reviews_world import PUT_RIGHT, TERMS, WORDS, review_at
from tests.reviews.test_review_pages import REVIEWS, made, read, text_of

LATER = replace(TERMS, dates=(date(2026, 12, 3), date(2026, 12, 4)))


_today = stopped_at(TODAY)


def test_before_its_first_day_a_review_begins_with_a_reason_that_is_on_record(cast: Cast):
    review, lead = made(cast, "agreed", terms=LATER)
    nia, page = cast.client(lead), f"{REVIEWS}{review.pk}/"
    assert "The first day is 3 December 2026. Begin now?" in text_of(nia.get(page))
    asked = nia.post(f"{page}begin/")
    assert (asked.status_code, "Say why, in a sentence" in text_of(asked)) == (422, True)
    assert nia.post(f"{page}begin/", {"begin-reason": "The head asked for it."}).status_code == 302
    told = text_of(cast.client(cast.ben).get(page))
    assert 'Begun before the first day</dt><dd class="kept">The head asked for it.' in told
    with trust_scope(cast.alder):
        assert AuditEntry.objects.get(did="review.begun").why == "The head asked for it."


def test_a_review_whose_days_have_come_begins_without_a_question(cast: Cast):
    review, lead = made(cast, "agreed")
    page = f"{REVIEWS}{review.pk}/"
    assert "Begin now?" not in text_of(cast.client(lead).get(page))
    assert cast.client(lead).post(f"{page}begin/").status_code == 302


def test_before_its_first_day_a_review_is_published_with_a_reason(cast: Cast):
    answered = {"state": "accuracy", "reply": "accurate", "replied_at": timezone.now(), "answers": WORDS}
    with trust_scope(cast.alder):
        review = review_at(cast, "agreed", terms=LATER)
        with pytest.raises(ValidationError, match="The first day is 3 December 2026"):
            begin_review(review, by=cast.ada)
        Review.objects.filter(pk=review.pk).update(**answered)
        with pytest.raises(ValidationError, match="Say why it is published now"):
            publish_review(review, by=cast.ada)
        published = publish_review(review, by=cast.ada, reason="It moved forward.")
    assert published.published_early_why == "It moved forward."


def test_a_disputed_fact_is_answered_before_it_is_published_and_the_answer_stands_beside_it(cast: Cast):
    review, lead = made(cast, "answered")
    nia, page = cast.client(lead), f"{REVIEWS}{review.pk}/"
    assert "Before it is published, the team says what came of this." in text_of(cast.client(cast.ben).get(page))
    asked = nia.post(f"{page}publish/")
    assert (asked.status_code, "Say whether the review was changed" in text_of(asked)) == (422, True)
    asked = nia.post(f"{page}publish/", {"publish-became": "kept", "publish-became_text": " "})
    assert (asked.status_code, "Say what was changed, or why not" in text_of(asked)) == (422, True)
    kept = {"publish-became": "kept", "publish-became_text": "We saw Year 5 twice."}
    assert nia.post(f"{page}publish/", kept).status_code == 302
    assert "Not changed, because: We saw Year 5 twice." in text_of(cast.client(cast.gita).get(page))
    told = cast.client(cast.gita).get(f"/api/v1/t/alder/reviews/{review.pk}/").json()
    assert (told["became"], told["became_text"]) == ("kept", "We saw Year 5 twice.")


def test_the_database_refuses_a_published_review_whose_comment_was_not_answered(cast: Cast):
    review, _ = made(cast, "answered")
    with trust_scope(cast.alder), pytest.raises(IntegrityError, match="comment_answered"), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(state="published", published_at=timezone.now())


def test_what_the_school_calls_right_needs_no_answer(cast: Cast):
    review, _ = made(cast, "sent")
    with trust_scope(cast.alder):
        Review.objects.filter(pk=review.pk).update(reply="accurate", replied_at=timezone.now())
        published = publish_review(review, by=cast.ada, **PUT_RIGHT)
    assert (published.became, published.became_text) == ("", "")


def test_a_published_review_is_shared_on_record_and_the_head_sees_with_whom(cast: Cast):
    review, _ = made(cast, "published")
    page = f"{REVIEWS}{review.pk}/"
    with trust_scope(cast.alder):
        other = member("Kim Lowe", "head", cast.ashmere)
    kim, ada = cast.client(other), cast.client(cast.ada)
    assert kim.get(page).status_code == 404
    assert ada.post(f"{page}share/", {"share-note": "x"}).status_code == 422
    there = ada.post(f"{page}share/", {"share-audience": "schools", "share-note": "See the reading."}, follow=True)
    assert "Heads of the other schools</strong>, 20 November 2026, by Ada Whitlock." in text_of(there)
    assert "See the reading." in text_of(cast.client(cast.ben).get(page))
    assert "Pupils read widely." in text_of(kim.get(page))
    assert kim.post(f"{page}share/", {"share-audience": "trustees"}).status_code == 403
    again = ada.post(f"{page}share/", {"share-audience": "schools"})
    assert again.status_code == 422
    assert cast.client(cast.ben).post(f"{page}share/", {"share-audience": "governors"}).status_code == 302
    with trust_scope(cast.alder):
        assert list(ReviewShare.objects.values_list("audience", flat=True)) == ["schools", "governors"]
        assert AuditEntry.objects.filter(did="review.shared").count() == 2
        assert Notice.objects.filter(to=other, subject__contains="shared with you").count() == 1
        assert Notice.objects.filter(to=cast.gita, subject__contains="shared with you").count() == 1
        assert Notice.objects.filter(to=cast.ben, subject__endswith=": shared").count() == 1


@pytest.mark.parametrize("step", ["draft", "answered"])
def test_what_is_not_published_is_not_shared(cast: Cast, step: str):
    review, _ = made(cast, step)
    with trust_scope(cast.alder), pytest.raises(ValidationError, match="once it is published"):
        share_review(review, by=cast.ada, audience="trustees")
    assert "Share this review" not in text_of(cast.client(cast.ada).get(f"{REVIEWS}{review.pk}/"))


def test_the_team_stands_before_the_signatures_with_role_home_portrait_and_photograph(cast: Cast):
    """S4-25: the school knows who comes before it signs."""
    review, lead = made(cast)
    with trust_scope(cast.alder):
        ReviewMember.objects.create(review=review, membership=cast.tom)
        portrait = PenPortrait.objects.create(
            membership=lead, role="Head", experience="Early reading.", written_at=timezone.now()
        )
        PortraitPhoto.objects.create(portrait=portrait, content=b"jpeg")
    page = text_of(cast.client(cast.ben).get(f"{REVIEWS}{review.pk}/"))
    assert "<strong>Leads the team.</strong> Headteacher, Ashmere" in page
    assert "Member of the team. Trustee, central team." in page
    assert page.index("Leads the team.") < page.index("Signatures") < page.index("Sign for the")
    assert f"/portraits/{portrait.pk}/photo/" in page
    assert "Early reading." in page


def test_where_a_school_has_no_head_its_leaders_sign_and_answer_and_are_told(cast: Cast):
    with trust_scope(cast.alder):
        leader = member("Lena Hart", "leader", cast.dunmere)
    review, _ = made(cast)
    lena, page = cast.client(leader), f"{REVIEWS}{review.pk}/"
    assert (lena.get(page).status_code, lena.post(f"{page}sign/").status_code) == (404, 404)
    with trust_scope(cast.alder):
        cast.ben.grants.update(ended_at=timezone.now())
        sign_review(review, TRUST, by=cast.ada)
        assert Notice.objects.filter(to=leader, subject__contains="signed by the trust").count() == 1
    there = lena.post(f"{page}sign/", read(lena, page), follow=True)
    assert "Both sides have agreed." in text_of(there)
    with trust_scope(cast.alder):
        member("New Head", "head", cast.dunmere)
    assert lena.get(page).status_code == 404


def test_the_printed_review_has_the_agreed_actions_and_what_came_of_the_comment(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    review, _ = made(cast, "published")
    with trust_scope(cast.alder):
        action = NewAction("Writing at length.", cast.ben, due_on=date(2026, 12, 4), impact_check_on=date(2027, 1, 15))
        agree_from_findings(review, [AgreedOn(action, Finding.objects.get(review=review, kind="ebi"))], by=cast.ben)
    html = "reporting.views.documents.typeset"
    monkeypatch.setattr(html, lambda html, **options: Rendered(html.encode(), 1))
    page = text_of(cast.client(cast.ada).get(f"{REVIEWS}{review.pk}/file/"))
    assert "Writing at length. Ben Osei, by 4 December 2026; impact looked at on 15 January 2027." in page
    assert "Changed: It says Year 4 now." in page
    assert "Nia Price (lead; Headteacher, Ashmere" in page
