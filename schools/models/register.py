"""The national register, shared by every trust and written only by the installation operator."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models

from .people import User

URN = RegexValidator(r"^[1-9][0-9]{5}$", "Enter a URN of six digits")
LAESTAB = RegexValidator(r"^[0-9]{3}/?[0-9]{4}$", "Enter a DfE number like 936/2001")
UKPRN = RegexValidator(r"^1[0-9]{7}$", "Enter a UKPRN of eight digits that begins with 1")
UID = RegexValidator(r"^[1-9][0-9]{0,5}$", "Enter a group UID of up to six digits")


class Establishment(models.Model):
    """A school as the national register knows it, at the date of the file it was read from."""

    urn = models.CharField(max_length=6, primary_key=True, validators=[URN])
    name = models.CharField(max_length=200)
    laestab = models.CharField(max_length=7, blank=True)
    ukprn = models.CharField(max_length=8, blank=True)
    la_code = models.CharField(max_length=3, blank=True)
    la_name = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=80, blank=True)
    status = models.CharField(max_length=40, blank=True)
    phase = models.CharField(max_length=40, blank=True)
    age_low = models.PositiveSmallIntegerField(null=True)
    age_high = models.PositiveSmallIntegerField(null=True)
    capacity = models.PositiveIntegerField(null=True)
    pupils = models.PositiveIntegerField(null=True)
    fsm_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    group_uid = models.CharField(max_length=8, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    town = models.CharField(max_length=80, blank=True)
    easting = models.PositiveIntegerField(null=True)  # metres on the national grid
    northing = models.PositiveIntegerField(null=True)
    source = models.CharField(max_length=120)
    as_at = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["group_uid"]), models.Index(fields=["laestab"])]

    def __str__(self) -> str:
        return self.name


class EstablishmentGroup(models.Model):
    """A trust, federation or sponsor in the national register."""

    uid = models.CharField(max_length=8, primary_key=True, validators=[UID])
    group_id = models.CharField(max_length=10, blank=True)
    name = models.CharField(max_length=200)
    kind_code = models.CharField(max_length=2)
    kind = models.CharField(max_length=80)
    status = models.CharField(max_length=40, blank=True)
    companies_house = models.CharField(max_length=8, blank=True)
    ukprn = models.CharField(max_length=8, blank=True)
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    source = models.CharField(max_length=120)
    as_at = models.DateField()

    def __str__(self) -> str:
        return self.name


class GroupLink(models.Model):
    """That a school belonged to a group, and since when."""

    group_uid = models.CharField(max_length=8)
    urn = models.CharField(max_length=6)
    joined_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    source = models.CharField(max_length=120)
    as_at = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group_uid", "urn"], name="group_link_once")]
        indexes = [models.Index(fields=["urn"])]


class EstablishmentLink(models.Model):
    """Predecessors and successors: a school gets a new URN when it becomes an academy."""

    urn = models.CharField(max_length=6)
    linked_urn = models.CharField(max_length=6)
    kind = models.CharField(max_length=80)
    linked_name = models.CharField(max_length=200, blank=True)
    since = models.DateField(null=True)
    source = models.CharField(max_length=120)
    as_at = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["urn", "linked_urn", "kind"], name="establishment_link_once")]
        indexes = [models.Index(fields=["linked_urn"])]


class RegisterImport(models.Model):
    """A published file that the operator gave to the page: what it is, how far its reading is, and what became of it.

    Outside the walls: it holds nothing of a trust. A Job belongs to a trust, so this row is its own: a worker takes it
    with a lease. The file itself is deleted once it is imported or refused.
    """

    class State(models.TextChoices):
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Checked, not imported yet"
        IMPORTING = "importing", "Being imported"
        DONE = "done", "Imported"
        REFUSED = "refused", "Refused, nothing was changed"

    filename = models.CharField(max_length=120)
    as_at = models.DateField(null=True)
    kind = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.CHECKING)
    rows_read = models.PositiveIntegerField(default=0)
    percent = models.PositiveSmallIntegerField(default=0)
    rows_kept = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    faults = models.JSONField(default=list)
    fault_count = models.PositiveIntegerField(default=0)
    refusal = models.CharField(max_length=400, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.filename

    @property
    def is_busy(self) -> bool:
        return self.state in {self.State.CHECKING, self.State.IMPORTING}
