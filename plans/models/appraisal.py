"""Appraisals by their status: who, by whom, which step on which day, and what of the plans their objectives are."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from schools.models import Membership, School, StrategyVersion
from schools.tenancy import TrustForeignKey, TrustOwned
from schools.words import year_words

from .action import Action
from .plan import Priority


class Appraisal(TrustOwned):
    """The appraisal of one person for one academic year: status, dates and links, and nothing of what is said in it.

    `kind` is its key in the strategy. `led_by` are the roles whose holders lead it, at `school` where that is a role of
    a school; `shared_with` those who read how it stands. It has no history of its own rows, since it is removed after
    some time (`rules.appraisal.kept_until`) and history stays.
    """

    kind = models.CharField(max_length=60)
    person = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    appraiser = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    school = TrustForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    year = models.PositiveSmallIntegerField()  # the calendar year in which the academic year began
    strategy_version = TrustForeignKey(StrategyVersion, on_delete=models.PROTECT, related_name="+")
    led_by = ArrayField(models.CharField(max_length=20), default=list)
    shared_with = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    begun_on = models.DateField(default=timezone.localdate)
    set_by = models.DateField(null=True, blank=True)
    set_on = models.DateField(null=True, blank=True)
    review_by = models.DateField(null=True, blank=True)
    reviewed_on = models.DateField(null=True, blank=True)
    conclude_by = models.DateField(null=True, blank=True)
    concluded_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "person", "kind", "school", "year"], nulls_distinct=False, name="appraisal_once_a_year"
            ),
            models.CheckConstraint(condition=~Q(person=F("appraiser")), name="appraisal_by_somebody_else"),
            models.CheckConstraint(
                condition=(Q(reviewed_on=None) | Q(set_on__isnull=False))
                & (Q(concluded_on=None) | Q(reviewed_on__isnull=False)),
                name="appraisal_step_by_step",
            ),
        ]

    def __str__(self) -> str:
        return f"Appraisal {self.year_words}"

    @property
    def year_words(self) -> str:
        """“2026/27”."""
        return year_words(self.year)


class AppraisalObjective(TrustOwned):
    """What an objective of an appraisal is in the plans: an action, a priority, or a criterion of the matrix."""

    appraisal = TrustForeignKey(Appraisal, on_delete=models.CASCADE, related_name="objectives")
    action = TrustForeignKey(Action, on_delete=models.PROTECT, null=True, blank=True, related_name="appraised_in")
    priority = TrustForeignKey(Priority, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    criterion = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(action__isnull=False, priority=None, criterion="")
                | Q(action=None, priority__isnull=False, criterion="")
                | Q(action=None, priority=None) & ~Q(criterion=""),
                name="appraisal_objective_is_one_thing",
            ),
            models.UniqueConstraint(
                fields=["trust", "appraisal", "action", "priority", "criterion"], nulls_distinct=False,
                name="appraisal_objective_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return "Objective of an appraisal"
