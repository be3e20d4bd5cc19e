"""The school's own pages: the matrix at a glance, one criterion at a time, saved while it is written."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from categorisation.access import of_matrices
from categorisation.forms import RatingForm, RatingSheet, entries_from, initial_of
from categorisation.models import Assessment, Rating
from categorisation.queries import kpis_of, missing_of, previous_entries, ratings_of, suggestions_of
from categorisation.rules.entry import Entry, Missing
from categorisation.rules.suggestion import Suggestion
from categorisation.services import Saved, accept_suggestions, entry_of, save_ratings
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
from categorisation.views.saved import told_of_ratings
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import version_in
from schools.models import Kpi, Period, School
from schools.strategy import Criterion


def school_for(request: TrustRequest, school_id: int) -> School:
    """A school this person may see, or 404."""
    return get_object_or_404(School.objects.visible_to(request.access), pk=school_id)


def matrix_for(request: TrustRequest, school_id: int, period_id: int) -> Assessment:
    """The matrix, if this person may see it as it stands: the school its drafts, the trust from submission on."""
    found = matrix_seen(request, school_id, period_id)
    if found is None:
        raise Http404
    return found


def matrix_seen(request: TrustRequest, school_id: int, period_id: int) -> Assessment | None:
    """The same, or None."""
    found: Assessment | None = (
        Assessment.objects.select_related("school", "period", "strategy_version")
        .defer("strategy_version__text", "strategy_version__document")
        .filter(of_matrices(request.access), school=school_id, period=period_id)
        .first()
    )
    return found


@trust_view(needs=Permission.SEE_MATRIX)
def matrix(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """The matrix at a glance. Before it is begun, the two ways to begin it."""
    assessment = matrix_seen(request, school_id, period_id)
    if assessment is None:
        school = school_for(request, school_id)
        period = get_object_or_404(Period, pk=period_id)
        if not request.access.may(Permission.RATE, school.pk):
            raise Http404
        return _to_begin(request, school, period)
    return render(request, "categorisation/matrix.html", matrix_summary(request, assessment))


def _to_begin(request: TrustRequest, school: School, period: Period) -> HttpResponse:
    """The two ways to begin, or why this matrix cannot be begun and which one is asked for."""
    today = timezone.localdate()
    refused = why_not_begin(school, period, today=today)
    asked = asked_period(school, on=today) if refused else None
    context = {"school": school, "period": period, "refused": refused, "asked": asked if asked != period else None}
    return render(request, "categorisation/matrix_begin.html", context)


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


def sheets_of(
    assessment: Assessment,
    forms: dict[str, RatingForm],
    ratings: dict[str, Rating],
    *,
    before: dict[str, Entry],
    suggestions: dict[str, Suggestion],
    missing: list[Missing],
) -> list[RatingSheet]:
    """The forms with what stands beside them: where the rating is, what it lacks, and what it was last time."""
    published = published_lines(assessment, [key for key, form in forms.items() if form.kpi.kind != "judged"])
    sheets = []
    for number, (key, form) in enumerate(forms.items(), start=1):
        last = before.get(key)
        label = form.tiles[last.level - 1]["label"] if last and last.level else ""
        beside = (published.get(key, ""), suggestions.get(key))
        lacks = {one.field: one.sentence for one in missing if one.kpi == key and one.field != "level"}
        sheets.append(RatingSheet(form, ratings[key], last, label, number, len(forms), *beside, lacks=lacks))
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
    if request.method == "POST":
        context |= _saved(request, assessment, forms, kpis)
        if "saved" in context:
            return _accepted(request, assessment, rule, kpis) or _next(request, assessment, rule, kpis)
        ratings = ratings_of(assessment, kpis)  # as others have left them
    context = {"version": assessment.version} | context | _beside(assessment, rule, forms, ratings, request.trust.slug)
    return render(request, "categorisation/criterion.html", context, status=context["status"])


def _beside(
    assessment: Assessment, rule: Criterion, forms: dict[str, RatingForm], ratings: dict[str, Rating], trust: str
) -> dict[str, Any]:
    """The rail and the sheets. What is missing is told of what is stored."""
    today, before = timezone.localdate(), previous_entries(assessment)
    suggestions = suggestions_of(assessment, today=today)
    entries = {key: entry_of(rating) for key, rating in ratings.items()}
    missing = missing_of(assessment, entries, today=today, previous=before, suggestions=suggestions)
    sheets = sheets_of(assessment, forms, ratings, before=before, suggestions=suggestions, missing=missing)
    return rail(assessment, ratings, rule, trust, missing) | {"sheets": sheets}


def asked_criterion(assessment: Assessment, key: str, kpis: dict[str, Kpi]) -> Criterion | None:
    """The criterion, if this school is asked anything of it."""
    return next((one for one in asked_criteria(assessment, kpis) if one.key == key), None)


def asked_criteria(assessment: Assessment, kpis: dict[str, Kpi]) -> list[Criterion]:
    """The criteria of which this school is asked anything, in the order of the file."""
    strategy = assessment.strategy_version.strategy
    return [one for one in strategy.criteria if any(kpi.key in kpis for kpi in one.kpis)]


def _saved(
    request: TrustRequest, assessment: Assessment, forms: dict[str, RatingForm], kpis: dict[str, Kpi]
) -> dict[str, Any]:
    """What became of the forms: `saved`, or what the page says beside what was typed."""
    kept = {"status": 422, "version": request.POST.get("version", "")}
    if not all(form.is_valid() for form in forms.values()):
        return kept
    try:
        saved = _save(request, assessment, forms, kpis)
    except ValidationError as refused:
        assessment.refresh_from_db(fields=["state"])
        return kept | {"refused": refused.messages, "closed": not assessment.is_open}
    if saved.conflicts:
        return {"status": 409, "conflicts": conflicts_for_form(saved, request.access)}
    return {"saved": saved}


def _save(request: TrustRequest, assessment: Assessment, forms: dict[str, RatingForm], kpis: dict[str, Kpi]) -> Saved:
    version, by = version_in(request.POST), request.access.membership
    return save_ratings(assessment, entries_from(forms), by=by, version=version, kpis=kpis)


def _accepted(
    request: TrustRequest, assessment: Assessment, rule: Criterion, kpis: dict[str, Kpi]
) -> HttpResponse | None:
    """“Accept” at one indicator: what was typed is saved, and it is rated as suggested."""
    key = request.POST.get("accept", "")
    if key not in kpis:
        return None
    accept_suggestions(assessment, by=request.access.membership, today=timezone.localdate(), only=key)
    messages.success(request, f"{kpis[key].label}: rated as suggested.")
    page = address("criterion", assessment, request.trust.slug, criterion=rule.key)
    return redirect(f"{page}#k{kpis[key].number}-title")


def _next(request: TrustRequest, assessment: Assessment, rule: Criterion, kpis: dict[str, Kpi]) -> HttpResponse:
    asked = asked_criteria(assessment, kpis)
    later = asked[asked.index(rule) + 1 :]
    if request.POST.get("then") == "next" and later:
        return redirect(address("criterion", assessment, request.trust.slug, criterion=later[0].key))
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
    told = {"saved_at": f"{timezone.localtime(saved.at):%H:%M}", "version": saved.version}
    return JsonResponse(told | told_of_ratings(assessment, forms, saved))
