"""What schools need that days of support could meet: what they ask for, what they are owed, what is rated weak."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from plans.models import SupportBooking, SupportRequest
from plans.queries.giving import IN_DAYS, NOT_GIVEN, HalfToMatch
from plans.queries.support import SchoolLedger
from plans.rules.exchange import Need
from plans.rules.standing import WEAK, Standing
from plans.rules.support import asked_label
from plans.rules.travel import Place
from reviews.models.wishes import Urgency
from schools.models import School
from schools.strategy.basics import SupportUnit
from schools.words import amount_words, capital, cut
from schools.words import on as day_words

R = SupportRequest
LONGEST_QUOTED = 160


def open_requests(schools: Iterable[School]) -> QuerySet[SupportRequest]:
    """What they ask for, agreed or not answered yet. One query."""
    rows = R.objects.filter(school__in=[one.pk for one in schools], state__in=(R.State.ASKED, R.State.AGREED))
    rows = rows.select_related("strategy_version")
    return rows.defer("strategy_version__text", "strategy_version__document").order_by("pk")


def booked_days(when: HalfToMatch) -> tuple[dict[int, Decimal], dict[tuple[int, str], Decimal]]:
    """Days booked for each request, whenever; and in this half term for each school and criterion. Two queries."""
    rows = SupportBooking.objects.exclude(state__in=NOT_GIVEN).order_by()
    asked = rows.exclude(request=None).values("request").annotate(days=IN_DAYS)
    here = rows.exclude(criterion="").exclude(school=None).filter(on__range=when.half)
    about = here.values("school", "criterion").annotate(days=IN_DAYS)
    return (
        {one["request"]: one["days"] for one in asked},
        {(one["school"], one["criterion"]): one["days"] for one in about},
    )


@dataclass
class Needs:
    """Reads the needs of schools from what has been fetched. `wanted` are days in all, set by hand, by key."""

    standings: Mapping[int, Standing]
    places: Mapping[int, Place]
    wanted: Mapping[str, int]

    def all(
        self, schools: Iterable[School], requests: Iterable[SupportRequest],
        booked: tuple[Mapping[int, Decimal], Mapping[tuple[int, str], Decimal]], ledgers: Iterable[SchoolLedger],
    ) -> list[Need]:  # fmt: skip
        """Each need once: what a school asks for goes before what its ratings say of the same criterion."""
        known = {one.pk: one for one in schools if one.pk in self.standings}
        for_request, for_criterion = booked
        found: list[Need] = []
        asked: set[tuple[int, str]] = set()
        for row in requests:
            if row.school_id in known:
                asked.add((row.school_id, row.criterion))
                found.append(self._asked(known[row.school_id], row, for_request.get(row.pk, Decimal(0))))
        for pk, school in known.items():
            found += self._rated(school, {area for of, area in asked if of == pk}, for_criterion)
        for one in ledgers:
            if one.school.pk in known:
                found += self._owed(known[one.school.pk], one)
        return [one for one in found if one.days > 0]

    def _need(
        self, school: School, key: str, what: str, why: Iterable[str], *, whole: int, booked: Decimal, **more: Any
    ) -> Need:
        """What is left of `whole`, or of the days set by hand: both are days in all, and what is booked goes off."""
        stands = self.standings[school.pk]
        method = stands.strategy.exchange
        is_now = more.pop("is_now", False)
        weight = method.weigh_any + round(method.weigh_level * stands.share)
        weight += method.weigh_ladder * bool(stands.ladder) + method.weigh_now * is_now
        placed = f"{school.known_as} stands at {stands.words}." if stands.words else ""
        ladder = f"It is on a ladder: {stands.ladder}." if stands.ladder else ""
        days = max(self.wanted.get(key, whole) - int(booked), 0)
        return Need(
            key=key, school=school.pk, name=school.known_as, what=cut(what, 160), days=days, booked=int(booked),
            weight=weight, why=tuple(filter(None, (*why, placed, ladder))), most_givers=method.most_givers,
            place=self.places.get(school.pk), minutes_per_km=method.minutes_per_km, setting_out=method.setting_out,
            weigh_strong=method.weigh_strong, weigh_practice=method.weigh_practice, **more,
        )  # fmt: skip

    def _asked(self, school: School, row: SupportRequest, booked: Decimal) -> Need:
        strategy = row.strategy_version.strategy
        menu = next((one for one in strategy.menu if one.key == row.item), None)
        whole = (menu.days if menu and menu.days else 0) or strategy.exchange.usual_days
        on = timezone.localdate(row.asked_at) if row.asked_at else None
        said = f"The school asked for it{f' on {day_words(on)}' if on else ''}: “{cut(row.need, LONGEST_QUOTED)}”"
        waits = "" if row.state == R.State.AGREED else "Nobody has agreed to it yet."
        is_now = row.priority == Urgency.NOW
        criterion = strategy.criterion_by_key.get(row.criterion)
        return self._need(
            school, f"request-{row.pk}", asked_label(strategy, row.item, row.need),
            (said, waits, "It is needed now." if is_now else ""), whole=whole, booked=booked, is_now=is_now,
            area=criterion.key if criterion else "", area_label=criterion.label if criterion else "",
        )  # fmt: skip

    def _rated(self, school: School, asked: set[str], booked: Mapping[tuple[int, str], Decimal]) -> Iterator[Need]:
        """The criteria rated weakest, as many as the strategy says."""
        stands = self.standings[school.pk]
        weak = [(key, one) for key, one in stands.ratings.items() if one.tone in WEAK and key not in asked]
        method = stands.strategy.exchange
        for key, one in sorted(weak, key=lambda each: -each[1].tone)[: method.most_needs]:
            if key not in stands.strategy.criterion_by_key:
                continue
            said = f"{one.label} is rated {one.level} in its latest agreed matrix."
            weaker = "It became weaker with that matrix." if one.is_weaker else ""
            yield self._need(
                school, f"criterion-{school.pk}-{key}", f"Support with {one.label}", (said, weaker), area=key,
                area_label=one.label, whole=method.usual_days, booked=booked.get((school.pk, key), Decimal(0)),
            )  # fmt: skip

    def _owed(self, school: School, one: SchoolLedger) -> Iterator[Need]:
        """Days that this term owes by the school’s category, or that were set by hand, and nobody has booked."""
        for line in one.ledger.lines:
            key, by_level = f"owed-{school.pk}-{line.key}", line.entitlement is not None and line.entitlement.levels
            if not by_level or line.unit != SupportUnit.DAY or (line.to_book < 1 and key not in self.wanted):
                continue
            said = f"{capital(amount_words(line.to_book, line.unit))} of it are owed this term and not booked."
            yield self._need(
                school, key, line.label, (said if line.to_book else "",), whole=line.owed_in_term,
                booked=Decimal(ceil(line.taken_in_term)),
            )  # fmt: skip
