"""Every school at its level, one line for each axis with checklists: how long it is there and what is outstanding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from plans.queries.checklists import tallies_of, with_checklists
from plans.queries.stays import Stand, stands_of
from plans.rules.checklist import Tally, next_level, to_take_up
from schools.models import School
from schools.queries import Followed


@dataclass(frozen=True)
class SchoolLine:
    """One school on one axis: its items here, and how many of the level above are met already.

    `late` counts what is overdue of any level, for what is left open stays to be done.
    """

    stand: Stand
    here: Tally
    early: int
    late: int


def lines_of(schools: Sequence[School], *, today: date, followed: Followed | None = None) -> list[SchoolLine] | None:
    """Overruns first, then the levels that need most support; None where no school has a strategy with checklists.

    Levels without a checklist and without a longest stay are left out. Four queries for any number of schools.
    """
    followed = followed or Followed.read()
    mine = [one for one in schools if with_checklists(one, followed, today=today)]
    if not mine:
        return None
    stands = stands_of(mine, today=today, followed=followed)
    tallies = tallies_of(stands, today=today)
    lines = []
    for stand in (one for each in stands.values() for one in each if _says_something(one)):
        above = next_level(stand.strategy, stand.axis, stand.level.key)
        here = tallies.get((stand.school.pk, stand.axis, stand.level.key), Tally())
        early = tallies.get((stand.school.pk, stand.axis, above), Tally()).met
        place = (stand.school.pk, stand.axis)
        late = sum(one.late for key, one in tallies.items() if key[:2] == place)
        lines.append(SchoolLine(stand, here, early, late))
    return sorted(lines, key=lambda one: (not one.stand.is_over, -one.stand.level.tone, one.stand.school.name))


def _says_something(stand: Stand) -> bool:
    return bool(stand.level.stay or any(to_take_up(stand.strategy, stand.levels)))
