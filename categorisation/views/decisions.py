"""Deciding a category, reading a decision, replying to it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from categorisation.access import of_decisions
from categorisation.forms import DecisionForm, ReplyForm
from categorisation.models import Assessment, Decision, Proposal, Reply
from categorisation.rules.why import why_of
from categorisation.services import decide_category, reply_to_decision
from categorisation.views.matrix import school_for
from schools.access import Permission, TrustRequest, trust_view
from schools.models import Meeting, Period, School
from schools.queries import current_period, strategy_of
from schools.strategy import Axis, Strategy


def level_tile(strategy: Strategy, axis: str, key: str) -> dict[str, Any]:
    """Word and step of an axis level; unknown where there is none."""
    for level in strategy.axis_levels(axis):
        if level.key == key:
            return {"word": level.label, "step": level.tone}
    return {"word": "Not yet", "step": 0}


@trust_view(needs=Permission.DECIDE)
def decide(request: TrustRequest, school_id: int, axis: str) -> HttpResponse:
    """Record what was decided for one school on one axis."""
    school = school_for(request, school_id)
    today = timezone.localdate()
    meeting = _meeting_named(request)
    period = meeting.period if meeting else current_period(today)
    if period is None:
        raise Http404
    found = _what_is_known(school, axis, period)
    form = DecisionForm(request.POST or None, levels=found["strategy"].axis_levels(axis), initial=found["initial"])
    if request.method == "POST" and form.is_valid():
        try:
            decide_category(
                school, axis, by=request.access.membership, period=period, meeting=meeting, **form.cleaned_data
            )
        except ValidationError as refused:
            form.add_error("reason" if hasattr(refused, "error_dict") else None, refused.messages[0])
        else:
            messages.success(request, f"{school.known_as}: recorded. The head is told in the morning and may reply.")
            return redirect(_after(request, school, meeting))
    context = {"school": school, "form": form, "meeting": meeting, "period": period, "today": today, **found}
    return render(request, "categorisation/decide.html", context, status=422 if form.errors else 200)


def _meeting_named(request: TrustRequest) -> Meeting | None:
    """The meeting in the address, if there is one."""
    named = request.GET.get("meeting", "")
    if not named.isdecimal():
        return None
    return get_object_or_404(Meeting.objects.select_related("period"), pk=int(named))


def _after(request: TrustRequest, school: School, meeting: Meeting | None) -> str:
    trust = request.trust.slug
    if meeting is not None:
        return reverse("meeting", kwargs={"trust": trust, "meeting_id": meeting.pk})
    return reverse("school", kwargs={"trust": trust, "school_id": school.pk})


def _what_is_known(school: School, axis_key: str, period: Period) -> dict[str, Any]:
    """The proposal with its reasons, and the decision that stands."""
    assessment = Assessment.objects.filter(school=school, period=period).select_related("strategy_version").first()
    version = assessment.strategy_version if assessment else strategy_of(school, timezone.localdate())
    strategy = version.strategy if version else None
    if strategy is None or axis_key not in strategy.axis_by_key:
        raise Http404
    axis: Axis = strategy.axis_by_key[axis_key]
    proposal = Proposal.objects.filter(assessment=assessment, axis=axis_key).first() if assessment else None
    before = Decision.objects.filter(school=school, axis=axis_key).order_by("-effective_on", "-pk").first()
    return {
        "assessment": assessment,
        "strategy": strategy,
        "axis": axis,
        "proposal": proposal,
        "proposed": level_tile(strategy, axis_key, proposal.level) if proposal else None,
        "why": why_of(strategy, proposal.explanation) if proposal else None,
        "before": before,
        "was": level_tile(strategy, axis_key, before.level) if before else None,
        "initial": {"level": proposal.level if proposal else ""},
    }


def decision_for(request: TrustRequest, decision_id: int) -> Decision:
    """A decision this person may read: the school from the moment it is told."""
    return get_object_or_404(
        Decision.objects.select_related(
            "school", "period", "strategy_version", "proposal", "decided_by__user", "meeting"
        )
        .defer("strategy_version__text", "strategy_version__document")
        .filter(of_decisions(request.access, timezone.now())),
        pk=decision_id,
    )


@trust_view(needs=Permission.SEE_DECISIONS)
def decision(request: TrustRequest, decision_id: int) -> HttpResponse:
    """One decision: what, why, by whom, and the school's words."""
    return _decision_page(request, decision_for(request, decision_id))


def _decision_page(request: TrustRequest, found: Decision, form: ReplyForm | None = None) -> HttpResponse:
    strategy, today = found.strategy_version.strategy, timezone.localdate()
    answer = Reply.objects.filter(decision=found).select_related("by__user").first()
    open_to_reply = today <= found.reply_due_on and request.access.may(Permission.REPLY, found.school_id)
    initial = {"text": answer.text} if answer else {}
    context = {
        "decision": found,
        "axis": strategy.axis_by_key[found.axis],
        "strategy": strategy,
        "decided": level_tile(strategy, found.axis, found.level),
        "was": level_tile(strategy, found.axis, found.was) if found.was else None,
        "proposed": level_tile(strategy, found.axis, found.proposal.level) if found.proposal else None,
        "why": why_of(strategy, found.proposal.explanation) if found.proposal else None,
        "answer": answer,
        "form": (form or ReplyForm(initial=initial)) if open_to_reply else None,
        "today": today,
    }
    return render(request, "categorisation/decision.html", context, status=422 if form else 200)


@trust_view(needs=Permission.REPLY)
def reply(request: TrustRequest, decision_id: int) -> HttpResponse:
    """Send the school's words."""
    found = decision_for(request, decision_id)
    request.access.require(Permission.REPLY, found.school_id)
    form = ReplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reply_to_decision(
                found, by=request.access.membership, text=form.cleaned_data["text"], today=timezone.localdate()
            )
        except ValidationError as refused:
            form.add_error("text" if hasattr(refused, "error_dict") else None, refused.messages[0])
        else:
            messages.success(request, "Your reply is printed beside the decision.")
            return redirect("decision", trust=request.trust.slug, decision_id=found.pk)
    return _decision_page(request, found, form if request.method == "POST" else None)
