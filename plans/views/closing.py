"""The end of a plan: its verdict, and the next one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from evidence.forms.named import ask_once_more
from plans.forms.closing import CloseForm
from plans.models import Action, Plan
from plans.queries.plans import kind_of, may_follow, require_sender
from plans.queries.progress import updates_of
from plans.services.closing import close_plan, next_words
from plans.views.writing import writable
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.SEND_PLANS)
def plan_close(request: TrustRequest, pk: int) -> HttpResponse:
    """Say whether the plan worked, what becomes of its open actions, and whether the next one begins."""
    found = writable(request, pk)
    require_sender(request.access, found)
    if found.state == Plan.State.CLOSED:
        return redirect("plan", trust=request.trust.slug, pk=found.pk)
    form = _form(request, found)
    became: list[Plan] = []

    def close(_: dict[str, Any]) -> None:
        became.append(close_plan(found, form.close(), by=request.access.membership))

    sure = ask_once_more(request.POST, found.school_id, form) if form.is_bound else ""
    if form.is_bound and accepted(form, close):
        messages.success(request, _said(found, became[-1]))
        return redirect("plan", trust=request.trust.slug, pk=became[-1].pk)
    context = {"plan": found, "form": form, "sure": sure, "last": updates_of(found)[:1], "today": timezone.localdate()}
    return render(request, "plans/close.html", context, status=422 if form.errors else 200)


def _form(request: TrustRequest, plan: Plan) -> CloseForm:
    kind, today, data = kind_of(plan), timezone.localdate(), request.POST if request.method == "POST" else None
    rows = plan.actions.filter(state=Action.State.OPEN).select_related("owner__user", "priority").order_by("pk")
    priorities = list(plan.priorities.filter(dropped_at=None))
    over = kind is not None and kind.refresh_every is not None
    may_begin = may_follow(plan, today=today, followed=request.followed)
    return CloseForm(data, priorities=priorities, actions=list(rows), today=today, may_begin=may_begin, suggested=over)


def _said(plan: Plan, became: Plan) -> str:
    if became.pk != plan.pk:
        return next_words(plan, became.actions.count())
    return "Closed, with your verdict on record." if not became.is_open else "On record. It stays open until then."
