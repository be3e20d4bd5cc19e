"""The ledger of support of schools, and what a person may read and do in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Min, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject, TruncDate

from plans.models import Plan, SupportBooking
from plans.rules.support import Ledger, ledger_of, offer_words
from plans.rules.support_entry import BOOKED, CAME, Entry
from reviews.queries.programme import NOT_AGREED, SchoolYear, year_days, years_of
from reviews.queries.reviews import called, levels_of
from reviews.rules.owed import applies
from reviews.rules.programme import ASKED, TENTH, visit_form_of
from schools.access import Access, Permission, where_may
from schools.models import School
from schools.queries import Followed
from schools.rules import academic_year
from schools.strategy import Strategy
from schools.strategy.basics import SupportUnit
from schools.strategy.provision import Entitlement

P = Permission
State = SupportBooking.State


def supported_schools(access: Access) -> QuerySet[School]:
    """The schools whose support this person sees."""
    return School.objects.visible_to(access).filter(where_may(access, P.SEE_SUPPORT, "pk"))


def of_bookings(access: Access) -> Q:
    """The schools whose support this person sees, and what they or their school give to others."""
    mine = Q(provider_person=access.membership)
    schools = [school for _, school in access.allowing(P.ASK_SUPPORT) if school]
    return where_may(access, P.SEE_SUPPORT) | mine | Q(provider_school__in=schools)


def readable_bookings(access: Access) -> QuerySet[SupportBooking]:
    """Bookings this person may read, the latest first."""
    rows = SupportBooking.objects.filter(of_bookings(access))
    rows = rows.select_related("school__trust", "provider_person__user", "provider_school", "strategy_version")
    return rows.defer("strategy_version__text", "strategy_version__document").order_by("-on", "-pk")


def gives(access: Access, booking: SupportBooking) -> bool:
    """Whether this person says that it came, or that it did not: who books, who gives it, the head of who gives it."""
    if booking.school_id is None:
        return access.may_everywhere(P.BOOK_SUPPORT)
    if booking.provider_person_id == access.membership.pk or access.may(P.BOOK_SUPPORT, booking.school_id):
        return True
    return booking.provider_school_id in {school for _, school in access.allowing(P.ASK_SUPPORT) if school}


def confirms(access: Access, booking: SupportBooking) -> bool:
    """Whether this person answers for the school that it came; nobody confirms what they have said themselves."""
    schools = {school for _, school in access.allowing(P.CONFIRM_SUPPORT)}
    return booking.school_id in schools and booking.delivered_by_id != access.membership.pk


def denies(access: Access, booking: SupportBooking) -> bool:
    """Whether this person may say for the school that a miss did not lie with it."""
    schools = {school for _, school in access.allowing(P.CONFIRM_SUPPORT)}
    waits = booking.lies_with_school and not booking.is_denied
    return waits and booking.school_id in schools and booking.ended_by_id != access.membership.pk


@dataclass(frozen=True)
class SchoolLedger:
    """One school's year, with where it stands."""

    school: School
    ledger: Ledger
    levels: tuple[tuple[str, int], ...]  # label and tone, by axis


@dataclass(frozen=True)
class YearOfLedgers:
    """One academic year of schools; `kept`: the entitlements of which anything at all was booked in the trust."""

    schools: list[SchoolLedger]
    kept: set[str]


def ledgers(
    schools: Iterable[School], year: int, *, today: date, followed: Followed | None = None
) -> list[SchoolLedger]:
    """The ledger of each school in the academic year that begins in `year`. Seven queries for any number of schools."""
    return ledgers_of_years(schools, year, back=0, today=today, followed=followed)[year].schools


def ledgers_of_years(
    schools: Iterable[School], year: int, *, back: int, today: date, followed: Followed | None = None
) -> dict[int, YearOfLedgers]:
    """By academic year: the one that begins in `year`, and those `back` before it. Seven queries for any number.

    Beside what they had, one booking for each entitlement is read, whosever it is, to know which are kept in the year.
    """
    schools, begin = list(schools), range(year - back, year + 1)
    mine = Q(school__in=[school.pk for school in schools])
    for one in begin:
        any_of = bookings_in(year_days(one)).exclude(entitlement="").order_by("entitlement", "pk")
        mine |= Q(pk__in=any_of.distinct("entitlement").values("pk"))
    kept: dict[int, set[str]] = {one: set() for one in begin}
    bookings = defaultdict[tuple[int | None, int], list[Entry]](list)
    for row in bookings_in((year_days(begin[0])[0], year_days(year)[1])).filter(mine):
        bookings[row.school_id, academic_year(row.on)].append(entry_of(row))
        kept[academic_year(row.on)] |= {row.entitlement} - {""}
    years, sent = years_of(schools, year, today=today, back=back, followed=followed), plans_of(schools)
    found: dict[int, YearOfLedgers] = {one: YearOfLedgers([], kept[one]) for one in begin}
    for each in years:
        pk = each.school.pk
        entries = [*bookings[pk, each.begins], *of_plans(each, sent.get(pk, ()))]
        found[each.begins].schools.append(ledger_in(each, entries, kept[each.begins], today))
    return found


@dataclass(frozen=True)
class Supported:
    """One school's year, and everything the ledger counts in it."""

    year: SchoolYear
    entries: tuple[Entry, ...]


def supported_years(
    schools: Iterable[School], year: int, *, back: int, today: date, followed: Followed | None = None
) -> list[Supported]:
    """The academic year that begins in `year`, and those `back` before it: what the ledgers count. Six queries."""
    schools, bookings = list(schools), defaultdict[tuple[int | None, int], list[Entry]](list)
    rows = bookings_in((year_days(year - back)[0], year_days(year)[1]))
    for one in rows.filter(school__in=[school.pk for school in schools]):
        bookings[one.school_id, academic_year(one.on)].append(entry_of(one))
    sent = plans_of(schools)
    return [
        Supported(one, entries_in(one, [*bookings[pk, one.begins], *of_plans(one, sent.get(pk, ()))], today))
        for one in years_of(schools, year, today=today, back=back, followed=followed)
        for pk in [one.school.pk]
    ]


def with_plans(schools: QuerySet[School]) -> QuerySet[School]:
    """The same schools, each with every plan that was sent to be approved, for `plans_of`. No query more."""
    rows = sent_plans().filter(school=OuterRef("pk")).order_by("sent_on", "pk")
    told = JSONObject(pk="pk", kind="kind", title="title", on="sent_on")
    return schools.annotate(plans_sent=ArraySubquery(rows.values(json=told)))


def sent_plans() -> QuerySet[Any]:
    """Those that were sent to be approved, with the day on which they were first: one that is only begun came not."""
    return Plan.objects.alias(first=Min("editions__sent_at")).exclude(first=None).annotate(sent_on=TruncDate("first"))


@dataclass(frozen=True)
class SentPlan:
    """A plan, as far as the ledger tells of it."""

    kind: str
    on: date
    title: str = ""
    pk: int = 0


def plans_of(schools: Sequence[School]) -> dict[int, list[SentPlan]]:
    """By school, the plans that were sent. One query, none for schools of `with_plans`."""
    if any(not hasattr(one, "plans_sent") for one in schools):
        schools = list(with_plans(School.objects.filter(pk__in=[one.pk for one in schools])))
    return {
        one.pk: [SentPlan(each["kind"], date.fromisoformat(each["on"]), each["title"], each["pk"]) for each in told]
        for one in schools
        for told in [one.plans_sent]  # type: ignore[attr-defined]
    }


def of_plans(year: SchoolYear, sent: Iterable[SentPlan]) -> Iterable[Entry]:
    """The plans of the year that are an entitlement: each came on the day on which it was first sent."""
    known = {one.plan: one for one in year.strategy.entitlements if one.plan}
    for plan in sent:
        if plan.kind in known and academic_year(plan.on) == year.begins:
            one = known[plan.kind]
            page = ("plan", plan.pk) if plan.pk else ("", 0)
            yield Entry(
                one.key, plan.title, one.unit, plan.on, Decimal(1), "delivered", page=page,
                given_by=", ".join(one.given_by),
            )  # fmt: skip


def times_given(year: int) -> Count:
    """Of schools, how often each gave support to others in the academic year."""
    return Count("support_given", Q(support_given__on__range=year_days(year), support_given__state__in=CAME))


def bookings_in(span: tuple[date, date]) -> QuerySet[SupportBooking]:
    """What was booked for these days, but for what was cancelled."""
    rows = SupportBooking.objects.filter(on__range=span).exclude(state=State.CANCELLED)
    return rows.select_related("provider_person__user", "provider_school").order_by("on", "pk")


def ledger_in(
    year: SchoolYear, bookings: Sequence[Entry], kept: set[str], today: date, *, named: bool = True
) -> SchoolLedger:
    """The ledger from what has been read; `named`: each review by its name. No query."""
    entries = entries_in(year, bookings, today, named=named)
    known = kept | {one.key for one in entries}
    ledger = ledger_of(year.strategy, year.levels, year.owed, entries, year.halves, kept=known, today=today)
    levels = [
        (level.label, level.tone)
        for axis in year.strategy.axes
        for level in year.strategy.axis_levels(axis.key)
        if year.levels.get(axis.key) == level.key
    ]
    return SchoolLedger(year.school, ledger, tuple(levels))


def entries_in(year: SchoolYear, bookings: Iterable[Entry], today: date, *, named: bool = True) -> tuple[Entry, ...]:
    """Everything the ledger counts: what was booked, and the plans, reviews and visits that carry out the offer.

    What was once booked as a plan counts beyond the offer: of a plan only the plan itself is proof.
    """
    plans = {one.key for one in year.strategy.entitlements if one.plan}
    booked = (replace(one, key="") if one.key in plans and one.page[0] != "plan" else one for one in bookings)
    return (*booked, *_of_reviews(year, today, named=named), *_of_visits(year))


def entry_of(one: SupportBooking) -> Entry:
    """A booking as the ledger counts it."""
    key = one.entitlement or (ASKED if one.request_id else "")
    return Entry(
        key, one.what, SupportUnit(one.unit), one.on, one.counts, one.state, one.provider, one.funder,
        one.cost_of_what_came, (BOOKED, one.pk), one.given_by, one.amount - one.counts,
    )  # fmt: skip


def _of_reviews(year: SchoolYear, today: date, *, named: bool) -> Iterable[Entry]:
    """A review on each of its days: its share of the days of work; where visits are counted it is one, on its last."""
    units = {one.key: one.unit for one in year.strategy.entitlements}
    for review in year.reviews:
        unit = units.get(review.entitlement, SupportUnit.DAY)
        days = list(review.dates) if unit == SupportUnit.DAY else list(review.dates)[-1:]
        for day, amount in zip(days, _shared(review.days, len(days), unit), strict=True):
            stands = "delivered" if review.state not in NOT_AGREED and day < today else "booked"
            yield Entry(
                review.entitlement, called(review) if named else "", unit, day, amount, stands,
                "external" if review.outside else "central", page=("review", review.pk),
            )  # fmt: skip


def _shared(days: Decimal, count: int, unit: SupportUnit) -> list[Decimal]:
    if unit != SupportUnit.DAY:
        return [Decimal(1)] * count
    each = (days / count).quantize(TENTH)
    return [each] * (count - 1) + [days - each * (count - 1)] if count else []


def _of_visits(year: SchoolYear) -> Iterable[Entry]:
    """A visit carries out one entitlement: the first of the school's that has its form and is not counted in days."""
    forms: dict[str, tuple[str, str, SupportUnit]] = {}
    for one in year.strategy.entitlements:
        form = visit_form_of(year.strategy, one)
        mine = bool(year.owed.get(one.key)) or not one.levels
        if form and mine and one.unit != SupportUnit.DAY:
            forms.setdefault(form, (one.key, one.label, one.unit))
    for pk, form, on, is_done in year.visits:
        if form in forms:
            key, label, unit = forms[form]
            yield Entry(key, label, unit, on, Decimal(1), "delivered" if is_done else "booked", page=("visit", pk))


def offers_of(school: School, strategy: Strategy) -> list[tuple[str, str]]:
    """The entitlements of the school as it stands, with how much each brings, to book against. One query."""
    levels = levels_of([school]).get(school.pk, {})
    return [(one.key, f"{one.label}: {offer_words(one)}") for one in bookable(strategy) if applies(one, levels)]


def bookable(strategy: Strategy) -> list[Entitlement]:
    """The entitlements that support is booked against: all but plans."""
    return [one for one in strategy.entitlements if not one.plan]
