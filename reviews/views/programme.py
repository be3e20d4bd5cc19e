"""The programme for the year: of one school, and of all of them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reviews.queries.programme import programmes
from reviews.queries.reviews import called, readable_reviews
from reviews.views.pages import CHIPS
from schools.access import Permission, TrustRequest, trust_view, where_may
from schools.models import School
from schools.rules import academic_year
from schools.words import whole


def _year(request: TrustRequest) -> int:
    """The academic year asked for, or this one."""
    now, asked = academic_year(timezone.localdate()), whole(request.GET.get("year", ""), digits=4) or 0
    return asked if abs(asked - now) <= 10 else now


def _years(year: int) -> list[dict[str, object]]:
    return [
        {"year": one, "label": f"{one}/{(one + 1) % 100:02}", "current": one == year}
        for one in range(year - 1, year + 2)
    ]


@require_safe
@trust_view(needs=Permission.SEE_REVIEWS)
def programme(request: TrustRequest, school_id: int) -> HttpResponse:
    """What a school is entitled to this year, what is planned and what is done."""
    rows = School.objects.visible_to(request.access).filter(where_may(request.access, Permission.SEE_REVIEWS, "pk"))
    school = get_object_or_404(rows, pk=school_id)
    year = _year(request)
    found = programmes([school], year, today=timezone.localdate())
    readable = set(readable_reviews(request.access).filter(school=school).values_list("pk", flat=True))
    booked = [
        {"review": one, "label": called(one), "chip": CHIPS[one.state], "may_open": one.pk in readable}
        for each in found
        for one in each.reviews
    ]
    context = {
        "school": school,
        "programme": found[0].programme if found else None,
        "booked": booked,
        "visits": found[0].visits if found else (),
        "may_see_visits": request.access.may(Permission.SEE_VISITS, school.pk),
        "years": _years(year),
        "may_propose": request.access.may(Permission.RUN_REVIEWS, school.pk),
    }
    return render(request, "reviews/programme.html", context)


@require_safe
@trust_view(needs=Permission.SEE_OVERVIEW)
def trust_programme(request: TrustRequest) -> HttpResponse:
    """The same for every school, in days."""
    year, today = _year(request), timezone.localdate()
    schools = School.objects.on(today).filter(where_may(request.access, Permission.SEE_REVIEWS, "pk"))
    lines = programmes(schools.order_by("name"), year, today=today)
    context = {"lines": lines, "years": _years(year)}
    return render(request, "reviews/trust_programme.html", context)
