"""A plan as it was sent, and the people who approve it in turn."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q

from schools.access import ROLES, Permission
from schools.models import Membership, RoleGrant
from schools.tenancy import NeverChanged, TrustForeignKey, TrustOwned, trust_manager
from schools.tenancy.history import tracked

from .plan import Plan

WRITERS = [key for key, rule in ROLES.items() if Permission.WRITE_PLANS in rule.allows and not rule.whole_trust]
"""Roles at a school that write its plans: who holds one answers none of its plans for the trust."""


class PlanEdition(TrustOwned):
    """A plan as it was sent to be approved: whole, numbered, never changed.

    `writers` are the memberships of those whose own it is: nobody of them answers a step of it. Who began the plan,
    who sent it, and whoever has written in it since it was last approved.
    """

    plan = TrustForeignKey(Plan, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField()
    sent_by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    writers = ArrayField(models.BigIntegerField())
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


class ApprovalStepQuerySet(models.QuerySet):
    """Steps of chains."""

    def with_holders(self) -> ApprovalStepQuerySet:
        """`has_holder`: whether somebody who holds the role, at the school or for the trust, can answer."""
        answered = ApprovalStep.objects.filter(edition=OuterRef(OuterRef("edition"))).exclude(by=None)
        held = RoleGrant.objects.current().filter(role=OuterRef("role"))
        held = held.filter(Q(school=None) | Q(school=OuterRef("edition__plan__school")))
        leads = RoleGrant.objects.current().filter(role__in=WRITERS, membership=OuterRef("membership"))
        leads = leads.filter(school=OuterRef(OuterRef("edition__plan__school")))
        held = held.exclude(Q(school=None) & Exists(leads))  # nobody answers for the trust about their own school
        own = PlanEdition.objects.filter(
            pk=OuterRef(OuterRef("edition")), writers__contains=[OuterRef("membership_id")]
        )
        held = held.exclude(Exists(own))
        return self.annotate(has_holder=Exists(held.exclude(membership__in=answered.values("by"))))

    def waiting(self) -> ApprovalStepQuerySet:
        """The step of each edition that waits: unanswered, and every one before it agreed."""
        before = ApprovalStep.objects.filter(edition=OuterRef("edition"), position__lt=OuterRef("position"))
        stopped = before.exclude(outcome__in=ApprovalStep.AGREED)
        return self.filter(outcome=ApprovalStep.Outcome.WAITING).exclude(Exists(stopped))


@tracked()
class ApprovalStep(TrustOwned):
    """One step of the chain that an edition goes through: a role, its day, and what it said.

    Whoever stands in for the role (`instead`) answers only where nobody who holds it can: who sent the plan, wrote
    in it or answered an earlier step does not. Approved may carry conditions, in words. After one that returned the
    plan, or took it back, the chain ends.
    `checked` holds what was said of each rule of a good plan, in order: [its words, a `Met`] (S3-28).
    """

    class Outcome(models.TextChoices):
        WAITING = "", "Waiting"
        APPROVED = "approved", "Approved"
        CONDITIONS = "conditions", "Approved with conditions"
        RETURNED = "returned", "Returned"
        WITHDRAWN = "withdrawn", "Taken back"

    class Met(models.TextChoices):
        MET = "met", "Met"
        NOT_YET = "not_yet", "Not yet"
        NOT_HERE = "not_here", "Does not apply here"

    AGREED: ClassVar = (Outcome.APPROVED, Outcome.CONDITIONS)
    ENDS: ClassVar = (Outcome.RETURNED, Outcome.WITHDRAWN)

    has_holder: bool  # of those read `with_holders`

    edition = TrustForeignKey(PlanEdition, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=20)
    instead = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    due_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.WAITING, blank=True)
    words = models.TextField(blank=True)
    checked = models.JSONField(default=list, blank=True)
    by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = trust_manager(ApprovalStepQuerySet)

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
    def rules_checked(self) -> list[tuple[str, str, str]]:
        """Each rule that was gone through, what was said of it, and the chip that shows it."""
        chips = {self.Met.MET: "agreed", self.Met.NOT_YET: "returned", self.Met.NOT_HERE: "draft"}
        said = ((rule, self.Met(value)) for rule, value in self.checked)
        return [(rule, str(value.label), chips[value]) for rule, value in said]

    @property
    def is_waiting(self) -> bool:
        return self.outcome == self.Outcome.WAITING
