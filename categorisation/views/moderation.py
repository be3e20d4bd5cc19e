"""The trust's pages: what waits to be moderated, and one matrix to moderate."""

from __future__ import annotations

from http.client import OK
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from categorisation.forms import ModerationForm, ReturnForm
from categorisation.models import Assessment, Rating
from categorisation.queries import previous_entries, ratings_of
from categorisation.rules.entry import Entry
from categorisation.services import agree_assessment, moderate_rating, return_assessment
from categorisation.services.moderation import ModeratedSince, require_other_school
from categorisation.views.matrix import matrix_for, to_matrix
from categorisation.views.pages import address, matrix_summary, tile
from categorisation.views.refusals import says_refusals
from schools.access import Permission, TrustRequest, trust_view, where_may
from schools.strategy import Kpi, Strategy
from schools.words import whole


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
        return to_matrix(request, assessment)
    require_other_school(assessment, request.access.membership)
    return _page(request, assessment)


def _page(
    request: TrustRequest,
    assessment: Assessment,
    *,
    bound: ModerationForm | None = None,
    returning: ReturnForm | None = None,
    status: int = OK,
) -> HttpResponse:
    """The page, with the form that was just refused in its place. What has moved on can no longer be acted on."""
    if status != OK:
        assessment.refresh_from_db(fields=["state", "version"])
    ratings, before = ratings_of(assessment), previous_entries(assessment)
    prefetch_related_objects(list(ratings.values()), "moderator__user")
    context = matrix_summary(request, assessment, ratings)
    strategy = assessment.strategy_version.strategy
    for step in context["steps"]:
        kpis = [kpi for kpi in strategy.criterion_by_key[step["key"]].kpis if kpi.key in ratings]
        for line, kpi in zip(step["ratings"], kpis, strict=True):
            line |= _beside(strategy, kpi, ratings[kpi.key], before.get(kpi.key), bound)
    trust = request.trust.slug
    context |= {
        "return_form": returning or ReturnForm(),
        "again": sum(line["set_aside"] is not None for step in context["steps"] for line in step["ratings"]),
        "rating_url": address("moderate_rating", assessment, trust),
        "return_url": address("matrix_return", assessment, trust),
        "agree_url": address("matrix_agree", assessment, trust),
        "matrix_url": address("matrix", assessment, trust),
    }
    return render(request, "categorisation/moderate.html", context, status=status)


def _beside(
    strategy: Strategy, kpi: Kpi, rating: Rating, last: Entry | None, bound: ModerationForm | None
) -> dict[str, Any]:
    """What stands beside a rating: its form, who moderated it, and what it was last time."""
    prefix = f"k{rating.kpi.number}"
    initial = {"level": rating.moderated_level, "reason": rating.moderated_reason}
    form = ModerationForm(prefix=prefix, initial=initial, levels=strategy.levels_of(kpi.scale))
    return {
        "key": kpi.key,
        "number": rating.kpi.number,
        "form": bound if bound is not None and bound.prefix == prefix else form,
        "moderator": rating.moderator.user.name if rating.moderator else "",
        "before": tile(strategy, kpi, last.level) if last and last.level else None,
    }


@require_POST
@trust_view(needs=Permission.MODERATE)
@says_refusals
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
        return _page(request, assessment, bound=form, status=422)
    level, reason = form.cleaned_data["level"], form.cleaned_data["reason"]
    by, version = request.access.membership, _version(request)
    try:
        moderate_rating(assessment, kpi.key, by=by, level=level, reason=reason, version=version)
    except ModeratedSince as refused:
        form.since = _theirs(strategy, kpi, refused.rating)
        return _page(request, assessment, bound=form, status=409)
    except ValidationError as refused:
        form.add_error(None if not hasattr(refused, "error_dict") else "reason", refused.messages[0])
        return _page(request, assessment, bound=form, status=422)
    messages.success(request, f"{kpi.label}: saved. The school’s own rating is kept beside it.")
    return redirect(address("matrix_moderate", assessment, request.trust.slug) + f"#kpi-{rating.kpi.number}")


def _version(request: TrustRequest) -> int | None:
    """The version of the matrix the form was filled in on."""
    return whole(request.POST.get("version", ""))


def _theirs(strategy: Strategy, kpi: Kpi, rating: Rating) -> dict[str, Any]:
    """What somebody else made of the rating meanwhile, or that the school rated it anew."""
    by_school = rating.of_version > rating.moderated_version
    who, at = (rating.author, rating.written_at) if by_school else (rating.moderator, rating.moderated_at)
    moderated = rating.moderated_level is not None
    return {
        "by": who.user.name if who else "",
        "at": at,
        "tile": tile(strategy, kpi, rating.counts_as),
        "words": rating.note if by_school else rating.moderated_reason,
        "as_school": not moderated,
    }


@require_POST
@trust_view(needs=Permission.MODERATE)
@says_refusals
def send_back(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """Return the matrix with a question."""
    assessment = matrix_for(request, school_id, period_id)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _page(request, assessment, returning=form, status=422)
    try:
        return_assessment(assessment, by=request.access.membership, note=form.cleaned_data["note"])
    except ValidationError as refused:
        form.add_error("note" if hasattr(refused, "error_dict") else None, refused.messages[0])
        return _page(request, assessment, returning=form, status=422)
    messages.success(request, f"Returned to {assessment.school.known_as}. Its head reads your question in the morning.")
    return redirect("waiting", trust=request.trust.slug)


@require_POST
@trust_view(needs=Permission.MODERATE)
@says_refusals
def agree(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """Agree the matrix; the rules then propose."""
    assessment = matrix_for(request, school_id, period_id)
    agree_assessment(assessment, by=request.access.membership, version=_version(request))
    messages.success(request, f"{assessment.school.known_as}: agreed. The school’s page shows what is proposed.")
    return redirect("waiting", trust=request.trust.slug)
