"""Schools as a trust knows them, and the strategy each one follows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q

from schools.strategy import SchoolPhase, Strategy, parsed
from schools.tenancy import TrustForeignKey, TrustOwned, trust_manager
from schools.tenancy.history import tracked

from .register import LAESTAB, UKPRN, URN
from .trusts import Membership

if TYPE_CHECKING:
    from schools.access import Access


class SchoolQuerySet(models.QuerySet):
    """Schools of the open trust."""

    def visible_to(self, access: Access) -> SchoolQuerySet:
        """The schools this person may see: all of them for a trust-wide role, else those they hold a role in."""
        return self if access.whole_trust else self.filter(pk__in=access.school_ids)

    def on(self, day: date) -> SchoolQuerySet:
        """Schools that were in the trust on this day."""
        return self.filter(joined_on__lte=day).filter(Q(left_on=None) | Q(left_on__gt=day))


@tracked()
class School(TrustOwned):
    """A school as one trust knows it. A school that changes trust gets a new row there."""

    urn = models.CharField("URN", max_length=6, validators=[URN])
    laestab = models.CharField("DfE number", max_length=8, blank=True, validators=[LAESTAB])
    ukprn = models.CharField("UKPRN", max_length=8, blank=True, validators=[UKPRN])
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=60, blank=True)
    phase = models.CharField(max_length=20, choices=[(p.value, p.value.replace("_", " ")) for p in SchoolPhase])
    age_low = models.PositiveSmallIntegerField(null=True, blank=True)
    age_high = models.PositiveSmallIntegerField(null=True, blank=True)
    pupils = models.PositiveIntegerField(null=True, blank=True)
    capacity = models.PositiveIntegerField(null=True, blank=True)
    la_name = models.CharField("local authority", max_length=80, blank=True)
    joined_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)
    as_at = models.DateField(null=True, blank=True)
    easting = models.PositiveIntegerField(null=True, blank=True)  # metres; blank: as the register has it
    northing = models.PositiveIntegerField(null=True, blank=True)

    objects: ClassVar[Any] = trust_manager(SchoolQuerySet)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["trust", "urn"], name="school_once_in_a_trust"),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=models.F("joined_on")), name="school_left_after_joining"
            ),
            models.CheckConstraint(
                condition=Q(easting=None, northing=None) | Q(easting__isnull=False, northing__isnull=False),
                name="school_stands_by_both_figures",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def known_as(self) -> str:
        """The name used where there is little room."""
        return self.short_name or self.name


class StrategyVersion(TrustOwned):
    """One published version of a trust's strategy, kept whole and never edited."""

    key = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    text = models.TextField()
    document = models.JSONField()
    starts_on = models.DateField()
    published_at = models.DateTimeField(auto_now_add=True)
    published_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["key", "-version"]
        constraints = [models.UniqueConstraint(fields=["trust", "key", "version"], name="strategy_version_once")]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"

    @property
    def strategy(self) -> Strategy:
        """The parsed document, read once per process and version."""
        return parsed((self.trust_id or 0, self.pk), lambda: self.text)


class StrategyChoice(TrustOwned):
    """From which day the trust, or one school, follows a strategy."""

    key = models.CharField(max_length=60)
    school = TrustForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="choices")
    from_on = models.DateField()
    made_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "school", "from_on"], nulls_distinct=False, name="strategy_choice_once_a_day"
            )
        ]


class Kpi(TrustOwned):
    """A trust's own register of indicators. The number is small, because millions of ratings carry it."""

    number = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=60)
    label = models.CharField(max_length=200)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["trust", "key"], name="kpi_key_once"),
            models.UniqueConstraint(fields=["trust", "number"], name="kpi_number_once"),
        ]
