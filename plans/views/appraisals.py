"""Appraisals by their status: those this person may see, one of them, and one that is begun."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plans.forms.appraisals import AppraisalForm, BeginForm
from plans.models import Appraisal
from plans.queries.appraisals import (
    kind_in,
    leads,
    objectives_of,
    offered_to,
    readable_appraisals,
    removed_after,
    steps_of,
    to_begin,
)
from plans.rules.appraisal import next_step, standing
from plans.services.appraising import begin_appraisal, mark_of_appraisal, remove_appraisal, write_appraisal
from schools.access import ROLES, Permission, TrustRequest, trust_view, who_may
from schools.forms import accepted, show_latest
from schools.rules import academic_year
from schools.words import listed

P = Permission


def _line(row: Appraisal) -> dict[str, Any]:
    steps = steps_of(row)
    return {"row": row, "kind": kind_in(row), "stands": standing(steps), "next": next_step(steps)}


@require_safe
@trust_view(needs=P.SEE_APPRAISALS)
def appraisals(request: TrustRequest) -> HttpResponse:
    """One's own, those one leads, and others that one is told of; the latest year first."""
    today, me = timezone.localdate(), request.access.membership.pk
    lines = [_line(row) for row in readable_appraisals(request.access)]
    version = request.followed.by_trust(today)
    context = {
        "own": [one for one in lines if one["row"].person_id == me],
        "led": [one for one in lines if leads(request.access, one["row"])],
        "others": [one for one in lines if one["row"].person_id != me and not leads(request.access, one["row"])],
        "kinds": version.strategy.appraisals if version else (),
        "may_begin": request.access.may(P.LEAD_APPRAISALS),
        "today": today,
    }
    return render(request, "plans/appraisals.html", context)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.LEAD_APPRAISALS)
def appraisal_new(request: TrustRequest) -> HttpResponse:
    """Begin the appraisal of somebody, of those the strategy says this person appraises; 404 where it names none."""
    today = timezone.localdate()
    year = academic_year(today)
    version, people = to_begin(request.access, today=today)
    if version is None or not version.strategy.appraisals:
        raise Http404
    form = BeginForm(request.POST if request.method == "POST" else None, people=people, years=(year, year + 1))
    made: list[Appraisal] = []
    if request.method == "POST" and accepted(
        form, lambda data: made.append(begin_appraisal(data["person"], data["year"], access=request.access))
    ):
        return redirect("appraisal", trust=request.trust.slug, pk=made[0].pk)
    context = {"form": form, "people": people}
    return render(request, "plans/appraisal_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.SEE_APPRAISALS)
def appraisal(request: TrustRequest, pk: int) -> HttpResponse:
    """How one appraisal stands; for who leads it, with the form that says so."""
    row, form = _for(request, pk), None
    if leads(request.access, row):
        offered = offered_to(row, request.access)
        form = AppraisalForm(request.POST if request.method == "POST" else None, row=row, offered=offered)
    elif request.method == "POST":
        raise PermissionDenied(who_may(P.LEAD_APPRAISALS))
    if form and request.method == "POST":
        by = request.access.membership
        if accepted(form, lambda data: write_appraisal(row, form.entry(), by=by, seen=data["seen"])):
            messages.success(request, "Saved.")
            return redirect("appraisal", trust=request.trust.slug, pk=row.pk)
        show_latest(form, lambda: mark_of_appraisal(_for(request, pk)))
    context = {**_line(row), "steps": steps_of(row), "objectives": objectives_of(row), "form": form}
    context["shared_words"] = listed(ROLES[role].label.lower() for role in row.shared_with if role in ROLES)
    context |= {"kept_until": removed_after(row), "today": timezone.localdate()}
    return render(request, "plans/appraisal.html", context, status=422 if form and form.errors else 200)


def _for(request: TrustRequest, pk: int) -> Appraisal:
    return get_object_or_404(readable_appraisals(request.access), pk=pk)


@require_POST
@trust_view(needs=P.LEAD_APPRAISALS)
def appraisal_remove(request: TrustRequest, pk: int) -> HttpResponse:
    """Take away one that was begun in error."""
    row = _for(request, pk)
    if not leads(request.access, row):
        raise PermissionDenied(who_may(P.LEAD_APPRAISALS))
    remove_appraisal(row, by=request.access.membership)
    messages.success(request, "Taken away.")
    return redirect("appraisals", trust=request.trust.slug)
