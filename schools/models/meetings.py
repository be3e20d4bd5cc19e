"""Meetings: a date, an agenda of schools, who was there, what they declared, and the minutes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from schools.tenancy import TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked

from .calendar import Period
from .schools import School
from .trusts import Membership


@tracked()
class Meeting(TrustOwned):
    """One meeting of a kind the strategy names."""

    class Minutes(models.TextChoices):
        NONE = "none", "Not written yet"
        DRAFT = "draft", "Draft"
        AGREED = "agreed", "Agreed"

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=160)
    period = TrustForeignKey(Period, on_delete=models.PROTECT, related_name="meetings")
    starts_at = models.DateTimeField()
    place = models.CharField(max_length=120, blank=True)
    chair = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    minutes = models.TextField(blank=True)
    minutes_state = models.CharField(max_length=6, choices=Minutes, default=Minutes.NONE)
    minutes_agreed_at = models.DateTimeField(null=True, blank=True)
    minutes_agreed_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes_state="agreed", minutes_agreed_at__isnull=False)
                | (~Q(minutes_state="agreed") & Q(minutes_agreed_at=None)),
                name="minutes_agreed_at_when_agreed",
            )
        ]

    def __str__(self) -> str:
        return self.title


class AgendaItem(TrustOwned):
    """A school on a meeting's agenda."""

    meeting = TrustForeignKey(Meeting, on_delete=models.CASCADE, related_name="agenda")
    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["trust", "meeting", "school"], name="agenda_school_once")]


class Attendance(TrustOwned):
    """Who was asked to a meeting and whether they came."""

    class State(models.TextChoices):
        ASKED = "asked", "Asked"
        PRESENT = "present", "Present"
        APOLOGIES = "apologies", "Sent apologies"

    meeting = TrustForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendance")
    person = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trust", "meeting", "person"], name="attendance_once")]


class Interest(TrustOwned):
    """A conflict of interest a person declared for one school at one meeting."""

    meeting = TrustForeignKey(Meeting, on_delete=models.CASCADE, related_name="interests")
    person = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="+")
    nature = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trust", "meeting", "person", "school"], name="interest_once")]
