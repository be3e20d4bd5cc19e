"""What somebody from outside the school says of the verdict on a plan."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from schools.models import Membership
from schools.tenancy import TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked

from .plan import Plan
from .verdict import Verdict


@tracked()
class Validation(TrustOwned):
    """Whether somebody from outside the school confirms the verdict on a closed plan, said once (S4-18).

    Who differs says which `verdict` they would give. `saw` is what they saw, `place` where and `on` when; `adviser`
    names in words who looked at it from outside the trust, where `by` only puts that on record.
    """

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed from outside"
        DIFFERS = "differs", "Seen differently from outside"

    plan = TrustForeignKey(Plan, on_delete=models.PROTECT, related_name="validations")
    outcome = models.CharField(max_length=9, choices=Outcome)
    verdict = models.CharField(max_length=9, choices=Verdict, blank=True)
    saw = models.TextField()
    place = models.CharField(max_length=200)
    on = models.DateField()
    adviser = models.CharField(max_length=200, blank=True)
    by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trust", "plan"], name="validation_once"),
            models.CheckConstraint(
                condition=Q(outcome="confirmed", verdict="")
                | Q(outcome="differs", verdict__in=("worked", "partly", "did_not")),
                name="validation_differs_with_a_verdict",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_outcome_display())
