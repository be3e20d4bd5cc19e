"""Filling in the form of a review, as an autosaved draft."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError

from reviews.models import Review
from reviews.services.agreeing import locked_review
from schools.filled import Value
from schools.models import Membership
from schools.services.filling import SavedAnswers, keep_answers


def save_answers(review: Review, typed: Mapping[str, Value | None], *, by: Membership, version: int) -> SavedAnswers:
    """Write what was typed in a form opened at `version`. Not an act. At most three statements.

    Where somebody else has written an answer otherwise since, nothing is saved, and both sides are told.
    """
    locked = locked_review(review)
    require_writable(locked)
    return keep_answers(locked, typed, by=by, version=version)


def require_writable(review: Review) -> None:
    """Raise ValidationError when the form may not be written any more, or not yet."""
    if not review.is_written:
        raise ValidationError(f"This is {review.get_state_display().lower()} now, so its form cannot be changed.")
