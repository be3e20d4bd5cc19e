"""A school asks for support, from the menu or in its own words, and the trust answers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from plans.forms.support import AskForm, RequestAnswerForm
from plans.models import SupportRequest
from plans.queries.support_asked import OPEN, asked_of, label_of, open_actions, readable_requests, serves_of
from plans.services.supporting import (
    answer_request,
    ask_for_support,
    draft_request,
    send_request,
    take_back_request,
)
from plans.views.support import school_for
from reviews.models import ReviewWish
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted

P = Permission


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.DRAFT_SUPPORT)
def support_ask(request: TrustRequest, school_id: int) -> HttpResponse:
    """Ask for support, or write it down for the head to send; and see what was asked for before."""
    school = school_for(request, school_id)
    request.access.require(P.DRAFT_SUPPORT, school.pk)
    version = request.followed.by(school, timezone.localdate())
    if version is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = AskForm(data, strategy=version.strategy, actions=open_actions(school))
    sends = request.access.may(P.ASK_SUPPORT, school.pk)
    act = ask_for_support if sends else draft_request
    me = request.access.membership
    if data is not None and accepted(form, lambda _: act(school, version, form.wanted(), by=me)):
        messages.success(request, "Asked. The answer comes to you." if sends else "Kept. Your head can send it.")
        return redirect("support_ask", trust=request.trust.slug, school_id=school.pk)
    lines = asked_of(request.access, school=school)
    context = {"school": school, "form": form, "lines": lines, "menu": version.strategy.menu, "sends": sends}
    return render(request, "plans/support_ask.html", context, status=422 if form.errors else 200)


def request_for(request: TrustRequest, pk: int) -> SupportRequest:
    """What was asked for, if this person may read it, or 404."""
    return get_object_or_404(readable_requests(request.access), pk=pk)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.SEE_SUPPORT)
def support_request(request: TrustRequest, pk: int) -> HttpResponse:
    """What a school asks for, what is booked for it, and for who decides the answer."""
    found = request_for(request, pk)
    form = RequestAnswerForm(request.POST if request.method == "POST" else None)
    me = request.access.membership
    if request.method == "POST":
        request.access.require(P.BOOK_SUPPORT, found.school_id)
        if accepted(form, lambda data: answer_request(found, by=me, **data)):
            messages.success(request, "The school reads your answer in the morning.")
            return redirect("support_request", trust=request.trust.slug, pk=found.pk)
        found = request_for(request, pk)
    return render(
        request, "plans/support_request.html", _page(request, found, form), status=422 if form.errors else 200
    )


def _page(request: TrustRequest, found: SupportRequest, form: RequestAnswerForm) -> dict[str, Any]:
    access = request.access
    decides = access.may(P.BOOK_SUPPORT, found.school_id) and found.state in OPEN
    mine = access.membership.pk in (found.asked_by_id, found.written_by_id)
    open_to_school = found.state in (SupportRequest.State.DRAFT, *OPEN)
    return {
        "asked": found,
        "label": label_of(found),
        "serves": serves_of(found, access),
        "bookings": found.bookings.select_related("provider_person__user", "provider_school"),
        "form": form,
        "may_answer": decides and not mine,
        "may_book": access.may(P.BOOK_SUPPORT, found.school_id) and found.state == SupportRequest.State.AGREED,
        "may_send": access.may(P.ASK_SUPPORT, found.school_id) and found.state == SupportRequest.State.DRAFT,
        "may_take_back": access.may(P.DRAFT_SUPPORT, found.school_id) and open_to_school,
    }


@require_POST
@trust_view(needs=P.ASK_SUPPORT)
def support_request_send(request: TrustRequest, pk: int) -> HttpResponse:
    """The head sends what was written down."""
    found = request_for(request, pk)
    request.access.require(P.ASK_SUPPORT, found.school_id)
    try:
        with transaction.atomic():
            sent = send_request(found, by=request.access.membership)
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
        return redirect("support_request", trust=request.trust.slug, pk=pk)
    messages.success(request, "Asked. The answer comes to you.")
    if isinstance(sent, ReviewWish):
        return redirect("support_ask", trust=request.trust.slug, school_id=found.school_id)
    return redirect("support_request", trust=request.trust.slug, pk=pk)


@require_POST
@trust_view(needs=P.DRAFT_SUPPORT)
def support_request_back(request: TrustRequest, pk: int) -> HttpResponse:
    """The school no longer asks for it."""
    found = request_for(request, pk)
    request.access.require(P.DRAFT_SUPPORT, found.school_id)
    try:
        with transaction.atomic():
            take_back_request(found, by=request.access.membership)
        messages.success(request, "Taken back.")
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
    return redirect("support_request", trust=request.trust.slug, pk=pk)
