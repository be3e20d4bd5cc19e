"""For heads: how the trust's other schools are rated, as far as the trust lets them see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_safe

from reporting.queries.calendar import read_calendar
from reporting.queries.others import named, unnamed
from reporting.queries.overview import Overview, Sheet, overview
from reporting.views.heat import Addresses, heat_table
from reporting.views.links import school_links
from schools.access import Permission, TrustRequest, sees_others, trust_view
from schools.models import HeadsSee, Period, School


@require_safe
@trust_view(needs=Permission.SEE_OTHERS)
def other_schools(request: TrustRequest) -> HttpResponse:
    """The latest agreed levels of every school by criterion. There is no such page where the trust shows nothing."""
    shown = sees_others(request.access, request.trust)
    if shown == HeadsSee.NOTHING:
        raise Http404
    today = timezone.localdate()
    calendar = read_calendar(today)
    if not calendar.terms:
        return _page(request, [], shown)
    period = calendar.terms[0]
    seen = overview(
        period,
        today=today,
        schools=School.objects.on(today),
        proposals=(),
        calendar=calendar,
        followed=request.followed,
    )
    sheets = [_sheet(request, sheet, period, shown) for sheet in seen.sheets]
    return _page(request, [_table(request, seen, sheet) for sheet in sheets if sheet], shown)


def _sheet(request: TrustRequest, sheet: Sheet, period: Period, shown: str) -> Sheet | None:
    if shown == HeadsSee.NAMED:
        return named(sheet)
    return unnamed(sheet, request.access.school_ids, _order_of(request, period))


def _order_of(request: TrustRequest, period: Period) -> Callable[[int], str]:
    """An order that stays all term for one head, differs from head to head, and cannot be worked out."""
    place = f"{request.trust.pk}:{request.access.membership.pk}:{period.pk}"
    return lambda school_id: salted_hmac("reporting.other_schools", f"{place}:{school_id}").hexdigest()


def _table(request: TrustRequest, seen: Overview, sheet: Sheet) -> dict[str, Any]:
    own, address = request.access.school_ids, school_links(request)
    addresses = Addresses(lambda school_id: address(school_id) if school_id in own else "")
    table = heat_table(seen, sheet, sheet.lines, show="", by_kpi=False, addresses=addresses)
    return {"title": sheet.version.title if len(seen.sheets) > 1 else "", **table}


def _page(request: TrustRequest, tables: list[dict[str, Any]], shown: str) -> HttpResponse:
    context = {"tables": tables, "unnamed": shown == HeadsSee.UNNAMED}
    return render(request, "reporting/other_schools.html", context)
