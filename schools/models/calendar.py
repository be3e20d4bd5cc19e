"""The academic year in terms and half terms, with the dates this trust keeps."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from schools.tenancy import TrustForeignKey, TrustOwned, trust_manager
from schools.words import year_words

from .schools import School


class Season(models.TextChoices):
    AUTUMN = "autumn", "Autumn"
    SPRING = "spring", "Spring"
    SUMMER = "summer", "Summer"


class PeriodQuerySet(models.QuerySet):
    """Terms and half terms."""

    def terms(self) -> PeriodQuerySet:
        return self.filter(half=0, school=None)

    def halves(self) -> PeriodQuerySet:
        return self.filter(half__gt=0)

    def begun(self, day: date) -> PeriodQuerySet:
        """Latest first, those that have begun by `day`: the first of them is the current one, holidays included."""
        return self.filter(starts_on__lte=day).order_by("-starts_on")


class Period(TrustOwned):
    """A term (`half` 0) or a half term (1 or 2). Half-term dates of one school may differ from the trust's."""

    year = models.PositiveSmallIntegerField(help_text="The calendar year the academic year starts in")
    season = models.CharField(max_length=6, choices=Season)
    half = models.PositiveSmallIntegerField(default=0)
    school = TrustForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="periods")
    starts_on = models.DateField()
    ends_on = models.DateField()

    objects: ClassVar[Any] = trust_manager(PeriodQuerySet)

    class Meta:
        ordering = ["starts_on", "half"]
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "year", "season", "half", "school"], nulls_distinct=False, name="period_once"
            ),
            models.CheckConstraint(condition=Q(ends_on__gt=models.F("starts_on")), name="period_ends_after_start"),
            models.CheckConstraint(condition=Q(half__lte=2), name="period_half_0_1_2"),
            models.CheckConstraint(condition=Q(half__gt=0) | Q(school=None), name="period_term_is_the_trusts"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def academic_year(self) -> str:
        return year_words(self.year)

    @property
    def label(self) -> str:
        """For example “Autumn term 2026/27” or “Autumn term 2026/27, second half”."""
        half = ("", ", first half", ", second half")[self.half]
        return f"{self.get_season_display()} term {self.academic_year}{half}"

    @property
    def short(self) -> str:
        """For example “Autumn 26”."""
        year = self.year if self.season == Season.AUTUMN else self.year + 1
        return f"{self.get_season_display()} {year % 100:02d}" + ("", " (1)", " (2)")[self.half]
