"""What was done, what has to be done, and what people are told."""

from __future__ import annotations

import uuid

from django.db import models

from schools.tenancy import NeverChanged, TrustForeignKey, TrustOwned

from .schools import School
from .trusts import Membership, Trust


class AuditEntry(TrustOwned):
    """One act: who did what, when, to what, from, to and why. Row events carry the same `act`."""

    act = models.UUIDField(default=uuid.uuid4, editable=False)
    at = models.DateTimeField()
    by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    did = models.CharField(max_length=40)
    about = models.CharField(max_length=60)
    about_id = models.BigIntegerField(null=True)
    label = models.CharField(max_length=200, blank=True)
    school = TrustForeignKey(School, on_delete=models.PROTECT, null=True, related_name="+")
    before = models.CharField(max_length=200, blank=True)
    after = models.CharField(max_length=200, blank=True)
    why = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["trust", "about", "about_id"], name="audit_about")]
        constraints = [
            models.UniqueConstraint(fields=["trust", "act"], name="audit_act_once"),
            NeverChanged(name="audit_never_changed"),
        ]


class Notice(TrustOwned):
    """Something a person is told, in a digest that leaves at a humane time.

    `at_once`: it leaves at any hour, for who told it has said why, or it answers what the person has just asked for.
    """

    to = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="notices")
    subject = models.CharField(max_length=160)
    body = models.TextField()
    path = models.CharField(max_length=200, blank=True)
    not_before = models.DateTimeField()
    at_once = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["trust", "sent_at", "not_before"], name="notice_waiting")]


class Job(models.Model):
    """A job to be done in the background. Outside the walls and lean: it names things, it holds no content."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    kind = models.CharField(max_length=40)
    trust = models.ForeignKey(Trust, on_delete=models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "trust", "subject_id"], name="job_once")]
        indexes = [models.Index(fields=["state", "lease_until"], name="job_to_do")]
