"""The list of schools to look at early, with the signs and how they are counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from reporting.queries.calendar import read_calendar
from reporting.queries.early import Early, early, with_heads
from reporting.queries.helping import helpers, with_standing
from reporting.queries.overview import overview
from reporting.rules.early import KINDS
from reporting.views.links import link
from schools.access import Permission, TrustRequest, trust_view
from schools.models import School
from schools.strategy.early_warning import EarlyWarning
from schools.strategy.measures import Measure
from schools.words import counted, listed

P = Permission
MOST_IN_BOX = 3
"""Schools told on the page of every school."""


@require_safe
@trust_view(needs=P.SEE_OVERVIEW)
def early_warning(request: TrustRequest) -> HttpResponse:
    """Schools with signs of several kinds first, then those with one. For the overview, the first of them."""
    today = timezone.localdate()
    calendar = read_calendar(today)
    period = calendar.term(None)
    if period is None:
        return render(request, "reporting/overview_empty.html", {"setup_url": link(request, "calendar")})
    schools = with_standing(with_heads(School.objects.visible_to(request.access).on(today)))
    seen = overview(
        period, today=today, schools=schools, calendar=calendar, followed=request.followed, proposals=(),
        told_by=timezone.now(),
    )  # fmt: skip
    found = early(seen)
    listed = [one for one in found if one.is_listed]
    helping = helpers(seen, listed) if request.access.may_everywhere(P.BOOK_SUPPORT) else {}
    slipping = [_line(request, one, helping) for one in listed if one.can_slip]
    if request.htmx:  # type: ignore[attr-defined]
        box = {"listed": slipping[:MOST_IN_BOX], "more": len(slipping[MOST_IN_BOX:]), "url": request.path}
        return render(request, "reporting/parts/early_box.html", box)
    context = {
        "listed": slipping,
        "weakest": [_line(request, one, helping) for one in listed if not one.can_slip],
        "others": [_line(request, one, {}) for one in found if one.signs and not one.is_listed],
        "without": sum(not one.signs for one in found),
        "method": _method(found),
    }
    return render(request, "reporting/early.html", context)


def _line(request: TrustRequest, one: Early, helping: Mapping[int, tuple[str, ...]]) -> dict[str, Any]:
    """A school with its signs, what support it had, and for who books support, who could help."""
    could = helping.get(one.line.school_id, ())
    return {
        "had": one.had if request.access.may_everywhere(P.SEE_SUPPORT) else "",
        "could": could,
        "exchange": f"{link(request, 'exchange')}?school={one.line.school_id}" if could else "",
        "name": one.line.name,
        "url": link(request, "school", school_id=one.line.school_id),
        "levels": [(category.word, category.step) for category in one.line.categories if category.step],
        "signs": one.signs,
        "kinds": one.kinds,
    }


def _method(found: list[Early]) -> list[tuple[str, list[str]]]:
    """How each strategy in use counts the signs, as sentences."""
    methods = {one.strategy.identity.title: one.strategy for one in found}
    return [(title, _sentences(one.early_warning, one.measure_by_key)) for title, one in methods.items()]


def _sentences(method: EarlyWarning, measures: Mapping[str, Measure]) -> list[str]:
    figures = [
        f"“{measures[one.measure].label}” is {one.worse_by:g} {'point' if one.worse_by == 1 else 'points'} worse"
        for one in method.figures
    ]
    more, months = (
        counted(method.weaker_criteria, "criterion", "criteria"),
        counted(method.leadership_months, "month"),
    )
    return [
        f"{KINDS['trend']}: with the latest matrix {more} more became weaker than became stronger.",
        f"{KINDS['known']}: {method.unsure_share:.0%} of the criteria or more are unknown or rest on old evidence.",
        f"{KINDS['support']}: {method.missed_share:.0%} or more of what was owed by today has not come.",
        f"{KINDS['leaders']}: there is no headteacher, or the headteacher changed in the last {months}.",
        f"{KINDS['figures']}: {listed(figures, 'or')} than a year before, of the same span."
        if figures
        else "No figure is watched.",
        f"{KINDS['overdue']}: the matrix, a plan’s update or its time, an action, the review of a place on a "
        "ladder, the self-evaluation or a return is past its day, or a plan that the level asks for is not "
        "begun, or not sent to be approved. The days are counted from the first that was missed.",
        "Only levels that were agreed, and that the school has been told of, are shown and count.",
        f"A school is listed with signs of {counted(method.least_signs, 'kind')} or more.",
    ]
