"""A school on a ladder of its strategy: the concern, each step proposed and decided, what was done, and the watch."""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from plans.rules.ladder import Step
from schools.access import ROLES
from schools.models import Membership, School, StrategyVersion, User
from schools.strategy.provision import Ladder, Stage
from schools.tenancy import TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked

from .plan import Plan


@tracked()
class Concern(TrustOwned):
    """Why a school is on a ladder, in the words of `strategy_version`, from the proposal to the end of the watch.

    `entry_tests` are the ladder's words of those that are met. `opened_on` is the day on which it came onto the
    ladder, `left_on` that on which it left it last. `sources` are what it rests on, as they were called when it was
    raised (see `queries.sources`).
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        OPEN = "open", "On the ladder"
        WATCHED = "watched", "Watched after leaving it"
        ENDED = "ended", "Ended"
        DECLINED = "declined", "Not opened"

    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="concerns")
    ladder = models.CharField(max_length=60)
    strategy_version = TrustForeignKey(StrategyVersion, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED)
    trigger = models.TextField()
    entry_tests = models.JSONField(default=list)
    evidence = models.TextField()
    sources = models.JSONField(default=list)
    opened_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    ended_words = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "school", "ladder"],
                condition=Q(state__in=("proposed", "open", "watched")),
                name="concern_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("proposed", "declined"), opened_on=None)
                | Q(state__in=("open", "watched", "ended"), opened_on__isnull=False),
                name="concern_opened_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.of_ladder.label}, {self.school.known_as}"

    @property
    def of_ladder(self) -> Ladder:
        """The ladder, as its strategy had it when the concern was raised."""
        return next(one for one in self.strategy_version.strategy.ladders if one.key == self.ladder)

    def stage_of(self, key: str) -> Stage | None:
        """One of the ladder's stages."""
        return next((one for one in self.of_ladder.stages if one.key == key), None)

    OVER: ClassVar = (State.ENDED, State.DECLINED)

    @property
    def is_live(self) -> bool:
        return self.state in (self.State.OPEN, self.State.WATCHED)


@tracked()
class StageChange(TrustOwned):
    """One step on the ladder: proposed by one person, decided by another, or by several in turn.

    `stage` is where it leads, blank where it leaves the ladder. `exit_tests` are those met, each with its evidence:
    [{"test", "evidence"}]. `plan` and `plan_words` say what the plan gained, by the proposal or later. `why_now` and
    `decided_why_now` say why who decides, and who proposed it, were told at once.
    """

    class Outcome(models.TextChoices):
        WAITING = "", "Waiting"
        AGREED = "agreed", "Agreed"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Taken back"

    concern = TrustForeignKey(Concern, on_delete=models.PROTECT, related_name="changes")
    step = models.CharField(max_length=5, choices=[(one.value, one.value) for one in Step])
    stage = models.CharField(max_length=60, blank=True)
    came_from = models.CharField(max_length=60, blank=True)
    reason = models.TextField()
    causes = models.TextField(blank=True)
    discussed_with = models.CharField(max_length=300, blank=True)
    discussed_on = models.DateField(null=True, blank=True)
    exit_tests = models.JSONField(default=list)
    review_on = models.DateField(null=True, blank=True)
    plan = TrustForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    plan_words = models.TextField(blank=True)
    proposed_by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    why_now = models.CharField(max_length=500, blank=True)
    outcome = models.CharField(max_length=9, choices=Outcome, default=Outcome.WAITING, blank=True)
    words = models.TextField(blank=True)
    decided_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_why_now = models.CharField(max_length=500, blank=True)
    since = models.DateField(null=True, blank=True)  # the day from which an agreed step holds

    class Meta:
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "concern"], condition=Q(outcome=""), name="stage_change_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_by=None, decided_at=None)
                | ~Q(outcome="") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="stage_change_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=("", "withdrawn")) | ~Q(decided_by=F("proposed_by")),
                name="stage_change_decided_by_another",
            ),
            models.CheckConstraint(condition=~Q(outcome="declined") | ~Q(words=""), name="stage_change_with_words"),
            models.CheckConstraint(
                condition=Q(outcome="agreed", since__isnull=False) | ~Q(outcome="agreed") & Q(since=None),
                name="stage_change_agreed_from_a_day",
            ),
        ]

    @property
    def is_waiting(self) -> bool:
        return self.outcome == self.Outcome.WAITING

    @property
    def is_agreed(self) -> bool:
        return self.outcome == self.Outcome.AGREED

    @property
    def deciding(self) -> tuple[str, ...]:
        """The roles that decide it, in turn."""
        return tuple(self.concern.of_ladder.deciders_of(self.stage))

    @property
    def turn(self) -> str:
        """The role whose turn it is."""
        return self.deciding[min(len(self.agreed), len(self.deciding) - 1)]

    @property
    def after_turn(self) -> tuple[str, ...]:
        """The roles that decide after them."""
        return self.deciding[len(self.agreed) + 1 :]

    @cached_property
    def agreed(self) -> list[StepAgreement]:
        """Who agreed before the last, in turn. One query, none where `queries.concerns.in_full` has read it."""
        read = getattr(self, "read_agreed", None)
        if read is None:
            return list(self.agreements.select_related("by__user"))
        return [
            StepAgreement(
                change=self, role=one["role"], by=Membership(pk=one["by"], user=User(name=one["name"])),
                at=datetime.fromisoformat(one["at"]), words=one["words"], why_now=one["why_now"],
            )
            for one in read
        ]  # fmt: skip

    @property
    def day(self) -> date | None:
        """On which it is told in the history: from when it holds, or was decided."""
        return self.since or (timezone.localdate(self.decided_at) if self.decided_at else None)


@tracked()
class StepAgreement(TrustOwned):
    """Somebody who agreed to a step that others decide after them, in their role; the last is on the step itself.

    `why_now` says why those after them were told at once.
    """

    change = TrustForeignKey(StageChange, on_delete=models.PROTECT, related_name="agreements")
    role = models.CharField(max_length=20)
    by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    words = models.TextField(blank=True)
    why_now = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["trust", "change", "role"], name="step_agreement_once_a_role"),
            models.UniqueConstraint(fields=["trust", "change", "by"], name="step_agreement_once_a_person"),
        ]

    @property
    def role_label(self) -> str:
        """“Chief executive”."""
        return ROLES[self.role].label


@tracked()
class DutyDone(TrustOwned):
    """Something the ladder asks for that is done. `change` is the stay it belongs to; None: before the first."""

    concern = TrustForeignKey(Concern, on_delete=models.PROTECT, related_name="duties")
    change = TrustForeignKey(StageChange, on_delete=models.PROTECT, null=True, blank=True, related_name="duties")
    duty = models.TextField()
    on = models.DateField()
    words = models.TextField(blank=True)
    by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["on", "pk"]
        verbose_name_plural = "duties done"
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "concern", "change", "duty"], nulls_distinct=False, name="duty_done_once"
            )
        ]


@tracked()
class WatchLook(TrustOwned):
    """A look at a school after it has left the ladder. `number` counts from its leaving."""

    class Finding(models.TextChoices):
        HOLDS = "holds", "The improvement holds"
        SLIPS = "slips", "What led to the concern shows again"

    concern = TrustForeignKey(Concern, on_delete=models.PROTECT, related_name="looks")
    change = TrustForeignKey(StageChange, on_delete=models.PROTECT, related_name="looks")  # by which it left
    number = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    on = models.DateField()
    finding = models.CharField(max_length=5, choices=Finding)
    words = models.TextField()
    by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["trust", "change", "number"], name="watch_look_once")]
