"""A review as a tagged PDF, with what the school said of it; and its form to fill in by hand."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from reporting.views.documents import pdf
from reviews.queries.reviews import form_for, part_of, team_of
from reviews.views.pages import head_of, review_for, with_portraits, words_of
from schools.access import Permission, TrustRequest, trust_view
from schools.filled import blank


@require_safe
@trust_view(needs=Permission.SEE_REVIEWS)
def review_file(request: TrustRequest, pk: int) -> HttpResponse:
    """What was agreed, written and found. A draft says that it is one; 404 for who may not read its words."""
    found = review_for(request, pk)
    team = team_of(found)
    part = part_of(request.access, found, team)
    if not part.reads_words(found):
        raise Http404
    context = {**head_of(found), **words_of(found, part), "team": with_portraits(team)}
    context["may_see_plans"] = request.access.may(Permission.SEE_PLANS, found.school_id)
    name = f"{context['label']} {found.school.name[:60]} {found.starts_on:%Y-%m-%d}"
    made = pdf(request, "reporting/pdf/review.html", context | {"heading_of": found.school.name}, name)
    return made or redirect("review", trust=request.trust.slug, pk=found.pk)


@require_safe
@trust_view(needs=Permission.SEE_REVIEWS)
def review_paper(request: TrustRequest, pk: int) -> HttpResponse:
    """The form of a review with room to write by hand, as its strategy had it; for its team."""
    found = review_for(request, pk)
    if not part_of(request.access, found).writes:
        raise Http404
    form, school = form_for(found), found.school.name
    paper = blank(found.strategy_version.strategy, form)
    context = {"definition": form, "paper": paper, "heading_of": school}
    made = pdf(request, "reporting/pdf/blank_form.html", context, f"{form.label} {school[:60]}")
    return made or redirect("review", trust=request.trust.slug, pk=found.pk)
