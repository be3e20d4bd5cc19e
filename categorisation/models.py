"""The risk matrix of a school for a period, what the rules make of it, and what people decide."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from categorisation.rules.conclusion import CHANGE, FITS, MOVES, STAYS, Conclusion
from schools.models import Kpi, Meeting, Membership, Period, School, StrategyVersion
from schools.tenancy import TrustForeignKey, TrustOwned, trust_manager
from schools.tenancy.history import tracked


class AssessmentQuerySet(models.QuerySet):
    """Risk matrices."""

    def agreed(self) -> AssessmentQuerySet:
        return self.filter(state=Assessment.State.AGREED)


@tracked(exclude=("levels", "evidence_days", "source_counts", "version"))
class Assessment(TrustOwned):
    """One school's risk matrix for one period.

    The three arrays are the read row: one slot for each number of the trust's KPI register, written together with the
    ratings and rebuildable from them. `version` is the optimistic lock and the ETag.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Submitted"
        RETURNED = "returned", "Returned"
        AGREED = "agreed", "Agreed"

    WITH_SCHOOL = (State.DRAFT, State.RETURNED)
    """The states in which the school writes, and has to send it."""

    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="assessments")
    period = TrustForeignKey(Period, on_delete=models.PROTECT, related_name="assessments")
    strategy_version = TrustForeignKey(StrategyVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    due_on = models.DateField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    returned_note = models.TextField(blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    levels = ArrayField(models.SmallIntegerField(null=True), default=list)
    evidence_days = ArrayField(models.IntegerField(null=True), default=list)
    source_counts = ArrayField(models.SmallIntegerField(null=True), default=list)

    objects: ClassVar[Any] = trust_manager(AssessmentQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "period", "school"], name="assessment_once", include=["state", "version"]
            ),
            models.CheckConstraint(
                condition=Q(state="agreed", agreed_at__isnull=False) | (~Q(state="agreed") & Q(agreed_at=None)),
                name="assessment_agreed_at_when_agreed",
            ),
        ]
        indexes = [models.Index(fields=["trust", "school", "-period"], name="assessment_of_school")]

    def __str__(self) -> str:
        return f"{self.school}, {self.period}"

    @property
    def is_open(self) -> bool:
        """Whether the school may write."""
        return self.state in self.WITH_SCHOOL

    @classmethod
    def is_unsent(cls, state: str) -> bool:
        """Whether a matrix in this state has still to be sent; blank is one that has not been begun."""
        return not state or state in cls.WITH_SCHOOL


@tracked()
class Rating(TrustOwned):
    """What the school says of one KPI, and what the moderator says, each with author and reason.

    Levels are the 1-based place in the KPI's scale, strongest first, of the assessment's strategy version; 0 is
    “unknown”, said on purpose; null is not rated yet. What figures and dates suggested is kept as it was then.
    """

    UNKNOWN = 0

    assessment = TrustForeignKey(Assessment, on_delete=models.CASCADE, related_name="ratings")
    period = TrustForeignKey(Period, on_delete=models.PROTECT, related_name="+")
    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="+")
    kpi = TrustForeignKey(Kpi, on_delete=models.PROTECT, related_name="+")
    level = models.SmallIntegerField(null=True)
    note = models.TextField(blank=True)
    evidence_on = models.DateField(null=True)
    sources = ArrayField(models.CharField(max_length=20), default=list)
    carried = models.BooleanField(default=False)
    filled = models.BooleanField(default=False)  # from figures or dates, and not touched by anybody until it was sent
    suggested = models.SmallIntegerField(null=True)  # the level that figures or dates suggested when this was written
    measured = models.JSONField(null=True)  # what that rested on: see `rules/suggestion.py`
    author = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(null=True)
    of_version = models.PositiveIntegerField(default=0)  # the assessment's version when the school last wrote this
    submitted_at = models.DateTimeField(null=True)
    moderated_level = models.SmallIntegerField(null=True)
    moderated_reason = models.TextField(blank=True)
    moderator = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    moderated_at = models.DateTimeField(null=True)
    moderated_version = models.PositiveIntegerField(default=0)  # the assessment's version when it was last moderated
    set_aside_level = models.SmallIntegerField(null=True)  # moderated, until the school rated anew after a return
    set_aside_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "period", "school", "kpi"], include=["level", "moderated_level"], name="rating_once"
            ),
            models.CheckConstraint(
                condition=Q(moderated_level=None) | ~Q(moderated_reason=""), name="moderation_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi.label}, {self.school}, {self.period}"

    @property
    def counts_as(self) -> int | None:
        """The level that counts: the moderated one where there is one."""
        return self.level if self.moderated_level is None else self.moderated_level

    def set_moderation_aside(self) -> None:
        """The school rates anew what was moderated: that level counts no more, and the moderator is asked again."""
        if self.moderated_level is not None:
            self.set_aside_level, self.set_aside_reason = self.moderated_level, self.moderated_reason
            self.moderated_level, self.moderated_reason = None, ""


class SchoolFactQuerySet(models.QuerySet):
    """Facts that people recorded."""

    def current(self, on: date) -> SchoolFactQuerySet:
        """Those that hold on this day. The day one ends is the first on which it holds no more."""
        return self.filter(since__lte=on).filter(Q(until=None) | Q(until__gt=on))


@tracked()
class SchoolFact(TrustOwned):
    """A fact of the strategy that is true of a school from a day on, for example a declared support stage."""

    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="facts")
    key = models.CharField(max_length=60)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    objects: ClassVar[Any] = trust_manager(SchoolFactQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "school", "key"], condition=Q(until=None), name="school_fact_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return self.key.replace("_", " ")


@tracked()
class Proposal(TrustOwned):
    """What the rules propose on one axis from one version of a matrix, with the explanation as it was given."""

    assessment = TrustForeignKey(Assessment, on_delete=models.CASCADE, related_name="proposals")
    axis = models.CharField(max_length=60)
    level = models.CharField(max_length=60, blank=True)  # blank: not enough evidence
    best = models.CharField(max_length=60)
    worst = models.CharField(max_length=60)
    explanation = models.JSONField()
    made_at = models.DateTimeField()
    of_version = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trust", "assessment", "axis"], name="proposal_once")]


class DecisionQuerySet(models.QuerySet):
    """Decisions, latest last."""

    def latest_of_each(self) -> DecisionQuerySet:
        """The latest decision of each school on each axis."""
        return self.order_by("school_id", "axis", "-effective_on", "-id").distinct("school_id", "axis")


@tracked()
class Decision(TrustOwned):
    """The category people decided, with the reason where it differs from the proposal.

    `provision` and `capacity` are what a re-assessment concludes, where the strategy asks for it; blank otherwise.
    """

    class Provision(models.TextChoices):
        FITS = FITS, "It still fits"
        CHANGE = CHANGE, "It should change"

    class Capacity(models.TextChoices):
        STAYS = STAYS, "It stays where it is"
        MOVES = MOVES, "It should move"

    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="decisions")
    period = TrustForeignKey(Period, on_delete=models.PROTECT, related_name="decisions")
    axis = models.CharField(max_length=60)
    level = models.CharField(max_length=60)
    strategy_version = TrustForeignKey(StrategyVersion, on_delete=models.PROTECT, related_name="+")
    proposal = TrustForeignKey(Proposal, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions")
    meeting = TrustForeignKey(Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions")
    was = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    provision = models.CharField(max_length=6, choices=Provision, blank=True)
    provision_words = models.TextField(blank=True)
    capacity = models.CharField(max_length=5, choices=Capacity, blank=True)
    capacity_words = models.TextField(blank=True)
    effective_on = models.DateField()
    decided_by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    tell_at = models.DateTimeField()
    reply_due_on = models.DateField()

    objects: ClassVar[Any] = trust_manager(DecisionQuerySet)

    class Meta:
        indexes = [models.Index(fields=["trust", "school", "axis", "-effective_on"], name="decision_of_school")]
        constraints = [
            models.UniqueConstraint(fields=["trust", "school", "axis", "meeting"], name="decision_once_a_meeting"),
            models.CheckConstraint(
                condition=Q(provision="", capacity="") | ~Q(provision="") & ~Q(capacity=""),
                name="decision_concludes_both_or_neither",
            ),
            models.CheckConstraint(
                condition=~Q(provision=CHANGE, provision_words="") & ~Q(capacity=MOVES, capacity_words=""),
                name="decision_concludes_with_words",
            ),
        ]

    @property
    def conclusion(self) -> Conclusion:
        """What was concluded beside the level."""
        return Conclusion(self.provision, self.provision_words, self.capacity, self.capacity_words)


@tracked()
class Reply(TrustOwned):
    """The school's words on a decision, printed beside it wherever it is shown."""

    decision = TrustForeignKey(Decision, on_delete=models.PROTECT, related_name="replies")
    text = models.TextField()
    by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trust", "decision"], name="reply_once")]
