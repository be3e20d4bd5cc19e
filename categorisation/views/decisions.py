"""Deciding a category, reading a decision, replying to it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from categorisation.access import of_decisions
from categorisation.forms import DecisionForm, ReplyForm
from categorisation.models import Decision, Reply
from categorisation.rules.why import why_of
from categorisation.services import decide_category, reply_to_decision
from categorisation.services.basis import Basis, basis_of
from categorisation.services.deciders import Deciders, deciders_of
from categorisation.services.decisions import require_open_to_decide
from categorisation.views.matrix import school_for
from schools.access import ROLES, Permission, TrustRequest, trust_view
from schools.forms import accepted
from schools.models import Meeting, School
from schools.queries import current_period
from schools.strategy import Strategy
from schools.words import ID_DIGITS, capital, whole


def level_tile(strategy: Strategy, axis: str, key: str) -> dict[str, Any]:
    """Word and step of an axis level; unknown where there is none."""
    for level in strategy.axis_levels(axis):
        if level.key == key:
            return {"word": capital(strategy.level_words(level)), "step": level.tone}
    return {"word": "Not yet", "step": 0}


@trust_view(needs=Permission.DECIDE)
def decide(request: TrustRequest, school_id: int, axis: str) -> HttpResponse:
    """Record what was decided for one school on one axis."""
    school, meeting, today = school_for(request, school_id), _meeting_named(request), timezone.localdate()
    period = meeting.period if meeting else current_period(today)
    basis = basis_of(school, axis, period=period, today=today, followed=request.followed) if period else None
    if period is None or basis is None:
        raise Http404
    asked: dict[str, Any] = {"strategy": basis.strategy, "axis": axis, "concludes": basis.concludes}
    form = DecisionForm(request.POST or None, initial=_first_choice(basis), **asked)
    context = {"school": school, "form": form, "meeting": meeting, **_what_is_known(basis)}
    deciders = deciders_of(basis.strategy, axis, school, period=basis.period, meeting=meeting)
    if refusal := deciders.refusal(request.access.membership):
        return _not_theirs(request, refusal, deciders, context)
    at: dict[str, Any] = {"by": request.access.membership, "period": period, "meeting": meeting}
    if request.method == "POST" and accepted(form, lambda data: decide_category(school, axis, **at, **data)):
        messages.success(request, f"{school.known_as}: recorded. The head is told in the morning and may reply.")
        return redirect(_after(request, school, meeting))
    closed = "" if form.is_bound else _closed(school, axis, meeting=meeting, today=today)
    to_come = meeting is not None and timezone.localdate(meeting.starts_at) > today
    context |= {"closed": closed, "still_to_come": to_come, "after": _after(request, school, meeting)}
    return render(request, "categorisation/decide.html", context, status=422 if form.errors else 200)


def _closed(school: School, axis: str, *, meeting: Meeting | None, today: date) -> str:
    """Why nothing can be decided here, before anybody types."""
    try:
        require_open_to_decide(school, axis, meeting=meeting, today=today)
    except ValidationError as refused:
        return str(refused.messages[0])
    return ""


def _not_theirs(request: TrustRequest, refusal: str, deciders: Deciders, context: dict[str, Any]) -> HttpResponse:
    """Who may decide instead. What was typed before the interest was declared is shown, to be handed on."""
    others = [{"name": str(one.person), "role": ROLES[one.role].label} for one in deciders.may]
    context |= {"refusal": refusal, "others": others, "typed": "\n".join(_typed(request))}
    return render(request, "categorisation/decide_not.html", context, status=403)


def _typed(request: TrustRequest) -> list[str]:
    names = ("reason", "provision_words", "capacity_words")
    return [words for name in names if (words := request.POST.get(name, "").strip())]


def _meeting_named(request: TrustRequest) -> Meeting | None:
    """The meeting in the address, if there is one."""
    named = whole(request.GET.get("meeting", ""), digits=ID_DIGITS)
    return None if named is None else get_object_or_404(Meeting.objects.select_related("period"), pk=named)


def _after(request: TrustRequest, school: School, meeting: Meeting | None) -> str:
    trust = request.trust.slug
    if meeting is not None:
        return reverse("meeting", kwargs={"trust": trust, "meeting_id": meeting.pk})
    return reverse("school", kwargs={"trust": trust, "school_id": school.pk})


def _first_choice(basis: Basis) -> dict[str, str]:
    return {"level": basis.proposal.level if basis.proposal else ""}


def _what_is_known(basis: Basis) -> dict[str, Any]:
    """The proposal with its reasons, and the decision that stands."""
    strategy, axis, proposal, before = basis.strategy, basis.axis, basis.proposal, basis.before
    return {
        "strategy": strategy,
        "axis": axis,
        "period": basis.period,
        "matrix": basis.assessment,
        "proposal": proposal,
        "proposed": level_tile(strategy, axis.key, proposal.level) if proposal else None,
        "why": why_of(strategy, proposal.explanation) if proposal else None,
        "before": before,
        "was": level_tile(strategy, axis.key, before.level) if before else None,
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
    refused = form if form and not open_to_reply else None
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
        "refused": refused,
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
