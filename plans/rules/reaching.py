"""Whether a target on the way is reached: the figure that is known beside the one that was aimed at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from evidence.rules.arithmetic import in_words, rounded, value_of
from evidence.rules.comparing import (
    AUTUMN,
    POOLED,
    ROLLING,
    SPRING,
    SUMMER,
    TO_DATE,
    TWO_TERMS,
    YEAR,
    Known,
    about_words,
)
from schools.strategy.measures import Measure

NEAR = timedelta(days=21)
"""A figure whose time ends so shortly before the day of a target is the one meant by it: terms end before holidays."""

A_YEAR = timedelta(days=366)
TERMS = {AUTUMN: (9, 1), SPRING: (1, 1), SUMMER: (4, 16)}
"""The day on which a term begins, near enough: the one before it may end a little later."""

MET, PARTLY, NOT_MET, AHEAD, NONE, HIDDEN = "met", "partly", "not_met", "ahead", "none", "hidden"
WITHHELD, OVERDUE, UNSAID = "withheld", "overdue", "unsaid"
SAID = {
    MET: "Met",
    PARTLY: "Partly met",
    NOT_MET: "Not met",
    AHEAD: "Reached already",
    NONE: "No figure for that day yet",
    HIDDEN: "Too few pupils to show",
    WITHHELD: "Not shown: small schools could be told from it",
    OVERDUE: "Nobody has said yet",
    UNSAID: "Nobody has said",
}
CHIPS = {MET: "agreed", AHEAD: "agreed", PARTLY: "returned", NOT_MET: "returned", OVERDUE: "overdue"}


@dataclass(frozen=True)
class Reached:
    """How a target stands. `figure` is what is known, in the words of its unit; blank where nothing may be shown.

    Of a target in words it is what was said of it, by whom and when; `late` so many days since somebody should have.
    """

    state: str
    figure: str = ""
    late: int = 0

    @property
    def words(self) -> str:
        late = f"; overdue by {self.late:,} day{'' if self.late == 1 else 's'}" if self.late else ""
        return SAID[self.state] + late

    @property
    def chip(self) -> str:
        return CHIPS.get(self.state, "draft")

    @property
    def line(self) -> str:
        """“Met: 95.6%, autumn term 2026/27”; before its day “No figure for that day yet; last 94.1%, …”."""
        if not self.figure:
            return self.words
        return f"{self.words}{'; last' if self.state == NONE else ':'} {self.figure}"


def begins_on(known: Known) -> date:
    """The first day of the period a figure is about; of one that runs on with the year, of the term it ends in."""
    if known.span in (TO_DATE, ROLLING):
        year, term = known.until.year, known.season
    else:
        year, term = known.year, known.span
        year += term in (SPRING, SUMMER)
    month, day = TERMS.get(term, (0, 0))
    if month:
        return date(year, month, day)
    return date(known.year, 9, 1) if known.span in (YEAR, TWO_TERMS) else known.until


def places_of(measure: Measure, aim: Decimal) -> int:
    """So many decimals as the measure has, or as the target was set with."""
    return max(measure.decimals, -int(aim.normalize().as_tuple().exponent))


def reached(numbers: tuple[Known, ...], measure: Measure, *, aim: Decimal, by_on: date, counts: bool) -> Reached:
    """What is known by now of a target. `numbers`: the best first; `counts`: whether the reader sees small numbers.

    A number pooled over schools says over how many; one that would tell of a small school is withheld.

    The figure meant is that of the period in which the day falls, or that ends shortly before it. Before there is one,
    the newest from before the day stands for it, and says no more than that it is reached already; one from more than
    a year before says not even that.
    """
    after = [one for one in numbers if one.until >= by_on - NEAR and begins_on(one) <= by_on]
    before = [one for one in numbers if one.until < by_on - NEAR]
    soonest = min((one.until for one in after), default=None)
    known = next((one for one in after if one.until == soonest), None) or next(iter(before), None)
    if known is None:
        return Reached(NONE)
    if known.hidden and not counts:
        return Reached(WITHHELD if known.origin == POOLED else HIDDEN)
    value = value_of(measure.kind, known.amount)
    if value is None:
        return Reached(NONE)
    places = places_of(measure, aim)
    figure = f"{in_words(value, places, measure.unit_shown)}, {about_words(known.year, known.span)}"
    if known.origin == POOLED:
        figure += f", {known.source}"
    there = _is_there(rounded(value, places), aim, measure.better)
    if after:
        return Reached(MET if there else NOT_MET, figure)
    return Reached(AHEAD if there and known.until >= by_on - A_YEAR else NONE, figure)


def _is_there(value: Decimal, aim: Decimal, better: str) -> bool:
    """As it is shown, so that the page never contradicts itself."""
    if better == "high":
        return value >= aim
    return value <= aim if better == "low" else value == aim
