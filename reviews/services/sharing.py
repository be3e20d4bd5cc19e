"""A published review is shared with an audience: on record, and each of them told."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils import timezone

from reviews.models import Review, ReviewShare
from reviews.services.agreeing import locked_review, named
from reviews.services.news import tell_shared
from schools.audit import record_act
from schools.models import Membership

Audience = ReviewShare.Audience
LONGEST_NOTE = 1000


def share_review(review: Review, *, by: Membership, audience: str, note: str = "") -> ReviewShare:
    """Share it, once with each audience. Heads of other schools read it from then on."""
    locked, note = locked_review(review), note.strip()
    if locked.state != Review.State.PUBLISHED:
        raise ValidationError("A review is shared once it is published.")
    if audience not in Audience.values:
        raise ValidationError({"audience": "Choose with whom."})
    if ReviewShare.objects.filter(review=locked, audience=audience).exists():
        raise ValidationError({"audience": "It has been shared with them already."})
    if len(note) > LONGEST_NOTE:
        raise ValidationError({"note": f"Use at most {LONGEST_NOTE:,} characters; this has {len(note):,}."})
    after = Audience(audience).label
    record_act("review.shared", ReviewShare, by=by, school=locked.school, after=after, why=note, label=named(locked))
    made = ReviewShare.objects.create(
        review=locked, audience=audience, note=note, shared_at=timezone.now(), shared_by=by
    )
    tell_shared(made, by=by)
    return made
