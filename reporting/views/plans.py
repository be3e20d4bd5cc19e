"""A plan as a tagged PDF with its annexes: as it stands, or an edition as it was sent."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from plans.queries.actions import read_actions
from plans.queries.checklists import phases_of_plan
from plans.views.plans import edition_context, plan_context, plan_for
from reporting.views.documents import pdf
from schools.access import Permission, TrustRequest, trust_view

PAPER = "reporting/pdf/plan.html"


@require_safe
@trust_view(needs=Permission.SEE_PLANS)
def plan_file(request: TrustRequest, pk: int) -> HttpResponse:
    """The plan as it stands, with how it gets on, and the checklist whose items it takes up."""
    found, today, read = plan_for(request, pk), timezone.localdate(), read_actions(request.access)
    phases = phases_of_plan(found, request.followed, today=today, read=read)
    context = plan_context(request, found) | {"heading_of": found.whose, "phases": phases}
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
