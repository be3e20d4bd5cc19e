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
from categorisation.services import carry_forward, open_assessment, save_ratings, submit_assessment
from categorisation.services.assessments import OPEN_STATES, Saved
from categorisation.views.pages import conflicts_for_form, conflicts_for_script, matrix_summary, rail
from schools.access import Permission, TrustRequest, trust_view
from schools.models import Kpi, Period, School
from schools.strategy import Criterion


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
    if not Assessment.objects.filter(school=school, period=period).exists():
        if not request.access.may(Permission.RATE, school.pk):
            raise Http404
        return render(request, "categorisation/matrix_begin.html", {"school": school, "period": period})
    assessment = matrix_for(request, school_id, period_id)
    return render(request, "categorisation/matrix.html", matrix_summary(assessment, request.access))


@require_POST
@trust_view(needs=Permission.RATE)
def begin(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """Open the matrix; with “carry”, take along what is still true."""
    school = school_for(request, school_id)
    request.access.require(Permission.RATE, school.pk)
    assessment = open_assessment(school, get_object_or_404(Period, pk=period_id))
    if "carry" in request.POST:
        carry_forward(assessment, by=request.access.membership, today=timezone.localdate())
        messages.success(request, "Carried forward. Check each rating, and change what has changed.")
    return to_matrix(request, assessment)


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
            levels=strategy.levels_of(rule.scale),
        )
        for rule in criterion.kpis
        if rule.key in kpis
    }


def sheets_of(assessment: Assessment, forms: dict[str, RatingForm], ratings: dict[str, Rating]) -> list[RatingSheet]:
    """The forms with what stands beside them: where the rating is, and what it was last time."""
    before = previous_entries(assessment)
    sheets = []
    for number, (key, form) in enumerate(forms.items(), start=1):
        last = before.get(key)
        label = form.tiles[last.level - 1]["label"] if last and last.level else ""
        sheets.append(RatingSheet(form, ratings[key], last, label, number, len(forms)))
    return sheets


@trust_view(needs=Permission.RATE)
def criterion(request: TrustRequest, school_id: int, period_id: int, criterion: str) -> HttpResponse:
    """One criterion: rate it, say why, date the evidence. An ordinary form that also saves itself."""
    assessment = matrix_for(request, school_id, period_id)
    request.access.require(Permission.RATE, assessment.school_id)
    rule = assessment.strategy_version.strategy.criterion_by_key.get(criterion)
    if rule is None or assessment.state not in OPEN_STATES:
        return to_matrix(request, assessment)
    kpis = kpis_of(assessment)
    ratings = ratings_of(assessment, kpis)
    forms = forms_of(assessment, rule, kpis, request.POST or None, ratings)
    conflicts: list[dict[str, Any]] = []
    if request.method == "POST" and all(form.is_valid() for form in forms.values()):
        saved = _save(request, assessment, forms, kpis)
        if not saved.conflicts:
            return _next(request, assessment, rule)
        conflicts = conflicts_for_form(saved, request.access)
    sheets = sheets_of(assessment, forms, ratings)
    context = {"assessment": assessment, "criterion": rule, "sheets": sheets, "conflicts": conflicts}
    context |= rail(assessment, rule, request.trust.slug)
    return render(request, "categorisation/criterion.html", context)


def _save(request: TrustRequest, assessment: Assessment, forms: dict[str, RatingForm], kpis: dict[str, Kpi]) -> Saved:
    shown = request.POST.get("version", "")
    version = int(shown) if shown.isdecimal() else 0
    return save_ratings(assessment, entries_from(forms), by=request.access.membership, version=version, kpis=kpis)


def _next(request: TrustRequest, assessment: Assessment, rule: Criterion) -> HttpResponse:
    steps = rail(assessment, rule, request.trust.slug)["steps"]
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
    rule = assessment.strategy_version.strategy.criterion_by_key.get(criterion)
    if rule is None:
        raise Http404
    kpis = kpis_of(assessment)
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
def carry(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """“Still true, checked today” for everything not rated yet, or for one KPI."""
    assessment = matrix_for(request, school_id, period_id)
    request.access.require(Permission.RATE, assessment.school_id)
    only = request.POST.get("kpi") or None
    carry_forward(assessment, by=request.access.membership, today=timezone.localdate(), only=only)
    messages.success(request, "Carried forward from last time.")
    back = request.POST.get("criterion", "")
    if back:
        return redirect("criterion", trust=request.trust.slug, school_id=school_id, period_id=period_id, criterion=back)
    return to_matrix(request, assessment)


@require_POST
@trust_view(needs=Permission.SUBMIT)
def submit(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """Send the matrix to the trust, or show everything that is still missing, with links."""
    assessment = matrix_for(request, school_id, period_id)
    request.access.require(Permission.SUBMIT, assessment.school_id)
    try:
        submit_assessment(assessment, by=request.access.membership, today=timezone.localdate())
    except ValidationError as refused:
        context = matrix_summary(assessment, request.access, refused=refused)
        return render(request, "categorisation/matrix.html", context, status=422)
    messages.success(request, "Sent to the trust. You will hear when it is agreed or comes back with a question.")
    return redirect(reverse("trust_home", kwargs={"trust": request.trust.slug}))
