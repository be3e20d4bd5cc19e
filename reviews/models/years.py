"""The programme of a school and year as both sides write and agree it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q

from schools.models import Membership, School, StrategyVersion
from schools.models.filled import FilledIn
from schools.tenancy import NeverChanged, TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked


def _person(**more: Any) -> TrustForeignKey:
    return TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+", **more)


@tracked(exclude=("answers", "touched", "version"))
class YearProgramme(FilledIn):
    """A school's year in the strategy's form of kind `programme`. It is written while neither side has signed.

    Once both have, it is agreed, and an edition keeps the words. `year` is the one the academic year begins in.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Being written"
        SIGNED = "signed", "Signed by one side"
        AGREED = "agreed", "Agreed by both sides"

    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="programmes")
    strategy_version = TrustForeignKey(StrategyVersion, on_delete=models.PROTECT, related_name="+")
    form = models.CharField(max_length=60)
    year = models.PositiveSmallIntegerField()
    begun_at = models.DateTimeField()
    begun_by = _person()
    trust_signed_at = models.DateTimeField(null=True, blank=True)
    trust_signed_by = _person(null=True, blank=True)
    school_signed_at = models.DateTimeField(null=True, blank=True)
    school_signed_by = _person(null=True, blank=True)

    class Meta:
        ordering = ["-year", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["trust", "school", "year"], name="programme_once_a_year"),
            models.CheckConstraint(
                condition=Q(trust_signed_by=None)
                | Q(school_signed_by=None)
                | ~Q(trust_signed_by=F("school_signed_by")),
                name="programme_signed_by_two_people",
            ),
        ]

    @property
    def state(self) -> str:
        """Where it stands."""
        signed = (self.trust_signed_at is not None) + (self.school_signed_at is not None)
        return str((self.State.DRAFT, self.State.SIGNED, self.State.AGREED)[signed])

    @property
    def state_words(self) -> str:
        """Where it stands, as people say it."""
        if self.state == self.State.SIGNED:
            return "Signed by the trust" if self.trust_signed_at else "Signed by the school"
        return str(self.State(self.state).label)

    @property
    def is_written(self) -> bool:
        """Whether it may be written in."""
        return self.state == self.State.DRAFT

    @property
    def is_agreed(self) -> bool:
        """Whether both sides have signed."""
        return self.state == self.State.AGREED


class ProgrammeEdition(TrustOwned):
    """A programme as both sides agreed it: numbered, never changed."""

    programme = TrustForeignKey(YearProgramme, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveSmallIntegerField()
    answers = models.JSONField(default=dict)
    trust_signed_at = models.DateTimeField()
    trust_signed_by = _person()
    school_signed_at = models.DateTimeField()
    school_signed_by = _person()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["trust", "programme", "number"], name="programme_edition_once"),
            NeverChanged(name="programme_edition_never_changed"),
        ]

    @property
    def agreed_at(self) -> datetime:
        """When the second side signed."""
        return max(self.trust_signed_at, self.school_signed_at)
