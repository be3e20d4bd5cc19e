"""Published inspections, and one row for every judgement or fact that informs a rating."""

from __future__ import annotations

from django.db import models

from schools.models import Membership, School
from schools.models.register import URN
from schools.tenancy import TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked


class Inspection(models.Model):
    """A published inspection of one establishment, under its own framework. National; grades are never converted."""

    class Framework(models.TextChoices):
        GRADED = "graded_1_to_4", "Graded 1 to 4"
        REPORT_CARD = "report_card_2025", "Report card"

    urn = models.CharField(max_length=6, validators=[URN])
    framework = models.CharField(max_length=20, choices=Framework)
    inspected_on = models.DateField(null=True)
    published_on = models.DateField(null=True)
    kind = models.CharField(max_length=120, blank=True)
    overall = models.CharField(max_length=20, blank=True)
    safeguarding = models.CharField(max_length=20, blank=True)
    category_of_concern = models.CharField(max_length=60, blank=True)
    grades = models.JSONField(default=dict)
    source = models.CharField(max_length=120)
    as_at = models.DateField()

    class Meta:
        ordering = ["-inspected_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["urn", "framework", "inspected_on"], nulls_distinct=False, name="inspection_once"
            )
        ]


@tracked()
class Source(TrustOwned):
    """One judgement or fact about a school, by criterion, KPI or area, with a link to where it was first written.

    `framework` names the scale of the judgement: a published framework's key, a scale of the strategy, or nothing. Of
    an audit or check of a dated KPI, `area` is the KPI's key and `judgement` that of its outcome; `who` is a role.
    `evidence` is which of the strategy's kinds of evidence it is (`matrix.sources`), where that is known.
    """

    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="sources")
    kind = models.CharField(max_length=30)
    area = models.CharField(max_length=60)
    framework = models.CharField(max_length=60, blank=True)
    judgement = models.CharField(max_length=60, blank=True)
    evidence = models.CharField(max_length=20, blank=True)
    label = models.CharField(max_length=200)
    who = models.CharField(max_length=80, blank=True)
    note = models.TextField(blank=True)
    on = models.DateField()
    author = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    route = models.CharField(max_length=60, blank=True)
    original_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["-on"]
        indexes = [models.Index(fields=["trust", "school", "area", "-on"], name="source_of_school")]
