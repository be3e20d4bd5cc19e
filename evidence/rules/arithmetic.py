"""Honest arithmetic, in one place: pooled figures, rates, rounding, small cohorts. Values in, values out.

Sources: trust figures pool pupils and never average percentages (domain-facts 4.4, Insight's note on trust tables);
rates of events are for each 100 pupils (4.6); intervals are Wilson's score interval (J. Am. Stat. Assoc. 22, 1927).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import sqrt
from typing import NamedTuple, TypeVar

NUMBER = "number"
COUNTED = frozenset({"share", "rate", "percent_of", "change"})
"""Kinds whose value follows from a numerator and a denominator."""

HUNDRED = Decimal(100)
Z = 1.96  # of a normal distribution, for 95 in a hundred
YEARS_ROLLED = 3
SMALL_COHORT = 30
"""Pupils; below this one year alone says little, so three years together stand beside it (ours)."""

K = TypeVar("K")


@dataclass(frozen=True)
class Amount:
    """One figure: numerator and denominator; a mean with its count as denominator; or a value without known counts."""

    numerator: int | None = None
    denominator: int | None = None
    value: Decimal | None = None
    status: str = NUMBER

    @property
    def is_number(self) -> bool:
        return self.status == NUMBER

    @property
    def has_counts(self) -> bool:
        """Whether it may be pooled as a part of a whole."""
        return self.is_number and self.numerator is not None and bool(self.denominator)


def value_of(kind: str, amount: Amount) -> Decimal | None:
    """The figure in the measure's unit, not rounded; None where there is no number or nothing to divide by."""
    if not amount.is_number:
        return None
    if kind in COUNTED and amount.numerator is not None:
        if not amount.denominator:
            return None
        part = amount.numerator - (amount.denominator if kind == "change" else 0)
        return HUNDRED * part / Decimal(amount.denominator)
    return amount.value


@dataclass(frozen=True)
class Pooled:
    """Several schools, or years, as one. `left_out` are those without counts: shown, never pooled."""

    amount: Amount | None
    counted: int
    left_out: int


def pooled(kind: str, amounts: Iterable[Amount], *, adds_up: bool = False) -> Pooled:
    """All pupils together, as if they were in one school. Percentages and means are never averaged.

    A mean counts by its number of pupils; a number is summed only where it `adds_up`.
    """
    amounts = list(amounts)
    fit = [amount for amount in amounts if _poolable(kind, amount, adds_up=adds_up)]
    return Pooled(_sum(kind, fit) if fit else None, len(fit), len(amounts) - len(fit))


def _poolable(kind: str, amount: Amount, *, adds_up: bool) -> bool:
    if kind in COUNTED:
        return amount.has_counts
    if kind == "mean":
        return amount.is_number and amount.value is not None and bool(amount.denominator)
    return adds_up and amount.is_number and amount.value is not None


def _sum(kind: str, fit: Sequence[Amount]) -> Amount:
    if kind in COUNTED:
        return Amount(sum(a.numerator or 0 for a in fit), sum(a.denominator or 0 for a in fit))
    if kind == "mean":
        count = sum(a.denominator or 0 for a in fit)
        total = sum((Decimal(a.value or 0) * (a.denominator or 0) for a in fit), Decimal(0))
        return Amount(denominator=count, value=total / count)
    return Amount(value=sum((Decimal(a.value or 0) for a in fit), Decimal(0)))


def rolled(kind: str, by_year: Mapping[int, Amount], year: int) -> Pooled:
    """The three years up to and with `year` together, for small cohorts. Years without counts are left out."""
    return pooled(kind, [by_year[each] for each in range(year - YEARS_ROLLED + 1, year + 1) if each in by_year])


def one_pupil(kind: str, amount: Amount, *, per_pupil: int = 1) -> Decimal | None:
    """How many points one pupil is: 100 over the denominator. None where the figure is no part of a known whole.

    `per_pupil`: how many of what is counted one pupil makes, for example half days; 0 where no pupils are counted.
    """
    if kind not in COUNTED or not amount.is_number or not amount.denominator:
        return None
    return HUNDRED * per_pupil / amount.denominator


def is_small(kind: str, amount: Amount) -> bool:
    """Whether the cohort is so small that one year alone says little."""
    return kind in {"share", "mean"} and amount.is_number and 0 < (amount.denominator or 0) < SMALL_COHORT


def interval(kind: str, amount: Amount) -> tuple[Decimal, Decimal] | None:
    """Between which shares, in %, the underlying one lies 95 times in a hundred (Wilson); None but for a share."""
    if kind != "share" or not amount.has_counts or (amount.numerator or 0) > (amount.denominator or 0):
        return None
    part, whole = amount.numerator or 0, amount.denominator or 1
    share, z2 = part / whole, Z * Z
    middle = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = Z * sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    return Decimal(str(max(0.0, middle - half) * 100)), Decimal(str(min(1.0, middle + half) * 100))


def rest_of(whole: Amount, part: Amount) -> Amount | None:
    """Everybody but a group, from the counts of all and of the group; None where they are not known or do not fit."""
    if not (whole.has_counts and part.has_counts):
        return None
    numerator = (whole.numerator or 0) - (part.numerator or 0)
    denominator = (whole.denominator or 0) - (part.denominator or 0)
    return Amount(numerator, denominator) if 0 <= numerator <= denominator and denominator else None


def difference(kind: str, one: Amount, other: Amount) -> tuple[Decimal, Decimal, Decimal] | None:
    """One share less another, and between which values that lies 95 times in a hundred (Newcombe 1998, method 10)."""
    first, second = value_of(kind, one), value_of(kind, other)
    ours, theirs = interval(kind, one), interval(kind, other)
    if first is None or second is None or ours is None or theirs is None:
        return None
    down = ((first - ours[0]) ** 2 + (theirs[1] - second) ** 2).sqrt()
    up = ((ours[1] - first) ** 2 + (second - theirs[0]) ** 2).sqrt()
    return first - second, first - second - down, first - second + up


def comparable(ours: tuple[int, str], theirs: tuple[int, str]) -> bool:
    """Whether two figures, each of (academic year, span), may stand beside each other: never a term beside a year.

    Another year is allowed, since official figures come later than a school's own: the page then says which year.
    """
    return ours[1] == theirs[1]


def same_within_one_pupil(kind: str, one: Amount, other: Amount, *, per_pupil: int = 1) -> bool:
    """Whether two figures differ by no more than one pupil of the smaller cohort."""
    first, second = value_of(kind, one), value_of(kind, other)
    if first is None or second is None:
        return False
    steps = [step for each in (one, other) if (step := one_pupil(kind, each, per_pupil=per_pupil)) is not None]
    return abs(first - second) <= max(steps, default=Decimal(0))


class Place(NamedTuple):
    """Between which places somebody stands: 1 to 3 where no more than one pupil parts them from two others."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


def places(kind: str, amounts: Mapping[K, Amount], *, better: str, per_pupil: int = 1) -> dict[K, Place]:
    """Places from the strongest, 1 first. Of two within one pupil of each other neither stands before the other.

    Who has no number, or a share of nobody knows how many, has no place; nobody has where no direction is better.
    """
    if better not in {"high", "low"}:
        return {}
    known = {key: each for key, each in amounts.items() if kind not in COUNTED or each.denominator}
    values = {key: value for key, amount in known.items() if (value := value_of(kind, amount)) is not None}
    way = 1 if better == "high" else -1

    def before(one: K, other: K) -> bool:
        if way * values[one] <= way * values[other]:
            return False
        return not same_within_one_pupil(kind, known[one], known[other], per_pupil=per_pupil)

    return {
        key: Place(
            1 + sum(before(other, key) for other in values), len(values) - sum(before(key, other) for other in values)
        )
        for key in values
    }


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Half away from nought, as official tables round."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP) + Decimal(0)


def in_words(value: Decimal | None, decimals: int, unit: str = "") -> str:
    """“74%”, “11.31 per 100 pupils”, “−2.5”; empty without a value."""
    if value is None:
        return ""
    said = f"{rounded(value, decimals):,}".replace("-", "−")
    return f"{said}{'' if unit.startswith('%') else ' '}{unit}" if unit else said


def signed(value: Decimal, decimals: int) -> str:
    """“+3”, “−2.5”, “0”: a difference in points."""
    said = rounded(value, decimals)
    return f"{'+' if said > 0 else ''}{said:,}".replace("-", "−")
