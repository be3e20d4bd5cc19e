"""What the pages of the exchange show: givers with their days, and what each school could offer by what is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from plans.models import MatchLine, MatchRun, Offer
from plans.queries.drained import gave_of
from plans.queries.givers import is_of_trusts_team
from plans.queries.giving import giver_of, is_about, offers
from plans.queries.matching import Seen, half_to_match
from plans.rules.drained import drained
from plans.rules.exchange import Giver
from plans.rules.standing import STRONG, Standing
from reviews.models import Practice
from schools.access import Access, Permission, where_may
from schools.models import Membership, Period, School
from schools.queries import members, with_roles


@dataclass(frozen=True)
class Shown:
    """One offer as the pages show it."""

    offer: Any  # an Offer of `giving.offers`, with whom it is kept from
    giver: Giver
    drained: tuple[str, ...]

    @property
    def areas(self) -> list[str]:
        return list(self.giver.areas.values())

    @property
    def speaks(self) -> list[str]:
        """What is known of its strength, area by area."""
        areas = self.giver.areas
        rated = [f"{areas[key]}: rated {level} in its own matrix" for key, level in self.giver.strong.items()]
        return rated + [f"{areas[key]}: “{title}” in the register" for key, title in self.giver.practice.items()]

    @property
    def against(self) -> list[str]:
        """In what of that which it offers it gives nothing, and why."""
        if not self.areas:
            return [f"It {why}." for why in self.giver.held.values()]
        named = ((self.giver.areas.get(area), why) for area, why in self.giver.held.items())
        return [f"{label}: nothing, for it {why}." for label, why in named if label]


def readable_offers(access: Access) -> QuerySet[Offer]:
    """The offers of the schools whose support this person sees; of the trust's team for who sees every school."""
    seen = where_may(access, Permission.SEE_SUPPORT)
    rows = Offer.objects.filter(seen).select_related("school", "person__user", "base")
    return rows.prefetch_related("not_to").order_by("pk")


def shown_offers(
    seen: Seen, periods: Sequence[Period], half: Period, *, today: date, school: School | None = None
) -> list[Shown]:
    """Every offer, or a school's, with its days in the half term and its flag. Two queries."""
    when = half_to_match(half, periods)
    rows = offers(when).order_by("school__name", "person__user__name")
    found: list[Any] = list(rows.filter(school=school) if school else rows)
    gave = gave_of(found, seen.standings, seen.placed, periods, today=today)
    return [
        Shown(one, giver_of(one, when, seen.standings, seen.places, seen.labels), drained(gave[one.pk]))
        for one in found
    ]


def runs_with_counts(periods: Iterable[Any]) -> dict[int, MatchRun]:
    """By half term its matching, with how many lines stand and how many are accepted. One query."""
    rows = MatchRun.objects.filter(period__in=[one.pk for one in periods]).select_related("solved_by__user")
    rows = rows.defer("problem").annotate(
        proposed=Count("lines", filter=Q(lines__state=MatchLine.State.PROPOSED)),
        accepted=Count("lines", filter=Q(lines__state=MatchLine.State.ACCEPTED)),
    )
    return {one.period_id: one for one in rows}


def areas_of(stands: Standing | None) -> dict[str, str]:
    """The criteria in which a school can offer help: those of the strategy it stands under, by key."""
    return {one.key: one.label for one in stands.strategy.criteria} if stands else {}


def known_strengths(school: School, stands: Standing | None) -> dict[str, str]:
    """By criterion, what speaks for the school: its rating, its practice in the register. One query."""
    if stands is None:
        return {}
    found = {key: f"rated {one.level}" for key, one in stands.ratings.items() if one.tone in STRONG}
    shown = Practice.objects.filter(school=school, ended_at=None).order_by("pk")
    for subject, criterion in shown.values_list("subject", "from_finding__criterion"):
        for one in stands.strategy.criteria:
            if is_about(one.key, one.label, criterion=criterion, subject=subject):
                found[one.key] = ", ".join(filter(None, (found.get(one.key, ""), "practice in the register")))
    return found


def team_without_offer() -> list[Membership]:
    """The trust’s own team, as far as nobody has said what they can give. Two queries."""
    told = Offer.objects.exclude(person=None).values("person")
    people = with_roles(members().exclude(pk__in=told))
    return [one for one in people if is_of_trusts_team(one.roles_now)]  # type: ignore[attr-defined]


def area_choices(labels: Mapping[str, str], known: Mapping[str, str]) -> list[tuple[str, str]]:
    """The criteria to choose from, each with what speaks for it."""
    return [(key, f"{label} ({known[key]})" if key in known else label) for key, label in labels.items()]
