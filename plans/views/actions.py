"""The actions of a school, those agreed from a review, and the page on which one is looked at and closed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from evidence.forms.named import ask_once_more
from plans.forms.lines import LinesForm
from plans.forms.verdict import VerdictForm
from plans.models import Action
from plans.queries.action_support import booked_for
from plans.queries.actions import findings_with_actions, may_agree, origin_of, readable_actions, setting_of
from plans.queries.appraisals import appraisal_naming
from plans.queries.delegation import why_not_write_plan
from plans.queries.plans import kind_of, may_write_plan
from plans.services import AgreedOn, agree_from_findings, give_verdict
from reviews.models import Finding, Review
from reviews.queries.reviews import called, readable_reviews
from schools.access import Permission, TrustRequest, trust_view, who_may
from schools.forms import accepted
from schools.models import School

MOST_DONE = 50
"""Closed actions that the page of a school shows."""


@require_safe
@trust_view(needs=Permission.SEE_PLANS)
def school_actions(request: TrustRequest, school_id: int) -> HttpResponse:
    """What is agreed and open, and what was closed with which verdict."""
    school = get_object_or_404(School.objects.visible_to(request.access), pk=school_id)
    rows = readable_actions(request.access).filter(plan__school=school)
    context = {
        "school": school,
        "open_ones": list(rows.filter(state=Action.State.OPEN)),
        "done": list(rows.filter(state=Action.State.DONE).order_by("-closed_at")[:MOST_DONE]),
        "may_write": request.access.may(Permission.WRITE_PLANS, school.pk),
        "today": timezone.localdate(),
    }
    return render(request, "plans/school_actions.html", context)


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.SEE_PLANS)
def action(request: TrustRequest, pk: int) -> HttpResponse:
    """One action: what was agreed, and for those who write plans the verdict that closes it."""
    found = get_object_or_404(readable_actions(request.access), pk=pk)
    plan = found.plan
    school, may_write = plan.school, may_write_plan(request.access, plan)
    form = VerdictForm(request.POST if request.method == "POST" else None, action=found, today=timezone.localdate())
    if request.method == "POST":
        if not may_write:
            raise PermissionDenied(who_may(Permission.WRITE_PLANS))
        if accepted(form, lambda data: give_verdict(found, by=request.access.membership, **data)):
            messages.success(request, "Your verdict is on record.")
            if school is None:
                return redirect("plan", trust=request.trust.slug, pk=found.plan_id)
            return redirect("school_actions", trust=request.trust.slug, school_id=school.pk)
        found.refresh_from_db()
    context = {
        "action": found,
        "school": school,
        "form": form,
        "may_write": may_write and found.is_open,
        "may_change": may_write and found.is_open and kind_of(plan) and not why_not_write_plan(request.access, plan),
        "origin": origin_of(found),
        "support": booked_for(request.access, found),
        "appraisal": appraisal_naming(found, request.access),
        "today": timezone.localdate(),
    }
    return render(request, "plans/action.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.WRITE_PLANS)
def review_actions(request: TrustRequest, pk: int) -> HttpResponse:
    """Agree actions from what a published review found; each goes into the plan with its finding."""
    rows = readable_reviews(request.access).select_related("school__trust", "proposed_by__user")
    review = get_object_or_404(rows, pk=pk)
    if not request.access.may(Permission.WRITE_PLANS, review.school_id):
        raise PermissionDenied(who_may(Permission.WRITE_PLANS))
    if not may_agree(request.access, review):
        messages.warning(request, "Actions are agreed once the review is published.")
        return redirect("review", trust=request.trust.slug, pk=review.pk)
    findings = findings_with_actions(review)
    data = request.POST if request.method == "POST" else None
    setting = setting_of(review.school_id, timezone.localdate())
    form = LinesForm(data, setting=setting, suggested=[{}] * len(findings))

    def agree(_: dict[str, Any]) -> None:
        agreed = [AgreedOn(action, findings[number]) for number, action in form.new_actions()]
        agree_from_findings(review, agreed, by=request.access.membership)

    sure = "" if data is None else ask_once_more(data, review.school_id, form)
    if data is not None and accepted(form, agree):
        messages.success(request, "What was agreed is in the plan.")
        return redirect(reverse("review", args=[request.trust.slug, review.pk]) + "#findings")
    return _agree_page(request, review, form, findings, sure)


def _agree_page(
    request: TrustRequest, review: Review, form: LinesForm, findings: list[Finding], sure: str
) -> HttpResponse:
    lines = [
        {"finding": one, "number": number + 1, "controls": form.controls(number), "open": form.is_touched(number)}
        for number, one in enumerate(findings)
    ]
    context = {
        "review": review,
        "label": called(review),
        "lines": lines,
        "form": form,
        "sure": sure,
        "today": timezone.localdate(),
    }
    return render(request, "plans/review_actions.html", context, status=422 if form.errors else 200)
