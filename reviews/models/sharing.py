"""With whom a published review was shared, when and by whom."""

from __future__ import annotations

from django.db import models

from schools.models import Membership
from schools.tenancy import TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked

from .reviews import Review


@tracked()
class ReviewShare(TrustOwned):
    """A published review was shared with an audience. The heads of other schools read it from then on."""

    class Audience(models.TextChoices):
        GOVERNORS = "governors", "The school’s governors"
        TRUSTEES = "trustees", "Trustees and their committees"
        SCHOOLS = "schools", "Heads of the other schools"

    review = TrustForeignKey(Review, on_delete=models.PROTECT, related_name="shares")
    audience = models.CharField(max_length=9, choices=Audience)
    note = models.TextField(blank=True)
    shared_at = models.DateTimeField()
    shared_by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["shared_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["trust", "review", "audience"], name="review_shared_once")]
