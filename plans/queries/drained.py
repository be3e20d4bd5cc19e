"""Which givers give more than is good for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from plans.models import Offer, SupportBooking
from plans.queries.giving import NOT_GIVEN
from plans.rules.drained import Gave, GivenSpan, Slip, days_in
from plans.rules.standing import Standing
from reviews.queries.programme import year_days
from reviews.rules.owed import Placed
from schools.models import Period
from schools.rules import academic_year

Given = list[tuple[date, Decimal]]
Who = tuple[int | None, int | None]
"""A school, or a person of the trust's own team."""


def given_by(rows: Iterable[Offer], year: int) -> dict[Who, Given]:
    """What each gave or has booked since the academic year before began, in days of its own. One query."""
    since, _ = year_days(year - 1)
    asked = [one.school_id for one in rows if one.school_id], [one.person_id for one in rows if one.person_id]
    booked = SupportBooking.objects.filter(on__gte=since).exclude(state__in=NOT_GIVEN)
    of_schools = booked.filter(provider_school__in=asked[0])
    of_people = booked.filter(provider="central", provider_person__in=asked[1])
    found: dict[Who, Given] = defaultdict(list)
    for school, person, on, amount, unit in (
        (of_schools | of_people)
        .order_by("on")
        .values_list("provider_school", "provider_person", "on", "amount", "unit")
    ):
        found[(school, None) if school else (None, person)].append((on, days_in(amount, unit)))
    return found


def gave_of(
    rows: Sequence[Offer], standings: Mapping[int, Standing], placed: Mapping[int, Sequence[Placed]],
    periods: Iterable[Period], *, today: date,
) -> dict[int, Gave]:  # fmt: skip
    """By offer, what was given and what became of the giver. One query."""
    year = academic_year(today)
    given, spans = given_by(rows, year), [one for one in periods if one.year == year]
    found = {}
    for one in rows:
        days = given.get((one.school_id, one.person_id), [])
        stands = standings.get(one.school_id) if one.school_id else None
        found[one.pk] = Gave(
            one.name,
            _sum(days, *year_days(year)),
            _sum(days, *year_days(year - 1)),
            [_span(each, days, one) for each in spans if bool(each.half) == (one.per == Offer.Per.HALF_TERM)],
            _slips(stands, placed.get(one.school_id or 0, []), year_days(year - 1)[0]) if stands else [],
            [rated.label for rated in stands.ratings.values() if rated.is_weaker] if stands else [],
        )
    return found


def _sum(days: Given, first: date, last: date) -> Decimal:
    return sum((many for on, many in days if first <= on <= last), Decimal(0))


def _span(period: Period, days: Given, offer: Offer) -> GivenSpan:
    return GivenSpan(
        f"the {period.label[:1].lower()}{period.label[1:]}",
        _sum(days, period.starts_on, period.ends_on),
        offer.most_days,
    )


def _slips(stands: Standing, placed: Sequence[Placed], since: date) -> list[Slip]:
    """Each step down since that day, axis by axis."""
    found = []
    for axis in stands.strategy.axes:
        levels = {level.key: (place, level.label) for place, level in enumerate(stands.strategy.axis_levels(axis.key))}
        mine = [one for one in placed if one.axis == axis.key and one.level in levels]
        for before, after in pairwise(mine):
            if after.on >= since and levels[after.level][0] > levels[before.level][0]:
                found.append(Slip(axis.label.lower(), levels[before.level][1], levels[after.level][1], after.on))
    return found
