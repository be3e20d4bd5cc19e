"""Support is booked for a school, or challenge for the trust itself; and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plans.forms.booking import LATER_STATES, REQUEST, BookForm, CameForm, DenyForm, EndForm, SchoolSaysForm
from plans.forms.support import ACTION, CRITERION, request_choices, risks
from plans.models import Action, SupportBooking, SupportRequest
from plans.queries.actions import reads_action
from plans.queries.bookable import bookable_for
from plans.queries.support import confirms, denies, gives, readable_bookings
from plans.queries.support_asked import label_of, payer_of
from plans.rules.support_entry import AFTER
from plans.services.booking import (
    A_MISS,
    book_support,
    cancel_support,
    confirm_support,
    deny_miss,
    dispute_support,
    say_delivered,
    say_missed,
)
from plans.views.support import school_for
from schools.access import Permission, TrustRequest, trust_view, who_may
from schools.forms import accepted
from schools.models import School, StrategyVersion
from schools.words import on as day_words

P = Permission
State = SupportBooking.State
Funder = SupportBooking.Funder

SAY = "It took place", "The school is asked to confirm it.", "It did not"
HERE_INSTEAD = "What you typed stands here already. Choose on whose side it lay, and record it."
SETTLE = "How much came?", "The school says otherwise, and is asked to confirm what you put down.", "Nothing came"
"""Over what whoever gave it says, at first and where the school says otherwise: that it came, and that it did not."""


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.BOOK_SUPPORT)
def support_book(request: TrustRequest, school_id: int) -> HttpResponse:
    """Book support for a school: of the offer, as agreed with it, or beyond."""
    school = school_for(request, school_id)
    request.access.require(P.BOOK_SUPPORT, school.pk)
    return _book(request, school, request.followed.by(school, timezone.localdate()))


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.BOOK_SUPPORT)
def support_book_trust(request: TrustRequest) -> HttpResponse:
    """Book challenge for the trust itself."""
    if not request.access.may_everywhere(P.BOOK_SUPPORT):
        raise PermissionDenied(who_may(P.BOOK_SUPPORT))
    return _book(request, None, request.followed.by_trust(timezone.localdate()))


def _book(request: TrustRequest, school: School | None, version: StrategyVersion | None) -> HttpResponse:
    if version is None:
        raise Http404
    known = bookable_for(school, version.strategy, today=timezone.localdate())
    form = BookForm(
        request.POST if request.method == "POST" else None,
        against=[*request_choices([(one, _asked_for(one)) for one in known.requests]), *known.offers],
        risk=risks(version.strategy, known.actions) if school else [],
        people=known.people,
        schools=known.schools,
        initial=_begun(request, known.requests),
    )
    me = request.access.membership
    if request.method == "POST" and accepted(
        form, lambda _: book_support(school, version, form.terms(requests=known.requests, actions=known.actions), by=me)
    ):
        messages.success(request, "Booked. The school and whoever gives it hear of it in the morning.")
        if school is None:
            return redirect("support", trust=request.trust.slug)
        return redirect("school_support", trust=request.trust.slug, school_id=school.pk)
    context = {"school": school, "form": form}
    return render(request, "plans/support_book.html", context, status=422 if form.errors else 200)


def _asked_for(row: SupportRequest) -> str:
    """What it is called; and who pays, where by the menu it is not the trust alone."""
    pays = {Funder.SCHOOL.value: "; the school pays", Funder.SHARED.value: "; both share the cost"}
    return f"Asked for: {label_of(row)}{pays.get(payer_of(row), '')}"


def _begun(request: TrustRequest, requests: Iterable[SupportRequest]) -> dict[str, Any]:
    """What the link that led here says: the entitlement; or what the school asked for, what for, and who pays."""
    asked, key = request.GET.get("request", ""), request.GET.get("for", "")
    found = next((one for one in requests if str(one.pk) == asked), None)
    if found is not None:
        risk = f"{ACTION}:{found.action_id}" if found.action_id else f"{CRITERION}:{found.criterion}"
        told = {"against": f"{REQUEST}{asked}", "funder": payer_of(found), "what": label_of(found), "risk": risk}
        return told | ({"dates": day_words(found.later_on)} if found.later_on else {})
    return {"against": key} if key else {}


def booking_for(request: TrustRequest, pk: int) -> SupportBooking:
    """The booking, if this person may read it, or 404."""
    rows = readable_bookings(request.access).select_related("delivered_by__user", "answered_by__user", "ended_by__user")
    return get_object_or_404(rows.select_related("booked_by__user", "request__strategy_version", "action"), pk=pk)


@require_safe
@trust_view(needs=P.SEE_SUPPORT)
def support_booking(request: TrustRequest, pk: int) -> HttpResponse:
    """One booking: what was agreed, and what became of it."""
    return booking_page(request, booking_for(request, pk))


def booking_page(request: TrustRequest, found: SupportBooking, **refused: Any) -> HttpResponse:
    """The page; with a form that was refused, as it was typed."""
    may_give, next_ones = gives(request.access, found), AFTER[found.state]
    criterion = found.strategy_version.strategy.criterion_by_key.get(found.criterion)
    forms = {"came": CameForm(booking=found), "says": SchoolSaysForm(), "deny": DenyForm(), **refused}
    forms.setdefault("end", _end_form(found))
    in_dispute = found.state == State.DISPUTED
    came_title, came_note, end_title = SETTLE if in_dispute else SAY
    context = {
        "booking": found,
        "criterion": criterion.label if criterion else "",
        "asked": label_of(found.request) if found.request else "",
        "action": _action_of(request, found),
        "in_dispute": in_dispute,
        "came_title": came_title,
        "came_note": came_note,
        "end_title": end_title,
        "end_note": HERE_INSTEAD if forms["came"].has_error("came", A_MISS) else "The reason stays on record.",
        "may_say": may_give and State.DELIVERED in next_ones and found.on <= timezone.localdate(),
        "may_end": may_give and State.MISSED in next_ones,
        "may_confirm": State.CONFIRMED in next_ones and confirms(request.access, found),
        "may_deny": denies(request.access, found),
        "today": timezone.localdate(),
        **forms,
    }
    return render(request, "plans/support_booking.html", context, status=422 if refused else 200)


def _end_form(found: SupportBooking, data: Any = None) -> EndForm:
    return EndForm(data, to_come=found.on > timezone.localdate(), in_dispute=found.state == State.DISPUTED)


def _action_of(request: TrustRequest, found: SupportBooking) -> Action | None:
    """The action it serves, for who reads that."""
    read = found.action is not None and reads_action(request.access, found.action, found.school_id)
    return found.action if read else None


@require_POST
@trust_view(needs=P.SEE_SUPPORT)
def support_came(request: TrustRequest, pk: int) -> HttpResponse:
    """Whoever gave it, or booked it, says that it came."""
    found = booking_for(request, pk)
    if not gives(request.access, found):
        raise PermissionDenied(who_may(P.BOOK_SUPPORT))
    form = CameForm(request.POST, booking=found)
    if accepted(form, lambda data: say_delivered(found, by=request.access.membership, **data)):
        messages.success(request, "On record. The school is asked to confirm it.")
        return redirect("support_booking", trust=request.trust.slug, pk=pk)
    found = booking_for(request, pk)
    as_a_miss = {"end": _as_a_miss(found, form)} if form.has_error("came", A_MISS) else {}
    return booking_page(request, found, came=form, **as_a_miss)


def _as_a_miss(found: SupportBooking, form: CameForm) -> EndForm:
    """Nothing came, so it is a miss: the form for that, with the words that were typed."""
    end = _end_form(found)
    end.initial.update({"ended": State.MISSED, "why": form.cleaned_data.get("note", "")})
    return end


@require_POST
@trust_view(needs=P.CONFIRM_SUPPORT)
def support_confirm(request: TrustRequest, pk: int) -> HttpResponse:
    """The school confirms it, or says what was different."""
    found = booking_for(request, pk)
    request.access.require(P.CONFIRM_SUPPORT, found.school_id or 0)
    form, me = SchoolSaysForm(request.POST), request.access.membership

    def say(data: dict[str, Any]) -> None:
        act = confirm_support if data["outcome"] == State.CONFIRMED else dispute_support
        act(found, by=me, answer=data["answer"])

    if accepted(form, say):
        messages.success(request, "Your answer is on record.")
        return redirect("school_support", trust=request.trust.slug, school_id=found.school_id)
    return booking_page(request, booking_for(request, pk), says=form)


@require_POST
@trust_view(needs=P.CONFIRM_SUPPORT)
def support_deny(request: TrustRequest, pk: int) -> HttpResponse:
    """The school says that a miss did not lie with it."""
    found = booking_for(request, pk)
    request.access.require(P.CONFIRM_SUPPORT, found.school_id or 0)
    form = DenyForm(request.POST)
    if accepted(form, lambda data: deny_miss(found, by=request.access.membership, **data)):
        messages.success(request, "Your words are on record, beside what was said.")
        return redirect("support_booking", trust=request.trust.slug, pk=pk)
    return booking_page(request, booking_for(request, pk), deny=form)


@require_POST
@trust_view(needs=P.SEE_SUPPORT)
def support_end(request: TrustRequest, pk: int) -> HttpResponse:
    """It did not take place, or is called off."""
    found = booking_for(request, pk)
    if not gives(request.access, found):
        raise PermissionDenied(who_may(P.BOOK_SUPPORT))
    form, me = _end_form(found, request.POST), request.access.membership

    def end(data: dict[str, Any]) -> None:
        if data["ended"] == LATER_STATES[0]:
            say_missed(found, by=me, missed_by=data["missed_by"], why=data["why"])
        else:
            cancel_support(found, by=me, why=data["why"])

    if accepted(form, end):
        messages.success(request, "On record, with your reason.")
        return redirect("support_booking", trust=request.trust.slug, pk=pk)
    return booking_page(request, booking_for(request, pk), end=form)
