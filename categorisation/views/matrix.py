"""The school's own pages: the matrix at a glance, one criterion at a time, saved while it is written."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from categorisation.access import of_matrices
from categorisation.forms import RatingForm, RatingSheet, entries_from, initial_of
from categorisation.models import Assessment, Rating
from categorisation.queries import kpis_of, previous_entries, ratings_of
from categorisation.services import Saved, carry_forward, open_assessment, save_ratings, submit_assessment
from categorisation.services.beginning import asked_period, why_not_begin
from categorisation.views.pages import (
    address,
    conflicts_for_form,
    conflicts_for_script,
    matrix_summary,
    published_lines,
    rail,
)
from categorisation.views.refusals import says_refusals
from schools.access import Permission, TrustRequest, trust_view
from schools.models import Kpi, Period, School
from schools.strategy import Criterion
from schools.words import capital, counted, verb


def school_for(request: TrustRequest, school_id: int) -> School:
    """A school this person may see, or 404."""
    return get_object_or_404(School.objects.visible_to(request.access), pk=school_id)


def matrix_for(request: TrustRequest, school_id: int, period_id: int) -> Assessment:
    """The matrix, if this person may see it as it stands: the school its drafts, the trust from submission on."""
    found = (
        Assessment.objects.select_related("school", "period", "strategy_version")
        .defer("strategy_version__text", "strategy_version__document")
        .filter(of_matrices(request.access), school=school_id, period=period_id)
        .first()
    )
    if found is None:
        raise Http404
    return found


@trust_view(needs=Permission.SEE_MATRIX)
def matrix(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """The matrix at a glance. Before it is begun, the two ways to begin it."""
    school = school_for(request, school_id)
    period = get_object_or_404(Period, pk=period_id)
    begun = Assessment.objects.filter(school=school, period=period)
    if request.access.may(Permission.RATE, school.pk) and not begun.exists():
        return _to_begin(request, school, period)
    assessment = matrix_for(request, school_id, period_id)
    return render(request, "categorisation/matrix.html", matrix_summary(request, assessment))


def _to_begin(request: TrustRequest, school: School, period: Period) -> HttpResponse:
    """The two ways to begin, or why this matrix cannot be begun and which one is asked for."""
    today = timezone.localdate()
    refused = why_not_begin(school, period, today=today)
    asked = asked_period(school, on=today) if refused else None
    context = {"school": school, "period": period, "refused": refused, "asked": asked if asked != period else None}
    return render(request, "categorisation/matrix_begin.html", context)


@require_POST
@trust_view(needs=Permission.RATE)
@says_refusals
def begin(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """Open the matrix; with “carry”, take along what is still true."""
    school = school_for(request, school_id)
    request.access.require(Permission.RATE, school.pk)
    assessment = open_assessment(school, get_object_or_404(Period, pk=period_id))
    if "carry" in request.POST:
        saved = carry_forward(assessment, by=request.access.membership, today=timezone.localdate())
        _say_carried(request, saved)
    return to_matrix(request, assessment)


def _say_carried(request: TrustRequest, saved: Saved) -> None:
    if saved.written:
        told = f"{capital(counted(saved.written, 'indicator'))} {verb(saved.written, 'is', 'are')} carried forward."
        messages.success(request, f"{told} Check each, and change what has changed.")
    else:
        messages.info(request, "There was nothing to carry forward.")


def to_matrix(request: TrustRequest, assessment: Assessment) -> HttpResponse:
    return redirect("matrix", trust=request.trust.slug, school_id=assessment.school_id, period_id=assessment.period_id)


def forms_of(
    assessment: Assessment,
    criterion: Criterion,
    kpis: dict[str, Kpi],
    data: Any,
    ratings: dict[str, Rating] | None = None,
) -> dict[str, RatingForm]:
    """A form for each KPI of the criterion that the school is asked."""
    strategy = assessment.strategy_version.strategy
    return {
        rule.key: RatingForm(
            data,
            prefix=f"k{kpis[rule.key].number}",
            initial=initial_of(ratings[rule.key]) if ratings else {},
            kpi=rule,
            strategy=strategy,
        )
        for rule in criterion.kpis
        if rule.key in kpis
    }


def sheets_of(assessment: Assessment, forms: dict[str, RatingForm], ratings: dict[str, Rating]) -> list[RatingSheet]:
    """The forms with what stands beside them: where the rating is, and what it was last time."""
    before, published = previous_entries(assessment), published_lines(assessment, forms)
    sheets = []
    for number, (key, form) in enumerate(forms.items(), start=1):
        last = before.get(key)
        label = form.tiles[last.level - 1]["label"] if last and last.level else ""
        sheets.append(RatingSheet(form, ratings[key], last, label, number, len(forms), published.get(key, "")))
    return sheets


@trust_view(needs=Permission.RATE)
@says_refusals
def criterion(request: TrustRequest, school_id: int, period_id: int, criterion: str) -> HttpResponse:
    """One criterion: rate it, say why, date the evidence. An ordinary form that also saves itself."""
    assessment = matrix_for(request, school_id, period_id)
    request.access.require(Permission.RATE, assessment.school_id)
    kpis = kpis_of(assessment)
    rule = asked_criterion(assessment, criterion, kpis)
    if rule is None or not (assessment.is_open or request.method == "POST"):
        return to_matrix(request, assessment)
    ratings = ratings_of(assessment, kpis)
    forms = forms_of(assessment, rule, kpis, request.POST or None, ratings)
    context: dict[str, Any] = {"assessment": assessment, "criterion": rule, "status": 200}
    context["version"] = assessment.version
    if request.method == "POST":
        context |= _saved(request, assessment, forms, kpis)
        if "saved" in context:
            return _next(request, assessment, rule)
        ratings = ratings_of(assessment, kpis)  # as others have left them
    context |= {"sheets": sheets_of(assessment, forms, ratings), **rail(assessment, ratings, rule, request.trust.slug)}
    return render(request, "categorisation/criterion.html", context, status=context["status"])


def asked_criterion(assessment: Assessment, key: str, kpis: dict[str, Kpi]) -> Criterion | None:
    """The criterion, if this school is asked anything of it."""
    found = assessment.strategy_version.strategy.criterion_by_key.get(key)
    return found if found and any(kpi.key in kpis for kpi in found.kpis) else None


def _saved(
    request: TrustRequest, assessment: Assessment, forms: dict[str, RatingForm], kpis: dict[str, Kpi]
) -> dict[str, Any]:
    """What became of the forms: `saved`, or what the page says beside what was typed."""
    if not all(form.is_valid() for form in forms.values()):
        return {"status": 422, "version": request.POST.get("version", "")}
    try:
        saved = _save(request, assessment, forms, kpis)
    except ValidationError as refused:
        assessment.refresh_from_db(fields=["state"])
        return {"status": 422, "refused": refused.messages, "closed": not assessment.is_open}
    if saved.conflicts:
        return {"status": 409, "conflicts": conflicts_for_form(saved, request.access)}
    return {"saved": saved}


def _save(request: TrustRequest, assessment: Assessment, forms: dict[str, RatingForm], kpis: dict[str, Kpi]) -> Saved:
    shown = request.POST.get("version", "")
    version = int(shown) if shown.isdecimal() else 0
    return save_ratings(assessment, entries_from(forms), by=request.access.membership, version=version, kpis=kpis)


def _next(request: TrustRequest, assessment: Assessment, rule: Criterion) -> HttpResponse:
    steps = rail(assessment, ratings_of(assessment), rule, request.trust.slug)["steps"]
    here = next(place for place, step in enumerate(steps) if step["current"])
    if request.POST.get("then") == "next" and here + 1 < len(steps):
        return redirect(steps[here + 1]["url"])
    messages.success(request, "Saved.")
    return to_matrix(request, assessment)


@require_POST
@trust_view(needs=Permission.RATE)
def autosave(request: TrustRequest, school_id: int, period_id: int, criterion: str) -> HttpResponse:
    """The same form, sent by the page while it is written."""
    assessment = matrix_for(request, school_id, period_id)
    request.access.require(Permission.RATE, assessment.school_id)
    kpis = kpis_of(assessment)
    rule = asked_criterion(assessment, criterion, kpis)
    if rule is None:
        raise Http404
    forms = forms_of(assessment, rule, kpis, request.POST)
    errors = {f"{form.prefix}-{name}": list(words) for form in forms.values() for name, words in form.errors.items()}
    if errors:
        return JsonResponse({"errors": errors}, status=400)
    try:
        saved = _save(request, assessment, forms, kpis)
    except ValidationError as refused:
        return JsonResponse({"errors": {"__all__": refused.messages}}, status=400)
    if saved.conflicts:
        return JsonResponse(conflicts_for_script(saved, request.access), status=409)
    return JsonResponse({"saved_at": f"{timezone.localtime(saved.at):%H:%M}", "version": saved.version})


@require_POST
@trust_view(needs=Permission.RATE)
@says_refusals
def carry(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """“Still true, checked today” for everything not rated yet, or for one KPI."""
    assessment = matrix_for(request, school_id, period_id)
    request.access.require(Permission.RATE, assessment.school_id)
    only = request.POST.get("kpi") or None
    _say_carried(
        request, carry_forward(assessment, by=request.access.membership, today=timezone.localdate(), only=only)
    )
    back = request.POST.get("criterion", "")
    if back in assessment.strategy_version.strategy.criterion_by_key:
        return redirect(address("criterion", assessment, request.trust.slug, criterion=back))
    return to_matrix(request, assessment)


@require_POST
@trust_view(needs=Permission.SUBMIT)
@says_refusals
def submit(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """Send the matrix to the trust, or show everything that is still missing, with links."""
    assessment = matrix_for(request, school_id, period_id)
    request.access.require(Permission.SUBMIT, assessment.school_id)
    try:
        submit_assessment(assessment, by=request.access.membership, today=timezone.localdate())
    except ValidationError as refused:
        if not hasattr(refused, "error_dict"):
            raise
        context = matrix_summary(request, assessment, refused=refused)
        return render(request, "categorisation/matrix.html", context, status=422)
    messages.success(request, "Sent to the trust. You will hear when it is agreed or comes back with a question.")
    return redirect(reverse("trust_home", kwargs={"trust": request.trust.slug}))
