"""Plans as they are read: those of the trust, those of a school, one of them, and an edition as it was sent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from plans.forms.writing import AnswerForm, SendForm
from plans.models import Plan
from plans.queries.plans import (
    Approval,
    approvals_of,
    document_of,
    kind_of,
    kinds_to_begin,
    readable_plans,
    standing_of,
    why_not_answer,
)
from plans.rules.document import Document, changes, shown_in_order, training_of
from plans.rules.quality import warnings
from plans.services import begin_plan
from schools.access import Permission, TrustRequest, trust_view
from schools.models import School

P = Permission
MOST_CLOSED = 20


def plan_for(request: TrustRequest, pk: int) -> Plan:
    """The plan, if this person may read it, or 404."""
    return get_object_or_404(readable_plans(request.access), pk=pk)


@require_safe
@trust_view(needs=P.SEE_PLANS)
def plans(request: TrustRequest) -> HttpResponse:
    """Every open plan this person reads, those that wait for them first."""
    rows = list(readable_plans(request.access).filter(state=Plan.State.OPEN, strategy_version__isnull=False))
    approvals = approvals_of(rows)
    lines = [line_of(request, row, approvals.get(row.pk, [])) for row in rows]
    lines.sort(key=lambda one: not one["mine"])
    context = {"lines": lines, "count": len(lines), "mine": sum(one["mine"] for one in lines)}
    return render(request, "plans/plans.html", context)


def line_of(request: TrustRequest, plan: Plan, approvals: list[Approval]) -> dict[str, Any]:
    """A plan on one line: where it stands, and whether it waits for this person."""
    last = approvals[0] if approvals else None
    mine = last is not None and last.waiting is not None and not why_not_answer(request.access, plan, last)
    return {"plan": plan, "last": last, "mine": mine, "standing": standing_of(approvals)}


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.SEE_PLANS)
def school_plans(request: TrustRequest, school_id: int) -> HttpResponse:
    """The plans of one school; for those who write them, the kinds that can be begun."""
    school = get_object_or_404(School.objects.visible_to(request.access), pk=school_id)
    request.access.require(P.SEE_PLANS, school.pk)
    may_write = request.access.may(P.WRITE_PLANS, school.pk)
    if request.method == "POST":
        return _begin(request, school)
    rows = list(readable_plans(request.access).filter(school=school, strategy_version__isnull=False))
    approvals = approvals_of(rows)
    open_ones = [line_of(request, one, approvals.get(one.pk, [])) for one in rows if one.state == Plan.State.OPEN]
    _, kinds = kinds_to_begin(school, today=timezone.localdate()) if may_write else (None, [])
    context = {
        "school": school,
        "lines": open_ones,
        "closed": [one for one in rows if one.state == Plan.State.CLOSED][:MOST_CLOSED],
        "kinds": kinds,
    }
    return render(request, "plans/school_plans.html", context)


def _begin(request: TrustRequest, school: School) -> HttpResponse:
    request.access.require(P.WRITE_PLANS, school.pk)
    try:
        with transaction.atomic():
            begun = begin_plan(school, request.POST.get("kind", ""), by=request.access.membership)
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
        return redirect("school_plans", trust=request.trust.slug, school_id=school.pk)
    return redirect("plan", trust=request.trust.slug, pk=begun.pk)


@require_safe
@trust_view(needs=P.SEE_PLANS)
def plan(request: TrustRequest, pk: int) -> HttpResponse:
    """A plan as it stands: where it is on its way, what it lacks, what has changed since it was approved."""
    return plan_page(request, plan_for(request, pk))


def plan_page(
    request: TrustRequest, found: Plan, *, answer: AnswerForm | None = None, send: SendForm | None = None
) -> HttpResponse:
    """The page; with a form that was refused, as it was typed."""
    document, kind = document_of(found), kind_of(found)
    approvals = approvals_of([found]).get(found.pk, [])
    last = approvals[0] if approvals else None
    agreed = next((one for one in approvals if one.is_approved), None)
    may_write = request.access.may(P.WRITE_PLANS, found.school_id) and found.state == Plan.State.OPEN
    why_not = why_not_answer(request.access, found, last) if last else ""
    waits = last is not None and last.waiting is not None
    context = {
        "plan": found,
        "kind": kind,
        **_read(document),
        "warnings": warnings(document, kind) if kind and may_write else [],
        "standing": standing_of(approvals),
        "approvals": approvals,
        "last": last,
        "changed": changes(agreed.edition.document, document) if agreed else [],
        "agreed": agreed,
        "may_write": may_write and kind is not None,
        "may_answer": waits and not why_not,
        "why_not": why_not if waits else "",
        "answer": answer or AnswerForm(),
        "send": send or SendForm(),
    }
    return render(request, "plans/plan.html", context, status=422 if answer or send else 200)


@require_safe
@trust_view(needs=P.SEE_PLANS)
def plan_edition(request: TrustRequest, pk: int, number: int) -> HttpResponse:
    """A plan as it was sent, with what was answered."""
    found = plan_for(request, pk)
    approvals = approvals_of([found]).get(found.pk, [])
    shown = next((one for one in approvals if one.edition.number == number), None)
    if shown is None:
        raise Http404
    context = {"plan": found, "approval": shown, **_read(shown.edition.document), "frozen": True}
    return render(request, "plans/edition.html", context)


def _read(document: Document) -> dict[str, Any]:
    return {"document": document, "parts": shown_in_order(document), "training": training_of(document)}
