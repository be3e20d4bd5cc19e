"""Official figures of schools and areas, as the Department for Education and Ofsted publish them."""

from __future__ import annotations

from django.db import models


class Status(models.TextChoices):
    """What stands where a figure would. Blank is never zero (domain-facts 4.10)."""

    NUMBER = "number", "number"
    SUPPRESSED = "suppressed", "suppressed"
    NOT_APPLICABLE = "not_applicable", "not applicable"
    NOT_AVAILABLE = "not_available", "not available"
    LOW = "low", "rounds to nothing"
    NOT_YET_DUE = "not_yet_due", "not yet due"


class Release(models.TextChoices):
    """How final a published figure is; in this order a later one replaces an earlier."""

    UNKNOWN = "", "release status not stated"
    PROVISIONAL = "provisional", "provisional"
    REVISED = "revised", "revised"
    FINAL = "final", "final"


class Span(models.TextChoices):
    """Which part of an academic year a figure is about. Figures of different spans are never compared."""

    YEAR = "year", "whole year"
    AUTUMN = "autumn", "autumn term"
    SPRING = "spring", "spring term"
    SUMMER = "summer", "summer term"
    TWO_TERMS = "autumn_spring", "autumn and spring terms"
    TO_DATE = "to_date", "year to date"
    ROLLING = "rolling", "twelve months to the end of term"
    DAY = "day", "on the day of the count"


class PublishedFigure(models.Model):
    """One official figure of one place. National, written only by imports; the latest release stands.

    `said` keeps the publisher's own code where there is no number (SUPP, NE, x, `:` …). Without numerator and
    denominator the value is a published rate whose count is unknown: it is shown and never pooled.

    Similar schools (`docs/similar-schools.md`) are worked out here, not published: the code is the school's URN,
    `phase` which of them in order (`20th`, `50th`, `80th` of a hundred), the denominator how many they are.
    """

    class Place(models.TextChoices):
        SCHOOL = "school", "School"
        TRUST = "trust", "Trust"
        LA = "la", "Local authority"
        REGION = "region", "Region"
        ENGLAND = "england", "England"
        SIMILAR = "similar", "Similar schools"

    place = models.CharField(max_length=7, choices=Place)
    code = models.CharField(max_length=12)  # URN; group UID; LA code of three digits; ONS code of a region; "E92000001"
    phase = models.CharField(max_length=20, blank=True)  # of an area: which schools it counts; blank: all state-funded
    measure = models.CharField(max_length=60)  # a key of schools/strategy/measures.toml
    group = models.CharField(max_length=40, default="all")
    year = models.PositiveSmallIntegerField()  # the calendar year the academic year starts in
    span = models.CharField(max_length=13, choices=Span, default=Span.YEAR)
    value = models.DecimalField(max_digits=14, decimal_places=5, null=True)
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    status = models.CharField(max_length=14, choices=Status, default=Status.NUMBER)
    said = models.CharField(max_length=12, blank=True)
    release = models.CharField(max_length=11, choices=Release, blank=True)
    source = models.CharField(max_length=120)
    as_at = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "measure", "group", "year", "span", "phase", "place"], name="published_figure_once"
            )
        ]
        indexes = [models.Index(fields=["measure", "year", "group", "place"], name="published_figure_of_measure")]
