"""At which levels schools stood on the day of a verdict: what worked, for a school in what state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone

from categorisation.models import Decision
from plans.rules.delegation import level_on
from schools.access import FEWEST_OTHERS
from schools.strategy import Strategy
from schools.words import capital

Place = tuple[str, str]
"""An axis and a level on it, by their keys."""


def closed_at_level(rows: QuerySet[Any], place: str, school: str) -> QuerySet[Any]:
    """Of what is closed, where the school stood at “axis:level” on that day. `school`: the column that names it."""
    axis, _, level = place.partition(":")
    told = Decision.objects.filter(school=OuterRef(school), axis=axis, tell_at__lte=timezone.now())
    told = told.filter(effective_on__lte=OuterRef("closed_on")).order_by("-effective_on", "-pk")
    return rows.alias(closed_on=TruncDate("closed_at"), stood=Subquery(told.values("level")[:1])).filter(stood=level)


def places_of(strategies: Iterable[Strategy]) -> list[tuple[str, str]]:
    """Each level of each axis, strongest first, as `closed_at_level` takes it and in words."""
    found = {
        f"{axis.key}:{level.key}": _words(strategy, (axis.key, level.key))
        for strategy in strategies
        for axis in strategy.axes
        for level in strategy.axis_levels(axis.key)
    }
    return list(found.items())


def _words(strategy: Strategy, place: Place) -> str:
    """“Phase 1”; with its axis where there are several. Blank for a level that the strategy does not have."""
    axis, level = place[0], level_on(strategy, *place)
    if level is None:
        return ""
    said = capital(strategy.level_words(level))
    return f"{strategy.axis_by_key[axis].label}: {said}" if len(strategy.axes) > 1 else said


@dataclass
class LevelsThen:
    """Every decision that schools have been told of, by school and axis, the earliest first."""

    decided: dict[int, dict[str, list[Decision]]] = field(default_factory=dict)

    def at(self, school: int | None, on: date) -> list[Decision]:
        """What was in force for the school on that day, one decision for each axis."""
        axes = self.decided.get(school or 0, {}).values()
        begun = ([one for one in rows if one.effective_on <= on] for rows in axes)
        return [rows[-1] for rows in begun if rows]

    def words(self, school: int | None, on: date) -> str:
        """“Academic: Phase 1; Operational: Phase 2”; blank where nothing was decided."""
        then = self.at(school, on)
        return "; ".join(filter(None, (_words(one.strategy_version.strategy, (one.axis, one.level)) for one in then)))

    def is_of_many(self, school: int, on: date) -> bool:
        """Whether enough other schools of its phase stood exactly there too, so that it gives no school away."""
        then = self.at(school, on)
        if not then:
            return False
        places, phase = {(one.axis, one.level) for one in then}, then[0].school.phase
        alike = 0
        for pk in self.decided:
            theirs = self.at(pk, on)
            left = theirs[0].school.left_on if theirs else None
            here = bool(theirs) and theirs[0].school.phase == phase and (left is None or left >= on)
            alike += here and {(one.axis, one.level) for one in theirs} == places
        return alike > FEWEST_OTHERS


def levels_then(schools: Iterable[int] | None = None) -> LevelsThen:
    """Of these schools, or of all. One query."""
    rows = Decision.objects.filter(tell_at__lte=timezone.now()).select_related("school", "strategy_version")
    rows = rows.defer("strategy_version__text", "strategy_version__document").order_by("axis", "effective_on", "pk")
    found: dict[int, dict[str, list[Decision]]] = {}
    for row in rows if schools is None else rows.filter(school__in=set(schools)):
        found.setdefault(row.school_id, {}).setdefault(row.axis, []).append(row)
    return LevelsThen(found)
