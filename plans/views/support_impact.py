"""What support came to: inside the trust against outside, and beside the movement of categories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from plans.queries.support_moves import inside_and_outside, movements
from plans.rules.support_shares import Moved, on_record
from schools.access import Permission, TrustRequest, trust_view, where_may
from schools.charts import line_chart, moved_chart
from schools.models import School
from schools.rules import academic_year

P = Permission


@require_safe
@trust_view(needs=P.SEE_OVERVIEW)
def support_impact(request: TrustRequest) -> HttpResponse:
    """Support from inside the trust and from outside over years; and support beside the movement of categories."""
    today = timezone.localdate()
    schools = list(School.objects.on(today).filter(where_may(request.access, P.SEE_SUPPORT, "pk")).order_by("name"))
    years = on_record(inside_and_outside(schools, academic_year(today), today=today))
    moved = movements(schools, today=today)
    axes = list(_by_axis(moved))
    shares = [one.share_outside for one in years]
    context = {
        "years": years,
        "outside": line_chart(
            "Support from outside", [one.label[2:] for one in years], shares, us="From outside", ident="outside",
            floor=0, ceiling=max([share for share in shares if share], default=100.0),
        ),
        "charts": [
            {"axis": axis, "chart": moved_chart(f"Support and movement, {axis}", _points(mine), ident=f"moved-{n}")}
            for n, (axis, mine) in enumerate(_by_axis(moved).items())
        ],
        "axes": axes,
        "moved": _by_school(moved, axes),
    }  # fmt: skip
    return render(request, "plans/support_impact.html", context)


def _by_axis(moved: Iterable[Moved]) -> dict[str, list[Moved]]:
    found: dict[str, list[Moved]] = {}
    for one in moved:
        found.setdefault(one.axis, []).append(one)
    return found


def _points(moved: Iterable[Moved]) -> list[tuple[int, int, str]]:
    return [(one.times, one.steps, one.words) for one in moved]


def _by_school(moved: Iterable[Moved], axes: Sequence[str]) -> list[dict[str, Any]]:
    """A row a school, those with most support first; a cell an axis, none where it was not placed a year ago."""
    found: dict[str, dict[str, Moved]] = {}
    for one in moved:
        found.setdefault(one.school, {})[one.axis] = one
    rows = [
        {"school": school, "times": max(one.times for one in mine.values()), "axes": [mine.get(axis) for axis in axes]}
        for school, mine in sorted(found.items())
    ]
    return sorted(rows, key=lambda row: -row["times"])
