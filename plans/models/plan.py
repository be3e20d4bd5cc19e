"""A school's plan, its priorities and their targets on the way."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from schools.models import Membership, School, StrategyVersion
from schools.models.filled import FilledIn
from schools.tenancy import TrustForeignKey, TrustOwned
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
