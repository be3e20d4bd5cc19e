"""Trusts, who belongs to them, and in which roles."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from schools.tenancy import OwnRowsReadable, TrustForeignKey, TrustOwned, trust_manager
from schools.tenancy.history import tracked

from .people import User


class HeadsSee(models.TextChoices):
    """What heads see of the agreed ratings of the trust's other schools."""

    NOTHING = "nothing", "Nothing"
    UNNAMED = "unnamed", "The agreed ratings, without the schools' names"
    NAMED = "named", "The agreed ratings, with the schools' names"


class Trust(models.Model):
    """One multi-academy trust, a tenant of this installation."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=160)
    group_uid = models.CharField("group UID", max_length=8, blank=True)
    accent = models.CharField(
        max_length=7, default="#2b4a86", validators=[RegexValidator(r"^#[0-9a-f]{6}$", "Enter a colour like #2b4a86")]
    )
    small_number_threshold = models.PositiveSmallIntegerField(
        default=6, validators=[MinValueValidator(6), MaxValueValidator(20)]
    )
    heads_see_proposals = models.BooleanField(default=True)
    heads_see_others = models.CharField(max_length=7, choices=HeadsSee, default=HeadsSee.NOTHING)
    news_hour = models.PositiveSmallIntegerField(default=8, validators=[MaxValueValidator(17)])
    photos_of_work = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def mark_letter(self) -> str:
        return self.name[:1].upper()


@tracked()
class Membership(TrustOwned):
    """One person in one trust."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    job_title = models.CharField(max_length=80, blank=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["trust", "user"], name="membership_once"),
            OwnRowsReadable(name="membership_own_row"),
        ]

    def __str__(self) -> str:
        return self.user.name


class RoleGrantQuerySet(models.QuerySet):
    """Roles people hold or held."""

    def current(self) -> RoleGrantQuerySet:
        """Roles that have not ended, of people who have not left."""
        return self.filter(ended_at=None, membership__ended_at=None)


@tracked()
class RoleGrant(TrustOwned):
    """A role a person holds in a trust, for the whole trust or for one school."""

    membership = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20)
    school = TrustForeignKey("schools.School", on_delete=models.PROTECT, null=True, blank=True, related_name="grants")
    granted_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = trust_manager(RoleGrantQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trust", "membership", "role", "school"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="role_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(granted_by=models.F("membership")), name="nobody_grants_a_role_to_themselves"
            ),
        ]


@tracked()
class Invitation(TrustOwned):
    """An offer of a role to an email address. The secret in the link is kept only as a hash, in InvitationKey."""

    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20)
    school = TrustForeignKey("schools.School", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    invited_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    invited_at = models.DateTimeField(auto_now_add=True)
    mailed_at = models.DateTimeField(null=True, blank=True)  # null: the email with the latest link has not gone out
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    def state(self, now: datetime) -> str:
        """open, accepted, withdrawn or expired."""
        if self.accepted_at is not None:
            return "accepted"
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "open" if now < self.expires_at else "expired"


class InvitationKey(models.Model):
    """Finds the invitation behind a link before any trust is open. Outside the walls: it holds no content."""

    token_hash = models.CharField(max_length=64, unique=True)
    trust = models.ForeignKey(Trust, on_delete=models.PROTECT, related_name="+")
    invitation_id = models.BigIntegerField()
    expires_at = models.DateTimeField()


class ApiToken(models.Model):
    """A person's key to one trust, kept as a hash. Outside the walls: it is read before a trust is open.

    It opens the API, or nothing but the calendar of what is owed, whose address holds it.
    """

    class Use(models.TextChoices):
        API = "api", "The API"
        CALENDAR = "calendar", "The calendar"

    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    trust = models.ForeignKey(Trust, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    use = models.CharField(max_length=8, choices=Use, default=Use.API)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
