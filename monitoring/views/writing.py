"""The form of a visit while it is written: an ordinary form that also saves itself, and is sent once."""

from __future__ import annotations

from functools import partial
from http.client import OK
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from evidence.forms.named import SURE, asked_in, named_in
from monitoring.models import Visit
from monitoring.queries.visits import form_of, may_see_photos, may_write, readable_visits
from monitoring.services import Sent, save_visit, send_visit
from monitoring.services.sending import lacking_in
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import version_in
from schools.forms.filled import FilledForm
from schools.forms.filling import conflicts_in, decided, filled_in, told
from schools.views.filling import autosaved

SEND = "send"


def visit_for(request: TrustRequest, pk: int) -> Visit:
    """The visit, if this person knows of it, or 404."""
    found = readable_visits(request.access).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def address(name: str, visit: Visit, trust: str) -> str:
    """The address of a page of this visit."""
    return reverse(name, kwargs={"trust": trust, "pk": visit.pk})


def _writable(request: TrustRequest, pk: int) -> Visit:
    """A visit this person writes, or wrote until it was sent."""
    visit = visit_for(request, pk)
    request.access.require(Permission.LOG_VISITS, visit.school_id)
    if visit.is_open and not may_write(request.access, visit):
        raise Http404
    return visit


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.LOG_VISITS)
def visit_write(request: TrustRequest, pk: int) -> HttpResponse:
    """The form; sent with `then=send` it goes to the school, otherwise it is kept. A program is answered with JSON."""
    visit = _writable(request, pk)
    if request.method != "POST":
        if not visit.is_open:
            return redirect(address("visit", visit, request.trust.slug))
        return _page(request, visit, filled_in(visit, form_of(visit)))
    form = filled_in(visit, form_of(visit), decided(request.POST, form_of(visit), visit.answers))
    try:
        sent = _take(request, visit, form)
    except ValidationError as refused:
        return _refused(request, visit, form, refused)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse(_told(request, visit, form, sent), status=409 if sent.saved.conflicts else OK)
    return _answered(request, visit, form, sent)


def _take(request: TrustRequest, visit: Visit, form: FilledForm) -> Sent:
    """Send it where that is asked and everything can be read; otherwise keep what can be read.

    Where a person seems to be named it is kept, and its writer asked once more.
    """
    by, version = request.access.membership, version_in(request.POST)
    typed, token = form.typed(), _token(request)
    wanted, again = request.POST.get("then") == SEND, token is not None and token == visit.token
    named_in(form, visit.school_id)
    asks = asked_in(form, request.POST.get(SURE, "")) if wanted and not again else {}
    if wanted and not asks and (not form.errors or again):
        return send_visit(visit, typed, by=by, version=version, token=token)
    saved = save_visit(visit, typed, by=by, version=version)
    return Sent(saved, {name: words[0] for name, words in form.unread().items()}, asks=asks)


def _answered(request: TrustRequest, visit: Visit, form: FilledForm, sent: Sent) -> HttpResponse:
    wanted = request.POST.get("then") == SEND
    if sent.saved.conflicts:
        clashes = conflicts_in(sent.saved, form, reader=request.access.membership)
        return _page(request, visit, form, status=409, conflicts=clashes, version=sent.saved.version, unsaved=True)
    if form.errors or (wanted and not sent.is_sent):  # a refusal would undo what was stored
        kept = {"version": sent.saved.version, "unsaved": bool(form.errors)}
        asks = sent.asks if not form.errors else {}
        return _page(request, visit, form, lacks=_linked(sent.lacks) if not form.errors else (), asks=asks, **kept)
    messages.success(request, _said(visit) if wanted else "Saved.")
    return redirect(address("visit", visit, request.trust.slug))


def _said(visit: Visit) -> str:
    return "Sent. It is final." if visit.by_school else "Sent. The school can say whether it is accurate."


def _linked(lacks: dict[str, str]) -> list[dict[str, str]]:
    return [{"id": f"id_{name}", "words": words} for name, words in lacks.items()]


def _refused(request: TrustRequest, visit: Visit, form: FilledForm, refused: ValidationError) -> HttpResponse:
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"errors": {"__all__": refused.messages}}, status=400)
    visit.refresh_from_db(fields=["state"])
    more = {
        "refused": refused.messages,
        "closed": not visit.is_open,
        "version": version_in(request.POST),
        "unsaved": True,
    }
    return _page(request, visit, form, status=422, **more)


def _told(request: TrustRequest, visit: Visit, form: FilledForm, sent: Sent) -> dict[str, Any]:
    if sent.saved.conflicts:
        clashes = conflicts_in(sent.saved, form, reader=request.access.membership)
        return {"version": sent.saved.version, "conflicts": clashes}
    asked = request.POST.get("then") == SEND
    became = {"sent": asked and sent.is_sent, "again": sent.again, "missing": sent.lacks, "asks": bool(sent.asks)}
    return {**told(sent.saved, form), **became, "url": address("visit", visit, request.trust.slug)}


@require_POST
@trust_view(needs=Permission.LOG_VISITS)
def visit_save(request: TrustRequest, pk: int) -> HttpResponse:
    """The same form, sent by the page while it is written. What cannot be read is told; the rest is saved."""
    visit = _writable(request, pk)
    form = filled_in(visit, form_of(visit), request.POST)
    return autosaved(request, form, partial(save_visit, visit), lambda: {"named": named_in(form, visit.school_id)})


def _page(request: TrustRequest, visit: Visit, form: FilledForm, *, status: int = OK, **more: Any) -> HttpResponse:
    trust = request.trust.slug
    named_in(form, visit.school_id)
    context = {
        "visit": visit,
        "definition": form_of(visit),
        "form": form,
        "version": visit.version,
        "missing": len(lacking_in(form_of(visit), visit.answers, today=timezone.localdate())),
        "visit_url": address("visit", visit, trust),
        "photos_url": address("visit_photos", visit, trust) if may_see_photos(request.access, visit) else "",
        "autosave_url": address("visit_save", visit, trust),
        "send": [{"name": "then", "value": SEND, "label": _send_label(visit), "look": "btn-do"}],
        "unsaved": False,
    }
    return render(request, "monitoring/write.html", context | more, status=status)


def _send_label(visit: Visit) -> str:
    return "Finish" if visit.by_school else "Send to the school"


def _token(request: TrustRequest) -> UUID | None:
    """The number a device has given to what it sends; None where it is none."""
    try:
        return UUID(request.POST.get("token", ""))
    except ValueError:
        return None
