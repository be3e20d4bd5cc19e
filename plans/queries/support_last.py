"""What of the last academic year's support did not come, of one school and of all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from plans.queries.support import SchoolLedger, YearOfLedgers, ledgers_of_years
from plans.rules.support_last import LastYear, last_year
from schools.models import School
from schools.queries import Followed
from schools.rules import academic_year


@dataclass(frozen=True)
class Left:
    """What did not come: of each school of which that is so, in their order; and of all of them."""

    schools: tuple[tuple[School, LastYear], ...] = ()
    whole: LastYear | None = None


def this_year_and_left(
    schools: Iterable[School], *, today: date, followed: Followed | None = None
) -> tuple[list[SchoolLedger], Left]:
    """The ledgers of this year, and what did not come of what the last one owed. Seven queries, as without it."""
    begins = academic_year(today)
    found = ledgers_of_years(schools, begins, back=1, today=today, followed=followed)
    return found[begins].schools, left_of(found[begins - 1], begins - 1)


def left_of(found: YearOfLedgers, begins: int) -> Left:
    """Where nothing at all is on record of the year, nothing is said not to have come."""
    if not found.kept:
        return Left()
    told = [(one.school, last_year(begins, one.ledger.lines)) for one in found.schools]
    lines = [line for one in found.schools for line in one.ledger.lines]
    return Left(tuple((school, one) for school, one in told if one), last_year(begins, lines))
