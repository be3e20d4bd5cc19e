"""Support: what a school asks for, what is booked for it, and whether it came."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q

from plans.rules.support_entry import ASKED_CHIPS, FUNDERS, PROVIDERS, STANDS, cost_of
from reviews.models.wishes import Urgency
from schools.models import Membership, School, StrategyVersion
from schools.strategy.basics import SupportUnit
from schools.tenancy import TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked
from schools.words import amount_words, part_words

from .action import Action
from .exchange import MatchLine


def _person(**more: Any) -> TrustForeignKey:
    return TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+", **more)


@tracked()
class SupportRequest(TrustOwned):
    """A school asks for support that is no review: from the menu (`item`), or in its own words.

    A leader writes a draft, the head sends it. What it serves is a criterion of the matrix or an action of the plan.
    Reviews that a school asks for are `reviews.ReviewWish`; both stand in one list.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        ASKED = "asked", "Asked for"
        AGREED = "agreed", "Agreed"
        LATER = "later", "Later"
        DECLINED = "declined", "Not possible now"
        WITHDRAWN = "withdrawn", "Taken back by the school"

    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="support_requests")
    strategy_version = TrustForeignKey(StrategyVersion, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=60, blank=True)
    need = models.TextField()
    priority = models.CharField(max_length=4, choices=Urgency, default=Urgency.TERM)
    suits = models.CharField(max_length=200, blank=True)
    criterion = models.CharField(max_length=60, blank=True)
    action = TrustForeignKey(Action, on_delete=models.PROTECT, null=True, blank=True, related_name="support_requests")
    written_by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    asked_by = _person(blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)
    later_on = models.DateField(null=True, blank=True)
    answered_by = _person(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    token = models.UUIDField(null=True, blank=True)  # the sender's own number

    class Meta:
        ordering = ["-written_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["trust", "token"], name="support_request_token_once"),
            models.UniqueConstraint(
                fields=["trust", "school", "item"],
                condition=Q(state__in=("asked", "later")) & ~Q(item=""),
                name="support_request_one_open_of_an_item",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "withdrawn")) | Q(asked_at__isnull=False, asked_by__isnull=False),
                name="support_request_asked_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(answer=""), name="support_request_declined_with_words"
            ),
            models.CheckConstraint(
                condition=Q(state="later", later_on__isnull=False) | (~Q(state="later") & Q(later_on=None)),
                name="support_request_later_on_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.need

    @property
    def chip(self) -> str:
        """The state of its chip."""
        return ASKED_CHIPS[self.state]


@tracked()
class SupportBooking(TrustOwned):
    """Support on one day: what of, who gives it, who pays, and whether it came.

    `entitlement` is the key of what it is counted against; a booking with a request, or with neither, lies beyond it.
    `amount` is in `unit`, `cost` in pounds; no cost is unknown, not nothing. `came` is how much of the amount came
    where that was less; the rest counts as missed. Without a school it is challenge to the trust itself (S4-05).
    """

    class State(models.TextChoices):
        BOOKED = "booked", STANDS["booked"][1]
        DELIVERED = "delivered", STANDS["delivered"][1]
        CONFIRMED = "confirmed", STANDS["confirmed"][1]
        DISPUTED = "disputed", STANDS["disputed"][1]
        MISSED = "missed", STANDS["missed"][1]
        CANCELLED = "cancelled", STANDS["cancelled"][1]

    class Provider(models.TextChoices):
        CENTRAL = "central", PROVIDERS["central"]
        SCHOOL = "school", PROVIDERS["school"]
        EXTERNAL = "external", PROVIDERS["external"]

    class Funder(models.TextChoices):
        TRUST = "trust", FUNDERS["trust"]
        SCHOOL = "school", FUNDERS["school"]
        SHARED = "shared", FUNDERS["shared"]

    class MissedBy(models.TextChoices):
        PROVIDER = "provider", "Whoever was to give it"
        SCHOOL = "school", "The school"
        NEITHER = "neither", "Neither side"

    school = TrustForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="support")
    strategy_version = TrustForeignKey(StrategyVersion, on_delete=models.PROTECT, related_name="+")
    entitlement = models.CharField(max_length=60, blank=True)
    request = TrustForeignKey(SupportRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="bookings")
    what = models.CharField(max_length=200)
    unit = models.CharField(max_length=9, choices=[(one.value, one.value) for one in SupportUnit])
    amount = models.DecimalField(max_digits=4, decimal_places=1, default=1)
    on = models.DateField()
    provider = models.CharField(max_length=8, choices=Provider)
    provider_person = _person(blank=True)
    provider_school = TrustForeignKey(
        School, on_delete=models.PROTECT, null=True, blank=True, related_name="support_given"
    )
    provider_words = models.CharField(max_length=160, blank=True)
    funder = models.CharField(max_length=6, choices=Funder, default=Funder.TRUST)
    cost = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    criterion = models.CharField(max_length=60, blank=True)
    action = TrustForeignKey(Action, on_delete=models.PROTECT, null=True, blank=True, related_name="support_bookings")
    match = TrustForeignKey(MatchLine, on_delete=models.PROTECT, null=True, blank=True, related_name="bookings")
    booked_by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    booked_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.BOOKED)
    delivered_by = _person(blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    came = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    note = models.TextField(blank=True)  # what was done, by whoever gave it
    answered_by = _person(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)  # the school's
    missed_by = models.CharField(max_length=8, choices=MissedBy, blank=True)
    why = models.TextField(blank=True)  # missed or cancelled
    ended_by = _person(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    token = models.UUIDField(null=True, blank=True)  # the sender's own number of what was booked together

    class Meta:
        ordering = ["on", "pk"]
        indexes = [models.Index(fields=["trust", "school", "on"], name="support_of_school")]
        constraints = [
            models.UniqueConstraint(fields=["trust", "token", "on"], name="support_token_once_a_day"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="support_takes_time"),
            models.CheckConstraint(
                condition=Q(came=None)
                | Q(came__gt=0, came__lt=models.F("amount"), state__in=("delivered", "confirmed", "disputed")),
                name="support_came_in_part",
            ),
            models.CheckConstraint(condition=Q(cost=None) | Q(cost__gte=0), name="support_costs_no_less_than_nothing"),
            models.CheckConstraint(
                condition=Q(provider="school", provider_school__isnull=False)
                | (~Q(provider="school") & Q(provider_school=None)),
                name="support_of_another_school_names_it",
            ),
            models.CheckConstraint(
                condition=Q(provider="school") | Q(provider_person__isnull=False) | ~Q(provider_words=""),
                name="support_names_who_gives_it",
            ),
            models.CheckConstraint(
                condition=Q(school=None) | Q(provider_school=None) | ~Q(provider_school=models.F("school")),
                name="support_no_school_gives_to_itself",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("delivered", "confirmed", "disputed"))
                | Q(delivered_at__isnull=False, delivered_by__isnull=False),
                name="support_delivered_says_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("confirmed", "disputed"))
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="support_answered_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(state="disputed") | ~Q(answer=""), name="support_disputed_with_words"),
            models.CheckConstraint(
                condition=(~Q(state="missed") | ~Q(missed_by=""))
                & (~Q(state__in=("missed", "cancelled")) | ~Q(why="")),
                name="support_missed_or_cancelled_with_words",
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def given_by(self) -> str:
        """Who gives it, by name."""
        named = self.provider_person.user.name if self.provider_person else self.provider_words
        school = self.provider_school.known_as if self.provider_school else ""
        return ", ".join(filter(None, (named, school)))

    @property
    def chip(self) -> str:
        """The state of its chip."""
        return STANDS[self.state][0]

    @property
    def lies_with_school(self) -> bool:
        """Whether it was missed, and whoever put it down says that this lay with the school."""
        return self.state == self.State.MISSED and self.missed_by == self.MissedBy.SCHOOL

    @property
    def is_denied(self) -> bool:
        """Whether the school has said since that the miss did not lie with it."""
        since = self.answered_at and self.ended_at and self.answered_at >= self.ended_at
        return self.lies_with_school and bool(since)

    @property
    def amount_words(self) -> str:
        """“2 days”."""
        return amount_words(self.amount, self.unit)

    @property
    def counts(self) -> Decimal:
        """How much came, or is to come."""
        return self.amount if self.came is None else self.came

    @property
    def came_words(self) -> str:
        """“1 of 2 days came”; blank where it is not less than what was booked."""
        return f"{part_words(self.came, self.amount, self.unit)} came" if self.came else ""

    @property
    def cost_of_what_came(self) -> Decimal | None:
        """In pounds, in proportion; None where it is not known."""
        return cost_of(self.cost, self.counts, self.amount)
