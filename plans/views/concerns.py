"""Concerns as they are read: those of the trust, those of a school, one of them with its ladder, and its letters."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from plans.forms.concerns import AmendForm, DecideForm, DutyForm, EndForm, LookForm
from plans.models import Concern, Letter
from plans.queries.concern_history import arrival_words, history_of, parts_of, step_words, turn_words
from plans.queries.concerns import (
    Standing,
    has_arrived,
    in_full,
    readable_concerns,
    sees_proposals,
    standing_of,
    standings,
)
from plans.queries.sources import sources_for
from plans.services.deciding import deciders_of_step, why_not_decide
from plans.services.escalating import may_withdraw
from plans.services.seeing_through import why_not_end
from schools.access import Permission, TrustRequest, trust_view
from schools.models import School
from schools.rules.post import is_off_hours

P = Permission
STEPS = {
    "up": "Step up",
    "hold": "Hold here",
    "down": "Step down",
    "close": "Leave the ladder",
    "back": "Back onto the ladder",
}
"""What the buttons say."""

LATEST = 4
"""So much of what has happened stands open; what was before is there to unfold."""


def concern_for(request: TrustRequest, pk: int) -> Concern:
    """The concern with all that belongs to it, if this person may read it, or 404."""
    return get_object_or_404(in_full(readable_concerns(request.access)), pk=pk)


def standing_for(request: TrustRequest, pk: int) -> Standing:
    """Where the school of a concern stands, if this person may read it, or 404."""
    return standing_of(concern_for(request, pk), today=timezone.localdate())


@require_safe
@trust_view(needs=P.SEE_CONCERNS)
def concerns(request: TrustRequest) -> HttpResponse:
    """Every concern this person reads: what waits, who is on a ladder, who is watched, and what is over."""
    today, states = timezone.localdate(), Concern.State
    rows = standings(list(in_full(readable_concerns(request.access))), today=today)
    may_raise = request.access.may_everywhere(P.RAISE_CONCERN)
    groups = [
        ("On the ladder", [one for one in rows if one.concern.state == states.OPEN]),
        ("Proposed", [one for one in rows if one.concern.state == states.PROPOSED]),
        ("Watched after leaving it", [one for one in rows if one.is_watched]),
        ("Over", [one for one in rows if one.concern.state in Concern.OVER]),
    ]
    context = {
        "groups": [(label, sorted(group, key=_urgency)) for label, group in groups if group],
        "on_it": len(groups[0][1]),
        "over": [one for one in groups[0][1] if one.is_over],
        "to_see": sorted(
            (one for one in rows if one.is_watched and (one.counts_on or date.max) <= today), key=_urgency
        ),
        "schools": _to_raise(request, rows) if may_raise else [],
        "has_ladders": any(one.strategy.ladders for one in request.followed.on(today).values()),
    }
    return render(request, "plans/concerns.html", context)


def _urgency(one: Standing) -> tuple[date, str]:
    return one.counts_on or date.max, one.concern.school.name


def _on_it(known: Iterable[Standing]) -> set[tuple[int, str]]:
    """School and ladder of each that is proposed, open or watched."""
    return {(one.concern.school_id, one.ladder.key) for one in known if one.concern.state not in Concern.OVER}


def _to_raise(request: TrustRequest, known: Iterable[Standing]) -> list[School]:
    """The schools that are not on every ladder of their strategy already. One query."""
    today, on_it = timezone.localdate(), _on_it(known)
    rows = School.objects.visible_to(request.access).on(today).order_by("name")
    found = [(one, request.followed.by(one, today)) for one in rows]
    ladders = [(one, version.strategy.ladders) for one, version in found if version]
    return [one for one, each in ladders if any((one.pk, ladder.key) not in on_it for ladder in each)]


@require_safe
@trust_view(needs=P.SEE_CONCERNS)
def school_concerns(request: TrustRequest, school_id: int) -> HttpResponse:
    """The concerns of one school; for those who raise them, the ladders it is not on."""
    school = get_object_or_404(School.objects.visible_to(request.access), pk=school_id)
    request.access.require(P.SEE_CONCERNS, school.pk)
    today = timezone.localdate()
    rows = standings(list(in_full(readable_concerns(request.access).filter(school=school))), today=today)
    on_it = _on_it(rows)
    version = request.followed.by(school, today) if request.access.may(P.RAISE_CONCERN, school.pk) else None
    ladders = version.strategy.ladders if version else ()
    context = {
        "school": school,
        "rows": rows,
        "ladders": [one for one in ladders if (school.pk, one.key) not in on_it],
    }
    return render(request, "plans/school_concerns.html", context)


@require_safe
@trust_view(needs=P.SEE_CONCERNS)
def concern(request: TrustRequest, pk: int) -> HttpResponse:
    """One concern: the ladder, where the school is, what is outstanding, and what has happened."""
    return concern_page(request, standing_for(request, pk))


def concern_page(request: TrustRequest, standing: Standing, **refused: Any) -> HttpResponse:
    """The page; with a form that was refused, as it was typed."""
    found, access = standing.concern, request.access
    may_raise, whole = access.may(P.RAISE_CONCERN, found.school_id), sees_proposals(access)
    waiting = standing.waiting if whole else None
    may_ask = waiting is not None and access.may(P.DECIDE, found.school_id)
    deciders = deciders_of_step(found, waiting) if waiting else None
    why_not = why_not_decide(access, found, waiting, deciders) if waiting and may_ask else ""
    may_ask_end = standing.may_end and waiting is None and access.may(P.DECIDE, found.school_id)
    why_not_end_it = why_not_end(standing, access.membership) if may_ask_end else ""
    history = history_of(found, whole=whole)[::-1]
    context = {
        "concern": found,
        "standing": standing,
        "sources": sources_for(access, found),
        "rungs": [(one, one == standing.stage) for one in standing.ladder.stages],
        "history": history[:LATEST],
        "earlier": history[LATEST:],
        "earlier_letters": sum(one.letter is not None for one in history[LATEST:]),
        "sees_letters": whole,
        "waiting": waiting,
        "waiting_words": step_words(waiting, found) if waiting else "",
        "waiting_turn": turn_words(waiting) if waiting else "",
        "waiting_parts": list(parts_of(waiting, found)) if waiting else [],
        "may_raise": may_raise,
        "may_withdraw": waiting is not None and may_raise and may_withdraw(waiting, access.membership),
        "may_decide": may_ask and not why_not,
        "why_not": why_not,
        "deciders": [one.person.user.name for one in deciders.may] if deciders and (why_not or not may_ask) else [],
        "steps": [(one.value, STEPS[one]) for one in standing.steps] if may_raise else [],
        "may_end": may_ask_end and not why_not_end_it,
        "why_not_end": why_not_end_it,
        "off_hours": may_ask and not why_not and is_off_hours(timezone.now()),
        "decide": DecideForm(),
        "duty": DutyForm(asked=standing.outstanding, auto_id="duty-%s"),
        "amend": AmendForm(auto_id="amend-%s"),
        "look": LookForm(auto_id="look-%s"),
        "end": EndForm(auto_id="end-%s"),
        "wrong": next(iter(refused.values()), None),
        **refused,
    }
    return render(request, "plans/concern.html", context, status=422 if refused else 200)


def letter_for(request: TrustRequest, pk: int, letter_id: int) -> Letter:
    """A letter of a concern this person reads, or 404; a school reads it once it has arrived."""
    found = concern_for(request, pk)
    letters = {one.pk: one for one in found.letters.all() if sees_proposals(request.access) or has_arrived(one)}
    letter = letters.get(letter_id)
    if letter is None:
        raise Http404
    letter.concern = found
    return letter


@require_safe
@trust_view(needs=P.SEE_CONCERNS)
def letter(request: TrustRequest, pk: int, letter_id: int) -> HttpResponse:
    """A letter as it was sent."""
    found = letter_for(request, pk, letter_id)
    context = {"letter": found, "concern": found.concern, "arrival": arrival_words(found)}
    return render(request, "plans/letter.html", context)
