"""Actions with an owner and dates, each closed with a verdict on its impact."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from plans.rules.actions import day_that_counts
from reviews.models import Finding
from schools.models import Membership
from schools.tenancy import TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked

from .checklist import ChecklistItem
from .plan import Plan, Priority
from .verdict import Verdict

ACTION_WORDS = SearchVector(
    "what", "verdict_note", "verdict_evidence", "support", "success", "training", config="english"
)
"""What a search for verdicts reads of an action."""

DONE_BY = Case(When(verdict=Verdict.TOO_EARLY, impact_check_on__isnull=False, then=None), default=F("due_on"))
"""By when it is still to be done: once it was looked at, only its next impact check is waited for."""

COUNTS_ON = Coalesce(DONE_BY, "impact_check_on", output_field=models.DateField())
"""`Action.next_on`, of rows."""


@tracked()
class Action(TrustOwned):
    """Something agreed, who sees to it, by when, and on which day its impact is looked at.

    `finding` is what a review found that it answers, `item` the item of a checklist it came of; a visit that it answers
    stands in `visit_actions`, of the app above. `is_origin_fixed`: it was agreed on that review or visit, so it stays
    tied to it. `owner_words` is a role or a group where the owner has no account.
    `support` is who helps, and how, as the form named it.
    Too early to tell is a verdict that leaves the action open with a new day; every other verdict closes it, before
    the day of the impact check only with a reason. It says in `verdict_evidence` what shows it.
    `success` is by what it will be judged, `budget` in pounds, `training` what its people need to learn for it (the
    annex of the plan is built from these, S4-16). `appraisal` says that it is also a target of somebody's appraisal
    (S4-15): by hand, or because an `Appraisal` names it. Whose is read there by those who may, and nowhere else.
    `is_draft`: written in a plan that has not been sent since, so that others than who writes there do not read it.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"

    plan = TrustForeignKey(Plan, on_delete=models.PROTECT, related_name="actions")
    priority = TrustForeignKey(Priority, on_delete=models.PROTECT, null=True, blank=True, related_name="actions")
    finding = TrustForeignKey(Finding, on_delete=models.PROTECT, null=True, blank=True, related_name="actions")
    item = TrustForeignKey(ChecklistItem, on_delete=models.PROTECT, null=True, blank=True, related_name="actions")
    is_origin_fixed = models.BooleanField(default=False)
    what = models.TextField()
    owner = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    owner_words = models.CharField(max_length=120, blank=True)
    support = models.CharField(max_length=500, blank=True)
    success = models.CharField(max_length=500, blank=True)
    budget = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    training = models.CharField(max_length=300, blank=True)
    appraisal = models.BooleanField(default=False)
    agreed_on = models.DateField(default=timezone.localdate)
    due_on = models.DateField(null=True, blank=True)
    impact_check_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=4, choices=State, default=State.OPEN)
    is_draft = models.BooleanField(default=False)
    verdict = models.CharField(max_length=9, choices=Verdict, default=Verdict.NONE, blank=True)
    verdict_note = models.TextField(blank=True)
    verdict_evidence = models.TextField(blank=True)
    why_early = models.CharField(max_length=500, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="done", verdict__in=("worked", "partly", "did_not"), closed_at__isnull=False)
                | Q(state="open", verdict__in=("", "too_early"), closed_at=None),
                name="action_done_with_a_verdict",
            )
        ]
        indexes = [
            models.Index(fields=["trust", "state", "impact_check_on"], name="action_by_check"),
            GinIndex(ACTION_WORDS, name="action_words"),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def next_on(self) -> date | None:
        """The day that counts: by when it is to be done, or once it was looked at, of the next impact check."""
        return day_that_counts(self.due_on, self.impact_check_on, looked_at=bool(self.verdict))

    @property
    def seen_to_by(self) -> str:
        """The owner's name, or the words that stand for one."""
        return self.owner.user.name if self.owner else self.owner_words
