"""What came, by who gave it and who paid; inside the trust against outside, year by year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from plans.rules.support_entry import OUTSIDE, ZERO, Entry
from schools.rules import academic_year
from schools.strategy import Strategy
from schools.strategy.basics import SupportUnit
from schools.words import amount_words


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
    shares = [share_of(key, group) for key, group in found.items()]
    return sorted(shares, key=lambda share: (-share.times, share.key))


def share_of(key: Any, group: Sequence[Entry]) -> Share:
    """These together."""
    return Share(key, len(group), _known(group), amounts_of(group), sum(one.cost is None for one in group))


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
    """One academic year: what came from inside the trust and from outside."""

    year: int
    inside: Share
    outside: Share

    @property
    def label(self) -> str:
        """“2026/27”."""
        return f"{self.year}/{(self.year + 1) % 100:02}"

    @property
    def share_outside(self) -> float | None:
        """In per cent of the times that it came, a half rounded up; None in a year of which nothing is on record."""
        both = self.inside.times + self.outside.times
        share = Decimal(100 * self.outside.times) / both if both else None
        return None if share is None else float(share.quantize(Decimal("0.1"), ROUND_HALF_UP))


def by_year(entries: Iterable[Entry], years: Iterable[int]) -> list[YearOf]:
    """What came in each of these academic years, the earliest first. Another school of the trust is inside (S4-05)."""
    found: dict[int, list[Entry]] = {year: [] for year in sorted(years)}
    for one in entries:
        if one.came:
            found.get(academic_year(one.on), []).append(one)
    return [_year(year, group) for year, group in found.items()]


def on_record(years: Sequence[YearOf]) -> list[YearOf]:
    """From the first year of which anything is on record; the last one always."""
    first = next((place for place, one in enumerate(years) if one.inside.times or one.outside.times), len(years) - 1)
    return list(years[first:])


def _year(year: int, group: Sequence[Entry]) -> YearOf:
    inside, outside = ([one for one in group if (one.provider == OUTSIDE) == which] for which in (False, True))
    return YearOf(year, share_of("inside", inside), share_of("outside", outside))


@dataclass(frozen=True)
class Moved:
    """How much support came to a school in a year, and how far its category moved on one axis in the same time.

    `amounts` are of what serves this axis, and of what serves every one. `steps` are levels of the scale, upwards where
    it needs less support than before.
    """

    school: str
    axis: str
    amounts: Mapping[SupportUnit, Decimal]
    before: str
    now: str
    steps: int

    @property
    def travel(self) -> str:
        """Up is stronger."""
        return "up" if self.steps > 0 else "down" if self.steps < 0 else "same"

    @property
    def amount_words(self) -> str:
        """“3 days, 1 visit”; “none”."""
        return ", ".join(amount_words(amount, unit) for unit, amount in self.amounts.items()) or "none"

    def words(self, unit: SupportUnit) -> str:
        """“Fern: 6 days, from Reinforce to Refine”."""
        to = f"stayed at {self.now}" if not self.steps else f"from {self.before} to {self.now}"
        return f"{self.school}: {amount_words(self.amounts.get(unit, ZERO), unit)}, {to}"


def serving(entries: Iterable[Entry], strategy: Strategy, axis: str) -> list[Entry]:
    """What came that serves this axis: what its entitlement is for, and what is for no one axis."""
    axes = {one.key: one.axis for one in strategy.entitlements}
    return [one for one in entries if one.came and axes.get(one.key) in (None, axis)]
