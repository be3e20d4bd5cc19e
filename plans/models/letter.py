"""Letters about a concern: who was told what, and when. Never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from schools.models import Membership
from schools.tenancy import NeverChanged, TrustForeignKey, TrustOwned

from .concern import Concern, StageChange


class Letter(TrustOwned):
    """A letter as it was sent. It arrives at a humane time of the school, or at once for a reason that is kept."""

    concern = TrustForeignKey(Concern, on_delete=models.PROTECT, related_name="letters")
    change = TrustForeignKey(StageChange, on_delete=models.PROTECT, related_name="letters")  # the step it tells of
    subject = models.CharField(max_length=160)
    text = models.TextField()
    sent_at = models.DateTimeField()
    sent_by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    arrives_at = models.DateTimeField()
    why_now = models.CharField(max_length=500, blank=True)

    names: list[str]  # of its recipients, where `in_full` has read them
    told: list[str]
    addresses: list[str]

    class Meta:
        ordering = ["sent_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(arrives_at__gte=F("sent_at")), name="letter_arrives_once_sent"),
            NeverChanged(name="letter_never_changed"),
        ]

    def __str__(self) -> str:
        return self.subject


class Recipient(TrustOwned):
    """Somebody a letter was sent to: for which of the strategy's words, by name, and where they have no account how."""

    letter = TrustForeignKey(Letter, on_delete=models.PROTECT, related_name="recipients")
    told_as = models.CharField(max_length=300, blank=True)  # the words of the stage's `notify`
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=300, blank=True)
    person = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [NeverChanged(name="recipient_never_changed")]

    def __str__(self) -> str:
        return self.name
