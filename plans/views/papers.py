"""Documents kept with a plan: added, read, taken away."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plans.forms.papers import PaperForm
from plans.models import PlanPaper
from plans.queries.approvals import papers_of
from plans.services.papers import add_paper, take_paper_away
from plans.views.plans import plan_for
from plans.views.writing import to_plan, writable
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted
from schools.forms.pictures import choose_again

P = Permission


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.WRITE_PLANS)
def paper_new(request: TrustRequest, pk: int) -> HttpResponse:
    """Send a document in the school's own shape."""
    found = writable(request, pk)
    form = PaperForm(request.POST, request.FILES) if request.method == "POST" else PaperForm()
    me = request.access.membership
    if request.method == "POST":
        if accepted(form, lambda data: add_paper(found, data["file"].read(), name=data["file"].name, by=me)):
            messages.success(request, "Kept. List its priorities and targets, so that they are followed.")
            return to_plan(found, request.trust.slug, "#papers")
        choose_again(form, "file")
    context = {"plan": found, "form": form}
    return render(request, "plans/paper.html", context, status=422 if form.errors else 200)


@require_safe
@trust_view(needs=P.SEE_PLANS)
def paper(request: TrustRequest, pk: int, paper_id: int) -> HttpResponse:
    """The document itself, to keep; it is never opened in the page."""
    plan = plan_for(request, pk)
    found = get_object_or_404(papers_of(request.access, plan), pk=paper_id)
    response = HttpResponse(bytes(found.content), found.kind)
    response.headers["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
@trust_view(needs=P.WRITE_PLANS)
def paper_remove(request: TrustRequest, pk: int, paper_id: int) -> HttpResponse:
    """Take a document away."""
    found = writable(request, pk)
    row = get_object_or_404(PlanPaper.objects.defer("content"), pk=paper_id, plan=found, taken_away_at=None)
    try:
        with transaction.atomic():
            take_paper_away(row, by=request.access.membership)
        messages.success(request, f"Taken away: {row.name}.")
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
    return to_plan(found, request.trust.slug, "#papers")
