"""Reviews for tests. Open a trust first."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from reviews.models import Review
from reviews.services.agreeing import SCHOOL, TRUST, Terms, propose_review, sign_review
from reviews.services.publishing import begin_review, publish_review, reply_to_review, send_review
from reviews.services.team import add_member
from reviews.services.writing import save_answers
from tests.conftest import Cast
from tests.factories import member

WORDS = {"www": "Pupils read widely.", "ebi": "Writing at length.", "excellence": "Reading aloud. Every day."}
TERMS = Terms(Decimal(2), (date(2026, 11, 16), date(2026, 11, 24)), "Reading", "A plan for reading.")
PUT_RIGHT = {"became": "changed", "became_text": "It says Year 4 now."}
STEPS = ("proposed", "agreed", "draft", "sent", "answered", "published")


def review_at(cast: Cast, step: str = "proposed", *, kind: str = "governance", **more: Any) -> Review:
    """A review of Dunmere that has come so far. The head of Ashmere leads its team."""
    reached = STEPS.index(step)
    review = propose_review(cast.dunmere, cast.version, by=cast.ada, kind=kind, terms=more.get("terms", TERMS))
    add_member(review, more.get("lead") or member("Nia Price", "head", cast.ashmere), by=cast.ada, is_lead=True)
    if reached >= 1:
        sign_review(review, TRUST, by=cast.ada)
        sign_review(review, SCHOOL, by=cast.ben)
    if reached >= 2:
        begin_review(review, by=cast.ada)
        save_answers(review, WORDS, by=cast.ada, version=1)
    if reached >= 3:
        send_review(review, by=cast.ada)
    if reached >= 4:
        reply_to_review(review, by=cast.ben, reply="comment", text="It was Year 4.")
    if reached >= 5:
        publish_review(review, by=cast.ada, **PUT_RIGHT)
    review.refresh_from_db()
    return review
