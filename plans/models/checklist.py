"""The checklist of a level, as a school works through it."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone

from schools.models import Membership, School, StrategyVersion
from schools.tenancy import TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked


@tracked(exclude=("version",))
class ChecklistItem(TrustOwned):
    """One item of the checklist of a level (`axis`, `level`), at one school, in the words it was taken up in.

    `group` is the domain it stands in, `key` its name there. It is taken up when the school comes to the level, or to
    the one before, so that it can be met early; it stays through every move. Met, it has evidence in words and the day
    of it. `owner_words` is a role or a group where the owner has no account. `version` is the optimistic lock.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Not begun"
        UNDER_WAY = "under_way", "Under way"
        MET = "met", "Met"

    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="checklist_items")
    strategy_version = TrustForeignKey(StrategyVersion, on_delete=models.PROTECT, related_name="+")
    axis = models.CharField(max_length=60)
    level = models.CharField(max_length=60)
    checklist = models.CharField(max_length=60)
    group = models.CharField(max_length=60)
    group_label = models.CharField(max_length=200)
    key = models.CharField(max_length=60)
    words = models.TextField()
    taken_up_on = models.DateField(default=timezone.localdate)
    status = models.CharField(max_length=9, choices=Status, default=Status.OPEN)
    owner = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    owner_words = models.CharField(max_length=120, blank=True)
    due_on = models.DateField(null=True, blank=True)
    evidence = models.TextField(blank=True)
    evidence_on = models.DateField(null=True, blank=True)
    evidence_link = models.URLField(max_length=500, blank=True)
    set_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    set_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "school", "checklist", "group", "key"], name="checklist_item_once_a_school"
            ),
            models.CheckConstraint(
                condition=~Q(status="met") | ~Q(evidence="") & Q(evidence_on__isnull=False),
                name="checklist_item_met_with_evidence",
            ),
        ]
        indexes = [models.Index(fields=["trust", "status", "due_on"], name="checklist_item_by_day")]

    def __str__(self) -> str:
        return self.words

    @property
    def is_met(self) -> bool:
        return self.status == self.Status.MET

    @property
    def chip(self) -> str:
        """The picture of its status."""
        return {self.Status.MET: "agreed", self.Status.UNDER_WAY: "submitted"}.get(self.Status(self.status), "draft")

    @property
    def seen_to_by(self) -> str:
        """The owner's name, or the words that stand for one; blank where nobody is named."""
        return self.owner.user.name if self.owner else self.owner_words

    def is_late(self, today: date) -> bool:
        return not self.is_met and self.due_on is not None and self.due_on < today
