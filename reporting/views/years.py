"""The programme of a school and year as a tagged PDF, and its form to fill in by hand."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from reporting.views.documents import pdf
from reviews.models import YearProgramme
from reviews.queries.years import form_for, readable_years, side_of
from reviews.rules.years import to_write
from schools.access import Permission, TrustRequest, trust_view
from schools.filled import blank, shown
from schools.words import year_words


@require_safe
@trust_view(needs=Permission.SEE_REVIEWS)
def year_file(request: TrustRequest, pk: int) -> HttpResponse:
    """What was agreed; for both sides, while it is written, the words as they stand, called a draft."""
    found = get_object_or_404(readable_years(request.access), pk=pk)
    form, school, edition = form_for(found), found.school.name, found.editions.first()
    if not found.is_agreed and side_of(request.access, found.school_id).writes:
        edition = None
    filled = shown(found.strategy_version.strategy, to_write(form), edition.answers if edition else found.answers)
    context = {"row": found, "label": form.label, "year_words": year_words(found.year), "agreed": edition}
    context |= {"filled": filled, "heading_of": school}
    made = pdf(request, "reporting/pdf/year.html", context, f"{form.label} {school[:60]} {found.year}")
    return made or _back(request, found)


@require_safe
@trust_view(needs=Permission.SEE_REVIEWS)
def year_paper(request: TrustRequest, pk: int) -> HttpResponse:
    """The form with room to write by hand, for both sides."""
    found = get_object_or_404(readable_years(request.access), pk=pk)
    if not side_of(request.access, found.school_id).writes:
        raise Http404
    form, school = form_for(found), found.school.name
    paper = blank(found.strategy_version.strategy, to_write(form))
    context = {"definition": form, "paper": paper, "heading_of": f"{school}, {year_words(found.year)}"}
    made = pdf(request, "reporting/pdf/blank_form.html", context, f"{form.label} {school[:60]}")
    return made or _back(request, found)


def _back(request: TrustRequest, row: YearProgramme) -> HttpResponse:
    return redirect("programme", trust=request.trust.slug, school_id=row.school_id)
