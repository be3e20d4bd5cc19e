"""A review: what was agreed between both sides, who works on it, what it found, and what was in dispute."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from schools.models import Membership, School, StrategyVersion
from schools.models.filled import FilledIn
from schools.tenancy import TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked


def _person(**more: Any) -> TrustForeignKey:
    return TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+", **more)


@tracked(exclude=("answers", "touched", "version"))
class Review(FilledIn):
    """One review of one school, under the strategy it was proposed with.

    `form` is blank where the strategy has none for this kind of review.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        AGREED = "agreed", "Agreed by both sides"
        DRAFT = "draft", "Being written"
        ACCURACY = "accuracy", "With the school for accuracy"
        PUBLISHED = "published", "Published"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Answered(models.TextChoices):
        ACCURATE = "accurate", "The facts are right"
        COMMENT = "comment", "With comment"

    class Became(models.TextChoices):
        CHANGED = "changed", "Changed"
        KEPT = "kept", "Not changed"

    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="reviews")
    strategy_version = TrustForeignKey(StrategyVersion, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    form = models.CharField(max_length=60, blank=True)
    level = models.CharField(max_length=60, blank=True)
    depth = models.CharField(max_length=200, blank=True)
    entitlement = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.PROPOSED)

    days = models.DecimalField(max_digits=4, decimal_places=1)
    dates = ArrayField(models.DateField())
    starts_on = models.DateField()
    ends_on = models.DateField()
    focus = models.TextField()
    outcomes = models.TextField()
    outside = models.CharField(max_length=300, blank=True)  # who takes part from outside the trust

    proposed_at = models.DateTimeField()
    proposed_by = _person()
    trust_signed_at = models.DateTimeField(null=True, blank=True)
    trust_signed_by = _person()
    school_signed_at = models.DateTimeField(null=True, blank=True)
    school_signed_by = _person()

    sent_at = models.DateTimeField(null=True, blank=True)
    reply_due_on = models.DateField(null=True, blank=True)
    reply = models.CharField(max_length=8, choices=Answered, blank=True)
    reply_text = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    replied_by = _person()
    became = models.CharField(max_length=7, choices=Became, blank=True)  # what came of the comment, and in words
    became_text = models.TextField(blank=True)
    begun_early_why = models.TextField(blank=True)
    published_early_why = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = _person()
    withdrawn_why = models.TextField(blank=True)

    class Meta:
        ordering = ["-starts_on", "-pk"]
        indexes = [models.Index(fields=["trust", "school", "-starts_on"], name="review_of_school")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=("proposed", "withdrawn"))
                | Q(trust_signed_at__isnull=False, school_signed_at__isnull=False),
                name="review_signed_by_both_before_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False)
                | (~Q(state="published") & Q(published_at=None)),
                name="review_published_at_when_published",
            ),
            models.CheckConstraint(
                condition=~Q(state="published", reply="comment", became=""),
                name="review_comment_answered_before_it_is_published",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=models.F("starts_on")), name="review_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(days__gt=0), name="review_takes_time"),
        ]

    @property
    def terms_mark(self) -> str:
        """Changes with the terms, so that a signature is for what was read."""
        terms = [
            self.days.normalize(),
            self.dates,
            self.focus,
            self.outcomes,
            self.outside,
            self.entitlement,
            self.level,
        ]
        return sha256(repr(terms).encode()).hexdigest()[:16]

    @property
    def state_words(self) -> str:
        """Where it stands, as people say it."""
        answered = self.state == self.State.ACCURACY and self.replied_at is not None
        return "Answered by the school" if answered else str(self.get_state_display())

    @property
    def is_open(self) -> bool:
        """Whether something may still happen with it."""
        return self.state not in (self.State.PUBLISHED, self.State.WITHDRAWN)

    @property
    def is_proposed(self) -> bool:
        """Whether its terms may still be changed."""
        return self.state == self.State.PROPOSED

    @property
    def is_written(self) -> bool:
        """Whether the team writes: before the school has read it, and again where the school has a comment.

        What the school has called right stays as it is.
        """
        commented = self.state == self.State.ACCURACY and self.has_comment
        return self.state == self.State.DRAFT or commented

    def is_early(self, today: date) -> bool:
        """Whether none of the days that were agreed has come yet."""
        return today < self.starts_on

    @property
    def has_comment(self) -> bool:
        """Whether the school disputes a fact."""
        return self.reply == self.Answered.COMMENT

    def waits_for_reply(self, today: date) -> bool:
        """Whether the school may still answer before it is published."""
        waiting = self.state == self.State.ACCURACY and self.replied_at is None
        return waiting and (self.reply_due_on is None or today <= self.reply_due_on)


@tracked()
class ReviewMember(TrustOwned):
    """Somebody who works on a review. One of them leads it."""

    review = TrustForeignKey(Review, on_delete=models.CASCADE, related_name="members")
    membership = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    is_lead = models.BooleanField(default=False)
    availability = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-is_lead", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["trust", "review", "membership"], name="review_member_once"),
            models.UniqueConstraint(
                fields=["trust", "review"], condition=Q(is_lead=True), name="review_member_one_lead"
            ),
        ]


@tracked()
class Finding(TrustOwned):
    """One thing a review found, tied to a criterion and to an area of the framework where it belongs to one."""

    class Kind(models.TextChoices):
        WELL = "www", "What went well"
        BETTER = "ebi", "Even better if"
        EXCELLENCE = "excellence", "Area of excellence"
        FINDING = "finding", "Finding"

    review = TrustForeignKey(Review, on_delete=models.CASCADE, related_name="findings")
    kind = models.CharField(max_length=10, choices=Kind)
    text = models.TextField()
    criterion = models.CharField(max_length=60, blank=True)
    area = models.CharField(max_length=60, blank=True)
    evidence = models.TextField(blank=True)
    answer = models.CharField(max_length=80, blank=True)  # the name of the form's answer it came from

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "review", "answer"], condition=~Q(answer=""), name="finding_once_of_an_answer"
            )
        ]


@tracked()
class Dispute(TrustOwned):
    """A concern about a review, put to the guarantor: raised, mediated, closed, and on record."""

    review = TrustForeignKey(Review, on_delete=models.PROTECT, related_name="disputes")
    raised_by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    text = models.TextField()
    mediator = _person()
    mediated_at = models.DateTimeField(null=True, blank=True)
    mediation = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(blank=True)

    class Meta:
        ordering = ["raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "review"], condition=Q(closed_at=None), name="dispute_one_open_of_a_review"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | (Q(mediator__isnull=False) & ~Q(outcome="")),
                name="dispute_closed_with_an_outcome",
            ),
        ]
