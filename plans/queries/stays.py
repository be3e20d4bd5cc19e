"""Where schools stand by their strategies, since when, and how that compares with how long is usual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from categorisation.models import Decision
from plans.queries.concerns import AHEAD
from plans.rules.delegation import level_on
from plans.rules.ladder import Stay
from plans.rules.stays import Run, Told, length, runs, soonest_end, stay_of
from schools.models import School, StrategyVersion
from schools.queries import Followed, half_terms_of
from schools.rules.rhythm import HalfTerm
from schools.strategy import Strategy
from schools.strategy.categories import Level
from schools.strategy.reading.words import stay as usual_words

YEAR = timedelta(days=366)


@dataclass(frozen=True)
class Stand:
    """One school on one axis of the strategy it follows: its level, since when, and where it was before."""

    school: School
    version: StrategyVersion
    axis: str
    level: Level
    stay: Stay
    usual_until: date | None  # a stay that ends before is shorter than usual
    history: tuple[Run, ...]
    today: date

    @property
    def strategy(self) -> Strategy:
        return self.version.strategy

    @property
    def run(self) -> Run:
        return self.history[-1]

    @property
    def levels(self) -> dict[str, str]:
        return {self.axis: self.level.key}

    @property
    def words(self) -> str:
        """The level, with its axis where a school stands on several."""
        return f"{self.axis_words}: {self.level.label}" if self.axis_words else self.level.label

    @property
    def axis_words(self) -> str:
        """The name of the axis, where the strategy has several."""
        return self.strategy.axis_by_key[self.axis].label if len(self.strategy.axes) > 1 else ""

    @property
    def length(self) -> str:
        return length(self.stay.since, self.today)

    @property
    def usual(self) -> str:
        """“1 to 2 terms”; blank where the strategy does not say."""
        return usual_words(self.level.stay)

    @property
    def is_over(self) -> bool:
        return self.stay.is_over(self.today)

    @property
    def left(self) -> str:
        """“48 days left”, “12 days over”; blank where there is no longest stay."""
        return self.stay.words(self.today)


def stands_of(schools: Sequence[School], *, today: date, followed: Followed | None = None) -> dict[int, list[Stand]]:
    """By school, where it stands on each axis it has been decided on. Three queries, two where `followed` is known."""
    followed, history = followed or Followed.read(), _histories(schools)
    since = min((each[-1].since for axes in history.values() for each in axes.values()), default=today)
    halves = half_terms_of(schools, since=since, until=today + AHEAD * YEAR) if history else {}
    found: dict[int, list[Stand]] = {}
    for school in schools:
        version = followed.by(school, max(today, school.joined_on))
        if version is not None:
            found[school.pk] = _stands(school, version, history.get(school.pk, {}), halves.get(school.pk, ()), today)
    return found


def _histories(schools: Sequence[School]) -> dict[int, dict[str, list[Run]]]:
    rows = Decision.objects.filter(school__in=[one.pk for one in schools], tell_at__lte=timezone.now())
    told: dict[int, list[Told]] = {}
    names = ("school_id", "axis", "level", "effective_on", "tell_at", "strategy_version_id")
    for school, *rest in rows.order_by("effective_on", "pk").values_list(*names):
        told.setdefault(school, []).append(Told(*rest))
    return {school: runs(each) for school, each in told.items()}


def _stands(
    school: School, version: StrategyVersion, history: Mapping[str, list[Run]], halves: Sequence[HalfTerm], today: date
) -> list[Stand]:
    """On the axes of the strategy, in its order. A level of another strategy is none of this one."""
    found = []
    for axis in version.strategy.axes:
        past = history.get(axis.key)
        level = level_on(version.strategy, axis.key, past[-1].level) if past else None
        if past and level is not None:
            stay, usual = stay_of(past[-1].since, level.stay, halves), soonest_end(past[-1], level.stay, halves)
            found.append(Stand(school, version, axis.key, level, stay, usual, tuple(past), today))
    return found
