"""The problem of a half term's matching as it stands today, and the matchings there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from plans.models import MatchLine, MatchRun, SupportRequest
from plans.queries.giving import HalfToMatch, givers, offers
from plans.queries.needing import Needs, booked_days, open_requests
from plans.queries.standings import places_of, standings, with_places
from plans.queries.support import SchoolLedger, ledgers
from plans.rules.exchange import Match, Problem
from plans.rules.standing import Standing
from plans.rules.travel import Place
from reviews.queries.programme import placed_of
from reviews.rules.owed import Placed
from schools.models import Period, School, StrategyVersion
from schools.queries import Followed
from schools.rules import academic_year

MOST_HALVES = 3
State = MatchLine.State


def own_periods(today: date) -> list[Period]:
    """The trust’s own terms and half terms of this academic year and the next, in order. One query."""
    year = academic_year(today)
    return list(Period.objects.filter(school=None, year__in=(year, year + 1)).order_by("starts_on", "half"))


def halves_to_match(periods: Iterable[Period], today: date) -> list[Period]:
    """Of these the half terms that are not over, the next three."""
    return [one for one in periods if one.half and one.ends_on >= today][:MOST_HALVES]


def half_to_match(period: Period, periods: Iterable[Period] = ()) -> HalfToMatch:
    """A half term with the term it is part of. One query where the periods are not given."""
    known = periods or Period.objects.filter(school=None, year=period.year, season=period.season)
    same = [one for one in known if (one.year, one.season) == (period.year, period.season)]
    term = next((one for one in same if not one.half), period)
    return HalfToMatch(period.label, (period.starts_on, period.ends_on), (term.starts_on, term.ends_on))


@dataclass
class Seen:
    """The schools of the trust as a matching looks at them."""

    schools: list[School]
    followed: Followed
    placed: dict[int, list[Placed]]
    standings: dict[int, Standing]
    places: dict[int, Place]

    @property
    def labels(self) -> dict[str, str]:
        return labels_of(self.followed.versions)


def labels_of(versions: Iterable[StrategyVersion]) -> dict[str, str]:
    """The criteria of every strategy of the trust, by key; the newest words last."""
    return {one.key: one.label for version in versions for one in version.strategy.criteria}


def see(today: date, followed: Followed | None = None) -> Seen:
    """Every school that is in the trust today. Five queries beside what is followed."""
    followed = followed or Followed.read()
    schools = list(with_places(School.objects.on(today).order_by("name")))
    placed = placed_of(schools)
    return Seen(schools, followed, placed, standings(schools, followed, placed, today=today), places_of(schools))


def problem_for(
    period: Period, *, today: date, wanted: Mapping[str, int], seen: Seen | None = None, owed: bool = True
) -> Problem:
    """Who can give and who needs, now. `owed`: with what the ledgers owe and nobody has booked, seven queries more."""
    seen, when = seen or see(today), half_to_match(period)
    found = givers(offers(when), when, seen.standings, seen.places, seen.labels)
    is_of_now = when.term[0] <= today  # what is owed is owed in the term that has begun
    due: list[SchoolLedger] = (
        ledgers(seen.schools, period.year, today=today, followed=seen.followed) if owed and is_of_now else []
    )
    needs = Needs(seen.standings, seen.places, wanted)
    return Problem(tuple(found), tuple(needs.all(seen.schools, open_requests(seen.schools), booked_days(when), due)))


def runs() -> QuerySet[MatchRun]:
    """The matchings, the latest half term first."""
    return MatchRun.objects.select_related("period", "solved_by__user").order_by("-period__starts_on")


def lines_of(run: MatchRun) -> list[MatchLine]:
    """Its lines with who gives, who needs and what was booked. Two queries."""
    rows = run.lines.select_related("offer__school", "offer__person__user", "school", "changed_by__user")
    return list(rows.order_by("school__name", "what", "pk").prefetch_related("bookings"))


def request_of(line: MatchLine) -> SupportRequest | None:
    """What the school asked for, where that is what the match meets."""
    kind, _, number = line.key.partition("-")
    rows = SupportRequest.objects.select_related("school", "action", "strategy_version")
    rows = rows.defer("strategy_version__text", "strategy_version__document")
    return rows.filter(pk=number, school=line.school_id).first() if kind == "request" else None


def matches_of(lines: Iterable[MatchLine]) -> list[Match]:
    """What is proposed. What is accepted is booked, and counts there."""
    return [Match(f"offer-{one.offer_id}", one.key, one.days) for one in lines if one.state == State.PROPOSED]


def removed_of(lines: Iterable[MatchLine]) -> list[tuple[str, str]]:
    """The pairs somebody has taken out."""
    return [(f"offer-{one.offer_id}", one.key) for one in lines if one.state == State.REMOVED]
