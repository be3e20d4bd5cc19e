"""The school's own pages: begin a self-evaluation, write it section by section, and see what changed."""

from __future__ import annotations

from http.client import OK
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from evidence.forms.sef import SectionForm, decided, values_of
from evidence.models import SelfEvaluation
from evidence.queries.sef import entries_now, layout_for, readable_sefs, writable_period
from evidence.rules.sef_entry import SectionEntry, lacking
from evidence.rules.sef_layouts import SectionRule
from evidence.services.sef_opening import open_sef
from evidence.services.sef_writing import SavedSection, save_section
from evidence.views.sef_pages import address, area_page, conflict_fields, named_in, sef_for
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import version_in
from schools.models import Period, School


@require_safe
@trust_view(needs=Permission.SEE_SEF)
def sef_latest(request: TrustRequest, school_id: int) -> HttpResponse:
    """Leads to this term's for those who write it, to the latest there is to read for everybody else."""
    school = get_object_or_404(School.objects.visible_to(request.access), pk=school_id)
    kwargs = {"trust": request.trust.slug, "school_id": school.pk}
    if request.access.may(Permission.WRITE_SEF, school.pk):
        period = writable_period(school, today=timezone.localdate())
        if period is not None:
            return redirect("sef", period_id=period.pk, **kwargs)
    latest = readable_sefs(request.access).filter(school=school).first()
    if latest is None:
        return render(request, "evidence/sef_none.html", {"school": school})
    return redirect("sef", period_id=latest.period_id, **kwargs)


@require_safe
@trust_view(needs=Permission.SEE_SEF)
def sef_record(request: TrustRequest, pk: int) -> HttpResponse:
    """The page of a self-evaluation known by its number, as a source names it."""
    found = get_object_or_404(readable_sefs(request.access), pk=pk)
    return redirect(address("sef", found, request.trust.slug))


@require_POST
@trust_view(needs=Permission.WRITE_SEF)
def sef_begin(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """Begin it, from last term's words where there are any."""
    school = get_object_or_404(School.objects.visible_to(request.access), pk=school_id)
    request.access.require(Permission.WRITE_SEF, school.pk)
    try:
        open_sef(school, get_object_or_404(Period, pk=period_id))
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
    return redirect("sef", trust=request.trust.slug, school_id=school.pk, period_id=period_id)


def writable(request: TrustRequest, school_id: int, period_id: int, area: str) -> tuple[SelfEvaluation, SectionRule]:
    """The self-evaluation and one of its sections, for somebody who writes it."""
    sef = sef_for(request, school_id, period_id)
    request.access.require(Permission.WRITE_SEF, sef.school_id)
    rule = layout_for(sef).area(area)
    if rule is None:
        raise Http404
    return sef, rule


@trust_view(needs=Permission.WRITE_SEF)
def sef_area(request: TrustRequest, school_id: int, period_id: int, area: str) -> HttpResponse:
    """One section: judge it, say why, name the evidence. An ordinary form that also saves itself."""
    sef, rule = writable(request, school_id, period_id, area)
    if request.method != "POST":
        if not sef.is_open:
            return redirect(address("sef", sef, request.trust.slug))
        return _page(request, sef, rule, SectionForm(initial=values_of(_now(sef, area)), area=rule))
    form = SectionForm(decided(request.POST.dict(), _now(sef, area)), area=rule)
    try:
        saved = _save(request, sef, form, _sound(form, sef))
    except ValidationError as refused:
        sef.refresh_from_db(fields=["state"])
        kept = {"refused": refused.messages, "closed": not sef.is_open, "version": request.POST.get("version", "")}
        return _page(request, sef, rule, form, status=422, **kept)
    if saved.conflict is not None:
        clashes = conflict_fields(saved.conflict, form, request.access)
        return _page(request, sef, rule, form, conflicts=clashes, status=409, version=saved.version)
    if form.errors:  # a refusal would undo what was stored
        return _page(request, sef, rule, form, version=saved.version, unsaved=True)
    return _onwards(request, sef, rule)


def _now(sef: SelfEvaluation, area: str) -> SectionEntry:
    return entries_now(sef).get(area, SectionEntry())


def _page(
    request: TrustRequest, sef: SelfEvaluation, rule: SectionRule, form: SectionForm, *, status: int = OK, **more: Any
) -> HttpResponse:
    context = {
        "version": sef.version,
        "unsaved": status != OK,
        **area_page(sef, rule, form, request.trust.slug),
    }
    return render(request, "evidence/sef_area.html", context | more, status=status)


def _sound(form: SectionForm, sef: SelfEvaluation) -> SectionEntry:
    """All that can be read; in the place of the rest, what is stored."""
    return form.entry() if form.is_valid() else form.entry(_now(sef, form.area.key))


def _save(request: TrustRequest, sef: SelfEvaluation, form: SectionForm, entry: SectionEntry) -> SavedSection:
    return save_section(
        sef,
        form.area.key,
        entry,
        by=request.access.membership,
        version=version_in(request.POST),
        checked=request.POST.get("then") == "still",
        whole=not form.errors,
    )


def _onwards(request: TrustRequest, sef: SelfEvaluation, rule: SectionRule) -> HttpResponse:
    areas = [area.key for area in layout_for(sef).areas]
    later = areas[areas.index(rule.key) + 1 :]
    if request.POST.get("then") in ("next", "still") and later:
        return redirect(address("sef_area", sef, request.trust.slug, area=later[0]))
    messages.success(request, "Saved.")
    return redirect(address("sef", sef, request.trust.slug))


@require_POST
@trust_view(needs=Permission.WRITE_SEF)
def sef_autosave(request: TrustRequest, school_id: int, period_id: int, area: str) -> HttpResponse:
    """The same form, sent by the page while it is written. What cannot be read is told; the rest is saved."""
    sef, rule = writable(request, school_id, period_id, area)
    form = SectionForm(request.POST, area=rule)
    entry = _sound(form, sef)
    try:
        saved = _save(request, sef, form, entry)
    except ValidationError as refused:
        return JsonResponse({"errors": {"__all__": refused.messages}}, status=400)
    if saved.conflict is not None:
        clashes = conflict_fields(saved.conflict, form, request.access)
        return JsonResponse({"version": saved.version, "conflicts": clashes}, status=409)
    told = {
        "saved_at": f"{timezone.localtime(saved.at):%H:%M}",
        "version": saved.version,
        "errors": {name: list(words) for name, words in form.errors.items()},
        "named": named_in(form, sef.school_id),
        "missing": lacking(rule, entry),
    }
    return JsonResponse(told)
