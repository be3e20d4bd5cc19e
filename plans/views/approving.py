"""A plan sent to be approved, taken back, and answered."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from plans.forms.answering import AnswerForm, SendForm
from plans.queries.approvals import rules_to_check
from plans.queries.plans import may_send_to_approve, require_sender
from plans.services import answer_plan, send_plan, take_back
from plans.views.plans import plan_for, plan_page
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted

P = Permission


@require_POST
@trust_view(needs=P.WRITE_PLANS)
def plan_send(request: TrustRequest, pk: int) -> HttpResponse:
    """Send the plan as it stands to those who approve it."""
    found = plan_for(request, pk)
    require_sender(request.access, found, may_send_to_approve)
    form = SendForm(request.POST)
    if accepted(form, lambda data: send_plan(found, by=request.access.membership, **data)):
        messages.success(request, "Sent. Whoever approves it is told.")
        return redirect("plan", trust=request.trust.slug, pk=found.pk)
    return plan_page(request, found, send=form)


@require_POST
@trust_view(needs=P.WRITE_PLANS)
def plan_take_back(request: TrustRequest, pk: int) -> HttpResponse:
    """Take it back before it is answered."""
    found = plan_for(request, pk)
    require_sender(request.access, found, may_send_to_approve)
    try:
        with transaction.atomic():
            take_back(found, by=request.access.membership)
        messages.success(request, "Taken back. Send it again when it is ready.")
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
    return redirect("plan", trust=request.trust.slug, pk=found.pk)


@require_POST
@trust_view(needs=P.SEE_PLANS)
def plan_answer(request: TrustRequest, pk: int) -> HttpResponse:
    """Approve it, approve it with conditions, or return it."""
    found = plan_for(request, pk)
    form = AnswerForm(request.POST, rules=rules_to_check(found))
    if accepted(form, lambda _: answer_plan(found, access=request.access, **form.said())):
        told = "the school" if found.school else "whoever sent it"
        messages.success(request, f"Your answer is on record, and {told} is told.")
        return redirect("plan", trust=request.trust.slug, pk=found.pk)
    return plan_page(request, found, answer=form)
