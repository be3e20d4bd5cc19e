"""Figures by class, to find exceptional practice: in the school first, then in the trust (S4-07). Class totals only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from evidence.models import Figure, State, Status
from evidence.rules.arithmetic import Amount, Place, one_pupil, places, value_of
from evidence.rules.comparing import stage_of
from evidence.rules.comparison import About
from schools.models import School
from schools.strategy.measures import Measure

NOWHERE = Place(0, 0)


@dataclass(frozen=True)
class ClassLine:
    """One class: its figure, its place in the school and among all classes that are shown."""

    school: School
    class_name: str
    amount: Amount
    value: Decimal
    points: Decimal | None  # what one pupil is
    place: Place | None
    place_in_trust: Place | None


def _about(row: Figure) -> About:
    return row.year, stage_of(row.span, row.period.ends_on)


def classes_of(schools: Collection[School], measure: Measure, about: About | None) -> list[ClassLine]:
    """Classes of agreed returns, by school and then by place: of `about`, or of the newest term there is. One query.

    Give only schools whose small numbers the reader may see: a class with its date tells which teacher it is.
    """
    known = {school.pk: school for school in schools}
    rows = Figure.objects.filter(
        school__in=known, measure=measure.key, group="all", status=Status.NUMBER, part_of__state=State.AGREED
    ).exclude(class_name="")
    in_order = list(rows.select_related("period").order_by("period__starts_on", "part_of__submitted_at"))
    wanted = about or (_about(in_order[-1]) if in_order else None)
    amounts = {
        (row.school_id, row.class_name): Amount(row.numerator, row.denominator, row.value)
        for row in in_order
        if _about(row) == wanted
    }
    of_school: dict[int, dict[tuple[int, str], Amount]] = defaultdict(dict)
    for key, amount in amounts.items():
        of_school[key[0]][key] = amount
    everywhere = places(measure.kind, amounts, better=measure.better)
    found = []
    for pk, own in of_school.items():
        inside = places(measure.kind, own, better=measure.better)
        for key, amount in own.items():
            value = value_of(measure.kind, amount)
            if value is not None:
                points = one_pupil(measure.kind, amount)
                line = ClassLine(known[pk], key[1], amount, value, points, inside.get(key), everywhere.get(key))
                found.append(line)
    return sorted(found, key=lambda line: (line.school.name.casefold(), line.place or NOWHERE, line.class_name))
