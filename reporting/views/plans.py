"""A plan as a tagged PDF with its training annex: as it stands, or an edition as it was sent."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from plans.views.plans import edition_context, plan_context, plan_for
from reporting.views.documents import pdf
from schools.access import Permission, TrustRequest, trust_view

PAPER = "reporting/pdf/plan.html"


@require_safe
@trust_view(needs=Permission.SEE_PLANS)
def plan_file(request: TrustRequest, pk: int) -> HttpResponse:
    """The plan as it stands, with how it gets on."""
    found = plan_for(request, pk)
    context = plan_context(request, found) | {"heading_of": found.whose}
    made = pdf(request, PAPER, context, f"{found.title} {found.known_as}")
    return made or redirect("plan", trust=request.trust.slug, pk=found.pk)


@require_safe
@trust_view(needs=Permission.SEE_PLANS)
def plan_edition_file(request: TrustRequest, pk: int, number: int) -> HttpResponse:
    """An edition, with what was answered."""
    found = plan_for(request, pk)
    context = edition_context(request, found, number) | {"heading_of": found.whose}
    made = pdf(request, PAPER, context, f"{found.title} {found.known_as} edition {number}")
    return made or redirect("plan_edition", trust=request.trust.slug, pk=found.pk, number=number)
