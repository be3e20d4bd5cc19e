"""Whether a giver gives more than is good for it: beside its limit, and beside what became of itself meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from schools.words import amount_words, capital, counted, listed, on, plain

HALF = Decimal("0.5")
PARTS_OF_A_DAY = {"day": Decimal(1), "session": HALF, "visit": HALF, "meeting": HALF, "programme": Decimal(1)}
"""What each unit of support takes of a giver's day. Ours."""


@dataclass(frozen=True)
class GivenSpan:
    """What a giver gave, or has booked, in one half term or term."""

    label: str
    days: Decimal
    limit: int


@dataclass(frozen=True)
class Slip:
    """A step down of the giver itself, on an axis and a day."""

    axis: str
    before: str
    after: str
    on: date


@dataclass(frozen=True)
class Gave:
    """What one giver gave, and what became of it."""

    name: str
    this_year: Decimal = Decimal(0)
    last_year: Decimal = Decimal(0)
    spans: Sequence[GivenSpan] = ()  # of this year, those begun and the next
    slips: Sequence[Slip] = ()  # since last year began
    weaker: Sequence[str] = ()  # criteria of its own that became weaker with its latest matrix


def days_in(amount: Decimal, unit: str) -> Decimal:
    """How many days of the giver an amount of support takes."""
    return amount * PARTS_OF_A_DAY[unit]


def drained(gave: Gave) -> tuple[str, ...]:
    """The sentences of the flag; none where it gives no more than is good for it.

    A limit that is passed is told at once. That the school itself slipped is told only where it gave anything.
    """
    found = [
        f"{gave.name} gives {amount_words(one.days, 'day')} in {one.label}; its limit is {one.limit}."
        for one in gave.spans
        if one.days > one.limit
    ]
    total = gave.this_year + gave.last_year
    if total:
        since = f"It has given {amount_words(total, 'day')} since last year began ({plain(gave.this_year)} this year)"
        found += [
            f"{since}, and went from {one.before} to {one.after} ({one.axis}) on {on(one.on)}." for one in gave.slips
        ]
    if gave.this_year and gave.weaker:
        many = capital(counted(len(gave.weaker), "criterion", "criteria"))
        found.append(
            f"{many} of its own became weaker with its latest matrix while it gave"
            f" {amount_words(gave.this_year, 'day')} this year: {listed(gave.weaker, most=3)}."
        )
    return tuple(found)
