"""A visit to a school with a form of its strategy, and the actions that came of it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from plans.models import Action
from schools.models import Membership, School, StrategyVersion
from schools.models.filled import FilledIn
from schools.tenancy import TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked


@tracked(exclude=("answers", "touched", "version", "reply_text"))
class Visit(FilledIn):
    """A monitoring visit, health check or evidence form: planned, written, sent, answered, considered.

    What is kept out of the history goes when its time is over; that the visit took place stays. `by_school`: the
    school monitors itself.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        DRAFT = "draft", "Being written"
        SUBMITTED = "submitted", "Submitted"
        CONSIDERED = "considered", "Considered"

    class Reply(models.TextChoices):
        NONE = "", "No reply"
        ACCURATE = "accurate", "Accurate"
        COMMENT = "comment", "With a comment"

    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="visits")
    strategy_version = TrustForeignKey(StrategyVersion, on_delete=models.PROTECT, related_name="+")
    form = models.CharField(max_length=60)  # its key
    by_school = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    planned_for = models.DateField(null=True, blank=True)
    lead = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    token = models.UUIDField(null=True, blank=True)  # made on the device that sent it
    on = models.DateField(null=True, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    year_groups = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    sources = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    reply = models.CharField(max_length=8, choices=Reply, default=Reply.NONE, blank=True)
    reply_text = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    replied_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    reply_due_on = models.DateField(null=True, blank=True)
    final_at = models.DateTimeField(null=True, blank=True)
    considered_on = models.DateField(null=True, blank=True)
    considered_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    notes_removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trust", "token"], name="visit_token_once"),
            models.CheckConstraint(
                condition=Q(state__in=("planned", "draft"), submitted_at=None, final_at=None)
                | Q(state="submitted", submitted_at__isnull=False, considered_on=None)
                | Q(state="considered", final_at__isnull=False, considered_on__isnull=False),
                name="visit_moments_fit_its_state",
            ),
        ]
        indexes = [
            models.Index(fields=["trust", "school", "-on"], name="visit_of_school"),
            models.Index(fields=["trust", "state"], name="visit_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.school}, {self.form.replace('_', ' ')}"

    @property
    def is_open(self) -> bool:
        """Whether it may still be written."""
        return self.state in (self.State.PLANNED, self.State.DRAFT)

    @property
    def waits_for_reply(self) -> bool:
        return self.state == self.State.SUBMITTED and self.final_at is None


@tracked()
class VisitAction(TrustOwned):
    """An action of the school's plan that was agreed on a visit, or answers it.

    `slot` is the row of the form it was asked for in.
    """

    visit = TrustForeignKey(Visit, on_delete=models.PROTECT, related_name="visit_actions")
    slot = models.PositiveSmallIntegerField(null=True, blank=True)
    action = TrustForeignKey(Action, on_delete=models.PROTECT, related_name="visit_actions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trust", "action"], name="visit_action_once")]

    @property
    def is_followed_up(self) -> bool:
        """Whether the committee has closed it. No query where its records are fetched."""
        return any(one.closes for one in self.follow_ups.all())


@tracked()
class FollowUp(TrustOwned):
    """What the committee named by the form found when it followed an action up on a day, and whether it closed it.

    The school's own verdict on the action's impact is another matter: the committee may go on asking after it.
    """

    visit_action = TrustForeignKey(VisitAction, on_delete=models.PROTECT, related_name="follow_ups")
    on = models.DateField()
    found = models.TextField()
    closes = models.BooleanField()
    by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "visit_action"], condition=Q(closes=True), name="follow_up_closes_once"
            )
        ]


@tracked(exclude=("content", "caption"))
class VisitPhoto(TrustOwned):
    """A photograph of work, as small as it need be, kept in the database so that the walls and the backup reach it.

    It goes with the notes of its visit; the history tells that it was there.
    """

    visit = TrustForeignKey(Visit, on_delete=models.CASCADE, related_name="photos")
    content = models.BinaryField()  # a JPEG without what the camera wrote into it
    caption = models.CharField(max_length=200)
    by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
