"""Reports as records: a frozen snapshot, the file made from it, and who took a copy."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from schools.models import Meeting, Membership, Period, School
from schools.tenancy import NeverChanged, TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked


@tracked(exclude=("snapshot", "progress"))
class Report(TrustOwned):
    """A report of one kind for one period, from request to file."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        BUILDING = "building", "Building"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    kind = models.CharField(max_length=60)
    template = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    period = TrustForeignKey(Period, on_delete=models.PROTECT, related_name="reports")
    meeting = TrustForeignKey(Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="reports")
    school = TrustForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="reports")
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    progress = models.PositiveSmallIntegerField(default=0)
    scheduled = models.BooleanField(default=False)
    requested_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True)
    snapshot = models.JSONField(null=True)
    release = models.CharField(max_length=40, blank=True)
    html_hash = models.CharField(max_length=64, blank=True)
    file_hash = models.CharField(max_length=64, blank=True)
    pages = models.PositiveSmallIntegerField(null=True)
    ready_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "kind", "period", "school"],
                condition=Q(scheduled=True),
                nulls_distinct=False,
                name="scheduled_report_once",
            ),
            models.CheckConstraint(
                condition=Q(state="ready", ready_at__isnull=False) | (~Q(state="ready") & Q(ready_at=None)),
                name="report_ready_at_when_ready",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def record_number(self) -> str:
        return f"R{self.pk:06d}"


class ReportFile(TrustOwned):
    """The file of a report, kept in the database so that backup and the walls reach it."""

    report = TrustForeignKey(Report, on_delete=models.PROTECT, related_name="files")
    content = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trust", "report"], name="report_file_once"),
            NeverChanged(name="report_file_never_changed"),
        ]


class Download(TrustOwned):
    """That somebody took a copy of a report."""

    report = TrustForeignKey(Report, on_delete=models.PROTECT, related_name="downloads")
    by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        constraints = [NeverChanged(name="download_never_changed")]
