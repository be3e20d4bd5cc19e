"""A trust's set-up: first steps, settings, calendar and the record of changes."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from schools.access import Permission, TrustRequest, trust_view
from schools.audit import last_act
from schools.forms import accepted, show_latest
from schools.forms.audit import AuditFilter
from schools.forms.calendar import OwnBreaksForm, YearForm
from schools.forms.setup import SettingsForm
from schools.models import AuditEntry, School
from schools.queries import dates_of_year, first_steps, own_breaks, schools_with_own, years_of_calendar
from schools.record import lines_of
from schools.rules import PAPER, WHITE, academic_year, contrast
from schools.services.calendar import set_own_breaks, set_year, usual_dates
from schools.services.trusts import change_settings
from schools.views import page
from schools.words import year_words

SETTINGS, DATES, OWN_DATES = "trust.settings_changed", "calendar.set", "calendar.own"


@require_safe
@trust_view(needs=Permission.MANAGE_TRUST)
def setup(request: TrustRequest) -> HttpResponse:
    """What is set up and what is still to do; three steps to begin while there is no strategy or no school."""
    return page(request, "schools/setup_page.html", steps=first_steps(timezone.localdate(), request.followed))


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.MANAGE_TRUST)
def trust_settings(request: TrustRequest) -> HttpResponse:
    """The trust's colour, small numbers, who sees proposals, and when news is sent."""
    form = SettingsForm(request.POST or None, instance=copy(request.trust), initial={"seen": _seen(SETTINGS)})
    me = request.access.membership
    if request.method == "POST" and accepted(form, lambda data: change_settings(request.trust, by=me, **data)):
        messages.success(request, "The settings are saved.")
        return redirect("trust_settings", trust=request.trust.slug)
    show_latest(form, lambda: _seen(SETTINGS))
    typed = request.POST.get("accent", "").lower()
    shown = typed if re.fullmatch("#[0-9a-f]{6}", typed) else request.trust.accent
    ratios = [(name, int(contrast(shown, on) * 100) / 100) for name, on in (("white", WHITE), ("paper", PAPER))]
    return page(request, "schools/settings_page.html", form=form, shown=shown, ratios=ratios)


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.MANAGE_TRUST)
def calendar(request: TrustRequest, year: int | None = None) -> HttpResponse:
    """The terms and half terms of one academic year."""
    this = academic_year(timezone.localdate())
    year = this if year is None else year
    if not this - 6 <= year <= this + 3:
        raise Http404
    name = year_words(year)
    form = YearForm(request.POST or None, year=year, initial={"seen": _seen(DATES, name), **_dates(year)})
    me = request.access.membership
    if request.method == "POST" and accepted(form, lambda data: set_year(year, form.dates(), by=me, seen=data["seen"])):
        messages.success(request, f"The dates of {name} are saved.")
        return redirect("calendar_year", trust=request.trust.slug, year=year)
    show_latest(form, lambda: _seen(DATES, name))
    known = years_of_calendar()
    years = [(each, year_words(each)) for each in sorted({*known, this, this + 1})]
    return page(
        request, "schools/calendar_page.html", form=form, year=year, name=name, years=years, is_set=year in known,
        own=schools_with_own(year), schools=School.objects.on(timezone.localdate()) if year in known else (),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.MANAGE_TRUST)
def calendar_school(request: TrustRequest, year: int, pk: int) -> HttpResponse:
    """A school's own half-term holidays in one academic year."""
    school = get_object_or_404(School, pk=pk)
    if year not in years_of_calendar():
        raise Http404
    of = f"{school.known_as}, {year_words(year)}"
    initial = {"seen": _seen(OWN_DATES, of), **own_breaks(school, year)}
    form, me = OwnBreaksForm(request.POST or None, year=year, initial=initial), request.access.membership

    def save(data: dict[str, Any]) -> None:
        set_own_breaks(school, year, form.breaks(), by=me, seen=data["seen"])

    if request.method == "POST" and accepted(form, save):
        messages.success(request, f"The half terms of {of} are saved.")
        return redirect("calendar_year", trust=request.trust.slug, year=year)
    show_latest(form, lambda: _seen(OWN_DATES, of))
    return page(
        request, "schools/calendar_school_page.html", form=form, year=year, name=year_words(year), school=school
    )


def _dates(year: int) -> dict[str, Any]:
    """The dates on record by the names of the form's fields, or for a new year the usual ones."""
    known: dict[str, Any] = dates_of_year(year) or {term.season: asdict(term) for term in usual_dates(year)}
    return {f"{season}-{field}": day for season, dates in known.items() for field, day in dates.items()}


def _seen(did: str, of: str = "") -> int:
    """The number of the last such change, 0 when there is none."""
    last = last_act(did, of=of)
    return last.pk if last else 0


@require_safe
@trust_view(needs=Permission.SEE_AUDIT)
def audit(request: TrustRequest) -> HttpResponse:
    """Who did what, when, to what, from, to and why; latest first, fifty a page."""
    entries = AuditEntry.objects.select_related("by__user", "school")
    found = AuditFilter(request.GET or None, entries, request=request)
    entries = found.qs if found.form.is_valid() or not found.is_bound else entries.none()
    shown = Paginator(entries, 50).get_page(request.GET.get("page"))
    lines = lines_of(list(shown), request.access, request.trust.slug)
    query = request.GET.copy()
    query.pop("page", None)
    return page(request, "schools/audit_page.html", filter=found, page=shown, lines=lines, query=query.urlencode())
