"""Which schools have had less support than they are owed, as the overview tells it."""

from __future__ import annotations

from typing import Any

from plans.queries.support import SchoolLedger
from reporting.queries.ledgers import ledgers_of
from reporting.queries.overview import Overview
from reporting.views.links import link
from schools.access import Permission, TrustRequest
from schools.words import capital, counted

MOST = 3
"""Schools named on the overview; the rest are on the page of support."""


def behind(request: TrustRequest, seen: Overview) -> dict[str, Any] | None:
    """Those furthest behind, with how much came of what was owed; nothing on the page of a term that is over."""
    if not seen.is_current or not request.access.may_everywhere(Permission.SEE_SUPPORT):
        return None
    late = sorted(
        (one for one in ledgers_of(seen) if one.ledger.short), key=lambda one: (-one.ledger.short, one.ledger.since)
    )
    more = f"{capital(counted(len(late) - MOST, 'more school'))} behind" if late[MOST:] else "All support"
    return {"items": [_item(request, one) for one in late[:MOST]], "url": link(request, "support"), "more": more}


def _item(request: TrustRequest, one: SchoolLedger) -> dict[str, Any]:
    worst = one.ledger.behind[0]
    return {
        "title": one.school.known_as,
        "url": link(request, "school_support", school_id=one.school.pk),
        "note": f"{worst.label}: {worst.words()}",
        "due_on": one.ledger.since,
    }
