"""A school's plan, its priorities, and actions with an owner and dates, each closed with a verdict on its impact."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from plans.rules.actions import day_that_counts
from reviews.models import Finding
from schools.access import ROLES
from schools.models import Membership, School, StrategyVersion
from schools.models.filled import FilledIn
from schools.tenancy import NeverChanged, TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked


@tracked(exclude=("answers", "touched", "version"))
class Plan(FilledIn):
    """One plan of a school. `kind` is the key of a plan type of its strategy, blank where that has none.

    `answers` are its sections of prose, in the words of `strategy_version`; a plan that so far only holds what was
    agreed elsewhere has none. What was sent to be approved is kept in editions.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="plans")
    kind = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=200)
    year = models.PositiveSmallIntegerField()  # the calendar year in which the academic year began
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    strategy_version = TrustForeignKey(
        StrategyVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    begun_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "school", "kind"], condition=Q(state="open"), name="plan_open_once_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return self.title


@tracked()
class Priority(TrustOwned):
    """What a plan is about, in order.

    `change` is what will be different for pupils, `success` how that will be known in words (S4-13); `criterion` is
    the key of what it answers in the school's matrix. A dropped priority stays on record with its actions.
    """

    plan = TrustForeignKey(Plan, on_delete=models.PROTECT, related_name="priorities")
    label = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=1)
    change = models.TextField(blank=True)
    success = models.TextField(blank=True)
    criterion = models.CharField(max_length=60, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name_plural = "priorities"

    def __str__(self) -> str:
        return self.label


@tracked()
class Milestone(TrustOwned):
    """A staged target of a priority: what is aimed at by a day, in words or as a value of a measure (S4-14).

    `value` is in the measure's unit, of the pupils of `group`.
    """

    priority = TrustForeignKey(Priority, on_delete=models.PROTECT, related_name="milestones")
    by_on = models.DateField()
    words = models.CharField(max_length=300, blank=True)
    measure = models.CharField(max_length=60, blank=True)
    group = models.CharField(max_length=60, default="all")
    value = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)

    class Meta:
        ordering = ["by_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(measure="", value=None) & ~Q(words="") | ~Q(measure="") & Q(value__isnull=False),
                name="milestone_in_words_or_with_a_value",
            )
        ]

    def __str__(self) -> str:
        return self.words or self.measure


@tracked()
class Action(TrustOwned):
    """Something agreed, who sees to it, by when, and on which day its impact is looked at.

    `finding` is what a review found that it answers. `owner_words` is a role or a group where the owner has no account.
    `support` is who helps, and how, as the form named it.
    Too early to tell is a verdict that leaves the action open with a new day; every other verdict closes it, before
    the day of the impact check only with a reason.
    `success` is by what it will be judged, `budget` in pounds, `training` what its people need to learn for it (the
    annex of the plan is built from these, S4-16).
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Done"

    class Verdict(models.TextChoices):
        NONE = "", "Not looked at yet"
        WORKED = "worked", "It worked"
        PARTLY = "partly", "It worked in part"
        DID_NOT = "did_not", "It did not work"
        TOO_EARLY = "too_early", "Too early to tell"

    plan = TrustForeignKey(Plan, on_delete=models.PROTECT, related_name="actions")
    priority = TrustForeignKey(Priority, on_delete=models.PROTECT, null=True, blank=True, related_name="actions")
    finding = TrustForeignKey(Finding, on_delete=models.PROTECT, null=True, blank=True, related_name="actions")
    what = models.TextField()
    owner = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    owner_words = models.CharField(max_length=120, blank=True)
    support = models.CharField(max_length=500, blank=True)
    success = models.CharField(max_length=500, blank=True)
    budget = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    training = models.CharField(max_length=300, blank=True)
    due_on = models.DateField(null=True, blank=True)
    impact_check_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=4, choices=State, default=State.OPEN)
    verdict = models.CharField(max_length=9, choices=Verdict, default=Verdict.NONE, blank=True)
    verdict_note = models.TextField(blank=True)
    why_early = models.CharField(max_length=500, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    CLOSING: ClassVar = (Verdict.WORKED, Verdict.PARTLY, Verdict.DID_NOT)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="done", verdict__in=("worked", "partly", "did_not"), closed_at__isnull=False)
                | Q(state="open", verdict__in=("", "too_early"), closed_at=None),
                name="action_done_with_a_verdict",
            )
        ]
        indexes = [models.Index(fields=["trust", "state", "impact_check_on"], name="action_by_check")]

    def __str__(self) -> str:
        return self.what

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def next_on(self) -> date | None:
        """The day that counts: of the impact check, or where none is set, by when it is to be done."""
        return day_that_counts(self.due_on, self.impact_check_on)

    @property
    def seen_to_by(self) -> str:
        """The owner's name, or the words that stand for one."""
        return self.owner.user.name if self.owner else self.owner_words


class PlanEdition(TrustOwned):
    """A plan as it was sent to be approved: whole, numbered, never changed."""

    plan = TrustForeignKey(Plan, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()
    sent_by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    document = models.JSONField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["trust", "plan", "number"], name="plan_edition_once"),
            NeverChanged(name="plan_edition_never_changed"),
        ]

    def __str__(self) -> str:
        return f"{self.plan}, edition {self.number}"


@tracked()
class ApprovalStep(TrustOwned):
    """One step of the chain that an edition goes through: a role, its day, and what it said.

    Approved may carry conditions, in words. After one that returned the plan, or took it back, the chain ends.
    """

    class Outcome(models.TextChoices):
        WAITING = "", "Waiting"
        APPROVED = "approved", "Approved"
        CONDITIONS = "conditions", "Approved with conditions"
        RETURNED = "returned", "Returned"
        WITHDRAWN = "withdrawn", "Taken back"

    AGREED: ClassVar = (Outcome.APPROVED, Outcome.CONDITIONS)

    edition = TrustForeignKey(PlanEdition, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=20)
    due_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.WAITING, blank=True)
    words = models.TextField(blank=True)
    by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["trust", "edition", "position"], name="approval_step_once"),
            models.CheckConstraint(
                condition=Q(outcome="", by=None, at=None) | ~Q(outcome="") & Q(by__isnull=False, at__isnull=False),
                name="approval_step_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=("conditions", "returned")) | ~Q(words=""), name="approval_step_with_words"
            ),
        ]

    @property
    def role_label(self) -> str:
        """What the role is called."""
        return ROLES[self.role].label

    @property
    def is_waiting(self) -> bool:
        return self.outcome == self.Outcome.WAITING
