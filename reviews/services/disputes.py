"""A concern about a review: raised by either side, mediated by the guarantor, closed, and kept on record."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils import timezone

from reviews.models import Dispute, Review
from reviews.services.agreeing import locked_review, named
from reviews.services.news import tell_guarantor, tell_school, tell_trust
from schools.audit import record_act
from schools.models import Membership

LONGEST_TEXT = 4000


def raise_dispute(review: Review, *, by: Membership, text: str) -> Dispute:
    """Put a concern to the guarantor, during the work or after it. One at a time."""
    locked, text = locked_review(review), text.strip()
    if locked.state == Review.State.WITHDRAWN:
        raise ValidationError("This review was withdrawn.")
    if Dispute.objects.filter(review=locked, closed_at=None).exists():
        raise ValidationError("A concern is open already. It is closed first.")
    _require(text, "text", "Say what your concern is. The chief executive and both sides read it.")
    record_act("dispute.raised", Dispute, by=by, school=locked.school, why=text, label=named(locked))
    made = Dispute.objects.create(review=locked, raised_by=by, raised_at=timezone.now(), text=text)
    tell_guarantor(made, by=by)
    return made


def mediate_dispute(dispute: Dispute, *, by: Membership, words: str, close: bool) -> Dispute:
    """Note how it is mediated or, to close it, what came of it. Whoever raised it does not mediate it."""
    locked = Dispute.objects.select_for_update().get(pk=dispute.pk)
    words, review = words.strip(), dispute.review
    if locked.closed_at is not None:
        raise ValidationError("This concern is closed.")
    if locked.raised_by_id == by.pk:
        raise ValidationError("You raised this concern, so somebody else mediates.")
    _require(words, "words", "Write what came of it." if close else "Write what was said or done.")
    did = "dispute.closed" if close else "dispute.mediated"
    record_act(did, locked, by=by, school=review.school, why=words, label=named(review))
    now = timezone.now()
    locked.mediator, locked.mediated_at = by, now
    if close:
        locked.closed_at, locked.outcome = now, words
    else:
        locked.mediation = "\n\n".join(filter(None, (locked.mediation, words)))
    locked.save()
    body = f"{by.user.name} {'has closed' if close else 'mediates'} the concern: “{words}”"
    subject = "the concern is closed" if close else "the concern is mediated"
    tell_school(review, by=by, subject=subject, body=body)
    tell_trust(review, by=by, subject=subject, body=body)
    return locked


def _require(text: str, name: str, sentence: str) -> None:
    if not text:
        raise ValidationError({name: sentence})
    if len(text) > LONGEST_TEXT:
        raise ValidationError({name: f"Use at most {LONGEST_TEXT:,} characters; this has {len(text):,}."})
