"""The list of schools, with the category of each. One query beside the schools' own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from categorisation.models import Decision
from categorisation.rules import axes_for
from reporting.queries.categories import Category, Decided, category_of, decided_rows
from schools.models import School
from schools.queries import Followed


@dataclass(frozen=True)
class Listed:
    """A school of the list, with its agreed categories by the label of their axis."""

    school: School
    categories: tuple[Category, ...]


def listed_schools(
    schools: Sequence[School], followed: Followed, *, today: date, decisions: bool, told_by: datetime | None = None
) -> list[Listed]:
    """The schools with what was decided about them; without `decisions` no category is read at all."""
    if not decisions:
        return [Listed(school, ()) for school in schools]
    latest: dict[tuple[int, str], Decided] = {}
    rows = Decision.objects.filter(school__in=[school.pk for school in schools])
    if told_by is not None:
        rows = rows.filter(tell_at__lte=told_by)
    for row in decided_rows(rows.latest_of_each()):
        latest[row.school_id, row.axis] = row
    found = []
    for school in schools:
        version = followed.by(school, today)
        axes = axes_for(version.strategy, school.phase) if version else ()
        categories = (
            category_of(axis, version.strategy, latest.get((school.pk, axis.key)), None) for axis in axes if version
        )
        found.append(Listed(school, tuple(categories)))
    return found
