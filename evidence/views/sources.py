"""Audits, reviews and checks of a school: what is recorded, a form to record one, and one to put it right."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evidence.forms.sources import CheckForm, CorrectionForm, WithdrawalForm, initial_of
from evidence.models import Source
from evidence.queries.sources import CHECK, checks_of, dated_kpis
from evidence.services.sources import correct_source, record_source, withdraw_source
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted
from schools.models import School
from schools.strategy import Kpi, Strategy


def may_record(request: TrustRequest, school: School) -> bool:
    """Those who rate the school's matrix, and those who record judgements for the trust."""
    may = request.access.may
    return may(Permission.RATE, school.pk) or may(Permission.RECORD_JUDGEMENT, school.pk)


def require_may_record(request: TrustRequest, school: School) -> None:
    if not may_record(request, school):
        raise PermissionDenied("The school’s leaders and the trust’s improvement leads record audits and checks.")


def school_for(request: TrustRequest, school_id: int) -> School:
    return get_object_or_404(School.objects.visible_to(request.access), pk=school_id)


def strategy_for(request: TrustRequest, school: School) -> Strategy:
    """The strategy the school follows today."""
    version = request.followed.by(school, timezone.localdate())
    if version is None:
        raise Http404
    return version.strategy


def kpi_for(request: TrustRequest, school: School, key: str) -> Kpi:
    kpis = dated_kpis(strategy_for(request, school), school.phase)
    return next((kpi for kpi in kpis if kpi.key == key), None) or _not_found()


def _not_found() -> Any:
    raise Http404


@require_safe
@trust_view(needs=Permission.SEE_MATRIX)
def checks(request: TrustRequest, school_id: int) -> HttpResponse:
    """Every dated indicator with what is recorded of it."""
    school = school_for(request, school_id)
    strategy = strategy_for(request, school)
    context = {
        "school": school,
        "words": strategy.identity.words,
        "dated": checks_of(school, strategy, until=timezone.localdate()),
        "may_record": may_record(request, school),
    }
    return render(request, "evidence/checks.html", context)


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.SEE_MATRIX)
def check_new(request: TrustRequest, school_id: int, kpi: str) -> HttpResponse:
    """Record one."""
    school = school_for(request, school_id)
    require_may_record(request, school)
    rule = kpi_for(request, school, kpi)
    form = CheckForm(request.POST or None, kpi=rule)
    by = request.access.membership
    if request.method == "POST" and accepted(form, lambda data: record_source(school, rule, by=by, **data)):
        messages.success(request, f"{rule.label}: recorded. The risk matrix shows what it suggests.")
        return _back(request, school)
    context = {"school": school, "kpi": rule, "form": form}
    return render(request, "evidence/check.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.SEE_MATRIX)
def check_correct(request: TrustRequest, school_id: int, source_id: int) -> HttpResponse:
    """Put one right."""
    school, source, rule = _recorded(request, school_id, source_id)
    form = CorrectionForm(request.POST or None, kpi=rule, initial=initial_of(source))
    by = request.access.membership
    if request.method == "POST" and accepted(form, lambda data: _correct(source, rule, data, by)):
        messages.success(request, f"{rule.label}: put right.")
        return _back(request, school)
    return _one(request, school, source, rule, form)


def _correct(source: Source, kpi: Kpi, data: dict[str, Any], by: Any) -> None:
    correct_source(source, kpi, by=by, **{"outcome": "", **data})


@require_POST
@trust_view(needs=Permission.SEE_MATRIX)
def check_withdraw(request: TrustRequest, school_id: int, source_id: int) -> HttpResponse:
    """Take one back."""
    school, source, rule = _recorded(request, school_id, source_id)
    withdrawal, by = WithdrawalForm(request.POST, auto_id="withdraw-%s"), request.access.membership
    if accepted(withdrawal, lambda data: withdraw_source(source, rule, by=by, **data)):
        messages.success(request, f"{rule.label}: taken back. The record of changes keeps it.")
        return _back(request, school)
    form = CorrectionForm(kpi=rule, initial=initial_of(source))
    return _one(request, school, source, rule, form, withdrawal=withdrawal)


def _recorded(request: TrustRequest, school_id: int, source_id: int) -> tuple[School, Source, Kpi]:
    school = school_for(request, school_id)
    require_may_record(request, school)
    source = get_object_or_404(Source.objects.select_related("school"), pk=source_id, school=school, kind=CHECK)
    return school, source, kpi_for(request, school, source.area)


def _one(
    request: TrustRequest,
    school: School,
    source: Source,
    kpi: Kpi,
    form: CorrectionForm,
    *,
    withdrawal: WithdrawalForm | None = None,
) -> HttpResponse:
    wrong = bool(form.errors or withdrawal)
    context = {
        "school": school,
        "kpi": kpi,
        "source": source,
        "form": form,
        "withdrawal": withdrawal or WithdrawalForm(auto_id="withdraw-%s"),
        "wrong": withdrawal or form,
    }
    return render(request, "evidence/check.html", context, status=422 if wrong else 200)


def _back(request: TrustRequest, school: School) -> HttpResponse:
    return redirect("checks", trust=request.trust.slug, school_id=school.pk)
