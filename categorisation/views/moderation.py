"""The trust's pages: what waits to be moderated, and one matrix to moderate."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from categorisation.forms import ModerationForm, ReturnForm
from categorisation.models import Assessment, Rating
from categorisation.queries import previous_entries, ratings_of
from categorisation.services import agree_assessment, moderate_rating, return_assessment
from categorisation.views.matrix import matrix_for
from categorisation.views.pages import address, matrix_summary, tile
from schools.access import Permission, TrustRequest, trust_view, where_may
from schools.strategy import Level


@trust_view(needs=Permission.MODERATE)
def waiting(request: TrustRequest) -> HttpResponse:
    """Every matrix by where it stands, the longest waiting first."""
    matrices = (
        Assessment.objects.filter(where_may(request.access, Permission.MODERATE))
        .exclude(state=Assessment.State.AGREED)
        .select_related("school", "period", "submitted_by__user")
        .order_by("submitted_at", "due_on", "school__name")
    )
    groups: dict[str, list[Assessment]] = {state.value: [] for state in Assessment.State}
    for one in matrices:
        groups[one.state].append(one)
    return render(request, "categorisation/waiting.html", {"groups": groups, "today": timezone.localdate()})


@trust_view(needs=Permission.MODERATE)
def moderate(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """The matrix as the school sees it, with a place to give another level and why."""
    assessment = matrix_for(request, school_id, period_id)
    if assessment.state != Assessment.State.SUBMITTED:
        return redirect("matrix", trust=request.trust.slug, school_id=school_id, period_id=period_id)
    return _page(request, assessment)


def _page(request: TrustRequest, assessment: Assessment, *, bound: Any = None, returning: Any = None) -> HttpResponse:
    context = matrix_summary(assessment, request.access)
    strategy = assessment.strategy_version.strategy
    ratings, before = ratings_of(assessment), previous_entries(assessment)
    for step in context["steps"]:
        kpis = [kpi for kpi in strategy.criterion_by_key[step["key"]].kpis if kpi.key in ratings]
        for line, kpi in zip(step["ratings"], kpis, strict=True):
            rating = ratings[kpi.key]
            initial = {"level": rating.moderated_level, "reason": rating.moderated_reason}
            line["key"], line["number"] = kpi.key, rating.kpi.number
            line["form"] = (
                bound
                if bound is not None and bound.prefix == f"k{rating.kpi.number}"
                else ModerationForm(
                    prefix=f"k{rating.kpi.number}", initial=initial, levels=strategy.levels_of(kpi.scale)
                )
            )
            last = before.get(kpi.key)
            line["before"] = tile(strategy, kpi, last.level) if last and last.level else None
    trust = request.trust.slug
    context |= {
        "return_form": returning or ReturnForm(),
        "rating_url": address("moderate_rating", assessment, trust),
        "return_url": address("matrix_return", assessment, trust),
        "agree_url": address("matrix_agree", assessment, trust),
    }
    wrong = bound is not None or returning is not None
    return render(request, "categorisation/moderate.html", context, status=422 if wrong else 200)


def _moderation_form(rating: Rating, levels: tuple[Level, ...], bound: ModerationForm | None) -> ModerationForm:
    """The form of one rating, or the bound one that was just refused."""
    prefix = f"k{rating.kpi.number}"
    if bound is not None and bound.prefix == prefix:
        return bound
    initial = {"level": rating.moderated_level, "reason": rating.moderated_reason}
    return ModerationForm(prefix=prefix, initial=initial, levels=levels)


@require_POST
@trust_view(needs=Permission.MODERATE)
def rate(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """Moderate one rating."""
    assessment = matrix_for(request, school_id, period_id)
    strategy = assessment.strategy_version.strategy
    kpi = strategy.kpi_by_key.get(request.POST.get("kpi", ""))
    rating = ratings_of(assessment).get(kpi.key) if kpi else None
    if kpi is None or rating is None:
        raise Http404
    form = ModerationForm(request.POST, prefix=f"k{rating.kpi.number}", levels=strategy.levels_of(kpi.scale))
    if not form.is_valid():
        return _page(request, assessment, bound=form)
    level, reason = form.cleaned_data["level"], form.cleaned_data["reason"]
    try:
        moderate_rating(assessment, kpi.key, by=request.access.membership, level=level, reason=reason)
    except ValidationError as refused:
        form.add_error(None if not hasattr(refused, "error_dict") else "reason", refused.messages[0])
        return _page(request, assessment, bound=form)
    messages.success(request, f"{kpi.label}: saved. The school’s own rating is kept beside it.")
    return redirect(address("matrix_moderate", assessment, request.trust.slug) + f"#kpi-{rating.kpi.number}")


@require_POST
@trust_view(needs=Permission.MODERATE)
def send_back(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """Return the matrix with a question."""
    assessment = matrix_for(request, school_id, period_id)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _page(request, assessment, returning=form)
    try:
        return_assessment(assessment, by=request.access.membership, note=form.cleaned_data["note"])
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
        return redirect("waiting", trust=request.trust.slug)
    messages.success(request, f"Returned to {assessment.school.known_as}.")
    return redirect("waiting", trust=request.trust.slug)


@require_POST
@trust_view(needs=Permission.MODERATE)
def agree(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """Agree the matrix; the rules then propose."""
    assessment = matrix_for(request, school_id, period_id)
    try:
        agree_assessment(assessment, by=request.access.membership)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        messages.success(request, f"{assessment.school.known_as}: agreed. The school’s page shows what is proposed.")
    return redirect("waiting", trust=request.trust.slug)
