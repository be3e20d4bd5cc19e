"""What came, by who gave it and who paid; inside the trust against outside, year by year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from plans.rules.support_entry import ZERO, Entry
from schools.strategy.basics import SupportUnit
from schools.words import amount_words

SEPTEMBER = 9


@dataclass(frozen=True)
class Share:
    """What came from one provider, or was paid by one side: how often, how much, and at what cost where it is known."""

    key: Any
    times: int
    cost: Decimal | None
    amounts: tuple[tuple[SupportUnit, Decimal], ...]
    unknown: int  # how often no cost is known

    @property
    def amount_words(self) -> str:
        """“3 days, 1 visit”."""
        return ", ".join(amount_words(amount, unit) for unit, amount in self.amounts)


def shares_of(entries: Iterable[Entry], by: str) -> list[Share]:
    """By `provider`, `giver` or `funder`, of what has come, the most frequent first."""
    found: dict[Any, list[Entry]] = {}
    for one in entries:
        if one.came:
            found.setdefault(getattr(one, by), []).append(one)
    shares = [
        Share(key, len(group), _known(group), amounts_of(group), sum(one.cost is None for one in group))
        for key, group in found.items()
    ]
    return sorted(shares, key=lambda share: (-share.times, share.key))


def amounts_of(group: Iterable[Entry]) -> tuple[tuple[SupportUnit, Decimal], ...]:
    """How much in each unit; units are not added up."""
    found: dict[SupportUnit, Decimal] = {}
    for one in group:
        found[one.unit] = found.get(one.unit, ZERO) + one.amount
    return tuple((unit, found[unit]) for unit in SupportUnit if unit in found)


def _known(group: Iterable[Entry]) -> Decimal | None:
    costs = [one.cost for one in group if one.cost is not None]
    return sum(costs, ZERO) if costs else None


@dataclass(frozen=True)
class YearOf:
    """One academic year: how often support came from inside the trust and from outside, and what each cost."""

    year: int
    inside: int
    outside: int
    inside_cost: Decimal | None
    outside_cost: Decimal | None

    @property
    def label(self) -> str:
        """“2026/27”."""
        return f"{self.year}/{(self.year + 1) % 100:02}"

    @property
    def share_outside(self) -> float | None:
        """In per cent of all that came; None in a year of which nothing is on record."""
        both = self.inside + self.outside
        return 100 * self.outside / both if both else None


@dataclass(frozen=True)
class Counted:
    """So many times in one month, from inside the trust or from outside, and what they cost where it is known."""

    year: int
    month: int
    is_outside: bool
    times: int
    cost: Decimal | None


def by_year(rows: Iterable[Counted], years: Iterable[int]) -> list[YearOf]:
    """Each of these academic years, the earliest first. Another school of the trust is inside (S4-05)."""
    found: dict[int, list[Counted]] = {year: [] for year in sorted(years)}
    for row in rows:
        found.get(row.year - (row.month < SEPTEMBER), []).append(row)
    return [_year(year, group) for year, group in found.items()]


def on_record(years: Sequence[YearOf]) -> list[YearOf]:
    """From the first year of which anything is on record; the last one always."""
    first = next((place for place, one in enumerate(years) if one.inside or one.outside), len(years) - 1)
    return list(years[first:])


def _year(year: int, rows: Sequence[Counted]) -> YearOf:
    inside, outside = ([row for row in rows if row.is_outside == which] for which in (False, True))
    return YearOf(year, _times(inside), _times(outside), _spent(inside), _spent(outside))


def _times(rows: Iterable[Counted]) -> int:
    return sum(row.times for row in rows)


def _spent(rows: Iterable[Counted]) -> Decimal | None:
    costs = [row.cost for row in rows if row.cost is not None]
    return sum(costs, ZERO) if costs else None


@dataclass(frozen=True)
class Moved:
    """How often support came to a school in a year, and how far its category moved on one axis in the same time.

    `steps` are levels of the scale, upwards where it needs less support than before.
    """

    school: str
    axis: str
    times: int
    before: str
    now: str
    steps: int

    @property
    def travel(self) -> str:
        """Up is stronger."""
        return "up" if self.steps > 0 else "down" if self.steps < 0 else "same"

    @property
    def words(self) -> str:
        """“Fern: 6 times, from Reinforce to Refine”."""
        to = f"stayed at {self.now}" if not self.steps else f"from {self.before} to {self.now}"
        return f"{self.school}: {self.times} times, {to}"
