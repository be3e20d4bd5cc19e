"""The exchange of capacity: who offers days of support, to whom they could go, and what a school gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from plans.forms.exchange import OfferForm, PersonOfferForm, SolveForm
from plans.models import MatchRun, Offer
from plans.queries.capacity import capacity_of
from plans.queries.exchange import (
    Shown,
    area_choices,
    areas_of,
    known_strengths,
    runs_with_counts,
    shown_offers,
    team_without_offer,
)
from plans.queries.matching import Seen, halves_to_match, own_periods, problem_for, see
from plans.rules.capacity import Half
from plans.rules.exchange_words import candidates
from plans.services.matching import solve_matching
from plans.services.offering import confirm_offer, suggest_offer
from plans.views.support import school_for
from schools.access import Permission, TrustRequest, trust_view, who_may
from schools.forms import accepted
from schools.models import Period, School
from schools.queries import half_term, strategy_of
from schools.rules import academic_year
from schools.words import whole

P = Permission
FIELDS = ("areas", "most_days", "per", "from_on", "until_on", "most_minutes", "not_to_why", "although", "note")


@require_safe
@trust_view(needs=P.BOOK_SUPPORT)
def exchange(request: TrustRequest) -> HttpResponse:
    """Who can give, who gives too much, and the matching of each half term; with `school` who could help that one."""
    today = timezone.localdate()
    known = own_periods(today)
    periods = halves_to_match(known, today)
    if not periods:
        return render(request, "plans/exchange.html", {"periods": [], "today": today})
    seen, found = see(today, request.followed), runs_with_counts(periods)
    shown = shown_offers(seen, known, periods[0], today=today)
    context = {
        "periods": [(one, found.get(one.pk)) for one in periods],
        "half": periods[0],
        "offers": [one for one in shown if one.offer.state == Offer.State.CONFIRMED],
        "waiting": [one for one in shown if one.offer.state == Offer.State.SUGGESTED],
        "drained": [one for one in shown if one.drained],
        "silent": _silent(seen.schools, shown),
        "solve": SolveForm(periods=periods),
        "helped": _helped(request, seen, periods[0]),
        "schools": seen.schools,
        "today": today,
    }
    return render(request, "plans/exchange.html", context)


def _silent(schools: list[School], shown: list[Shown]) -> list[School]:
    """The schools that have said nothing of what they could give."""
    told = {one.offer.school_id for one in shown}
    return [one for one in schools if one.pk not in told]


def _helped(request: TrustRequest, seen: Seen, period: Period) -> dict[str, Any]:
    """The needs of the school in the address, each with who could come as things stand now."""
    pk = whole(request.GET.get("school", ""))
    school = next((one for one in seen.schools if one.pk == pk), None)
    if school is None:
        return {}
    problem = problem_for(period, today=timezone.localdate(), wanted={}, seen=seen, owed=False)
    needs = [one for one in problem.needs if one.school == school.pk]
    return {"school": school, "needs": [(one, candidates(problem, one)) for one in needs]}


@require_POST
@trust_view(needs=P.BOOK_SUPPORT)
def exchange_solve(request: TrustRequest) -> HttpResponse:
    """Work the matching of a half term out, or out again."""
    today = timezone.localdate()
    form = SolveForm(request.POST, periods=halves_to_match(own_periods(today), today))
    made: list[MatchRun] = []
    if accepted(form, lambda _: made.append(solve_matching(form.chosen(), by=request.access.membership))):
        return redirect("match_run", trust=request.trust.slug, pk=made[0].pk)
    messages.warning(request, "Choose one of the half terms to come.")
    return redirect("exchange", trust=request.trust.slug)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.SEE_SUPPORT)
def school_exchange(request: TrustRequest, school_id: int) -> HttpResponse:
    """What one school offers and gives, and whether it gives too much. Its head confirms; the trust may suggest."""
    access, today = request.access, timezone.localdate()
    seen = see(today, request.followed)
    mine = (one for one in seen.schools if one.pk == school_id and access.may(P.SEE_SUPPORT, school_id))
    school = next(mine, None) or school_for(request, school_id)  # that has left, or is to join
    speaks, books = access.may(P.ASK_SUPPORT, school.pk), access.may(P.BOOK_SUPPORT, school.pk)
    known = own_periods(today)
    periods = halves_to_match(known, today)
    if request.method == "POST" and not (speaks or books):
        raise PermissionDenied(who_may(P.ASK_SUPPORT))
    if not periods:
        return render(request, "plans/school_exchange.html", {"school": school, "shown": None})
    shown = next(iter(shown_offers(seen, known, periods[0], today=today, school=school)), None)
    theirs = shown is not None and shown.offer.state == Offer.State.CONFIRMED
    form = _school_form(request, school, seen, shown) if speaks or (books and not theirs) else None
    if request.method == "POST" and form is None:
        raise PermissionDenied("The head has confirmed what the school offers. Ask the head to change it.")
    act, me = confirm_offer if speaks else suggest_offer, access.membership
    if request.method == "POST" and form and accepted(form, lambda _: act(form.entry(), by=me, school=school)):
        said = "Confirmed. You can change it at any time." if speaks else "The head is asked to confirm it."
        messages.success(request, said)
        return redirect("school_exchange", trust=request.trust.slug, school_id=school.pk)
    context = {
        "school": school,
        "shown": shown,
        "form": form,
        "speaks": speaks,
        "half": periods[0],
        "books": books,
        "capacity": _capacity(request, school, known),
    }
    return render(request, "plans/school_exchange.html", context, status=422 if form and form.errors else 200)


def _capacity(request: TrustRequest, school: School, periods: Iterable[Period]) -> list[Half]:
    """What the school gave and took in the half terms of this year; the trust's own half terms of it are `periods`."""
    today = timezone.localdate()
    version, year = strategy_of(school, today, request.followed), academic_year(today)
    halves = [half_term(one) for one in periods if one.half and one.year == year]
    return capacity_of(school, halves, version.strategy if version else None, access=request.access, today=today)


def _school_form(request: TrustRequest, school: School, seen: Seen, shown: Shown | None) -> OfferForm:
    stands = seen.standings.get(school.pk)
    known = known_strengths(school, stands)
    initial = (
        _initial(shown.offer, shown.offer.kept_from)
        if shown
        else {"areas": list(known), "from_on": timezone.localdate()}
    )
    data = request.POST if request.method == "POST" else None
    others = [one for one in seen.schools if one.pk != school.pk]
    return OfferForm(data, areas=area_choices(areas_of(stands), known), schools=others, initial=initial)


def _initial(offer: Offer, kept_from: Iterable[int]) -> dict[str, Any]:
    kept = [str(pk) for pk in kept_from]
    return {**{field: getattr(offer, field) for field in FIELDS}, "not_to": kept, "base": str(offer.base_id or "")}


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.BOOK_SUPPORT)
def exchange_person_new(request: TrustRequest) -> HttpResponse:
    """A person of the trust’s own team who can give days."""
    return _person(request, None)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.BOOK_SUPPORT)
def exchange_person(request: TrustRequest, pk: int) -> HttpResponse:
    """Change what a person of the trust’s own team can give."""
    rows = Offer.objects.select_related("person__user", "base").exclude(person=None)
    return _person(request, get_object_or_404(rows, pk=pk))


def _person(request: TrustRequest, offer: Offer | None) -> HttpResponse:
    seen, me = see(timezone.localdate(), request.followed), request.access.membership
    people = [] if offer else team_without_offer()
    if offer is None and not people:
        raise Http404
    kept = offer.not_to.values_list("school", flat=True) if offer else ()
    initial = _initial(offer, kept) if offer else {"from_on": timezone.localdate()}
    form = PersonOfferForm(
        request.POST if request.method == "POST" else None, people=people, schools=seen.schools, initial=initial,
        areas=area_choices(seen.labels, {}),
    )  # fmt: skip
    if request.method == "POST" and accepted(
        form, lambda _: confirm_offer(form.entry(), by=me, person=offer.person if offer else form.chosen())
    ):
        messages.success(request, "On record.")
        return redirect("exchange", trust=request.trust.slug)
    context = {"form": form, "offer": offer}
    return render(request, "plans/exchange_person.html", context, status=422 if form.errors else 200)
