"""How a plan gets on: what was done and what changed, kept apart (S4-14)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from schools.models import Membership
from schools.models.filled import FilledIn
from schools.tenancy import NeverChanged, TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked

from .plan import Plan


@tracked(exclude=("answers", "touched", "version"))
class ProgressDraft(FilledIn):
    """The next update of a plan while it is written; gone once it is sent."""

    plan = TrustForeignKey(Plan, on_delete=models.PROTECT, related_name="drafts")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trust", "plan"], name="progress_draft_once")]

    def __str__(self) -> str:
        return f"{self.plan}, progress being written"


class ProgressUpdate(TrustOwned):
    """An update as it was sent, never changed. `due_on` is the day it answers; None for one nobody had asked for."""

    plan = TrustForeignKey(Plan, on_delete=models.PROTECT, related_name="updates")
    due_on = models.DateField(null=True, blank=True)
    sent_at = models.DateTimeField()
    sent_by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    document = models.JSONField()
    token = models.UUIDField(null=True, blank=True)  # the sender's own number

    class Meta:
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["trust", "token"], name="progress_update_token_once"),
            models.UniqueConstraint(
                fields=["trust", "plan", "due_on"], condition=Q(due_on__isnull=False), name="progress_update_once_a_day"
            ),
            NeverChanged(name="progress_update_never_changed"),
        ]

    def __str__(self) -> str:
        return f"{self.plan}, progress of {self.sent_at:%d.%m.%Y}"
