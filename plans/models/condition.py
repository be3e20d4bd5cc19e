"""A condition on which a plan was approved, until it is met."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from schools.models import Membership
from schools.tenancy import TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked

from .approval import ApprovalStep


@tracked()
class Condition(TrustOwned):
    """One condition of a step that approved a plan with conditions, once every step of the edition has agreed.

    Whoever writes the plan says that it is met (`met_on`, `how`); whoever set it confirms that, or sends it back with
    a word (`answer`), which leaves it to be met. It lapses once a later edition is approved.
    """

    class State(models.TextChoices):
        OPEN = "open", "To be met"
        SAID = "said", "Said to be met"
        MET = "met", "Met"
        LAPSED = "lapsed", "No longer asked"

    step = TrustForeignKey(ApprovalStep, on_delete=models.PROTECT, related_name="conditions")
    position = models.PositiveSmallIntegerField()
    words = models.TextField()
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    met_on = models.DateField(null=True, blank=True)
    how = models.TextField(blank=True)
    said_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    said_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)
    answered_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["step__position", "position"]
        constraints = [
            models.UniqueConstraint(fields=["trust", "step", "position"], name="condition_once"),
            models.CheckConstraint(
                condition=~Q(state__in=("said", "met")) | Q(met_on__isnull=False, said_by__isnull=False) & ~Q(how=""),
                name="condition_met_says_how",
            ),
            models.CheckConstraint(
                condition=~Q(state="met") | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="condition_met_is_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def chip(self) -> str:
        """The state of the chip that shows it."""
        if self.state == self.State.OPEN:
            return "returned" if self.was_sent_back else "draft"
        return {self.State.SAID: "submitted", self.State.MET: "agreed"}.get(self.State(self.state), "draft")

    @property
    def was_sent_back(self) -> bool:
        """Whether it was said to be met, and whoever set it did not agree."""
        return self.state == self.State.OPEN and self.answered_at is not None

    @property
    def is_said(self) -> bool:
        """Whether somebody says that it is met, confirmed or not yet."""
        return self.state in (self.State.SAID, self.State.MET)

    @property
    def is_left(self) -> bool:
        """Whether something is still to be done about it."""
        return self.state in (self.State.OPEN, self.State.SAID)
