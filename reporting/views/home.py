"""What is due, for the people of a school; and the school's own page for its governors."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from categorisation.access import may_see_proposals
from categorisation.models import Assessment
from plans.queries.on_ladders import with_steps
from reporting.queries.calendar import read_calendar
from reporting.queries.home import Home, homes_of
from reporting.queries.overview import Overview, overview
from reporting.queries.waiting import waiting_at_schools
from reporting.rules.opening import greeting, whole_day
from reporting.views.home_parts import part_of
from reporting.views.ladder_news import ladder_news
from reporting.views.links import actions, link
from reporting.views.waiting import lines_of
from schools.access import Permission, TrustRequest, trust_view
from schools.models import School
from schools.words import capital, counted, listed, verb


@require_safe
@trust_view(needs=Permission.SEE_SCHOOLS)
def my_school(request: TrustRequest) -> HttpResponse:
    """Everything the person's own schools wait for, and what was decided about them."""
    now = timezone.localtime()
    calendar = read_calendar(now.date())
    period = calendar.term(None)
    own = with_steps(School.objects.filter(pk__in=request.access.school_ids).on(now.date()))
    if period is None or not request.access.school_ids:
        return render(request, "reporting/my_school_empty.html", {"schools_url": link(request, "schools")})
    seen = overview(
        period,
        today=now.date(),
        schools=own,
        proposals=[pk for pk in request.access.school_ids if may_see_proposals(request.access, request.trust, pk)],
        told_by=now,
        calendar=calendar,
        followed=request.followed,
    )
    homes = homes_of(seen)
    waits = lines_of(request, waiting_at_schools(request.access, now.date()), seen)
    told = ladder_news(request, seen)
    parts = [
        part_of(request, seen, home, waits.get(home.line.school_id, []), told.get(home.line.school_id, []))
        for home in homes
    ]
    context = {
        "head": _head(request, seen, homes, parts),
        "parts": parts,
        "many": len(parts) > 1,
        "today": now.date(),
    }
    return render(request, "reporting/my_school.html", context)


def _head(request: TrustRequest, seen: Overview, homes: list[Home], parts: list[dict[str, Any]]) -> dict[str, Any]:
    now = timezone.localtime()
    names = ", ".join(home.line.name for home in homes)
    writes = [home for home in homes if request.access.may(Permission.RATE, home.line.school_id)]
    given = request.user.name.split()[0] if request.user.name.split() else ""
    head = {"place": f"{whole_day(now.date())}, {names}", "title": f"{greeting(now)}, {given}"}
    if not writes:
        return head | {"lede": _for_governors(homes), "actions": _report_action(request)}
    waiting = [home for home in writes if Assessment.is_unsent(home.line.matrix_state)]
    lede = _for_heads(sum(len(part["week"]) + len(part["returned"]) for part in parts), waiting)
    return head | {"lede": lede, "actions": _matrix_action(request, waiting)}


def _for_heads(due: int, waiting: list[Home]) -> SafeString:
    """“Three things this week. The matrix is the largest: about 25 minutes are left.”"""
    things = capital(counted(due, "thing")) + " this week." if due else "Nothing is due this week."
    if not waiting:
        return format_html("<strong>{}</strong> No matrix waits for you.", things)
    minutes = sum(home.progress.minutes for home in waiting)
    words = waiting[0].sheet.strategy.identity.words
    back = [home for home in waiting if home.line.matrix_state == "returned"]
    if back:
        said = f"The {words.matrix}{f' of {listed([one.line.name for one in back])}' if len(waiting) > 1 else ''}"
        return format_html("<strong>{} has come back with a question.</strong> Answer it and send it again.", said)
    if all(home.progress.rated == home.progress.asked for home in waiting):
        return format_html("<strong>{}</strong> Every indicator is rated: read it through and send it.", things)
    large = f"The {words.matrix} is the largest" if due > 1 else f"The {words.matrix}"
    return format_html(
        "<strong>{}</strong> {}: about {} minutes are left, and you can stop at any point.", things, large, minutes
    )


def _for_governors(homes: list[Home]) -> SafeString:
    words = homes[0].sheet.strategy.identity.words if homes else None
    if words is None:
        return SafeString("Your school has left the trust.")
    agreed = sum(home.line.rated_on is not None for home in homes)
    if not agreed:
        return format_html("No {} has been agreed yet. It appears here once the trust has agreed it.", words.matrix)
    weak = sum(cell.step in (4, 5) for home in homes for cell in home.line.cells)
    said = f"{capital(counted(weak, 'criterion', 'criteria'))} {verb(weak, 'needs', 'need')} support."
    return format_html("The {} and what was decided, as agreed with the trust. <strong>{}</strong>", words.matrix, said)


def _report_action(request: TrustRequest) -> list[dict[str, str]]:
    return actions(("Read the reports", link(request, "reports")))


def _matrix_action(request: TrustRequest, waiting: list[Home]) -> list[dict[str, str]]:
    """The way straight on, where there is one matrix to go on with."""
    found = []
    for home in waiting[:2]:
        words, line = home.sheet.strategy.identity.words, home.line
        url = link(request, "matrix", school_id=line.school_id, period_id=line.asked_in)
        of = f" of {line.name}" if len(waiting) > 1 else ""
        found.append((f"{'Carry on with' if line.matrix_state else 'Begin'} the {words.matrix}{of}", url))
    return actions(*found)
