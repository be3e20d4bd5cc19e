"""Judgements of a school from outside: inspections as published, and those entered by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from evidence.forms.judgements import JudgementForm, TakeBackForm
from evidence.models import Source
from evidence.queries.sef import layout_for_school
from evidence.rules.sef_layouts import FRAMEWORK_LAYOUTS, SefLayout
from evidence.services.judgements import KIND, record_judgement, withdraw_judgement
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted
from schools.models import School

P = Permission


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.RECORD_JUDGEMENT)
def judgements(request: TrustRequest, school_id: int) -> HttpResponse:
    """What is recorded, and the form for another in the layout chosen: the school's own, or another framework."""
    school = get_object_or_404(School.objects.visible_to(request.access), pk=school_id)
    layouts = _layouts(request, school)
    layout = layouts.get(request.GET.get("layout", ""), next(iter(layouts.values())))
    form = JudgementForm(request.POST if request.method == "POST" else None, layout=layout)
    me = request.access.membership
    if request.method == "POST" and accepted(form, lambda data: record_judgement(school, layout, by=me, **data)):
        messages.success(request, "The judgement is recorded. It now stands beside what the school says of itself.")
        return redirect("judgements", trust=request.trust.slug, school_id=school.pk)
    return _page(request, school, layout=layout, layouts=layouts, form=form)


@require_POST
@trust_view(needs=Permission.RECORD_JUDGEMENT)
def judgement_withdraw(request: TrustRequest, school_id: int, source_id: int) -> HttpResponse:
    """Take one back, with a reason."""
    school = get_object_or_404(School.objects.visible_to(request.access), pk=school_id)
    source = get_object_or_404(Source.objects.select_related("school"), pk=source_id, school=school, kind=KIND)
    form = TakeBackForm(request.POST, prefix=f"back-{source.pk}")
    me = request.access.membership
    if accepted(form, lambda data: withdraw_judgement(source, by=me, **data)):
        messages.success(request, "The judgement is taken back. The record of changes keeps it.")
        return redirect("judgements", trust=request.trust.slug, school_id=school.pk)
    layouts = _layouts(request, school)
    layout = next(iter(layouts.values()))
    return _page(request, school, layout=layout, layouts=layouts, form=JudgementForm(layout=layout), wrong=form)


def _layouts(request: TrustRequest, school: School) -> dict[str, SefLayout]:
    """The school's own layout first, then every framework, for history."""
    version = request.followed.by(school, timezone.localdate())
    own = [layout_for_school(version.strategy, school)] if version else []
    return {layout.key: layout for layout in (*own, *FRAMEWORK_LAYOUTS.values()) if layout.areas}


def _page(
    request: TrustRequest, school: School, *, layout: SefLayout, layouts: dict[str, SefLayout], form: JudgementForm,
    wrong: TakeBackForm | None = None,
) -> HttpResponse:  # fmt: skip
    rows = Source.objects.filter(school=school, kind=KIND).select_related("author__user").order_by("-on", "-pk")
    context = {
        "school": school,
        "layout": layout,
        "layouts": layouts.values(),
        "form": form,
        "wrong": wrong or form,
        "rows": [_shown(row, layouts, wrong) for row in rows],
    }
    return render(request, "evidence/judgements.html", context, status=422 if (wrong or form).errors else 200)


def _shown(row: Source, layouts: dict[str, SefLayout], wrong: TakeBackForm | None) -> dict[str, Any]:
    layout = next((one for one in layouts.values() if one.scale == row.framework), None)
    section = layout.area(row.area) if layout else None
    word = section.judgement(row.judgement) if section else None
    prefix = f"back-{row.pk}"
    return {
        "row": row,
        "layout": layout.label if layout else "",
        "area": section.label if section else row.area.replace("_", " "),
        "word": word.label if word else row.judgement,
        "step": word.step if word else 0,
        "back": wrong if wrong and wrong.prefix == prefix else TakeBackForm(prefix=prefix),
    }
