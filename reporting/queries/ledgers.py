"""The ledgers of support of the schools of an overview, from what it has read."""

from __future__ import annotations

from plans.queries.support import SchoolLedger
from plans.queries.support_short import ledgers_of_trust
from reporting.queries.overview import Overview
from schools.queries import half_terms_in
from schools.rules import academic_year


def ledgers_of(seen: Overview) -> list[SchoolLedger]:
    """This year's, as far as what is owed by today goes. One query."""
    versions = {line.school_id: sheet.version for sheet in seen.sheets for line in sheet.lines}
    today = seen.calendar.today
    rows = [one for one in seen.calendar.periods if one.half and one.year == academic_year(today)]
    return ledgers_of_trust(seen.schools, versions, half_terms_in(rows, seen.schools), today=today)
