"""What schools hand in at a collection point: a return and its figures; targets; benchmarks entered by hand."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from schools.models import Membership, Period, School, StrategyVersion
from schools.tenancy import TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked

from .published import Release, Span, Status


class State(models.TextChoices):
    """The way of everything a school writes and the trust agrees."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    RETURNED = "returned", "Returned"
    AGREED = "agreed", "Agreed"


@tracked(exclude=("version", "analysis_version", "reminded"))
class Return(TrustOwned):
    """One school's return for one collection point of one term. `version` is the optimistic lock."""

    State: ClassVar = State

    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="returns")
    period = TrustForeignKey(Period, on_delete=models.PROTECT, related_name="returns")
    strategy_version = TrustForeignKey(StrategyVersion, on_delete=models.PROTECT, related_name="+")
    point = models.CharField(max_length=60)  # key of the collection point
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    opens_on = models.DateField()
    due_on = models.DateField()
    analysis = models.TextField(blank=True)  # the school's own, which follows each submission
    analysis_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    analysis_version = models.PositiveIntegerField(default=0)  # the return's version when it was last written
    version = models.PositiveIntegerField(default=1)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    returned_note = models.TextField(blank=True)
    reminded = models.JSONField(default=list)  # for which reasons the school was reminded: never twice for one
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    released = models.JSONField(default=dict)  # each cell as it was last agreed: {cell: [hidden, counts]}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trust", "school", "period", "point"], name="return_once"),
            models.CheckConstraint(
                condition=Q(state="agreed", agreed_at__isnull=False) | (~Q(state="agreed") & Q(agreed_at=None)),
                name="return_agreed_at_when_agreed",
            ),
        ]
        indexes = [models.Index(fields=["trust", "period", "point"], name="return_of_period")]

    @property
    def is_open(self) -> bool:
        """Whether the school may write."""
        return self.state in (State.DRAFT, State.RETURNED)


@tracked(exclude=("of_version", "typed"))
class Figure(TrustOwned):
    """One cell of a return: numerator and denominator, or a mean with its count, or a rate alone, and a status.

    A mean's count is its `denominator`; `value` is the mean, or a rate whose counts nobody knows. `hidden` is set when
    the return is agreed: nobody but the school and the trust's data roles sees the cell (see `rules/suppression.py`).
    A draft may be half filled in, and keeps in `typed`, by part, what cannot be read yet; what is sent is whole.
    `filled_from` names where a figure comes from that nobody typed; it waits for somebody of the school to look at it.
    """

    part_of = TrustForeignKey(Return, on_delete=models.CASCADE, related_name="figures")
    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="+")
    period = TrustForeignKey(Period, on_delete=models.PROTECT, related_name="+")
    measure = models.CharField(max_length=60)
    group = models.CharField(max_length=60, default="all")
    year_group = models.CharField(max_length=20, blank=True)  # blank: all of them
    class_name = models.CharField(max_length=20, blank=True)  # blank: not by class
    year = models.PositiveSmallIntegerField()  # the calendar year the academic year it is about starts in
    span = models.CharField(max_length=13, choices=Span)
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    value = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    status = models.CharField(max_length=14, choices=Status, default=Status.NUMBER)
    typed = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    query = models.TextField(blank=True)  # what the trust asks about this very figure
    filled_from = models.CharField(max_length=120, blank=True)  # “the January census 2026”; blank: a person gave it
    hidden = models.BooleanField(default=False)
    author = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    written_at = models.DateTimeField(null=True)
    of_version = models.PositiveIntegerField(default=0)  # the return's version when this was last written
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "part_of", "measure", "group", "year_group", "class_name"], name="figure_once"
            ),
            models.CheckConstraint(condition=Q(denominator=None) | Q(denominator__gte=0), name="figure_out_of_some"),
            models.CheckConstraint(
                condition=~Q(status="number")
                | Q(value__isnull=False)
                | Q(numerator__isnull=False)
                | Q(submitted_at=None),
                name="figure_number_is_there",
            ),
            models.CheckConstraint(condition=Q(typed={}) | Q(submitted_at=None), name="figure_read_when_sent"),
        ]
        indexes = [models.Index(fields=["trust", "measure", "year", "school"], name="figure_of_measure")]


@tracked()
class Target(TrustOwned):
    """What a school, or the trust as a whole (no school), aims for in a measure, staged through the year."""

    school = TrustForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="targets")
    measure = models.CharField(max_length=60)
    group = models.CharField(max_length=60, default="all")
    year = models.PositiveSmallIntegerField()
    season = models.CharField(max_length=6, blank=True)  # the term by whose end; blank: the end of the year
    value = models.DecimalField(max_digits=12, decimal_places=4)
    note = models.TextField(blank=True)
    by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "school", "measure", "group", "year", "season"],
                nulls_distinct=False,
                name="target_once",
            )
        ]


@tracked()
class Benchmark(TrustOwned):
    """A comparison figure that the trust entered by hand, with its year, status and source."""

    class Against(models.TextChoices):
        NATIONAL = "national", "National"
        REGION = "region", "Region"
        LOCAL = "local", "Local authority"
        SIMILAR = "similar", "Similar schools"

    measure = models.CharField(max_length=60)
    group = models.CharField(max_length=60, default="all")
    phase = models.CharField(max_length=20, blank=True)
    against = models.CharField(max_length=8, choices=Against, default=Against.NATIONAL)
    place = models.CharField(max_length=80, blank=True)  # the region's or authority's name
    year = models.PositiveSmallIntegerField()
    span = models.CharField(max_length=13, choices=Span, default=Span.YEAR)
    value = models.DecimalField(max_digits=12, decimal_places=4)
    release = models.CharField(max_length=11, choices=Release, blank=True)
    source = models.CharField(max_length=200)
    by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "measure", "group", "phase", "against", "place", "year", "span"],
                name="benchmark_once",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="benchmark_has_a_source"),
        ]


class ColumnMatch(TrustOwned):
    """What a column of the trust's own uploads means, remembered for the next upload."""

    header = models.CharField(max_length=200)
    means = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trust", "header"], name="column_match_once")]
