"""What is owed and when: the page, and the same as a calendar at a private address."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from reporting.forms.owed import OwedForm
from reporting.forms.pages import shown_as_selects
from reporting.queries.owed import Span, owed, schools_of
from reporting.rules.feed import Shown, calendar_file
from reporting.rules.opening import day_month
from reporting.rules.owed import KINDS, Line, Owed, by_week, drawn_together, monday_of
from reporting.views.links import link
from schools.access import Permission, TrustRequest, trust_view
from schools.models import School
from schools.services.tokens import create_feed, end_token, feeds_of
from schools.words import listed

P = Permission
A_WEEK = timedelta(days=7)
AHEAD = timedelta(weeks=13)
A_YEAR = timedelta(days=366)
MOST_NAMES = 4
MOST_OPEN = 6  # things of a week that are shown at once


@require_safe
@trust_view(needs=P.BELONG)
def calendar_page(request: TrustRequest) -> HttpResponse:
    """What this person's schools, or all of them, owe in the next weeks."""
    today = timezone.localdate()
    schools = list(schools_of(request.access, today))
    form = OwedForm(request.GET, schools=schools)
    wanted = form.wanted()
    here = [one for one in schools if wanted.school in (None, one.pk)]
    found = owed(request.access, here, Span(today, today + wanted.ahead), request.followed)
    lines = drawn_together(one for one in found if wanted.takes(one))
    late = [line for line in lines if line.on < today]
    near, later = _weeks(request, [line for line in lines if line.on >= today], schools, today)
    context = {
        "late": _folded(_items(request, late, schools)),
        "weeks": near,
        "later": later,
        "in_short": _in_short(late, near),
        "filters": shown_as_selects(form),
        "filtered": wanted.is_narrow,
        "today": today,
        "feed": feeds_of(request.access.membership).first(),
    }
    return render(request, "reporting/calendar.html", context)


def _weeks(
    request: TrustRequest, lines: list[Line], schools: list[School], today: date
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """This week and the next, and those that follow, each in a line until it is opened."""
    now = monday_of(today)
    names = {now: "This week", now + A_WEEK: "Next week"}
    near, later = [], []
    for monday, same in by_week(lines):
        items = _items(request, same, schools)
        held = sum(one["held"] for one in items)
        week = {"id": f"week-{monday}", "due": len(items) - held, "held": held, "items": items}
        if monday in names:
            near.append(week | _folded(items) | {"name": names[monday]})
        else:
            later.append(week | {"name": f"Week of {day_month(monday)}"})
    return near, later


def _folded(items: list[dict[str, Any]]) -> dict[str, Any]:
    """The first, and the rest behind a line; one that is left stands with the others."""
    most = MOST_OPEN if len(items) > MOST_OPEN + 1 else len(items)
    return {"first": items[:most], "rest": items[most:]}


def _in_short(late: list[Line], near: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What is to be done at once, in words with the place of each on the page."""
    told = [("late", len(late), "past its day" if len(late) == 1 else "past their day")]
    told += [(week["id"], week["due"], f"due {week['name'].lower()}") for week in near]
    return [(place, f"{count} {words}") for place, count, words in told if count]


def _items(request: TrustRequest, lines: list[Line], schools: list[School]) -> list[dict[str, Any]]:
    """As templates/components/due_list.html shows them."""
    names = {one.pk: one.known_as for one in schools} if len(schools) > 1 else {}
    found = []
    for line in lines:
        of = listed([names[pk] for pk in line.schools if pk in names], most=MOST_NAMES)
        kind = "Support that the trust owes" if line.first.to_school else KINDS[line.first.kind]
        found.append({
            "title": line.first.title,
            "url": address(request, line),
            "note": f"{kind}. {of}" if of else kind,
            "due_on": line.on,
            "held": line.first.held,
        })  # fmt: skip
    return found


def address(request: TrustRequest, line: Line) -> str:
    """The page of a thing; of one that several schools owe there is none."""
    one: Owed = line.first
    return link(request, one.page, **one.place) if one.page and len(line.schools) < 2 else ""


@require_safe
@trust_view(needs=P.BELONG)
def calendar_feed(request: TrustRequest, secret: str) -> HttpResponse:
    """The year ahead as a calendar file. The middleware has found the person by the address; it opens to no other."""
    if getattr(request, "api_token", None) is None:
        raise Http404
    now, today = timezone.now(), timezone.localdate()
    schools = list(schools_of(request.access, today))
    lines = drawn_together(owed(request.access, schools, Span(today, today + A_YEAR), request.followed))
    names = {one.pk: one.known_as for one in schools} if len(schools) > 1 else {}
    site = settings.SITE_URL.rstrip("/")
    shown = [Shown(line, f"{site}{path}" if (path := address(request, line)) else "") for line in lines]
    host = site.split("//")[-1]
    file = calendar_file(shown, name=f"{request.trust.name}: what is owed", host=host, schools=names, now=now)
    return HttpResponse(file, content_type="text/calendar; charset=utf-8")


@require_POST
@trust_view(needs=P.BELONG)
def calendar_address(request: TrustRequest) -> HttpResponse:
    """A new private address of one's calendar, shown this once; the one before stops."""
    _, secret = create_feed(by=request.access.membership)
    path = reverse("calendar_feed", args=[request.trust.slug, secret])
    context = {"address": f"{settings.SITE_URL.rstrip('/')}{path}"}
    return render(request, "reporting/calendar_address.html", context)


@require_POST
@trust_view(needs=P.BELONG)
def calendar_stop(request: TrustRequest) -> HttpResponse:
    """Stop the address that works now."""
    for one in feeds_of(request.access.membership):
        end_token(one, by=request.access.membership)
    messages.success(request, "The address no longer works. Take the calendar out of your programs.")
    return redirect("calendar_page", trust=request.trust.slug)
