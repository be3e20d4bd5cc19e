"""What support came to: inside the trust against outside, and beside the movement of categories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from plans.queries.support import with_plans
from plans.queries.support_moves import what_it_came_to
from plans.rules.support_shares import Moved, on_record
from schools.access import Permission, TrustRequest, trust_view, where_may
from schools.charts import line_chart, moved_chart
from schools.models import School
from schools.strategy.basics import SupportUnit

P = Permission


@require_safe
@trust_view(needs=P.SEE_OVERVIEW)
def support_impact(request: TrustRequest) -> HttpResponse:
    """Support from inside the trust and from outside over years; and support beside the movement of categories."""
    today = timezone.localdate()
    rows = School.objects.on(today).filter(where_may(request.access, P.SEE_SUPPORT, "pk")).order_by("name")
    schools = list(with_plans(rows))
    found = what_it_came_to(schools, today=today, followed=request.followed)
    years = on_record(found.years)
    axes = list(_by_axis(found.moved))
    charts = [chart for axis, mine in _by_axis(found.moved).items() for chart in _charts(axis, mine)]
    shares = [one.share_outside for one in years]
    context = {
        "years": years,
        "outside": line_chart(
            "Support from outside", [one.label[2:] for one in years], shares, us="From outside", ident="outside",
            floor=0, ceiling=max([share for share in shares if share], default=100.0),
        ),
        "charts": charts,
        "more": any(not one["is_first"] for one in charts),
        "axes": axes,
        "moved": _by_school(found.moved, axes),
    }  # fmt: skip
    return render(request, "plans/support_impact.html", context)


def _charts(axis: str, moved: Sequence[Moved]) -> list[dict[str, Any]]:
    """One for each unit in which anything came, the most used first: days are not added to visits."""
    schools = {unit: sum(unit in one.amounts for one in moved) for unit in SupportUnit}
    units = sorted((unit for unit in SupportUnit if schools[unit]), key=lambda unit: -schools[unit])
    return [
        {"axis": axis, "unit": unit, "is_first": not place, "chart": _chart(axis, unit, moved)}
        for place, unit in enumerate(units)
    ]


def _chart(axis: str, unit: SupportUnit, moved: Sequence[Moved]) -> str:
    points = [(one.amounts.get(unit, Decimal(0)), one.steps, one.words(unit)) for one in moved]
    ident = f"moved-{slugify(axis)}-{unit}"
    return moved_chart(f"Support and movement, {axis}, in {unit}s", points, ident=ident, unit=unit)


def _by_axis(moved: Iterable[Moved]) -> dict[str, list[Moved]]:
    found: dict[str, list[Moved]] = {}
    for one in moved:
        found.setdefault(one.axis, []).append(one)
    return found


def _by_school(moved: Iterable[Moved], axes: Sequence[str]) -> list[dict[str, Any]]:
    """A row a school, by name; a cell an axis, none where it was not placed a year ago."""
    found: dict[str, dict[str, Moved]] = {}
    for one in moved:
        found.setdefault(one.school, {})[one.axis] = one
    return [{"school": school, "axes": [mine.get(axis) for axis in axes]} for school, mine in sorted(found.items())]
