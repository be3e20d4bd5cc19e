"""A plan of a school, or of the trust itself, its priorities and their targets on the way."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.utils import timezone

from plans.rules.reaching import MET, NOT_MET, PARTLY, SAID
from schools.models import Membership, School, StrategyVersion
from schools.models.filled import FilledIn
from schools.tenancy import TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked

from .verdict import Verdict

PLAN_WORDS = SearchVector("title", "verdict_note", "verdict_evidence", config="english")
"""What a search for verdicts reads of a plan."""


@tracked(exclude=("answers", "touched", "version", "typed_by", "update_due_on", "final"))
class Plan(FilledIn):
    """One plan of a school, or of the trust itself where it has no school (S0-26).

    `kind` is the key of a plan type of its strategy, blank where that has none.

    `answers` are its sections of prose, in the words of `strategy_version`; a plan that so far only holds what was
    agreed elsewhere has none. `typed_by` is, by membership, when somebody last wrote in them: also who was overwritten
    since. What was sent to be approved is kept in editions. `update_due_on` is the next day by which progress is told,
    worked out from the rhythm of its kind (see `services.progressing`).
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    school = TrustForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="plans")
    kind = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=200)
    year = models.PositiveSmallIntegerField()  # the calendar year in which the academic year began
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    strategy_version = TrustForeignKey(
        StrategyVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    begun_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    typed_by = models.JSONField(default=dict, blank=True)
    begun_on = models.DateField(default=timezone.localdate)
    update_due_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    verdict = models.CharField(max_length=9, choices=Verdict, default=Verdict.NONE, blank=True)
    verdict_note = models.TextField(blank=True)
    verdict_evidence = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    final = models.JSONField(null=True, blank=True)
    follows = TrustForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "school", "kind"],
                condition=Q(state="open"),
                nulls_distinct=False,
                name="plan_open_once_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="closed",
                    verdict__in=("worked", "partly", "did_not"),
                    closed_at__isnull=False,
                    final__isnull=False,
                )
                | Q(state="open", verdict__in=("", "too_early"), closed_at=None, final=None),
                name="plan_closed_with_a_verdict",
            ),
        ]
        indexes = [GinIndex(PLAN_WORDS, name="plan_words")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def whose(self) -> str:
        """The school, or the trust, in full."""
        return self.school.name if self.school else self.trust.name

    @property
    def known_as(self) -> str:
        """The same as people say it."""
        return self.school.known_as if self.school else "The trust"


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

    `value` is in the measure's unit, of the pupils of `group`. Of one in words whoever tells of the plan's progress
    says whether it is met (`outcome`); of one with a measure the figures do.
    """

    class Outcome(models.TextChoices):
        NONE = "", "Nobody has said"
        MET = MET, SAID[MET]
        PARTLY = PARTLY, SAID[PARTLY]
        NOT_MET = NOT_MET, SAID[NOT_MET]

    priority = TrustForeignKey(Priority, on_delete=models.PROTECT, related_name="milestones")
    by_on = models.DateField()
    words = models.CharField(max_length=300, blank=True)
    measure = models.CharField(max_length=60, blank=True)
    group = models.CharField(max_length=60, default="all")
    value = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    outcome = models.CharField(max_length=7, choices=Outcome, default=Outcome.NONE, blank=True)
    outcome_note = models.CharField(max_length=300, blank=True)
    said_at = models.DateTimeField(null=True, blank=True)
    said_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["by_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(measure="", value=None) & ~Q(words="") | ~Q(measure="") & Q(value__isnull=False),
                name="milestone_in_words_or_with_a_value",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", said_at=None)
                | Q(outcome__in=(MET, PARTLY, NOT_MET), measure="", said_at__isnull=False),
                name="milestone_outcome_of_words",
            ),
        ]

    def __str__(self) -> str:
        return self.words or self.measure
