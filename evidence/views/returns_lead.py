"""The trust's side of returns: who has sent what, asking for the rest, and deciding on one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from evidence.forms.returns import QueryForm, asks_something, queries_from
from evidence.models import Return, State
from evidence.queries.returns import NOT_BEGUN, NOT_OPEN, DueReturn, chased_on, of_returns, returns_asked
from evidence.queries.returns_sheet import sheet_of
from evidence.services.returns import agree_return, chase_returns, send_back
from evidence.views.returns import read, return_for, to_page
from schools.access import Permission, TrustRequest, trust_view
from schools.models import Period, School
from schools.queries import current_period
from schools.words import ID_DIGITS, counted, whole

WORDS = {NOT_BEGUN: "Not begun", NOT_OPEN: "Not open yet"}
STATES = {"with": "With the school", "overdue": "Overdue", "submitted": "Waits for you", "agreed": "Agreed"}


def asked_now(request: TrustRequest) -> tuple[Period | None, list[DueReturn]]:
    """The term the page is about, and every return asked in it. Four queries, however many schools."""
    today = timezone.localdate()
    wanted = whole(request.GET.get("period", request.POST.get("period", "")), digits=ID_DIGITS)
    chosen = Period.objects.terms().filter(pk=wanted).first() if wanted else None
    term = chosen or current_period(today)
    if term is None:
        return None, []
    during = Period.objects.filter(year=term.year, season=term.season)
    schools = School.objects.visible_to(request.access)
    found = returns_asked(schools, today, periods=list(during), followed=request.followed)
    return term, sorted(found, key=lambda one: (one.due_on, one.label, one.school.name))


@trust_view(needs=Permission.AGREE_EVIDENCE)
def board(request: TrustRequest) -> HttpResponse:
    """Who has sent their returns of one term: all schools, all collection points."""
    term, asked = asked_now(request)
    today = timezone.localdate()
    chased = chased_on(one.return_id for one in asked if one.return_id)
    readable = set(Return.objects.filter(of_returns(request.access)).values_list("pk", flat=True))
    lines = [_line(one, chased, readable, today) for one in asked]
    wanted = request.GET.get("state", "")
    context = {
        "term": term,
        "today": today,
        "points": _by_point([line for line in lines if wanted in ("", line["kind"], line["also"])]),
        "counts": {key: sum(line["kind"] == key or line["also"] == key for line in lines) for key in STATES},
        "overdue": sum(one.is_overdue(today) for one in asked),
        "filters": _filters(term, wanted),
    }
    return render(request, "evidence/return_board.html", context)


def _line(asked: DueReturn, chased: dict[int, Any], readable: set[int], today: Any) -> dict[str, Any]:
    late = asked.is_overdue(today)
    sent = asked.state if asked.state in (State.SUBMITTED, State.AGREED) else ""
    return {
        "asked": asked,
        "kind": "with" if asked.is_with_school else sent,
        "also": "overdue" if late else "",
        "late": late,
        "words": WORDS.get(asked.state, ""),
        "chased": chased.get(asked.return_id or 0),
        "open": asked.return_id in readable,
    }


def _by_point(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines under their collection points, in the order they are due."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line in lines:
        found.setdefault((line["asked"].label, line["asked"].period.label), []).append(line)
    return [
        {"label": label, "period": period, "lines": each, "late": sum(line["late"] for line in each)}
        for (label, period), each in found.items()
    ]


def _filters(term: Period | None, wanted: str) -> list[dict[str, Any]]:
    terms = Period.objects.terms().begun(timezone.localdate())[:6]
    periods = [
        {"value": one.pk, "label": one.label, "selected": term is not None and one.pk == term.pk} for one in terms
    ]
    states = [{"value": key, "label": label, "selected": key == wanted} for key, label in STATES.items()]
    return [
        {"name": "period", "label": "Term", "options": periods},
        {"name": "state", "label": "Where it is", "options": [{"value": "", "label": "Everything"}, *states]},
    ]


@require_POST
@trust_view(needs=Permission.AGREE_EVIDENCE)
def chase(request: TrustRequest) -> HttpResponse:
    """Ask one school for one return, or with “all” every school whose return is overdue."""
    term, asked = asked_now(request)
    today = timezone.localdate()
    if request.POST.get("all"):
        wanted = [one for one in asked if one.is_overdue(today)]
    else:
        which = request.POST.get("school", ""), request.POST.get("during", ""), request.POST.get("point", "")
        wanted = [one for one in asked if (str(one.school_id), str(one.period_id), one.point.key) == which]
    try:
        chased = chase_returns(wanted, by=request.access.membership, today=today)
        asked_of = len({one.school_id for one in chased})
        said = counted(asked_of, "school has been asked", "schools have been asked")
        messages.success(request, f"{said.capitalize()}. The email goes out at the trust’s hour for news.")
    except ValidationError as refused:
        messages.warning(request, " ".join(refused.messages))
    answer = redirect("returns_board", trust=request.trust.slug)
    answer["Location"] += f"?period={term.pk}" if term else ""
    return answer


@require_POST
@trust_view(needs=Permission.AGREE_EVIDENCE)
def back(request: TrustRequest, school_id: int, period_id: int, point: str) -> HttpResponse:
    """Send a return back with a query about the whole, and about the figures that are marked."""
    of_return = return_for(request, school_id, period_id, point)
    request.access.require(Permission.AGREE_EVIDENCE, of_return.school_id)
    form = QueryForm(request.POST)
    if form.is_valid():
        queries = queries_from(sheet_of(of_return), request.POST)
        try:
            send_back(of_return, by=request.access.membership, note=form.cleaned_data["note"], queries=queries)
            messages.success(request, f"Sent back to {of_return.school.known_as} with your query.")
            return redirect("returns_board", trust=request.trust.slug)
        except ValidationError as refused:
            form.add_error(None, refused)
    return read(request, of_return, form=form, status=422)


@require_POST
@trust_view(needs=Permission.AGREE_EVIDENCE)
def agree(request: TrustRequest, school_id: int, period_id: int, point: str) -> HttpResponse:
    """Agree the return as it was read."""
    of_return = return_for(request, school_id, period_id, point)
    request.access.require(Permission.AGREE_EVIDENCE, of_return.school_id)
    if asks_something(request.POST):
        form = QueryForm(request.POST)
        form.add_error(None, "You have typed a question: send it, or clear it, before you agree.")
        return read(request, of_return, form=form, refused="The return is not agreed yet", status=422)
    version = whole(request.POST.get("version", ""))
    try:
        agree_return(of_return, by=request.access.membership, version=version)
    except ValidationError as refused:
        messages.warning(request, " ".join(refused.messages))
        return to_page(request, of_return)
    messages.success(request, "Agreed. Its figures count from now on, and others read them, but for small numbers.")
    return redirect("returns_board", trust=request.trust.slug)
