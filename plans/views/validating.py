"""The verdict on a closed plan as somebody from outside the school sees it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from evidence.forms.named import ask_once_more
from plans.forms.validating import ValidationForm
from plans.queries.plans import readable_plans
from plans.queries.validating import why_not_validate, with_validation
from plans.services.validating import validate_plan
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.RUN_REVIEWS)
def plan_validate(request: TrustRequest, pk: int) -> HttpResponse:
    """Confirm the verdict on a closed plan, or put on record how it is seen differently."""
    found = get_object_or_404(with_validation(readable_plans(request.access), request.access), pk=pk)
    form = ValidationForm(request.POST if request.method == "POST" else None)
    sure = ask_once_more(request.POST, found.school_id, form) if form.is_bound else ""
    if form.is_bound and accepted(form, lambda _: validate_plan(found, form.said(), access=request.access)):
        messages.success(request, "On record, beside the verdict of the plan.")
        return redirect("plan", trust=request.trust.slug, pk=found.pk)
    why_not = "" if form.is_bound else why_not_validate(request.access, found)
    context = {"plan": found, "form": form, "sure": sure, "why_not": why_not}
    return render(request, "plans/validate.html", context, status=422 if form.errors else 200)
