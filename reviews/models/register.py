"""The register of practice, who asked to see it, and pen portraits of people who work in other schools."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q

from schools.models import Membership, School
from schools.strategy import SchoolPhase
from schools.tenancy import TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked

from .reviews import Finding

SEARCHED = SearchVector("title", "text", "subject", "evidence", config="english")
"""What a search reads."""


@tracked()
class Practice(TrustOwned):
    """Something a school does that others may come and see. `contact` is a role, not a name."""

    class Kind(models.TextChoices):
        EXCELLENCE = "excellence", "Area of excellence from a review"
        OFFERED = "offered", "Offered by the school"

    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="practices")
    kind = models.CharField(max_length=10, choices=Kind)
    title = models.CharField(max_length=160)
    text = models.TextField()
    subject = models.CharField(max_length=80, blank=True)
    phase = models.CharField(max_length=20, choices=[(one.value, one.value.replace("_", " ")) for one in SchoolPhase])
    evidence = models.TextField(blank=True)
    contact = models.CharField(max_length=120)
    from_finding = TrustForeignKey(Finding, on_delete=models.PROTECT, null=True, blank=True, related_name="practices")
    offered_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    offered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.TextField(blank=True)

    class Meta:
        ordering = ["-offered_at", "-pk"]
        indexes = [
            GinIndex(SEARCHED, name="practice_words"),
            models.Index(fields=["trust", "subject"], name="practice_of_subject"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "from_finding"], condition=Q(ended_at=None), name="practice_once_of_a_finding"
            )
        ]


@tracked()
class PracticeRequest(TrustOwned):
    """A school asks to come and see. Each one, and each visit made, is the use of the practice."""

    class State(models.TextChoices):
        ASKED = "asked", "Asked"
        ACCEPTED = "accepted", "Welcome"
        DECLINED = "declined", "Not possible now"
        VISITED = "visited", "Visited"

    practice = TrustForeignKey(Practice, on_delete=models.PROTECT, related_name="requests")
    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="+")
    asked_by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    wanted_on = models.DateField(null=True, blank=True)
    note = models.TextField()
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    answer = models.TextField(blank=True)
    answered_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "practice", "school"],
                condition=Q(state__in=("asked", "accepted")),
                name="practice_request_one_open_of_a_school",
            )
        ]


@tracked()
class PenPortrait(TrustOwned):
    """What a school reads of somebody who comes to work there, in their own words."""

    membership = TrustForeignKey(Membership, on_delete=models.CASCADE, related_name="portraits")
    role = models.CharField(max_length=120)
    experience = models.TextField()
    training = models.CharField(max_length=300, blank=True)
    availability = models.CharField(max_length=300, blank=True)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trust", "membership"], name="pen_portrait_once")]


@tracked(exclude=("content",))
class PortraitPhoto(TrustOwned):
    """The photograph beside a pen portrait, by which a school knows who comes (S4-25). The person may take it away."""

    portrait = TrustForeignKey(PenPortrait, on_delete=models.CASCADE, related_name="photos")
    content = models.BinaryField()  # a JPEG without what the camera wrote into it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trust", "portrait"], name="portrait_photo_once")]
