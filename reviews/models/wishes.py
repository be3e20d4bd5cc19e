"""A school's wish for a review from the menu of its strategy, and what the trust decided."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from schools.models import Membership, School, StrategyVersion
from schools.tenancy import TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked

from .reviews import Review


class Urgency(models.TextChoices):
    """How soon a school needs what it asks for."""

    NOW = "now", "As soon as possible"
    TERM = "term", "Within the term"
    WHEN = "when", "When it suits"


@tracked()
class ReviewWish(TrustOwned):
    """Asked for by a school; the trust proposes the review, or says why not. `item` is the key of the menu's entry."""

    class State(models.TextChoices):
        ASKED = "asked", "Asked for"
        PROPOSED = "proposed", "Proposed as a review"
        DECLINED = "declined", "Not possible now"

    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="review_wishes")
    strategy_version = TrustForeignKey(StrategyVersion, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=60)
    note = models.TextField()
    priority = models.CharField(max_length=4, choices=Urgency, default=Urgency.TERM)
    criterion = models.CharField(max_length=60, blank=True)  # of the school's matrix: what it serves
    suits = models.CharField(max_length=200, blank=True)  # when it would suit, in the school's words
    asked_by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    answer = models.TextField(blank=True)
    answered_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    review = TrustForeignKey(Review, on_delete=models.PROTECT, null=True, blank=True, related_name="wishes")

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "school", "item"], condition=Q(state="asked"), name="review_wish_one_open_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", review__isnull=False) | (~Q(state="proposed") & Q(review=None)),
                name="review_wish_proposed_with_its_review",
            ),
        ]
