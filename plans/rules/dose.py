"""At what dose something was tried: how long, with which support, at what cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from plans.rules.support_entry import Entry
from plans.rules.support_shares import share_of
from schools.words import capital, counted

WEEK = 7


def time_taken(begun: date, ended: date) -> str:
    """“eleven weeks”, “three days”."""
    days = max((ended - begun).days, 1)
    return counted(round(days / WEEK), "week") if days >= 2 * WEEK else counted(days, "day")


def pounds(amount: Decimal) -> str:
    """“£1,200”."""
    return f"£{amount:,.2f}".removesuffix(".00")


def dose(
    begun: date,
    ended: date,
    *,
    support: Iterable[str],
    budget: Decimal | None,
    training: Iterable[str],
    came: Sequence[Entry] = (),
) -> str:
    """In one line: “Eleven weeks. Support: English lead. £1,200. Training: two twilights.”

    `came` is what came of the ledger of support.
    """
    parts = [capital(time_taken(begun, ended))]
    if named := "; ".join(dict.fromkeys(one.rstrip(".") for one in support if one)):
        parts.append(f"Support: {named}")
    if came:
        parts.append(came_words(came))
    if budget:
        parts.append(f"Budget {pounds(budget)}" if came else pounds(budget))
    if trained := "; ".join(dict.fromkeys(one.rstrip(".") for one in training if one)):
        parts.append(f"Training: {trained}")
    return f"{'. '.join(parts)}."


def came_words(came: Sequence[Entry]) -> str:
    """“Support that came: 3 days, 1 visit, £1,050 and one time of which the cost is not known”."""
    share = share_of("", came)
    cost = f", {pounds(share.cost)}" if share.cost is not None else ""
    if share.unknown == share.times:
        return f"Support that came: {share.amount_words}, cost not known"
    unknown = f" and {counted(share.unknown, 'time')} of which the cost is not known" if share.unknown else ""
    return f"Support that came: {share.amount_words}{cost}{unknown}"
