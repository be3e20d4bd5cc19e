"""A school's programme for the year: what it is entitled to, what is planned and what is done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reviews.rules.kinds import kinds_of
from reviews.rules.owed import Owed, applies
from schools.strategy import Cadence, Strategy
from schools.strategy.basics import SupportUnit
from schools.strategy.provision import Entitlement

TIMES_A_YEAR: Mapping[Cadence, int] = {
    Cadence.WEEK: 38,
    Cadence.THREE_WEEKS: 13,
    Cadence.MONTH: 10,
    Cadence.SIX_WEEKS: 6,
    Cadence.HALF_TERM: 6,
    Cadence.TERM: 3,
    Cadence.YEAR: 1,
}
"""How often something comes in a school year of 38 weeks (ours), where the school's own calendar is not known."""

COUNTED = (SupportUnit.DAY, SupportUnit.VISIT)
"""What reviews are drawn from."""

ASKED = "asked_for"
"""What a review is counted against that a school asked for from the menu: a line of its own, no entitlement."""

BEYOND = ""
"""The key of the line for what no entitlement covers."""

Amount = Decimal
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Booked:
    """A review as the programme counts it."""

    entitlement: str
    days: Decimal
    dates: Sequence[date]
    is_agreed: bool


@dataclass(frozen=True)
class Seen:
    """A visit as the programme counts it: the form it was made with, and whether it was sent."""

    form: str
    is_done: bool


@dataclass(frozen=True)
class Given:
    """Support booked otherwise than as a review or a visit, in the unit of what it is counted against."""

    entitlement: str
    amount: Decimal
    is_done: bool


@dataclass(frozen=True)
class Line:
    """One entitlement of one school in one year, in its own unit: days, or visits where the strategy counts visits.

    `entitled` is None where the strategy says “when needed”, or for what lies beyond the offer.
    """

    key: str
    label: str
    unit: SupportUnit
    entitled: Decimal | None
    at_least: bool
    planned: Decimal
    done: Decimal
    without_days: int = 0  # visits that carry out what is entitled in days; they have none

    @property
    def beyond(self) -> Decimal:
        """What is planned or done beyond the offer. “At least” has no end."""
        if self.key == BEYOND:
            return self.planned + self.done
        over = self.planned + self.done - (self.entitled if self.entitled is not None else self.planned + self.done)
        return Decimal(0) if self.at_least else max(over, Decimal(0))

    @property
    def left(self) -> Decimal | None:
        """What is neither planned nor done; never below nothing."""
        return None if self.entitled is None else max(self.entitled - self.planned - self.done, Decimal(0))


@dataclass(frozen=True)
class Programme:
    """A school's lines, and their sums in days."""

    lines: tuple[Line, ...]

    @property
    def entitled(self) -> Decimal | None:
        """Nothing to say, and not nought, where the strategy entitles the school to no days."""
        named = [line.entitled for line in self._in_days() if line.entitled is not None]
        return sum(named, Decimal(0)) if named else None

    @property
    def beyond(self) -> Decimal:
        return sum((line.beyond for line in self._in_days()), Decimal(0))

    @property
    def planned(self) -> Decimal:
        return sum((line.planned for line in self._in_days()), Decimal(0))

    @property
    def done(self) -> Decimal:
        return sum((line.done for line in self._in_days()), Decimal(0))

    def _in_days(self) -> list[Line]:
        return [line for line in self.lines if line.unit == SupportUnit.DAY]


def to_draw_on(strategy: Strategy, levels: Mapping[str, str]) -> list[Entitlement]:
    """The entitlements a review of the school may be counted against."""
    return [one for one in strategy.entitlements if one.unit in COUNTED and applies(one, levels)]


def a_year(entitlement: Entitlement, owed: Owed | None = None) -> Decimal | None:
    """How much it comes to in a year: `owed` by the school's calendar, or our usual year. None for “when needed”."""
    if entitlement.per is None:
        return None
    if owed is not None:
        return Decimal(len(owed.get(entitlement.key, ())))
    return Decimal(entitlement.amount * TIMES_A_YEAR[entitlement.per])


def visit_form_of(strategy: Strategy, entitlement: Entitlement) -> str:
    """The form of the visits that carry it out; blank where it is carried out as a review, or in neither way."""
    if entitlement.form:
        return entitlement.form
    reviewed = {one.key for one in kinds_of(strategy)}
    forms = {one.key: one.form or "" for one in strategy.review_types if one.key not in reviewed}
    return forms.get(entitlement.key, "")


def programme_of(
    strategy: Strategy,
    levels: Mapping[str, str],
    booked: Iterable[Booked],
    seen: Iterable[Seen] = (),
    given: Iterable[Given] = (),
    *,
    today: date,
    owed: Owed | None = None,
) -> Programme:
    """What is entitled, planned and done.

    Days are always listed; visits where a review is of that kind or uses it, or where visits carry it out. A visit
    counts for one entitlement. `owed`, by the school's own calendar, also names what earlier categories brought.
    """
    booked, seen, given = list(booked), list(seen), list(given)
    named = {one.entitlement for one in booked} | {one.entitlement for one in given}
    listed = named | {one.key for one in kinds_of(strategy)}
    lines = []
    for one in strategy.entitlements:
        if one.unit not in COUNTED or not (applies(one, levels) or (owed and owed.get(one.key))):
            continue
        form = visit_form_of(strategy, one)
        if one.key in listed or form or one.unit == SupportUnit.DAY:
            visits = [each for each in seen if form and each.form == form]
            seen = [each for each in seen if each not in visits]
            lines.append(_line(one, _counted({one.key}, booked, given, one.unit, today), visits, owed))
    beyond = named - {line.key for line in lines} - {ASKED}
    for key, label, keys in ((ASKED, "Asked for from the menu", {ASKED} & named), (BEYOND, "Beyond the offer", beyond)):
        if keys:
            planned, done = _counted(keys, booked, given, SupportUnit.DAY, today)
            lines.append(Line(key, label, SupportUnit.DAY, None, False, planned, done))
    return Programme(tuple(lines))


def _line(one: Entitlement, counted: tuple[Decimal, Decimal], visits: Sequence[Seen], owed: Owed | None) -> Line:
    planned, done = counted
    in_days = one.unit == SupportUnit.DAY
    if not in_days:
        sent = sum(each.is_done for each in visits)
        planned, done = planned + len(visits) - sent, done + sent
    without_days = len(visits) if in_days else 0
    return Line(one.key, one.label, one.unit, a_year(one, owed), one.at_least, planned, done, without_days)


def _counted(
    keys: Collection[str], booked: Iterable[Booked], given: Iterable[Given], unit: SupportUnit, today: date
) -> tuple[Decimal, Decimal]:
    """What is planned and done of these entitlements."""
    planned = done = Decimal(0)
    for one in booked:
        if one.entitlement in keys:
            whole = one.days if unit == SupportUnit.DAY else Decimal(1)
            part = done_of(one, whole, today)
            planned, done = planned + whole - part, done + part
    for each in given:
        if each.entitlement in keys:
            planned, done = planned + each.amount * (not each.is_done), done + each.amount * each.is_done
    return planned, done


def done_of(one: Booked, whole: Decimal, today: date) -> Decimal:
    """The share of it whose dates are over. What is not agreed is not done, whatever its dates."""
    if not one.is_agreed or not one.dates:
        return Decimal(0)
    over = sum(day < today for day in one.dates)
    return (whole * over / len(one.dates)).quantize(TENTH) if over < len(one.dates) else whole
