"""At what dose something was tried: how long, with which support, at what cost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from schools.words import capital, counted

WEEK = 7


def time_taken(begun: date, ended: date) -> str:
    """“eleven weeks”, “three days”."""
    days = max((ended - begun).days, 1)
    return counted(round(days / WEEK), "week") if days >= 2 * WEEK else counted(days, "day")


def pounds(amount: Decimal) -> str:
    """“£1,200”."""
    return f"£{amount:,.2f}".removesuffix(".00")


def dose(begun: date, ended: date, *, support: Iterable[str], budget: Decimal | None, training: Iterable[str]) -> str:
    """In one line: “Eleven weeks. Support: English lead. £1,200. Training: two twilights.”"""
    parts = [capital(time_taken(begun, ended))]
    if named := "; ".join(dict.fromkeys(one.rstrip(".") for one in support if one)):
        parts.append(f"Support: {named}")
    if budget:
        parts.append(pounds(budget))
    if trained := "; ".join(dict.fromkeys(one.rstrip(".") for one in training if one)):
        parts.append(f"Training: {trained}")
    return f"{'. '.join(parts)}."
