"""Who gave support and who paid, of one school and of all; and the year of all schools by half term."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from plans.queries.support import SchoolLedger
from plans.rules.support import Ledger
from plans.rules.support_entry import FUNDERS, PROVIDERS
from plans.rules.support_shares import Share, shares_of
from plans.rules.support_trust import trust_year
from reviews.rules.owed import half_of


def money(ledger: Ledger | None) -> list[dict[str, Any]]:
    """What came by provider and by funder, in words, and what it cost; nothing where nothing has come."""
    parts = (("provider", "Given by", PROVIDERS), ("funder", "Paid by", FUNDERS))
    entries = ledger.entries if ledger else []
    return [
        {"title": title, "rows": [{"label": words[one.key], "share": one} for one in shares]}
        for by, title, words in parts
        if (shares := shares_of(entries, by))
    ]


def of_trust(found: Sequence[SchoolLedger], today: date | None) -> dict[str, Any]:
    """For the page of all schools, from the ledgers it has read; `today` where it lies in their year. No query."""
    halves = next((one.ledger.halves for one in found if one.ledger.halves), ())
    entries = [entry for one in found for entry in one.ledger.entries]
    return {
        "whole": trust_year(one.ledger for one in found),
        "now": halves[half_of(today, halves)].short if today and halves else "none",
        "givers": [_giver(one) for one in _dearest(shares_of(entries, "giver"))],
        "payers": [{"label": FUNDERS[one.key], "share": one} for one in shares_of(entries, "funder")],
    }


def _dearest(shares: Iterable[Share]) -> list[Share]:
    """The highest cost first; what costs nothing that is known comes last, the most frequent of it first."""
    return sorted(shares, key=lambda one: (-(one.cost or 0), -one.times, one.key))


def _giver(share: Share) -> dict[str, Any]:
    kind, name = share.key
    return {"label": name or "Nobody named", "kind": PROVIDERS[kind], "share": share}
