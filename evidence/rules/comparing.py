"""A figure and what it is set beside: what is known best, and which comparison is fair. Values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from schools.words import year_words

from .arithmetic import Amount, comparable, rolled, value_of

YEAR, SUMMER, AUTUMN, SPRING, TWO_TERMS = "year", "summer", "autumn", "spring", "autumn_spring"
ANY_SPAN = ""
"""Of a target: it is for the measure as a school gives it."""

SPANS = {
    YEAR: "",
    AUTUMN: "autumn term",
    SPRING: "spring term",
    SUMMER: "summer term",
    TWO_TERMS: "autumn and spring terms",
    "to_date": "year to date",
    "to_date_autumn": "year to the end of autumn",
    "to_date_spring": "year to the end of spring",
    "to_date_summer": "year to the end of summer",
    "rolling": "twelve months to the end of term",
    "rolling_autumn": "twelve months to the end of autumn",
    "rolling_spring": "twelve months to the end of spring",
    "rolling_summer": "twelve months to the end of summer",
    "day": "on the day of the count",
}

RETURN, PUBLISHED, POOLED = "return", "published", "pooled"
TO_DATE, ROLLING = "to_date", "rolling"


def season_of(day: date) -> str:
    """The term a day is in."""
    return AUTUMN if day.month > 8 else SPRING if day.month < 5 else SUMMER


def stage_of(span: str, until: date) -> str:
    """The span, and of one that ends with the term where that is: a year to December is no year to July."""
    return f"{span}_{season_of(until)}" if span in (TO_DATE, ROLLING) else span


@dataclass(frozen=True)
class Known:
    """One figure of one school, with where it comes from. `until` is the last day it is about."""

    amount: Amount
    year: int
    span: str
    until: date
    origin: str  # “return” or “published”; “pooled” of several schools' together
    source: str
    release: str = ""
    as_at: date | None = None  # the day of the source
    predecessor: str = ""  # URN of the school it is about, where that was a predecessor
    hidden: bool = False  # of so few pupils that only the school and the trust's data roles see it
    agreed: bool = True

    @property
    def about(self) -> tuple[int, str]:
        """Academic year and span; of a year to date also how far it reaches."""
        return self.year, stage_of(self.span, self.until)

    @property
    def season(self) -> str:
        """The term its last day is in."""
        return season_of(self.until)


@dataclass(frozen=True)
class Beside:
    """One figure to compare with: whose it is, of which year and span, and its source."""

    against: str  # national, local, similar, pan, trust, target, school
    label: str  # for example “England, primary schools”
    value: Decimal
    year: int
    span: str
    release: str = ""
    source: str = ""
    season: str = ""  # of a target: the term by whose end
    until: date | None = None  # of a year to date: how far it reaches; None: to its end
    fit: int = 0  # 0 where it is of the school's own phase of education, 1 where it is of all schools

    def is_fair_to(self, known: Known) -> bool:
        """Whether the two may be compared: never a term with a year, nor a figure with another year's target."""
        if self.span == ANY_SPAN:
            return self.year == known.year
        return comparable(known.about, self.about)

    @property
    def about(self) -> tuple[int, str]:
        """Academic year and span; of a year to date also how far it reaches."""
        return self.year, stage_of(self.span, self.until or date(self.year + 1, 8, 31))


@dataclass(frozen=True)
class Found:
    """What is known of one measure of one school: numbers, the best first, and what they may be set beside."""

    numbers: tuple[Known, ...] = ()
    others: tuple[Known, ...] = ()  # suppressed, not applicable …: the latest first
    besides: Mapping[str, tuple[Beside, ...]] = field(default_factory=dict)  # by what they are set against

    @property
    def best(self) -> Known | None:
        """The newest number; where there is none, what stands in its place."""
        return next(iter((*self.numbers, *self.others)), None)

    def earlier(self, known: Known) -> tuple[Known, ...]:
        """The two years before of the same span, the later first."""
        by_year = {one.year: one for one in reversed(self.numbers) if one.about[1] == known.about[1]}
        return tuple(by_year[year] for year in (known.year - 1, known.year - 2) if year in by_year)

    def three_years(self, kind: str, known: Known) -> Decimal | None:
        """The figure's three years together; None where only one of them has counts."""
        years = {one.year: one.amount for one in (known, *self.earlier(known))}
        together = rolled(kind, years, known.year)
        return value_of(kind, together.amount) if together.amount and together.counted > 1 else None


def about_words(year: int, span: str) -> str:
    """“2024/25”, “autumn term 2024/25”, “year to date, 2026/27”."""
    years, words = year_words(year), SPANS.get(span, "")
    return years if not words else f"{words} {years}" if words.endswith(("term", "terms")) else f"{words}, {years}"


def last_day(year: int, span: str, *, known_by: date) -> date:
    """The last day a figure is about, and never after the day it was known by."""
    ends = {
        AUTUMN: date(year, 12, 31),
        SPRING: date(year + 1, 3, 31),
        TWO_TERMS: date(year + 1, 3, 31),
        YEAR: date(year + 1, 8, 31),
        SUMMER: date(year + 1, 8, 31),
        TO_DATE: date(year + 1, 8, 31),
    }
    return min(known_by, ends.get(span, known_by))


def in_order(figures: Iterable[Known]) -> tuple[Known, ...]:
    """The best first: what is about the latest days, and of two about the same days the official one."""
    return tuple(sorted(figures, key=lambda one: (one.until, one.year, one.origin == PUBLISHED), reverse=True))


def nearest(besides: Sequence[Beside], to: Known) -> Beside | None:
    """The figure to set beside this one: of the same span, and of the same year or the one nearest to it.

    One of the school's own phase of education before one of all schools. Where several are as near, the first is taken.
    """
    fair = [one for one in besides if one.is_fair_to(to)]
    staged = {to.season: 0, "": 1}

    def order(one: Beside) -> tuple[int, int, int, int]:
        return one.fit, abs(one.year - to.year), -one.year, staged.get(one.season, 2)

    return min(fair, key=order, default=None)


@dataclass(frozen=True)
class Pair:
    """A figure beside another. `unlike` is the latest other figure, where none is of the same span."""

    known: Known | None
    beside: Beside | None = None
    unlike: Beside | None = None
    newer: Known | None = None  # a newer figure that nothing can be set beside


def pair(found: Found, against: str, *, needs_beside: bool) -> Pair:
    """The best known figure, with what it is set against.

    Where the comparison decides (`needs_beside`), it is the newest figure that has a fair one, if any has.
    """
    besides = found.besides.get(against, ())
    if needs_beside:
        for known in found.numbers:
            if beside := nearest(besides, known):
                newer = found.numbers[0]
                return Pair(known, beside, newer=newer if newer is not known else None)
    best = found.best
    if best is None or not best.amount.is_number:
        return Pair(best)
    beside = nearest(besides, best)
    unlike = max(besides, key=lambda one: one.year, default=None) if beside is None else None
    return Pair(best, beside, unlike)
