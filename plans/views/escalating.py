"""What is done with a concern: raised, each step proposed and decided, what lies between, letters, and the watch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from plans.forms.concerns import AmendForm, ConcernForm, DecideForm, DutyForm, EndForm, LookForm, StepForm
from plans.forms.letters import LetterForm
from plans.models import Concern
from plans.queries.concern_history import turn_words
from plans.queries.concerns import Standing, ladders_to_climb
from plans.queries.letters import draft_of, told_of
from plans.queries.sources import sources_of
from plans.rules.ladder import Step
from plans.services.escalating import (
    decide_step,
    on_it_words,
    propose_step,
    raise_concern,
    waits_words,
    withdraw_step,
)
from plans.services.notifying import arrival, send_letter
from plans.services.seeing_through import amend_plan, end_watch, record_duty, record_look
from plans.views.concerns import STEPS, concern_page, standing_for
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted
from schools.models import School
from schools.rules.post import is_off_hours
from schools.words import on as day_words

P = Permission


def _back(request: TrustRequest, concern: Concern, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("concern", trust=request.trust.slug, pk=concern.pk)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.RAISE_CONCERN)
def concern_new(request: TrustRequest, school_id: int, ladder: str) -> HttpResponse:
    """Propose that a school comes onto a ladder. Where it is on it by now, what was typed stays in the form."""
    school = get_object_or_404(School.objects.visible_to(request.access).select_related("trust"), pk=school_id)
    request.access.require(P.RAISE_CONCERN, school.pk)
    version, free = ladders_to_climb(school, today=timezone.localdate(), followed=request.followed)
    ladders = {one.key: one for one in (version.strategy.ladders if version else ())}
    if ladder not in ladders:
        raise Http404
    if request.method == "GET" and ladders[ladder] not in free:
        messages.warning(request, on_it_words(school, ladder))
        return redirect("school_concerns", trust=request.trust.slug, school_id=school.pk)
    sources = sources_of(school, today=timezone.localdate())
    about: dict[str, Any] = {"ladder": ladders[ladder], "sources": sources, "off_hours": is_off_hours(timezone.now())}
    form = ConcernForm(request.POST if request.method == "POST" else None, **about)
    made: list[Concern] = []
    if form.is_bound and accepted(
        form, lambda _: made.append(raise_concern(school, form.entry(), by=request.access.membership))
    ):
        return _back(request, made[0], "Proposed. Whoever decides is told.")
    context = {"school": school, "ladder": ladders[ladder], "form": form}
    return render(request, "plans/concern_new.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.RAISE_CONCERN)
def concern_step(request: TrustRequest, pk: int, step: str) -> HttpResponse:
    """Propose the next step of a school on a ladder; 404 for one that cannot be taken from where it stands.

    Where another waits by now, what was typed stays in the form.
    """
    standing = _to_raise(request, pk)
    if step not in standing.steps_from_here:
        raise Http404
    if request.method == "GET" and standing.waiting is not None:
        messages.warning(request, waits_words(standing.waiting))
        return redirect("concern", trust=request.trust.slug, pk=pk)
    taken, data = Step(step), request.POST if request.method == "POST" else None
    form = StepForm(data, standing=standing, step=taken, off_hours=is_off_hours(timezone.now()))
    if form.is_bound and accepted(
        form, lambda _: propose_step(standing.concern, taken, form.entry(), by=request.access.membership)
    ):
        return _back(request, standing.concern, "Proposed. Whoever decides is told.")
    context = {"standing": standing, "concern": standing.concern, "form": form, "title": STEPS[step], "step": step}
    return render(request, "plans/concern_step.html", context, status=422 if form.is_bound else 200)


@require_POST
@trust_view(needs=P.RAISE_CONCERN)
def concern_withdraw(request: TrustRequest, pk: int) -> HttpResponse:
    """Take back a step that waits."""
    standing = _to_raise(request, pk)
    try:
        with transaction.atomic():
            withdraw_step(standing.concern, by=request.access.membership)
        messages.success(request, "Taken back.")
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
    return redirect("concern", trust=request.trust.slug, pk=pk)


@require_POST
@trust_view(needs=P.DECIDE)
def concern_decide(request: TrustRequest, pk: int) -> HttpResponse:
    """Agree or decline the step that waits."""
    standing = standing_for(request, pk)
    form = DecideForm(request.POST)
    if accepted(form, lambda data: decide_step(standing.concern, access=request.access, **data)):
        waits = standing_for(request, pk).waiting
        said = "Your decision is on record." if waits is None else f"Your answer is on record. {turn_words(waits)}"
        return _back(request, standing.concern, said)
    return concern_page(request, standing, decide=form)


@require_POST
@trust_view(needs=P.RAISE_CONCERN)
def concern_duty(request: TrustRequest, pk: int) -> HttpResponse:
    """Put down that something the ladder asks for is done."""
    standing = _to_raise(request, pk)
    form = DutyForm(request.POST, asked=standing.outstanding, auto_id="duty-%s")
    return _do(request, standing, "duty", form, record_duty)


@require_POST
@trust_view(needs=P.RAISE_CONCERN)
def concern_plan(request: TrustRequest, pk: int) -> HttpResponse:
    """Put down what the plan of the stage has gained."""
    return _do(request, _to_raise(request, pk), "amend", AmendForm(request.POST, auto_id="amend-%s"), amend_plan)


@require_POST
@trust_view(needs=P.RAISE_CONCERN)
def concern_look(request: TrustRequest, pk: int) -> HttpResponse:
    """Record the next look at a school that has left the ladder."""
    return _do(request, _to_raise(request, pk), "look", LookForm(request.POST, auto_id="look-%s"), record_look)


@require_POST
@trust_view(needs=P.DECIDE)
def concern_end(request: TrustRequest, pk: int) -> HttpResponse:
    """End the watch once every look was taken."""
    return _do(request, standing_for(request, pk), "end", EndForm(request.POST, auto_id="end-%s"), end_watch)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.RAISE_CONCERN)
def concern_letter(request: TrustRequest, pk: int) -> HttpResponse:
    """Write to those whom the stage asks to tell. The page says when the letter will arrive."""
    standing = _to_raise(request, pk)
    if standing.entered is None:
        raise Http404
    me, concern, told = request.access.membership, standing.concern, told_of(standing)
    subject, text = draft_of(standing, sender=me)
    form = LetterForm(request.POST if request.method == "POST" else None, told=told, subject=subject, text=text)
    if form.is_bound and accepted(form, lambda _: send_letter(concern, by=me, **form.given())):
        return _back(request, concern, "The letter is kept as you sent it.")
    now = timezone.now()
    arrives = arrival(concern.school, now)
    words = f"{day_words(timezone.localdate(arrives))} at {timezone.localtime(arrives):%H:%M}"
    context = {"standing": standing, "concern": concern, "form": form, "arrives_words": words, "waits": arrives > now}
    return render(request, "plans/concern_letter.html", context, status=422 if form.is_bound else 200)


def _to_raise(request: TrustRequest, pk: int) -> Standing:
    """Where the school stands, if this person sees concerns there through, or 403."""
    standing = standing_for(request, pk)
    request.access.require(P.RAISE_CONCERN, standing.concern.school_id)
    return standing


def _do(
    request: TrustRequest, standing: Standing, name: str, form: forms.Form, service: Callable[..., Any]
) -> HttpResponse:
    """One of the short forms of the page."""
    if accepted(form, lambda data: service(standing.concern, by=request.access.membership, **data)):
        return _back(request, standing.concern, "It is on record.")
    return concern_page(request, standing, **{name: form})
