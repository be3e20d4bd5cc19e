"""The list of schools, and the page of one."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from categorisation.access import sight_of
from evidence.queries import inspections_of
from evidence.views.hub import ways_of_school
from plans.rules.checklist import has_checklists
from reporting.forms.pages import SchoolFilter, phase_label, shown_as_selects
from reporting.queries.school import school_story
from reporting.queries.schools import Listed, listed_schools
from reporting.rules.opening import short_labels
from reporting.views.links import link
from reporting.views.school_parts import blocks, boxes, head, support, to_decide
from reporting.views.school_record import criteria, history, inspections, matrix, next_due, on_record
from schools.access import Permission, TrustRequest, trust_view
from schools.models import School
from schools.words import capital, counted

PAGE = 100


@require_safe
@trust_view(needs=Permission.SEE_SCHOOLS)
def school_list(request: TrustRequest) -> HttpResponse:
    """The schools this person may see, with their agreed categories where they may see those."""
    today, access = timezone.localdate(), request.access
    visible = School.objects.visible_to(access)
    filters = SchoolFilter(request.GET, visible if request.GET.get("here") else visible.on(today))
    page = Paginator(filters.qs.order_by("name", "pk"), PAGE).get_page(request.GET.get("page"))
    told_by = None if access.whole_trust else timezone.now()
    listed = listed_schools(
        list(page.object_list),
        request.followed,
        today=today,
        decisions=access.may(Permission.SEE_DECISIONS),
        told_by=told_by,
    )
    columns = _columns(listed)
    context = {
        "rows": [_row(request, one, columns) for one in listed],
        "columns": list(columns.values()),
        "lede": f"{capital(counted(page.paginator.count, 'school'))}{'' if request.GET.get('here') else ' today'}.",
        "filters": shown_as_selects(filters.form) if access.whole_trust else [],
        "page": page,
        "filtered": bool(request.GET.get("phase")),
    }
    return render(request, "reporting/schools.html", context)


def _columns(listed: list[Listed]) -> dict[str, str]:
    """A column for each axis by its label, where schools have any; one for all where strategies differ."""
    named = {tuple(category.axis_label for category in one.categories) for one in listed}
    shared = max(named, key=len, default=())
    if not all(set(one) <= set(shared) for one in named):
        return {"": "Category"}
    return dict(zip(shared, short_labels(shared), strict=True))


def _row(request: TrustRequest, one: Listed, columns: dict[str, str]) -> dict[str, Any]:
    school = one.school
    joined = f"Joined {school.joined_on:%B %Y}"
    return {
        "name": school.name,
        "url": link(request, "school", school_id=school.pk),
        "phase": _phase(school),
        "la_name": school.la_name,
        "pupils": school.pupils,
        "cells": [
            {"label": label, "categories": [each for each in one.categories if axis in ("", each.axis_label)]}
            for axis, label in columns.items()
        ],
        "joined": f"{joined}, left {school.left_on:%B %Y}" if school.left_on else joined,
    }


def _phase(school: School) -> str:
    ages = f", ages {school.age_low} to {school.age_high}" if school.age_low is not None and school.age_high else ""
    return f"{phase_label(school.phase)}{ages}"


@require_safe
@trust_view(needs=Permission.SEE_SCHOOLS)
def school_page(request: TrustRequest, school_id: int) -> HttpResponse:
    """Where a school is and why, how it came there, what comes next: as much of it as this person may see."""
    today, now = timezone.localdate(), timezone.now()
    school = get_object_or_404(School.objects.visible_to(request.access), pk=school_id)
    sight = sight_of(request.access, request.trust, school_id)
    story = school_story(
        school,
        request.followed,
        today=today,
        decisions=sight.decisions,
        matrix=sight.matrix,
        proposals=sight.proposals,
        told_by=None if sight.untold else now,
    )
    parts: dict[str, Any] = {"school": school, "today": today, "sight": sight}
    published = inspections_of([school.urn], today)[school.urn]
    parts["inspections"] = inspections(school, published)
    decides = to_decide(request, story)
    parts["head"] = head(request, school, story, sight, phase=_phase(school), decides=decides)
    if story is not None:
        parts |= {
            "boxes": boxes(story),
            "blocks": blocks(request, story, decides),
            "history": history(story),
            "criteria": criteria(story),
            "matrix": matrix(request, story, sight),
            "record": on_record(request, story, sight, published),
            "due": next_due(request, story, sight),
            "evidence": ways_of_school(request, school.pk),
            "support": support(
                request,
                school,
                with_ladder=bool(story.strategy.ladders),
                with_checklist=has_checklists(story.strategy),
            ),
            "words": story.strategy.identity.words,
        }
    return render(request, "reporting/school.html", parts)
