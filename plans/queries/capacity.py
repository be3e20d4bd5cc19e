"""What a school gave and took in the half terms of this year, and what the trust has set by hand of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, DateField, F, QuerySet, Value
from django.db.models.functions import Cast, TruncDate

from categorisation.models import SchoolFact
from plans.models import Offer, SupportBooking, SupportRequest
from plans.queries.giving import NOT_GIVEN
from plans.rules.capacity import GIVES, TAKES, Half, Known, Lasting, Once, by_half
from plans.rules.support_entry import CAME
from schools.access import Access, Permission
from schools.models import School
from schools.rules.rhythm import HalfTerm
from schools.strategy import Strategy

P = Permission
A_DAY = timedelta(days=1)  # of an offer the last day still counts
NOTHING = Cast(Value(None), DateField())
OFFER, ASKED, FACT = "offer", "asked", "fact"
WAITS = (SupportRequest.State.ASKED, SupportRequest.State.AGREED, SupportRequest.State.LATER)


def capacity_of(
    school: School, halves: Sequence[HalfTerm], strategy: Strategy | None, *, access: Access, today: date
) -> list[Half]:
    """Its half terms so far. What it asked for, and what was set by hand, only for who reads that. One query."""
    if not halves:
        return []
    sides: dict[str, str] = {one.key: one.exchange for one in strategy.facts if one.exchange} if strategy else {}
    if not access.may(P.SEE_DECISIONS, school.pk):
        sides = {}
    reads_asked = access.may(P.DRAFT_SUPPORT, school.pk) or access.may(P.BOOK_SUPPORT, school.pk)
    span = (halves[0].starts, halves[-1].ends)
    rows = list(_rows(school, span, sides, asked=reads_asked))
    known = Known(
        [Once(kind, on, said in CAME) for kind, on, _, said in rows if kind in (GIVES, TAKES)],
        [Lasting(GIVES, since, until and until + A_DAY) for kind, since, until, _ in rows if kind == OFFER],
        [Lasting(sides[said], since, until) for kind, since, until, said in rows if kind == FACT],
        [on for kind, on, *_ in rows if kind == ASKED],
    )
    labels = {sides[one.key]: one.label for one in (strategy.facts if strategy else ()) if one.key in sides}
    return by_half(halves, known, labels, today=today)


def _rows(school: School, span: tuple[date, date], facts: Collection[str], *, asked: bool) -> QuerySet[Any]:
    booked = SupportBooking.objects.exclude(state__in=NOT_GIVEN).filter(on__range=span)
    given = booked.filter(provider_school=school).exclude(school=school).exclude(school=None)
    arms = [
        _arm(given, GIVES, F("on"), NOTHING, F("state")),
        _arm(booked.filter(school=school), TAKES, F("on"), NOTHING, F("state")),
        _arm(
            Offer.objects.filter(school=school, state=Offer.State.CONFIRMED), OFFER, F("from_on"), F("until_on"), OFFER
        ),
    ]
    if asked:
        wanted = SupportRequest.objects.filter(school=school, state__in=WAITS, asked_at__date__range=span)
        arms.append(_arm(wanted, ASKED, TruncDate("asked_at"), NOTHING, F("state")))
    if facts:
        rows = SchoolFact.objects.filter(school=school, key__in=list(facts))
        arms.append(_arm(rows, FACT, F("since"), F("until"), F("key")))
    return arms[0].union(*arms[1:], all=True)


def _arm(rows: QuerySet[Any], kind: str, since: Any, until: Any, said: Any) -> QuerySet[Any]:
    told = Value(said) if isinstance(said, str) else said
    named = {"is_a": Value(kind, CharField()), "its_day": since, "its_end": until, "its_words": Cast(told, CharField())}
    return rows.order_by().annotate(**named).values_list(*named)
