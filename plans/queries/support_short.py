"""The ledgers of all schools of the trust in one query, for a page that knows the rest already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, DateField, DecimalField, F, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone

from categorisation.models import Decision
from plans.queries.support import SchoolLedger, SentPlan, bookings_in, ledger_in, of_plans, sent_plans
from plans.rules.support_entry import Entry
from reviews.models import Review
from reviews.queries.programme import year_days, year_of
from reviews.rules.owed import Placed
from schools.models import School, StrategyVersion
from schools.rules import academic_year
from schools.rules.rhythm import HalfTerm
from schools.strategy.basics import SupportUnit

BOOKING, REVIEW, PLACED, DONE, PLANNED, PLAN = "booking", "review", "placed", "done", "planned", "plan"
NO_DAYS = Cast(Value(None), ArrayField(DateField()))
NUMBER = Cast(F("pk"), DecimalField(max_digits=20, decimal_places=1))  # the order of decisions of one day
NO_AMOUNT = Cast(Value(None), DecimalField(max_digits=6, decimal_places=1))


def ledgers_of_trust(
    schools: Iterable[School],
    versions: Mapping[int, StrategyVersion],
    halves: Mapping[int, Sequence[HalfTerm]],
    *,
    today: date,
) -> list[SchoolLedger]:
    """This year's, as far as what is owed goes: without names, costs and what lies beyond the offer. One query."""
    begins = academic_year(today)
    known, bookings = list(schools), defaultdict[int, list[Entry]](list)
    reviews, visits, placed, plans = _lists(), _lists(), _lists(), _lists()
    for kind, school, key, on, days, amount, state in _recorded(known, year_days(begins)):
        if kind == BOOKING:
            bookings[school].append(Entry(key, "", SupportUnit.DAY, on, amount, state))
        elif kind == REVIEW:
            reviews[school].append(Review(entitlement=key, dates=days, days=amount, state=state))
        elif kind == PLAN:
            plans[school].append(SentPlan(key, on, pk=int(amount)))
        elif kind == PLACED:
            placed[school].append((on, amount, Placed(on, key, state)))
        else:
            visits[school].append((0, key, on, state == DONE))
    kept = {entry.key for group in bookings.values() for entry in group}
    found = []
    for one in known:
        if version := versions.get(one.pk):
            history = [told for *_, told in sorted(placed[one.pk], key=lambda row: row[:2])]
            year = year_of(one, version, history, halves[one.pk], reviews[one.pk], visits[one.pk], begins)
            found.append(ledger_in(year, [*bookings[one.pk], *of_plans(year, plans[one.pk])], kept, today, named=False))
    return found


def _lists() -> defaultdict[int, list[Any]]:
    return defaultdict(list)


def _recorded(schools: Sequence[School], span: tuple[date, date]) -> QuerySet[Any]:
    """Bookings, plans, reviews and visits of the year, and the categories schools were told of, in one query."""
    booked = bookings_in(span).select_related(None).filter(school__in=schools).exclude(entitlement="")
    done = Review.objects.filter(school__in=schools, starts_on__range=span).exclude(state=Review.State.WITHDRAWN)
    told = Decision.objects.filter(school__in=schools, tell_at__lte=timezone.now())
    plans = sent_plans().filter(school__in=schools, sent_on__range=span)
    arms = (
        _arm(booked, BOOKING, "school_id", "entitlement", F("on"), NO_DAYS, F("amount"), F("state")),
        _arm(told, PLACED, "school_id", "axis", F("effective_on"), NO_DAYS, NUMBER, F("level")),
        _arm(done, REVIEW, "school_id", "entitlement", F("starts_on"), F("dates"), F("days"), F("state")),
        _arm(plans, PLAN, "school_id", "kind", F("sent_on"), NO_DAYS, NUMBER, Value("")),
        _visits(schools, span, done=True),
        _visits(schools, span, done=False),
    )
    return arms[0].union(*arms[1:], all=True)


def _visits(schools: Sequence[School], span: tuple[date, date], *, done: bool) -> QuerySet[Any]:
    """Monitoring stands above, so visits are read by the name of the link, in one condition of one and the same row."""
    day = "visits__on" if done else "visits__planned_for"
    which = {f"{day}__range": span, "visits__on__isnull": not done, "visits__by_school": False}
    rows = School.objects.filter(pk__in=[one.pk for one in schools], **which)
    return _arm(rows, "visit", "pk", "visits__form", F(day), NO_DAYS, NO_AMOUNT, Value(DONE if done else PLANNED))


def _arm(rows: QuerySet[Any], kind: str, school: str, key: str, on: Any, days: Any, amount: Any, state: Any) -> Any:
    named = {"is_a": Value(kind, CharField()), "its_school": F(school), "its_key": F(key), "its_day": on}
    named |= {"its_days": days, "its_amount": amount, "its_state": Cast(state, CharField())}
    return rows.order_by().annotate(**named).values_list(*named)
