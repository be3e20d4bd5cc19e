"""Which schools have had less support than they are owed, as the overview tells it."""

from __future__ import annotations

from typing import Any

from plans.queries.support import SchoolLedger
from plans.queries.support_short import ledgers_of_trust
from reporting.queries.overview import Overview
from reporting.views.links import link
from schools.access import Permission, TrustRequest
from schools.queries import half_terms_in
from schools.rules import academic_year
from schools.words import capital, counted

MOST = 3
"""Schools named on the overview; the rest are on the page of support."""


def behind(request: TrustRequest, seen: Overview) -> dict[str, Any] | None:
    """Those furthest behind, with how much came of what was owed; nothing on the page of a term that is over."""
    current = seen.calendar.terms[0].pk == seen.period.pk
    if not current or not request.access.may_everywhere(Permission.SEE_SUPPORT):
        return None
    versions = {line.school_id: sheet.version for sheet in seen.sheets for line in sheet.lines}
    today = seen.calendar.today
    rows = [one for one in seen.calendar.periods if one.half and one.year == academic_year(today)]
    found = ledgers_of_trust(seen.schools, versions, half_terms_in(rows, seen.schools), today=today)
    late = sorted((one for one in found if one.ledger.short), key=lambda one: (-one.ledger.short, one.ledger.since))
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
