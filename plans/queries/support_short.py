"""The ledgers of support of schools in one query, for a page that knows the rest already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, DateField, DecimalField, F, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from categorisation.models import Decision
from plans.queries.support import SchoolLedger, SentPlan, bookings_in, ledger_in, of_plans, sent_plans
from plans.rules.support_entry import Entry
from reviews.models import Review
from reviews.queries.programme import Row, year_days, year_of
from reviews.rules.owed import Placed
from schools.models import School, StrategyVersion
from schools.rules import academic_year
from schools.rules.rhythm import HalfTerm
from schools.strategy.basics import SupportUnit

BOOKING, REVIEW, PLACED, DONE, PLANNED, PLAN = "booking", "review", "placed", "done", "planned", "plan"
KEPT = "kept"
OfYear = tuple[int, int]
"""A school, and the calendar year in which the academic year begins."""
NO_DAYS = Cast(Value(None), ArrayField(DateField()))
NUMBER = Cast(F("pk"), DecimalField(max_digits=20, decimal_places=1))  # the order of decisions of one day
NO_AMOUNT = Cast(Value(None), DecimalField(max_digits=6, decimal_places=1))


@dataclass(frozen=True)
class Recorded:
    """What is on record of schools in some academic years, as far as what is owed goes: by school and year."""

    history: Mapping[int, list[Placed]]  # by school, the categories it was told of, in order
    bookings: Mapping[OfYear, list[Entry]]
    reviews: Mapping[OfYear, list[Review]]
    visits: Mapping[OfYear, list[Row]]
    plans: Mapping[OfYear, list[SentPlan]]
    kept: frozenset[str]  # the entitlements of which anything at all was booked in the trust, in the first of the years

    def ledger(
        self, school: School, version: StrategyVersion, halves: Sequence[HalfTerm], begins: int, today: date
    ) -> SchoolLedger:
        """One school's year: without names, costs and what lies beyond the offer. No query."""
        mine = (school.pk, begins)
        history, reviews = self.history.get(school.pk, []), self.reviews.get(mine, [])
        year = year_of(school, version, history, halves, reviews, self.visits.get(mine, []), begins)
        bookings = [*self.bookings.get(mine, []), *of_plans(year, self.plans.get(mine, []))]
        return ledger_in(year, bookings, set(self.kept), today, named=False)


def ledgers_of_trust(
    schools: Iterable[School],
    versions: Mapping[int, StrategyVersion],
    halves: Mapping[int, Sequence[HalfTerm]],
    *,
    today: date,
) -> list[SchoolLedger]:
    """This year's, as far as what is owed goes. One query."""
    begins, known = academic_year(today), list(schools)
    found = recorded(known, begins, begins)
    return [found.ledger(one, versions[one.pk], halves[one.pk], begins, today) for one in known if one.pk in versions]


def recorded(schools: Sequence[School], first: int, last: int) -> Recorded:
    """Of the academic years that begin in `first` to `last`. One query."""
    bookings, reviews, visits, plans, placed = _lists(), _lists(), _lists(), _lists(), _lists()
    kept = set()
    for kind, school, key, on, days, amount, state in _rows(schools, first, last):
        mine = (school, academic_year(on)) if on else None
        if kind == KEPT:
            kept.add(key)
        elif kind == BOOKING:
            bookings[mine].append(Entry(key, "", SupportUnit.DAY, on, amount, state))
        elif kind == REVIEW:
            reviews[mine].append(Review(entitlement=key, dates=days, days=amount, state=state))
        elif kind == PLAN:
            plans[mine].append(SentPlan(key, on, pk=int(amount)))
        elif kind == PLACED:
            placed[school].append((on, amount, Placed(on, key, state)))
        else:
            visits[mine].append((0, key, on, state == DONE))
    history = {pk: [told for *_, told in sorted(rows, key=lambda row: row[:2])] for pk, rows in placed.items()}
    return Recorded(history, bookings, reviews, visits, plans, frozenset(kept))


def _lists() -> defaultdict[Any, list[Any]]:
    return defaultdict(list)


def _rows(schools: Sequence[School], first: int, last: int) -> QuerySet[Any]:
    """Bookings, plans, reviews and visits, and the categories schools were told of, in one query."""
    span = (year_days(first)[0], year_days(last)[1])
    booked = bookings_in(span).select_related(None).filter(school__in=schools).exclude(entitlement="")
    done = Review.objects.filter(school__in=schools, starts_on__range=span).exclude(state=Review.State.WITHDRAWN)
    told = Decision.objects.filter(school__in=schools, tell_at__lte=timezone.now())
    plans = sent_plans().filter(school__in=schools, sent_on__range=span)
    arms = (
        _arm(booked, BOOKING, F("school_id"), "entitlement", F("on"), NO_DAYS, Coalesce("came", "amount"), F("state")),
        _arm(told, PLACED, F("school_id"), "axis", F("effective_on"), NO_DAYS, NUMBER, F("level")),
        _arm(done, REVIEW, F("school_id"), "entitlement", F("starts_on"), F("dates"), F("days"), F("state")),
        _arm(plans, PLAN, F("school_id"), "kind", F("sent_on"), NO_DAYS, NUMBER, Value("")),
        _kept(first),
        _visits(schools, span, done=True),
        _visits(schools, span, done=False),
    )
    return arms[0].union(*arms[1:], all=True)


def _kept(year: int) -> QuerySet[Any]:
    """Each entitlement of which something was booked in the year, at whichever school."""
    rows = bookings_in(year_days(year)).select_related(None).exclude(entitlement="")
    no_day = Cast(Value(None), DateField())
    return _arm(rows, KEPT, Value(0), "entitlement", no_day, NO_DAYS, NO_AMOUNT, Value("")).distinct()


def _visits(schools: Sequence[School], span: tuple[date, date], *, done: bool) -> QuerySet[Any]:
    """Monitoring stands above, so visits are read by the name of the link, in one condition of one and the same row."""
    day = "visits__on" if done else "visits__planned_for"
    which = {f"{day}__range": span, "visits__on__isnull": not done, "visits__by_school": False}
    rows = School.objects.filter(pk__in=[one.pk for one in schools], **which)
    return _arm(rows, "visit", F("pk"), "visits__form", F(day), NO_DAYS, NO_AMOUNT, Value(DONE if done else PLANNED))


def _arm(rows: QuerySet[Any], kind: str, school: Any, key: str, on: Any, days: Any, amount: Any, state: Any) -> Any:
    named = {"is_a": Value(kind, CharField()), "its_school": school, "its_key": F(key), "its_day": on}
    named |= {"its_days": days, "its_amount": amount, "its_state": Cast(state, CharField())}
    return rows.order_by().annotate(**named).values_list(*named)
