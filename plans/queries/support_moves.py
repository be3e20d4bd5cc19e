"""Support from inside the trust against outside, over years; and how schools moved that had much or little of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db.models import Count, F, Sum
from django.db.models.functions import ExtractMonth, ExtractYear

from plans.models import SupportBooking
from plans.rules.support_entry import CAME, OUTSIDE
from plans.rules.support_shares import Counted, Moved, YearOf, by_year
from reviews.models import Review
from reviews.queries.programme import NOT_AGREED, placed_of
from reviews.rules.owed import Placed, levels_on
from schools.models import School
from schools.queries import Followed
from schools.strategy import Axis, Strategy

YEARS = 4
A_YEAR = timedelta(days=365)


def inside_and_outside(schools: Sequence[School], year: int, *, today: date) -> list[YearOf]:
    """The academic year that begins in `year` and those before it. Two queries.

    A review counts once, from outside where somebody from outside the trust took part.
    """
    rows = SupportBooking.objects.filter(school__in=schools, state__in=CAME).order_by()
    months = rows.annotate(y=ExtractYear("on"), m=ExtractMonth("on")).values("y", "m", "provider")
    found = [
        Counted(one["y"], one["m"], one["provider"] == OUTSIDE, one["times"], one["spent"])
        for one in months.annotate(times=Count("pk"), spent=Sum("cost"))
    ]
    done = Review.objects.filter(school__in=schools, ends_on__lt=today).exclude(state__in=NOT_AGREED).order_by()
    dated = done.annotate(y=ExtractYear("ends_on"), m=ExtractMonth("ends_on")).values("y", "m", who=F("outside"))
    for one in dated.annotate(times=Count("pk")):
        found.append(Counted(one["y"], one["m"], bool(one["who"]), one["times"], None))
    return by_year(found, range(year - YEARS + 1, year + 1))


def movements(schools: Sequence[School], *, today: date) -> list[Moved]:
    """Of each school and axis: how often support came in the last year, and how far it moved. Five queries.

    A school without a category a year ago, or whose levels the strategy has no longer, is left out.
    """
    then, followed, placed = today - A_YEAR, Followed.read(), placed_of(schools)
    came = _times(schools, then, today)
    found = []
    for school in schools:
        version = followed.by(school, today)
        if version is None:
            continue
        history = placed.get(school.pk, [])
        for axis in version.strategy.axes:
            if moved := _moved(version.strategy, axis, history, then, today):
                before, now, steps = moved
                found.append(Moved(school.known_as, axis.label, came[school.pk], before, now, steps))
    return found


def _times(schools: Iterable[School], since: date, until: date) -> Counter[int]:
    span = (since, until)
    rows = SupportBooking.objects.filter(school__in=schools, state__in=CAME, on__range=span).order_by()
    found = Counter(dict(rows.values_list("school").annotate(Count("pk"))))
    done = Review.objects.filter(school__in=schools, ends_on__range=span).exclude(state__in=NOT_AGREED).order_by()
    return found + Counter(dict(done.values_list("school").annotate(Count("pk"))))


def _moved(
    strategy: Strategy, axis: Axis, history: Sequence[Placed], then: date, today: date
) -> tuple[str, str, int] | None:
    levels = {level.key: (place, level) for place, level in enumerate(strategy.axis_levels(axis.key))}
    before, now = (levels.get(levels_on(history, day).get(axis.key, "")) for day in (then, today))
    if before is None or now is None:
        return None
    return before[1].label, now[1].label, before[0] - now[0]
