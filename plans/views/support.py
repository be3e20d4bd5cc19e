"""The ledger of support: of the trust, of one school, and as a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from plans.forms.support_filter import LedgerFilter
from plans.models import SupportBooking
from plans.queries.support import (
    SchoolLedger,
    ledgers,
    readable_bookings,
    supported_schools,
    times_given,
    with_plans,
)
from plans.queries.support_asked import asked_of
from plans.queries.support_last import Left, this_year_and_left
from plans.queries.support_waiting import grouped, waiting_for
from plans.rules.support_term import term_so_far
from plans.views.support_file import ledger_csv
from plans.views.support_year import money, of_trust
from reviews.queries.programme import year_days
from schools.access import Access, Permission, TrustRequest, trust_view, where_may
from schools.models import School
from schools.rules import academic_year
from schools.words import whole, year_words

P = Permission
MOST_GIVEN = 60
YEARS_AROUND = 10


def year_of(request: HttpRequest) -> int:
    """The academic year asked for, or this one."""
    now, asked = academic_year(timezone.localdate()), whole(request.GET.get("year", ""), digits=4) or 0
    return asked if abs(asked - now) <= YEARS_AROUND else now


def years_around(year: int) -> list[dict[str, object]]:
    """The years to choose from."""
    return [{"year": one, "label": year_words(one), "current": one == year} for one in range(year - 1, year + 2)]


@require_safe
@trust_view(needs=P.SEE_SUPPORT)
def support(request: TrustRequest) -> HttpResponse:
    """Every school this person sees, those of which least came of what was owed first; their own, where it is one."""
    access, today, year = request.access, timezone.localdate(), year_of(request)
    own = access.school_ids
    if not access.may_everywhere(P.SEE_SUPPORT) and len(own) == 1:
        return redirect("school_support", trust=request.trust.slug, school_id=next(iter(own)))
    schools = School.objects.on(today).filter(where_may(access, P.SEE_SUPPORT, "pk")).order_by("name")
    now, rows = year == academic_year(today), with_plans(schools).annotate(gave=times_given(year))
    found, left = _ledgers(request, rows, year)
    filters = LedgerFilter(request.GET)
    lines, others = filters.parted(found)
    context = {
        "lines": _with_gifts(lines),
        "others": _with_gifts(others),
        **of_trust(found, today if now else None),
        "left": left,
        "behind": sum(bool(one.ledger.short) for one in found),
        "unknown": sum(bool(one.ledger.unknown) for one in found),
        "count": len(found),
        "filters": filters.selects(),
        "kept": [{"name": "year", "value": year}],
        "year": year,
        "years": years_around(year),
        "asked": asked_of(access, is_open=True),
        "waiting": grouped(waiting_for(access, today)),
        "may_book": access.may_everywhere(P.BOOK_SUPPORT),
        "sees_trust": access.may_everywhere(P.SEE_SUPPORT),
        "trust_bookings": readable_bookings(access).filter(school=None, on__range=year_days(year)),
        "may_download": access.may_everywhere(P.SEE_OVERVIEW),
        "today": today,
    }
    return render(request, "plans/support.html", context)


def _ledgers(request: TrustRequest, schools: Iterable[School], year: int) -> tuple[list[SchoolLedger], Left]:
    """Of the year asked for; of this year with what the last one left."""
    today = timezone.localdate()
    if year == academic_year(today):
        return this_year_and_left(schools, today=today, followed=request.followed)
    return ledgers(schools, year, today=today, followed=request.followed), Left()


def _with_gifts(found: Iterable[SchoolLedger]) -> list[dict[str, Any]]:
    """Each with how often the school gave to others."""
    return [{"one": one, "gave": one.school.gave} for one in found]  # type: ignore[attr-defined]


@require_safe
@trust_view(needs=P.SEE_SUPPORT)
def school_support(request: TrustRequest, school_id: int) -> HttpResponse:
    """One school's year: the term so far, each half term, who gave and who paid, and everything that was booked."""
    school = school_for(request, school_id)
    access, today, year = request.access, timezone.localdate(), year_of(request)
    found, left = _ledgers(request, [school], year)
    ledger = found[0].ledger if found else None
    may_ask = access.may(P.DRAFT_SUPPORT, school.pk)
    context = {
        "school": school,
        "found": found[0] if found else None,
        "ledger": ledger,
        "is_now": year == academic_year(today),
        "left": left,
        "term": term_so_far(ledger.lines if ledger else ()),
        "parts": money(ledger),
        "year": year,
        "years": years_around(year),
        "asked": asked_of(access, school=school) if may_ask or access.may(P.BOOK_SUPPORT, school.pk) else [],
        "waiting": grouped(waiting_for(access, today, school=school)),
        "given": given_by(access, school, year),
        "may_ask": may_ask,
        "may_book": access.may(P.BOOK_SUPPORT, school.pk),
        "today": today,
    }
    return render(request, "plans/school_support.html", context)


def given_by(access: Access, school: School, year: int) -> QuerySet[SupportBooking]:
    """What the school gives to others this year, the latest first."""
    rows = readable_bookings(access).filter(provider_school=school, on__range=year_days(year))
    return rows.exclude(state=SupportBooking.State.CANCELLED)[:MOST_GIVEN]


def school_for(request: TrustRequest, school_id: int) -> School:
    """The school, if this person sees its support, or 404."""
    return get_object_or_404(with_plans(supported_schools(request.access)), pk=school_id)


@require_safe
@trust_view(needs=P.SEE_OVERVIEW)
def support_file(request: TrustRequest) -> HttpResponse:
    """The ledger of a year as a file for a spreadsheet, a row for each thing booked, given or missed."""
    today, year = timezone.localdate(), year_of(request)
    schools = School.objects.filter(where_may(request.access, P.SEE_SUPPORT, "pk")).order_by("name")
    found: list[SchoolLedger] = ledgers(with_plans(schools), year, today=today, followed=request.followed)
    response = HttpResponse(ledger_csv(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="support-{request.trust.slug}-{year}.csv"'
    return response
