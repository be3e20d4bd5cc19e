"""What is done to a matrix as a whole: begin it, fill in what need not be typed, send it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from categorisation.services import Saved, accept_suggestions, carry_forward, open_assessment, submit_assessment
from categorisation.views.matrix import matrix_for, school_for, to_matrix
from categorisation.views.pages import address, matrix_summary
from categorisation.views.refusals import says_refusals
from schools.access import Permission, TrustRequest, trust_view
from schools.models import Period
from schools.words import capital, counted, verb


@require_POST
@trust_view(needs=Permission.RATE)
@says_refusals
def begin(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """Open the matrix; with “carry”, take along what is still true."""
    school = school_for(request, school_id)
    request.access.require(Permission.RATE, school.pk)
    assessment = open_assessment(school, get_object_or_404(Period, pk=period_id))
    if "carry" in request.POST:
        saved = carry_forward(assessment, by=request.access.membership, today=timezone.localdate())
        _say_carried(request, saved)
    return to_matrix(request, assessment)


def _say_carried(request: TrustRequest, saved: Saved) -> None:
    if saved.written:
        told = f"{capital(counted(saved.written, 'indicator'))} {verb(saved.written, 'is', 'are')} carried forward."
        messages.success(request, f"{told} Check each, and change what has changed.")
    else:
        messages.info(request, "There was nothing to carry forward.")


@require_POST
@trust_view(needs=Permission.RATE)
@says_refusals
def carry(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """“Still true, checked today” for everything not rated yet, or for one KPI."""
    assessment = matrix_for(request, school_id, period_id)
    request.access.require(Permission.RATE, assessment.school_id)
    only = request.POST.get("kpi") or None
    _say_carried(
        request, carry_forward(assessment, by=request.access.membership, today=timezone.localdate(), only=only)
    )
    back = request.POST.get("criterion", "")
    if back in assessment.strategy_version.strategy.criterion_by_key:
        return redirect(address("criterion", assessment, request.trust.slug, criterion=back))
    return to_matrix(request, assessment)


@require_POST
@trust_view(needs=Permission.RATE)
@says_refusals
def accept(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """Rate as suggested whatever nobody has rated by hand."""
    assessment = matrix_for(request, school_id, period_id)
    request.access.require(Permission.RATE, assessment.school_id)
    saved = accept_suggestions(assessment, by=request.access.membership, today=timezone.localdate())
    if saved.written:
        told = f"{capital(counted(saved.written, 'indicator'))} {verb(saved.written, 'is', 'are')} rated as suggested."
        messages.success(request, told)
    else:
        messages.info(request, "Nothing was left to accept.")
    return to_matrix(request, assessment)


@require_POST
@trust_view(needs=Permission.SUBMIT)
@says_refusals
def submit(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """Send the matrix to the trust, or show everything that is still missing, with links."""
    assessment = matrix_for(request, school_id, period_id)
    request.access.require(Permission.SUBMIT, assessment.school_id)
    try:
        submit_assessment(assessment, by=request.access.membership, today=timezone.localdate())
    except ValidationError as refused:
        if not hasattr(refused, "error_dict"):
            raise
        context = matrix_summary(request, assessment, refused=True)
        return render(request, "categorisation/matrix.html", context, status=422)
    messages.success(request, "Sent to the trust. You will hear when it is agreed or comes back with a question.")
    return redirect(reverse("trust_home", kwargs={"trust": request.trust.slug}))
