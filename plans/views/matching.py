"""The matching of a half term: read, changed by hand, accepted line by line."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plans.forms.exchange import AcceptForm, AddForm, LineForm, OutForm, WantForm
from plans.models import MatchLine, MatchRun, Offer
from plans.queries.matching import lines_of, matches_of, removed_of, request_of, runs
from plans.queries.support_asked import payer_of
from plans.rules.exchange import Need, Problem, broken_by, problem_of
from plans.rules.exchange_solve import WORDS
from plans.rules.exchange_words import candidates, unmet
from plans.services.matching import (
    accept_line,
    add_line,
    change_line,
    put_back,
    remove_line,
    want_days,
)
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted

P = Permission
State = MatchLine.State


def run_for(pk: int) -> MatchRun:
    """The matching, or 404."""
    return get_object_or_404(runs(), pk=pk)


@require_safe
@trust_view(needs=P.BOOK_SUPPORT)
def match_run(request: TrustRequest, pk: int) -> HttpResponse:
    """A half term’s matching: what is proposed, with reasons and warnings; what cannot be met; what is accepted."""
    run = run_for(pk)
    lines, problem = lines_of(run), problem_of(run.problem)
    proposed = [one for one in lines if one.state == State.PROPOSED]
    problem = problem.with_pins((), removed_of(lines))
    warned = broken_by(problem, matches_of(lines))
    context = {
        "run": run,
        "status_words": WORDS[run.status],
        "proposed": [(one, _need(problem, one), warned[f"offer-{one.offer_id}", one.key]) for one in proposed],
        "accepted": [one for one in lines if one.state == State.ACCEPTED],
        "removed": [one for one in lines if one.state == State.REMOVED],
        "unmet": unmet(problem, matches_of(lines)),
        "days": sum(one.days for one in proposed),
        "schools": len({one.school_id for one in proposed}),
        "needed": sum(one.days for one in problem.needs),
        "wanted": run.wanted,
    }
    return render(request, "plans/match_run.html", context)


def _need(problem: Problem, line: MatchLine) -> Need | None:
    return problem.need_by_key.get(line.key)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.BOOK_SUPPORT)
def match_need(request: TrustRequest, pk: int, need: str) -> HttpResponse:
    """One need: everybody who could come, and why the others could not. How many days it takes may be set."""
    run = run_for(pk)
    form = WantForm(request.POST if request.method == "POST" else None, initial={"days": run.wanted.get(need)})
    me = request.access.membership
    if request.method == "POST" and accepted(form, lambda data: want_days(run, need, by=me, **data)):
        messages.success(request, "On record. Work the matching out again and it holds.")
        return redirect("match_need", trust=request.trust.slug, pk=pk, need=need)
    return _need_page(request, run, need, want=form)


def _need_page(
    request: TrustRequest, run: MatchRun, key: str, *, want: WantForm | None = None, add: AddForm | None = None
) -> HttpResponse:
    problem, lines = problem_of(run.problem), lines_of(run)
    found = problem.need_by_key.get(key)
    if found is None:
        raise Http404
    want = want or WantForm()
    if not want.is_bound and want.initial.get("days") is None:
        want.initial["days"] = found.days + found.booked
    here = [one for one in lines if one.key == key]
    add = add or AddForm(givers=_choices(problem, found))
    context = {
        "run": run, "need": found, "lines": here, "want": want, "add": add, "set_by_hand": key in run.wanted,
        "candidates": candidates(problem, found, matches_of(lines)),
        "matched": {f"offer-{one.offer_id}" for one in here if one.state == State.PROPOSED},
    }  # fmt: skip
    return render(request, "plans/match_need.html", context, status=422 if want.errors or add.errors else 200)


def _choices(problem: Problem, need: Need) -> list[tuple[str, str]]:
    """Every giver but the school itself, those who could come first."""
    known = [one.giver for one in candidates(problem, need)]
    rest = [one for one in problem.givers if one not in known and one.school != need.school]
    return [(one.key.removeprefix("offer-"), one.name) for one in (*known, *rest)]


@require_POST
@trust_view(needs=P.BOOK_SUPPORT)
def match_add(request: TrustRequest, pk: int, need: str) -> HttpResponse:
    """Add a giver by hand."""
    run = run_for(pk)
    problem = problem_of(run.problem)
    found = problem.need_by_key.get(need)
    if found is None:
        raise Http404
    form = AddForm(request.POST, givers=_choices(problem, found))

    def add(data: dict[str, Any]) -> None:
        offer = Offer.objects.select_related("school", "person__user").get(pk=data["offer"])
        add_line(run, offer, need, by=request.access.membership, days=data["days"], reason=data["reason"])

    if accepted(form, add):
        messages.success(request, "Added. It stays when the matching is worked out again.")
        return redirect("match_run", trust=request.trust.slug, pk=pk)
    return _need_page(request, run, need, add=form)


def line_for(pk: int) -> MatchLine:
    """The match, or 404."""
    rows = MatchLine.objects.select_related("run__period", "offer__school", "offer__person__user", "school")
    return get_object_or_404(rows.prefetch_related("bookings"), pk=pk)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.BOOK_SUPPORT)
def match_line(request: TrustRequest, pk: int) -> HttpResponse:
    """One match: why, who else there is, and what may be changed by hand."""
    line = line_for(pk)
    initial = {"days": line.days, "pinned": line.pinned, "reason": line.reason}
    form = LineForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and accepted(
        form, lambda data: change_line(line, by=request.access.membership, **data)
    ):
        messages.success(request, "Changed.")
        return redirect("match_line", trust=request.trust.slug, pk=pk)
    return _line_page(request, line, form=form)


def _line_page(request: TrustRequest, line: MatchLine, **forms: Any) -> HttpResponse:
    problem, lines = problem_of(line.run.problem), lines_of(line.run)
    key = (f"offer-{line.offer_id}", line.key)
    warned = broken_by(problem, matches_of(lines) if line.state == State.PROPOSED else ())
    shown = {
        "form": LineForm(initial={"days": line.days, "pinned": line.pinned}),
        "accept": AcceptForm(days=line.days, initial={"funder": payer_of(request_of(line))}),
        "out": OutForm(),
    }
    context = {
        "line": line,
        "need": problem.need_by_key.get(line.key),
        "warnings": warned[key],
        "bookings": line.bookings.all(),
        **shown,
        **forms,
    }
    wrong = any(one.errors for one in forms.values())
    return render(request, "plans/match_line.html", context, status=422 if wrong else 200)


@require_POST
@trust_view(needs=P.BOOK_SUPPORT)
def match_remove(request: TrustRequest, pk: int) -> HttpResponse:
    """Take a match out, with a reason; or put one back that was taken out."""
    line, me = line_for(pk), request.access.membership
    back = redirect(reverse("match_run", args=[request.trust.slug, line.run_id]))
    if line.state == State.REMOVED:
        put_back(line, by=me)
        messages.success(request, "It may come again when the matching is worked out.")
        return back
    form = OutForm(request.POST)
    if accepted(form, lambda data: remove_line(line, by=me, **data)):
        messages.success(request, "Taken out. It stays out until you put it back.")
        return back
    return _line_page(request, line, out=form)


@require_POST
@trust_view(needs=P.BOOK_SUPPORT)
def match_accept(request: TrustRequest, pk: int) -> HttpResponse:
    """Book it on these days, for the school to confirm as any other support."""
    line = line_for(pk)
    form = AcceptForm(request.POST, days=line.days)
    if accepted(form, lambda data: accept_line(line, by=request.access.membership, **data)):
        messages.success(request, "Booked. Both schools hear of it in the morning.")
        return redirect("match_run", trust=request.trust.slug, pk=line.run_id)
    return _line_page(request, line, accept=form)
