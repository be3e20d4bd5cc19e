"""A plan while it is written: its prose, which saves itself, its priorities and its actions."""

from __future__ import annotations

from functools import partial
from http.client import OK
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from evidence.forms.named import named_in
from plans.forms.writing import ActionForm, DropForm, PriorityForm
from plans.models import Action, Plan, Priority
from plans.queries.actions import setting_of
from plans.queries.answerable import answerable
from plans.queries.delegation import why_not_write_plan
from plans.queries.plans import kind_of, others_to_stand_in, require_writer
from plans.queries.position import keys_of, what_is_known
from plans.rules.position import as_text, is_within, put_beneath
from plans.services import drop_priority, save_sections, write_action, write_priority
from plans.services.marking import mark_of
from plans.views.plans import plan_for
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted, show_latest
from schools.forms.filled import FilledForm
from schools.forms.filling import decided
from schools.views.filling import autosaved, kept_or_again

P = Permission
ROWS = 14
"""Of the box that begins with what is known."""


def writable(request: TrustRequest, pk: int) -> Plan:
    """A begun plan this person writes, or 404; where its school's level leaves the writing to others, 403."""
    found = tellable(request, pk)
    if refusal := why_not_write_plan(request.access, found):
        raise PermissionDenied(refusal)
    return found


def tellable(request: TrustRequest, pk: int) -> Plan:
    """A begun plan of whose progress this person may tell, or 404."""
    found = plan_for(request, pk)
    require_writer(request.access, found)
    if kind_of(found) is None:
        raise Http404
    return found


def to_plan(found: Plan, trust: str, at: str = "") -> HttpResponse:
    """Back to the page of the plan, `at` a part of it."""
    response = redirect("plan", trust=trust, pk=found.pk)
    response["Location"] += at
    return response


def _filled(plan: Plan, data: Any = None) -> FilledForm:
    kind = kind_of(plan)
    assert kind is not None and plan.strategy_version is not None  # `writable` has seen to it  # noqa: PT018
    return FilledForm(data, definition=kind.form, strategy=plan.strategy_version.strategy, initial=plan.answers)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.WRITE_PLANS)
def plan_write(request: TrustRequest, pk: int) -> HttpResponse:
    """The sections that are prose. An ordinary form that also saves itself."""
    found = writable(request, pk)
    if request.method == "GET":
        return _page(request, found, _filled(found))
    kind = kind_of(found)
    assert kind is not None  # `writable` has seen to it
    form = _filled(found, _with_known(request, found, decided(request.POST, kind.form, found.answers)))
    again = kept_or_again(request, form, partial(save_sections, found), partial(_page, request, found))
    if again is not None:
        return again
    messages.success(request, "Saved.")
    if key := request.POST.get("put_in") or request.POST.get("known"):
        response = redirect("plan_write", trust=request.trust.slug, pk=found.pk)
        response["Location"] += f"?known=today#known-{key}" if key in keys_of(found) else ""
        return response
    return to_plan(found, request.trust.slug)


def _with_known(request: TrustRequest, plan: Plan, typed: QueryDict) -> QueryDict:
    """What was sent; where it asks for it, with what is known today beneath what was typed."""
    key = typed.get("put_in", "")
    if key in keys_of(plan):
        today = timezone.localdate()
        known = what_is_known(plan.school, by=request.access.membership, today=today)
        typed[key] = put_beneath(typed.get(key, ""), as_text(known, today))
    return typed


def _known_beside(request: TrustRequest, plan: Plan, form: FilledForm) -> dict[str, SafeString]:
    """With each section that begins with it, what is known today, where that is asked for.

    It can be put in again only where it is not there, and always beneath what is written.
    """
    keys, today, shown = keys_of(plan), timezone.localdate(), "known" in request.GET
    passages = what_is_known(plan.school, by=request.access.membership, today=today) if keys and shown else []
    text, same = as_text(passages, today), {"passages": passages, "today": today, "shown": shown}
    same |= {"whole_trust": plan.school is None}
    return {
        key: render_to_string(
            "plans/known.html",
            same | {"key": key, "put": bool(text) and not is_within(text, form[key].value())},
            request,
        )
        for key in keys
        if plan.is_open
    }


def _page(request: TrustRequest, plan: Plan, form: FilledForm, *, status: int = OK, **more: Any) -> HttpResponse:
    named_in(form, plan.school_id)
    for key in keys_of(plan):
        form.fields[key].widget.attrs["rows"] = ROWS
    form.beside = _known_beside(request, plan, form)
    context = {
        "plan": plan,
        "form": form,
        "version": plan.version,
        "closed": plan.state == Plan.State.CLOSED,
        "unsaved": status != OK,
    }
    return render(request, "plans/write.html", context | more, status=status)


@require_POST
@trust_view(needs=P.WRITE_PLANS)
def plan_save(request: TrustRequest, pk: int) -> HttpResponse:
    """The same form, sent by the page while it is written. What cannot be read is told; the rest is saved."""
    found = writable(request, pk)
    form = _filled(found, request.POST)
    return autosaved(request, form, partial(save_sections, found), lambda: {"named": named_in(form, found.school_id)})


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.WRITE_PLANS)
def priority_new(request: TrustRequest, pk: int) -> HttpResponse:
    """One more priority."""
    return _priority(request, writable(request, pk), None)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.WRITE_PLANS)
def priority(request: TrustRequest, pk: int, priority_id: int) -> HttpResponse:
    """A priority, written anew."""
    found = writable(request, pk)
    return _priority(request, found, get_object_or_404(found.priorities.filter(dropped_at=None), pk=priority_id))


def _priority(request: TrustRequest, found: Plan, row: Priority | None) -> HttpResponse:
    assert found.strategy_version is not None  # `writable` has seen to it
    form = PriorityForm(request.POST or None, strategy=found.strategy_version.strategy, row=row)
    me = request.access.membership
    if request.method == "POST" and accepted(
        form, lambda data: write_priority(found, form.entry(), by=me, priority=row, seen=data["seen"])
    ):
        messages.success(request, "Saved.")
        return to_plan(found, request.trust.slug, "#priorities")
    if row is not None:
        show_latest(form, lambda: mark_of(type(row)._default_manager.get(pk=row.pk)))
    context = {"plan": found, "form": form, "row": row, "drop": DropForm() if row else None}
    return render(request, "plans/priority.html", context, status=422 if form.errors else OK)


@require_POST
@trust_view(needs=P.WRITE_PLANS)
def priority_leave(request: TrustRequest, pk: int, priority_id: int) -> HttpResponse:
    """Leave a priority, with a reason. What was done for it stays on record."""
    found = writable(request, pk)
    row = get_object_or_404(found.priorities.filter(dropped_at=None), pk=priority_id)
    form = DropForm(request.POST)
    if accepted(form, lambda data: drop_priority(row, by=request.access.membership, **data)):
        messages.success(request, f"Left: {row.label}.")
        return to_plan(found, request.trust.slug, "#priorities")
    assert found.strategy_version is not None  # `writable` has seen to it
    shown = PriorityForm(strategy=found.strategy_version.strategy, row=row)
    context = {"plan": found, "form": shown, "row": row, "drop": form}
    return render(request, "plans/priority.html", context, status=422)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.WRITE_PLANS)
def plan_action_new(request: TrustRequest, pk: int) -> HttpResponse:
    """One more action; `priority` in the address names the one it serves."""
    return _action(request, writable(request, pk), None)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.WRITE_PLANS)
def plan_action(request: TrustRequest, pk: int, action_id: int) -> HttpResponse:
    """An open action, written anew; in the plan in which it stands by now, where somebody has moved it."""
    found = writable(request, pk)
    rows = Action.objects.filter(plan__school=found.school_id).select_related("owner__user")
    row = get_object_or_404(rows, pk=action_id)
    if row.plan_id != found.pk:
        found = writable(request, row.plan_id)
    return _action(request, found, row)


def _action(request: TrustRequest, found: Plan, row: Action | None) -> HttpResponse:
    form = ActionForm(
        request.POST or None,
        setting=setting_of(found.school_id, timezone.localdate()),
        priorities=list(found.priorities.filter(dropped_at=None)),
        row=row,
        serves=request.GET.get("priority", ""),
        plans=others_to_stand_in(request.access, found) if row else (),
        answers=answerable(request.access, found, row),
    )
    me = request.access.membership
    if request.method == "POST" and accepted(
        form, lambda data: write_action(found, form.entry(), by=me, action=row, seen=data["seen"])
    ):
        messages.success(request, "Saved.")
        stands_in = form.plans.get(form.cleaned_data.get("plan", ""), found)
        return to_plan(stands_in, request.trust.slug, "#priorities" if form.cleaned_data["priority"] else "#actions")
    if row is not None:
        show_latest(form, lambda: mark_of(type(row)._default_manager.get(pk=row.pk)))
    context = {"plan": found, "form": form, "row": row}
    return render(request, "plans/plan_action.html", context, status=422 if form.errors else OK)
