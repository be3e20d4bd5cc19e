"""A trust's set-up: first steps, settings, calendar and the record of changes."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import asdict

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted
from schools.forms.audit import AuditFilter
from schools.forms.setup import SettingsForm, TermForm
from schools.models import AuditEntry
from schools.queries import act_words, dates_of_year, first_steps, years_of_calendar
from schools.rules import PAPER, WHITE, academic_year, contrast
from schools.services.calendar import set_year, usual_dates
from schools.services.trusts import change_settings
from schools.views import page

SEASONS = ("autumn", "spring", "summer")


@require_safe
@trust_view(needs=Permission.MANAGE_TRUST)
def setup(request: TrustRequest) -> HttpResponse:
    """What is set up and what is still to do; three steps to begin while there is no strategy or no school."""
    return page(request, "schools/setup_page.html", steps=first_steps(timezone.localdate()))


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.MANAGE_TRUST)
def trust_settings(request: TrustRequest) -> HttpResponse:
    """The trust's colour, small numbers, who sees proposals, and when news is sent."""
    form = SettingsForm(request.POST or None, instance=copy(request.trust))
    me = request.access.membership
    if request.method == "POST" and accepted(form, lambda data: change_settings(request.trust, by=me, **data)):
        messages.success(request, "The settings are saved.")
        return redirect("trust_settings", trust=request.trust.slug)
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
    forms = _term_forms(request, year)
    if request.method == "POST" and all([form.is_valid() for form in forms]):  # noqa: C419 - each shows its own errors
        terms, me = [form.dates() for form in forms], request.access.membership
        if accepted(forms[0], lambda data: set_year(year, terms, by=me)):
            messages.success(request, f"The dates of {year}/{(year + 1) % 100:02d} are saved.")
            return redirect("calendar_year", trust=request.trust.slug, year=year)
    known = years_of_calendar()
    years = sorted({*known, this, this + 1})
    return page(request, "schools/calendar_page.html", forms=forms, year=year, years=years, is_set=year in known)


def _term_forms(request: TrustRequest, year: int) -> list[TermForm]:
    """Filled with the dates on record, or for a new year with the usual ones."""
    known = dates_of_year(year) or {term.season: asdict(term) for term in usual_dates(year)}
    return [TermForm(request.POST or None, season=season, initial=known.get(season)) for season in SEASONS]


@require_safe
@trust_view(needs=Permission.SEE_AUDIT)
def audit(request: TrustRequest) -> HttpResponse:
    """Who did what, when, to what, from, to and why; latest first, fifty a page."""
    entries = AuditEntry.objects.select_related("by__user", "school")
    found = AuditFilter(request.GET or None, entries, request=request)
    entries = found.qs if found.form.is_valid() or not found.is_bound else entries.none()
    shown = Paginator(entries, 50).get_page(request.GET.get("page"))
    rows = [(entry, act_words(entry.did)) for entry in shown]
    query = request.GET.copy()
    query.pop("page", None)
    return page(request, "schools/audit_page.html", filter=found, page=shown, rows=rows, query=query.urlencode())
