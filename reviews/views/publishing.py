"""From the first day to publication, and concerns for the guarantor."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from evidence.forms.named import SURE, ask_once_more, asked_in, named_in
from reviews.forms.reviews import BeginForm, ConcernForm, MediationForm, PublishForm, ShareForm
from reviews.models import Dispute, Finding, Review
from reviews.queries.reviews import form_for, may_mediate, may_raise, part_of, team_of
from reviews.services.disputes import mediate_dispute, raise_dispute
from reviews.services.publishing import begin_review, publish_review, reply_to_review, send_review
from reviews.services.register import offer_finding
from reviews.services.sharing import share_review
from reviews.views.pages import address, require, review_for, review_page, to_review
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted
from schools.forms.filling import filled_in
from schools.forms.replying import ReplyForm

P = Permission


def _led(request: TrustRequest, pk: int) -> Review:
    """The review, for who begins, sends and publishes it."""
    found = review_for(request, pk)
    require(part_of(request.access, found).leads, P.RUN_REVIEWS)
    return found


def _refused(request: TrustRequest, review: Review, form: Form, **forms: Any) -> HttpResponse:
    """The page of the review with what was typed: what cannot be done yet, or which answer to look at."""
    told = {"refused": form.non_field_errors()} if form.non_field_errors() else {"wrong": form}
    return review_page(request, review, status=422, **told, **forms)


@require_POST
@trust_view(needs=P.SEE_REVIEWS)
def review_begin(request: TrustRequest, pk: int) -> HttpResponse:
    """The work begins."""
    found = _led(request, pk)
    form = BeginForm(request.POST, review=found, prefix="begin")
    if accepted(form, lambda data: begin_review(found, by=request.access.membership, **data)):
        messages.success(request, "Begun. The form of the review is open to its team.")
        return to_review(request, found)
    return _refused(request, found, form, begin_form=form)


@require_POST
@trust_view(needs=P.SEE_REVIEWS)
def review_send(request: TrustRequest, pk: int) -> HttpResponse:
    """Give the draft to the school. Where it seems to name a person, who sends it is asked once more."""
    found = _led(request, pk)
    form = filled_in(found, form_for(found))
    named_in(form, found.school_id)
    asks = asked_in(form, request.POST.get(SURE, ""))
    if asks and found.state == Review.State.DRAFT:
        return review_page(request, found, status=422, asks=asks)
    try:
        send_review(found, by=request.access.membership)
    except ValidationError as refused:
        return review_page(request, found, status=422, refused=refused.messages)
    messages.success(request, "Sent. The head reads in the morning that it is there.")
    return to_review(request, found)


@require_POST
@trust_view(needs=P.SEE_REVIEWS)
def review_publish(request: TrustRequest, pk: int) -> HttpResponse:
    """Publish it, with what came of the school's comment."""
    found = _led(request, pk)
    form = PublishForm(request.POST, review=found, prefix="publish")
    sure = ask_once_more(request.POST, found.school_id, form)
    if accepted(form, lambda data: publish_review(found, by=request.access.membership, **data)):
        messages.success(request, "Published. What it judged now stands with the school’s evidence.")
        return to_review(request, found)
    return _refused(request, found, form, publish_form=form, sure=sure)


@require_POST
@trust_view(needs=P.SEE_REVIEWS)
def review_share(request: TrustRequest, pk: int) -> HttpResponse:
    """Share a published review with an audience."""
    found = review_for(request, pk)
    require(part_of(request.access, found).shares, P.RUN_REVIEWS)
    form = ShareForm(request.POST, prefix="share")
    sure = ask_once_more(request.POST, found.school_id, form)
    if accepted(form, lambda data: share_review(found, by=request.access.membership, **data)):
        messages.success(request, "Shared. They read in the morning that it is there.")
        return redirect(address("review", found, request.trust.slug) + "#shared")
    return _refused(request, found, form, share_form=form, sure=sure)


@require_POST
@trust_view(needs=P.ANSWER_REVIEWS)
def review_reply(request: TrustRequest, pk: int) -> HttpResponse:
    """The school's answer on the facts."""
    found = review_for(request, pk)
    require(part_of(request.access, found).answers, P.ANSWER_REVIEWS)
    form = ReplyForm(request.POST)
    sure = ask_once_more(request.POST, found.school_id, form)
    if accepted(form, lambda data: reply_to_review(found, by=request.access.membership, **data)):
        messages.success(request, "Thank you. The team has your answer.")
        return to_review(request, found)
    return review_page(request, found, status=422, reply_form=form, wrong=form, sure=sure)


@require_POST
@trust_view(needs=P.SEE_REVIEWS)
def review_concern(request: TrustRequest, pk: int) -> HttpResponse:
    """Put a concern to the guarantor."""
    found = review_for(request, pk)
    team = team_of(found)
    require(may_raise(request.access, found, part_of(request.access, found, team), team), P.ANSWER_REVIEWS)
    form = ConcernForm(request.POST, prefix="concern")
    if accepted(form, lambda data: raise_dispute(found, by=request.access.membership, text=data["text"])):
        messages.success(request, "Your concern is with the chief executive, who will mediate.")
        return redirect(address("review", found, request.trust.slug) + "#concerns")
    return review_page(request, found, status=422, concern_form=form, wrong=form)


@require_POST
@trust_view(needs=P.DECIDE)
def review_mediate(request: TrustRequest, pk: int, dispute_id: int) -> HttpResponse:
    """Note how a concern is mediated, or close it."""
    found = review_for(request, pk)
    require(may_mediate(request.access, found, team_of(found)), P.DECIDE)
    dispute = get_object_or_404(Dispute.objects.select_related("review"), pk=dispute_id, review=found)
    form, close = MediationForm(request.POST, prefix="mediation"), request.POST.get("then") == "close"
    dispute.review = found
    me = request.access.membership
    if accepted(form, lambda data: mediate_dispute(dispute, by=me, words=data["words"], close=close)):
        messages.success(request, "The concern is closed and on record." if close else "Noted. Both sides read it.")
        return redirect(address("review", found, request.trust.slug) + "#concerns")
    return review_page(request, found, status=422, mediation_form=form, wrong=form)


@require_POST
@trust_view(needs=P.SEE_REVIEWS)
def practice_offer(request: TrustRequest, pk: int, finding_id: int) -> HttpResponse:
    """An area of excellence goes into the register with one press."""
    found = review_for(request, pk)
    part = part_of(request.access, found)
    require(part.runs or part.answers, P.ANSWER_REVIEWS)
    rows = Finding.objects.select_related("review__school", "review__strategy_version")
    finding = get_object_or_404(rows, pk=finding_id, review=found)
    try:
        made = offer_finding(finding, by=request.access.membership)
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
        return to_review(request, found)
    messages.success(request, "It stands in the register now. Other schools can ask to visit.")
    return redirect("practice_page", trust=request.trust.slug, pk=made.pk)
