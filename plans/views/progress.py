"""Progress of a plan: written while it saves itself, and sent once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from http.client import OK
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from evidence.forms.named import SURE, asked_in, named_in
from plans.forms.progress import ProgressForm, Target
from plans.models import Plan, Priority
from plans.queries.documents import document_of
from plans.queries.plans import may_send_plan, priorities_of, require_sender
from plans.queries.progress import asked_of, draft_of, reached_by
from plans.rules.document import Document
from plans.rules.progress import abouts, form_of
from plans.rules.reaching import Reached
from plans.services import save_progress, send_progress
from plans.views.writing import tellable, to_plan
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import version_in
from schools.forms.filling import conflicts_in, decided
from schools.views.filling import autosaved

P = Permission
SEND = "send"
BUTTON = ({"name": "then", "value": SEND, "label": "Send it", "look": "btn-do"},)


def _form(plan: Plan, document: Document, priorities: Sequence[Priority], data: Any = None) -> ProgressForm:
    assert plan.strategy_version is not None  # `tellable` has seen to it
    draft, lines, today = draft_of(plan), abouts(document), timezone.localdate()
    asked = asked_of(priorities, today=today)
    if data is not None:
        data = decided(data, form_of(lines, asked, today=today), draft.answers if draft else {})
    strategy = plan.strategy_version.strategy
    return ProgressForm(data, lines=lines, asked=asked, today=today, strategy=strategy, draft=draft)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.WRITE_PLANS)
def plan_progress(request: TrustRequest, pk: int) -> HttpResponse:
    """The next update; sent with `then=send` it is read by those who oversee the plan, otherwise it is kept."""
    found = tellable(request, pk)
    priorities = priorities_of([found]).get(found.pk, [])
    document = document_of(found, priorities)
    show = partial(_page, request, found, document, priorities)
    if request.method == "GET":
        return show(_form(found, document, priorities))
    form = _form(found, document, priorities, request.POST)
    try:
        return _taken(request, found, form, show)
    except ValidationError as refused:
        return show(form, status=422, refused=refused.messages)


def _taken(request: TrustRequest, found: Plan, form: ProgressForm, show: Callable[..., HttpResponse]) -> HttpResponse:
    """Send it where that is asked and nobody seems to be named in it; otherwise keep it."""
    by, version, wanted = request.access.membership, version_in(request.POST), request.POST.get("then") == SEND
    if wanted:
        require_sender(request.access, found)
    typed = form.typed()
    named_in(form, found.school_id)
    asks = asked_in(form, request.POST.get(SURE, "")) if wanted else {}
    if wanted and not asks and not form.errors:
        sent = send_progress(found, typed, by=by, version=version)
        saved, lacks = sent.saved, sent.lacks
    else:
        saved, lacks = save_progress(found, typed, by=by, version=version), {}
    if saved.conflicts:
        clashes = conflicts_in(saved, form, reader=by)
        return show(form, status=409, conflicts=clashes, version=saved.version)
    if form.errors or asks or lacks:  # a refusal would undo what was stored
        missing = [{"id": f"id_{name}", "words": words} for name, words in lacks.items()]
        kept = {"version": saved.version, "unsaved": bool(form.errors), "asks": asks if not form.errors else {}}
        for name, words in lacks.items():
            form.add_error(name, words)
        return show(form, lacks=missing, **kept)
    messages.success(request, "Sent. Whoever oversees the plan is told." if wanted else "Saved.")
    return to_plan(found, request.trust.slug, "#progress")


def _page(
    request: TrustRequest, plan: Plan, document: Document, priorities: Sequence[Priority], form: ProgressForm, *,
    status: int = OK, **more: Any,
) -> HttpResponse:  # fmt: skip
    named_in(form, plan.school_id)
    known = reached_by(plan, priorities, today=timezone.localdate(), access=request.access)
    context = {
        "plan": plan,
        "form": form,
        "overall": form.overall(),
        "pairs": form.pairs(_targets(document, known)),
        "version": form.version,
        "closed": plan.state == Plan.State.CLOSED,
        "unsaved": status != OK,
        "send": BUTTON if may_send_plan(request.access, plan) else (),
        "today": timezone.localdate(),
    }
    return render(request, "plans/progress_write.html", context | more, status=status)


def _targets(document: Document, known: dict[int, Reached]) -> dict[int, list[Target]]:
    return {
        focus["id"]: [
            Target(stage["id"], f"By {stage['by']}: {stage['aim'] or stage['words']}", known.get(stage["id"]))
            for stage in focus["milestones"]
        ]
        for focus in document["priorities"]
    }


@require_POST
@trust_view(needs=P.WRITE_PLANS)
def plan_progress_save(request: TrustRequest, pk: int) -> HttpResponse:
    """The same form, sent by the page while it is written. What cannot be read is told; the rest is saved."""
    found = tellable(request, pk)
    priorities = priorities_of([found]).get(found.pk, [])
    form = _form(found, document_of(found, priorities), priorities, request.POST)
    return autosaved(request, form, partial(save_progress, found), lambda: {"named": named_in(form, found.school_id)})
