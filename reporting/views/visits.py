"""A visit as a tagged PDF with the school's reply beside it, and a blank form to fill in by hand."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from monitoring.queries.visits import reads_notes, visit_forms
from monitoring.views.visit import visit_page
from monitoring.views.writing import visit_for
from reporting.views.documents import pdf
from reporting.views.known import known_for
from schools.access import Permission, TrustRequest, trust_view
from schools.filled import blank


@require_safe
@trust_view(needs=Permission.SEE_VISITS)
def visit_file(request: TrustRequest, pk: int) -> HttpResponse:
    """The record as it is read. 404 for who may not read the notes."""
    found = visit_for(request, pk)
    if not reads_notes(request.access, found):
        raise Http404
    context = visit_page(request, found) | {"heading_of": found.school.name, "known": known_for(request, found)}
    name = f"{context['definition'].label} {found.school.known_as} {found.on or ''}"
    return pdf(request, "reporting/pdf/visit.html", context, name) or redirect(
        "visit", trust=request.trust.slug, pk=found.pk
    )


@require_safe
@trust_view(needs=Permission.SEE_VISITS)
def visit_form_file(request: TrustRequest, form: str) -> HttpResponse:
    """A form of the strategy followed today, with room to write by hand."""
    versions = request.followed.on(timezone.localdate())
    strategies = [version.strategy for _, version in sorted(versions.items(), key=lambda pair: pair[0] is not None)]
    found = next(((one, each) for each in strategies for one in visit_forms(each) if one.key == form), None)
    if found is None:
        raise Http404
    definition, strategy = found
    context = {"definition": definition, "paper": blank(strategy, definition), "heading_of": request.trust.name}
    made = pdf(request, "reporting/pdf/blank_form.html", context, definition.label)
    return made or redirect("monitoring", trust=request.trust.slug)
