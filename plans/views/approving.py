"""A plan sent to be approved, taken back, and answered; and the conditions of an approval until they are met."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from evidence.forms.named import ask_once_more
from plans.forms.answering import AnswerForm, ConfirmForm, MetForm, SendForm
from plans.models import Condition
from plans.queries.approvals import rules_to_check
from plans.queries.conditions import readable_conditions, why_not_confirm, why_not_say
from plans.queries.plans import may_send_to_approve, require_sender
from plans.services import answer_plan, send_plan, take_back
from plans.services.conditions import answer_condition, say_met
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


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.SEE_PLANS)
def plan_condition(request: TrustRequest, pk: int) -> HttpResponse:
    """A condition of an approval: said to be met by who writes the plan, confirmed or sent back by who set it."""
    found = get_object_or_404(readable_conditions(request.access), pk=pk)
    data = request.POST if request.method == "POST" else None
    form = _condition_form(request, found, data)
    if data is None or form is None:
        return _condition_page(request, found, form)
    sure = ask_once_more(data, found.step.edition.plan.school_id, form)
    service, told = (
        (say_met, "On record. Whoever set the condition is asked to confirm it.")
        if isinstance(form, MetForm)
        else (answer_condition, "Your answer is on record, and whoever said that it is met is told.")
    )
    if accepted(form, lambda sent: service(found, access=request.access, **sent)):
        messages.success(request, told)
        return redirect("plan", trust=request.trust.slug, pk=found.step.edition.plan_id)
    return _condition_page(request, found, form, sure)


def _condition_form(request: TrustRequest, found: Condition, data: QueryDict | None) -> MetForm | ConfirmForm | None:
    """What this person has to say of it now, if anything."""
    if not why_not_say(request.access, found):
        return MetForm(data)
    return None if why_not_confirm(request.access, found) else ConfirmForm(data)


def _condition_page(
    request: TrustRequest, found: Condition, form: MetForm | ConfirmForm | None, sure: str = ""
) -> HttpResponse:
    waits = found.is_left and found.step.edition.plan.is_open and form is None
    why = (why_not_say if found.state == Condition.State.OPEN else why_not_confirm)(request.access, found)
    context = {
        "condition": found,
        "plan": found.step.edition.plan,
        "form": form,
        "sure": sure,
        "why_not": why if waits else "",
    }
    refused = request.method == "POST"
    return render(request, "plans/condition.html", context, status=422 if refused else 200)
