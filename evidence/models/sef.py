"""A school's self-evaluation (SEF): one for a term, in the areas of a framework, with every edition that was sent."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from schools.models import Membership, Period, School, StrategyVersion
from schools.tenancy import NeverChanged, TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked

from .returns import State


@tracked(exclude=("version",))
class SelfEvaluation(TrustOwned):
    """One school's self-evaluation of one term. `layout`: a framework's key, or that of the strategy's own format."""

    State: ClassVar = State

    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="self_evaluations")
    period = TrustForeignKey(Period, on_delete=models.PROTECT, related_name="self_evaluations")
    strategy_version = TrustForeignKey(StrategyVersion, on_delete=models.PROTECT, related_name="+")
    layout = models.CharField(max_length=60)
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    due_on = models.DateField()
    version = models.PositiveIntegerField(default=1)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    returned_note = models.TextField(blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trust", "school", "period"], name="self_evaluation_once"),
            models.CheckConstraint(
                condition=Q(state="agreed", agreed_at__isnull=False) | (~Q(state="agreed") & Q(agreed_at=None)),
                name="self_evaluation_agreed_at_when_agreed",
            ),
        ]
        indexes = [models.Index(fields=["trust", "period"], name="self_evaluation_of_period")]

    def __str__(self) -> str:
        return f"{self.school}, {self.period}"

    @property
    def is_open(self) -> bool:
        """Whether the school may write."""
        return self.state in (State.DRAFT, State.RETURNED)


class SefSection(TrustOwned):
    """One area of a self-evaluation, as it is being written. What was sent is kept in editions."""

    part_of = TrustForeignKey(SelfEvaluation, on_delete=models.CASCADE, related_name="sections")
    area = models.CharField(max_length=60)
    judgement = models.CharField(max_length=60, blank=True)
    strengths = models.TextField(blank=True)
    development = models.TextField(blank=True)
    evidence = models.JSONField(default=list)  # [{"what": …, "on": "2026-10-16", "source": …}]
    carried = models.BooleanField(default=False)  # last term's text, not touched yet
    author = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(null=True)
    of_version = models.PositiveIntegerField(default=0)  # the self-evaluation's version when this was last written

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trust", "part_of", "area"], name="sef_section_once")]


class SefEdition(TrustOwned):
    """A self-evaluation as it was sent to the trust: whole, numbered, never changed."""

    part_of = TrustForeignKey(SelfEvaluation, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["trust", "part_of", "number"], name="sef_edition_once"),
            NeverChanged(name="sef_edition_never_changed"),
        ]
