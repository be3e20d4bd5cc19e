"""What the ledger is made of: one thing booked, a review or a visit; and how each is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from schools.strategy.basics import SupportUnit
from schools.words import amount_words, part_words, plain

AFTER: Mapping[str, frozenset[str]] = {
    "booked": frozenset({"delivered", "missed", "cancelled"}),
    "delivered": frozenset({"confirmed", "disputed"}),
    "disputed": frozenset({"delivered", "missed"}),
    "confirmed": frozenset(),
    "missed": frozenset(),
    "cancelled": frozenset(),
}
"""What may become of a booking. Whoever gave it says that it came, the school confirms that it did."""

ASKED_CHIPS: Mapping[str, str] = {
    "draft": "draft",
    "asked": "submitted",
    "later": "due",
    "agreed": "agreed",
    "proposed": "agreed",
    "declined": "returned",
    "withdrawn": "returned",
}
"""Where what a school asked for stands -> the state of a chip."""

STANDS: Mapping[str, tuple[str, str]] = {
    "booked": ("due", "Booked"),
    "delivered": ("submitted", "Delivered"),
    "confirmed": ("agreed", "Confirmed by the school"),
    "disputed": ("returned", "The school says otherwise"),
    "missed": ("overdue", "Missed"),
    "cancelled": ("draft", "Cancelled"),
}
"""What became of a booking -> the state of a chip, and words."""

FUNDERS: Mapping[str, str] = {"trust": "The trust", "school": "The school", "shared": "Both share it"}
PROVIDERS: Mapping[str, str] = {
    "central": "The trust’s own team",
    "school": "Another school of the trust",
    "external": "Somebody from outside",
}

CAME = ("delivered", "confirmed")
OUTSIDE = "external"
BOOKED = "support_booking"
"""The name of the address of what was booked, and neither a plan, a review nor a visit."""

ZERO = Decimal(0)
PENNY = Decimal("0.01")


def cost_of(cost: Decimal | None, came: Decimal, booked: Decimal) -> Decimal | None:
    """What the part that came costs, in pounds, of what the whole would have."""
    return cost if cost is None or came == booked else (cost * came / booked).quantize(PENNY, ROUND_HALF_UP)


@dataclass(frozen=True)
class Entry:
    """Something booked, a review or a visit, on one day, in the unit of what it is counted against.

    `rest` is what was booked beside the amount and did not come; `cost` is of the amount.
    """

    key: str  # of the entitlement; ASKED for a request, BEYOND for neither
    label: str
    unit: SupportUnit
    on: date
    amount: Decimal
    stands: str  # booked, delivered, confirmed, disputed or missed
    provider: str = "central"
    funder: str = "trust"
    cost: Decimal | None = None
    page: tuple[str, int] = ("", 0)  # the name of its address, and its number
    given_by: str = ""
    rest: Decimal = ZERO

    @property
    def came(self) -> bool:
        return self.stands in CAME

    @property
    def is_unconfirmed(self) -> bool:
        """Whether somebody says that it came, and the school has not confirmed it. Reviews and visits need no word."""
        return self.stands == "delivered" and self.page[0] == BOOKED

    @property
    def chip(self) -> str:
        return STANDS[self.stands][0]

    @property
    def stands_words(self) -> str:
        return STANDS[self.stands][1]

    @property
    def giver(self) -> tuple[str, str]:
        """The kind of provider, and its name; blank where nobody is named, as with a review or a visit."""
        return self.provider, self.given_by

    @property
    def paid_by(self) -> str:
        return FUNDERS[self.funder]

    @property
    def missed(self) -> Decimal:
        """How much of it did not come."""
        return self.amount if self.stands == "missed" else self.rest

    @property
    def amount_words(self) -> str:
        """“2 days”; “1 of 2 days” where only a part came."""
        if self.rest:
            return part_words(self.amount, self.amount + self.rest, self.unit)
        return amount_words(self.amount, self.unit)


@dataclass(frozen=True)
class Cell:
    """One half term of a line."""

    owed: int
    booked: Decimal
    came: Decimal
    missed: Decimal
    disputed: Decimal
    unconfirmed: Decimal = ZERO  # of what came

    @property
    def words(self) -> str:
        """“2 of 3, 1 missed”; a dash where nothing was owed and nothing came."""
        came = f"{plain(self.came)} of {self.owed}" if self.owed else plain(self.came) if self.came else ""
        told = ((self.booked, "booked"), (self.missed, "missed"), (self.disputed, "in dispute"))
        return ", ".join(filter(None, [came, *(f"{plain(count)} {word}" for count, word in told if count)])) or "–"
