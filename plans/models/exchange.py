"""The exchange of capacity: who offers days of support, and how they were matched to who needs them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from plans.rules.exchange_words import SPEAKS
from schools.models import Membership, Period, School
from schools.tenancy import TrustForeignKey, TrustOwned
from schools.tenancy.history import tracked


@tracked()
class Offer(TrustOwned):
    """What a school, or a person of the trust’s own team, can give: in what, how much, from when, and how far away.

    Nobody is volunteered: what somebody else wrote down for a school is `suggested` until its head confirms it, and
    gives nothing before. `although` are the head's words where the school gives at a level that is asked to give
    nothing, or on a ladder. A person travels from `base`.
    """

    class State(models.TextChoices):
        SUGGESTED = "suggested", "Suggested, for the head to confirm"
        CONFIRMED = "confirmed", "Confirmed"

    class Per(models.TextChoices):
        HALF_TERM = "half_term", "each half term"
        TERM = "term", "each term"

    school = TrustForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="offers")
    person = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="offers")
    base = TrustForeignKey(School, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    areas = ArrayField(models.CharField(max_length=60), default=list, blank=True)  # keys of criteria
    most_days = models.PositiveSmallIntegerField()
    per = models.CharField(max_length=9, choices=Per, default=Per.HALF_TERM)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    most_minutes = models.PositiveSmallIntegerField(null=True, blank=True)  # none: any journey
    not_to_why = models.CharField(max_length=300, blank=True)
    although = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.SUGGESTED)
    written_by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    confirmed_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(school=None, person__isnull=False) | Q(school__isnull=False, person=None),
                name="offer_of_a_school_or_a_person",
            ),
            models.UniqueConstraint(fields=["trust", "school"], name="offer_once_of_a_school"),
            models.UniqueConstraint(fields=["trust", "person"], name="offer_once_of_a_person"),
            models.CheckConstraint(condition=Q(base=None) | Q(school=None), name="offer_base_of_a_person_alone"),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="offer_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=models.F("from_on")), name="offer_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Of the school, or of the person."""
        return self.school.known_as if self.school else self.person.user.name if self.person else ""

    @property
    def limit_words(self) -> str:
        """“4 days each half term”."""
        return f"{self.most_days} day{'' if self.most_days == 1 else 's'} {self.get_per_display()}"


@tracked()
class OfferNotTo(TrustOwned):
    """A school that a giver is not to go to."""

    offer = TrustForeignKey(Offer, on_delete=models.CASCADE, related_name="not_to")
    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["trust", "offer", "school"], name="offer_not_to_a_school_once")]


@tracked(exclude=("problem",))
class MatchRun(TrustOwned):
    """The matching of one half term. `problem` is all that the last working out rested on, whole, as it was then.

    `wanted` are days that somebody has set for a need by hand, by the key of the need.
    """

    class Status(models.TextChoices):
        BEST = "best", "The best there is"
        IN_TIME = "in_time", "The best found in the time"
        NOTHING = "nothing", "Nothing to match"

    period = TrustForeignKey(Period, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=7, choices=Status, default=Status.NOTHING)
    worth = models.IntegerField(default=0)
    problem = models.JSONField(default=dict)
    wanted = models.JSONField(default=dict)
    solved_by = TrustForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    solved_at = models.DateTimeField()

    class Meta:
        ordering = ["-solved_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["trust", "period"], name="match_run_once_in_a_period")]

    def __str__(self) -> str:
        return f"Matching, {self.period.label}"


@tracked()
class MatchLine(TrustOwned):
    """Days of one giver for one need: proposed, taken out by hand, or accepted and so booked.

    `why` and `others` are the sentences worked out with it. What is pinned stays when the matching is worked out
    again; `by_hand` says that a person set it, and `reason` why, where it goes beyond a limit.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        REMOVED = "removed", "Taken out"
        ACCEPTED = "accepted", "Accepted and booked"

    run = TrustForeignKey(MatchRun, on_delete=models.CASCADE, related_name="lines")
    offer = TrustForeignKey(Offer, on_delete=models.PROTECT, related_name="lines")
    school = TrustForeignKey(School, on_delete=models.PROTECT, related_name="matches")
    key = models.CharField(max_length=140)  # of the need
    what = models.CharField(max_length=200)
    days = models.PositiveSmallIntegerField()
    pinned = models.BooleanField(default=False)
    by_hand = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True)
    why = models.JSONField(default=list)
    others = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED)
    changed_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    accepted_by = TrustForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["school__name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(days__gt=0), name="match_line_takes_days"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(accepted_by__isnull=False, accepted_at__isnull=False),
                name="match_line_accepted_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["trust", "run", "offer", "key"],
                condition=Q(state__in=("proposed", "removed")),
                name="match_line_once_while_open",
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def speaks(self) -> str:
        """In one sentence, what speaks for the giver."""
        return str(self.why[SPEAKS]) if len(self.why) >= -SPEAKS else " ".join(self.why)

    @property
    def booked_words(self) -> str:
        """What became of an accepted match: “Booked”, or how much of it was cancelled since."""
        states = [one.state for one in self.bookings.all()]
        gone = states.count("cancelled")
        if not gone:
            return "Booked"
        return "The booking was cancelled" if gone == len(states) else f"{gone} of {len(states)} days cancelled"

    @property
    def booked_chip(self) -> str:
        """The state of its chip."""
        return "agreed" if self.booked_words == "Booked" else "returned"
