"""How long a school has been where it is: the runs of decisions at one level of an axis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from plans.rules.ladder import Stay, ends_after
from reviews.rules.owed import Placed
from schools.rules.rhythm import HalfTerm
from schools.strategy.basics import Duration
from schools.strategy.reading.words import counted

WEEK = 7
LAST_IN_WEEKS = 12 * WEEK
A_MONTH = 30.44


@dataclass(frozen=True)
class Told:
    """A decision that the school has been told of. `version`: the strategy in whose words it was taken."""

    axis: str
    level: str
    on: date
    at: datetime
    version: int


@dataclass(frozen=True)
class Run:
    """A stay at one level, from the first decision for it to the first for another."""

    axis: str
    level: str
    since: date
    told_at: datetime
    version: int
    was: str = ""  # the level before; blank for the first
    was_version: int = 0
    until: date | None = None


def runs(told: Iterable[Told]) -> dict[str, list[Run]]:
    """By axis, the stays of one school in order, from decisions in the order in which they took effect."""
    found: dict[str, list[Run]] = {}
    for one in told:
        before = found.setdefault(one.axis, [])
        last = before[-1] if before else None
        if last is not None and last.level == one.level:
            before[-1] = replace(last, version=one.version)
            continue
        run = Run(one.axis, one.level, one.on, one.at, one.version)
        if last is not None:
            before[-1] = replace(last, until=one.on)
            run = replace(run, was=last.level, was_version=last.version)
        before.append(run)
    return found


def since_when(placed: Iterable[Placed]) -> dict[str, Placed]:
    """By axis, where one school stands now, and the day on which it came there. `placed` is in order."""
    found: dict[str, Placed] = {}
    for one in placed:
        if one.axis not in found or found[one.axis].level != one.level:
            found[one.axis] = one
    return found


def stay_of(since: date, span: Duration | None, halves: Sequence[HalfTerm]) -> Stay:
    """The stay, and until when it lasts at the longest by the strategy, counted in the school's own calendar."""
    if span is None or span.at_most is None:
        return Stay(since)
    return Stay(since, ends_after(since, span.at_most, span.unit, halves))


def soonest_end(run: Run, span: Duration | None, halves: Sequence[HalfTerm]) -> date | None:
    """Before which day a stay is shorter than is usual; None where the strategy does not say."""
    if span is None or not span.at_least:
        return None
    return ends_after(run.since, span.at_least, span.unit, halves)


def length(since: date, today: date) -> str:
    """“5 days”, “7 weeks”, “14 months”: how long it is since that day."""
    days = max((today - since).days, 0)
    if days < WEEK:
        return counted(days, "day")
    if days < LAST_IN_WEEKS:
        return counted(days // WEEK, "week")
    return counted(int(days / A_MONTH), "month")
