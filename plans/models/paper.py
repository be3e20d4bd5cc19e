"""A plan in the school's own shape: the document it was written in, beside the priorities listed from it."""

from __future__ import annotations

from django.db import models

from schools.models import Membership
from schools.tenancy import TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked

from .plan import Plan


@tracked(exclude=("content",))
class PlanPaper(TrustOwned):
    """A document kept with a plan (S4-02). Its content never changes; taken away, it stays with what was sent with it.

    `kind` is its media type, `size` in bytes, `digest` the SHA-256 of the content.
    """

    plan = TrustForeignKey(Plan, on_delete=models.PROTECT, related_name="papers")
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=100)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    taken_away_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "plan", "digest"],
                condition=models.Q(taken_away_at=None),
                name="plan_paper_once",
            )
        ]

    def __str__(self) -> str:
        return self.name
