"""The overview: every school and every criterion on one page, with what changed and what is overdue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from monitoring.queries.following import followed_forms
from plans.queries.on_ladders import OnLadder, Watched, on_ladders
from plans.rules.ladder import over_words
from reporting.forms.pages import OverviewFilter, shown_as_selects
from reporting.queries.calendar import Calendar, read_calendar
from reporting.queries.categories import Category
from reporting.queries.overview import Overview, SchoolLine, Sheet, overview
from reporting.queries.waiting import Waiting, waiting_for_trust
from reporting.rules.opening import Counts, at, day_month, doubt, late, movement, short_labels, whole_day
from reporting.views.behind import behind
from reporting.views.heat import Addresses, heat_table
from reporting.views.links import actions, link, school_links
from reporting.views.waiting import trust_lines, watches
from schools.access import Permission, TrustRequest, trust_view
from schools.models import Period, School
from schools.queries import half_terms_in
from schools.words import capital

BY_KPI = "indicators"
MOST_CHANGES = 12


@require_safe
@trust_view(needs=Permission.SEE_OVERVIEW)
def overview_page(request: TrustRequest) -> HttpResponse:
    """Every school, as the trust stands today or stood in the term asked for."""
    today = timezone.localdate()
    calendar = read_calendar(today)
    period = calendar.term(request.GET.get("period"))
    if period is None:
        return render(request, "reporting/overview_empty.html", {"setup_url": link(request, "calendar")})
    seen = overview(
        period,
        today=today,
        schools=School.objects.visible_to(request.access).on(min(today, period.ends_on)),
        by_kpi=request.GET.get("by") == BY_KPI,
        calendar=calendar,
        followed=request.followed,
    )
    ladders, watched = _on_ladders(request, seen)
    context = {
        "head": _head(request, seen),
        "waits": trust_lines(request, [*_waiting(request, seen), *watches(request, watched, seen)], seen),
        "support": behind(request, seen),
        "news": _news(request, seen),
        "matrix": _matrix(request, seen),
        "overdue": _overdue(request, seen),
        "ladders": _ladders(request, seen, ladders),
        "early": link(request, "early_warning") if seen.is_current else "",
        "periods": periods(request, calendar, period),
        "today": today,
    }
    return render(request, "reporting/overview.html", context)


def _waiting(request: TrustRequest, seen: Overview) -> list[Waiting]:
    """What waits for this person now; nothing on the page of a term that is over."""
    if not seen.is_current:
        return []
    forms, versions = followed_forms(seen.followed.versions), seen.followed.versions
    return waiting_for_trust(request.access, seen.calendar.today, followed=forms, versions=versions, period=seen.period)


def _sees_ladders(request: TrustRequest, seen: Overview) -> bool:
    """Not where no strategy has one, or on the page of a term that is over."""
    has_one = any(sheet.strategy.ladders for sheet in seen.sheets)
    return has_one and seen.is_current and request.access.may_everywhere(Permission.SEE_CONCERNS)


def _on_ladders(request: TrustRequest, seen: Overview) -> tuple[list[OnLadder], list[Watched]]:
    """Who is on a ladder or watched, as far as this page tells it."""
    if not _sees_ladders(request, seen):
        return [], []
    halves = half_terms_in((one for one in seen.calendar.periods if one.half), seen.schools)
    return on_ladders(seen.schools, halves, today=seen.today)


def _ladders(request: TrustRequest, seen: Overview, found: list[OnLadder]) -> dict[str, str]:
    """Who is on a ladder, in a sentence."""
    if not _sees_ladders(request, seen):
        return {}
    words = "No school is on the ladder."
    if found:
        words = over_words(len(found), found[0].school.known_as, found[0].stay, seen.today)
    return {"words": words, "url": link(request, "concerns")}


def periods(request: TrustRequest, calendar: Calendar, chosen: Period) -> list[dict[str, Any]]:
    """The terms to choose from; choosing one keeps the rest of the address."""
    rest = {name: value for name, value in request.GET.items() if name != "period"}
    return [
        {
            "label": term.label,
            "url": f"{request.path}?{urlencode({**rest, 'period': term.pk})}",
            "current": term.pk == chosen.pk,
        }
        for term in calendar.terms
    ]


def _head(request: TrustRequest, seen: Overview) -> dict[str, Any]:
    meeting = seen.next_meeting
    words = seen.sheets[0].strategy.identity.words if seen.sheets else None
    as_at = "evidence as it stands today" if seen.is_current else f"as it stood on {whole_day(seen.today)}"
    agenda = link(request, "meeting", meeting_id=meeting.pk) if meeting else ""
    return {
        "place": f"{whole_day(seen.calendar.today)}, {as_at}" if seen.is_current else f"{seen.period.label}, {as_at}",
        "title": f"Before the {words.risk_meeting}" if meeting and words else f"Every school, {seen.period.label}",
        "lede": _lede(seen),
        "actions": actions(("Open the agenda", agenda)),
    }


def counts_of(seen: Overview) -> Counts:
    """What the opening sentence counts; where there are no categories, the ratings that moved."""
    sheets = seen.sheets
    with_axes = [sheet for sheet in sheets if sheet.axes]
    words = (with_axes or sheets)[0].strategy.identity.words if sheets else None
    moved = [one.travel for _, one in seen.changes()] if with_axes else [cell.travel for _, cell in _moved_cells(seen)]
    return Counts(
        up=moved.count("up"),
        down=moved.count("down"),
        overdue=len(seen.overdue()),
        unknown=seen.count(unknown=True),
        stale=seen.count(stale=True),
        noun=words.category if words else "category",
        nouns=words.categories if words else "categories",
        of_ratings=not with_axes,
    )


def _lede(seen: Overview) -> SafeString:
    counts, meeting = counts_of(seen), seen.next_meeting
    when = f"The meeting is on {at(timezone.localtime(meeting.starts_at))}." if meeting else ""
    if not seen.lines:
        return format_html("No school was in the trust in this period. {}", when)
    return format_html(
        "<strong>{}</strong> <strong>{}</strong> {} {}", movement(counts), late(counts), doubt(counts), when
    )


def _news(request: TrustRequest, seen: Overview) -> dict[str, Any]:
    """What changed, with a reason each."""
    last = seen.last_meeting if seen.next_meeting else None
    since = f"since {day_month(last.day)}" if last else f"in the {seen.period.label[:1].lower()}{seen.period.label[1:]}"
    found = [*_moved_categories(request, seen), *_moved_ratings(request, seen)]
    return {"title": f"What changed {since}", "changes": found[:MOST_CHANGES], "more": len(found[MOST_CHANGES:])}


def _moved_categories(request: TrustRequest, seen: Overview) -> Iterator[dict[str, Any]]:
    short = {
        (sheet.strategy.identity.key, axis.key): label
        for sheet in seen.sheets
        if len(sheet.axes) > 1
        for axis, label in zip(sheet.axes, short_labels([axis.label for axis in sheet.axes]), strict=True)
    }
    for line, category in seen.changes():
        about = f"agreed {category.since.day} {category.since:%b}" if category.since else category.state
        axis = short.get((line.strategy_key, category.axis), "")
        yield {
            "school": line.name,
            "url": f"{link(request, 'school', school_id=line.school_id)}#why-{category.axis}",
            "about": f"{axis}, {about}" if axis else capital(about),
            "from_word": category.was,
            "from_step": category.was_step,
            "to_word": category.word,
            "to_step": category.step,
            "reason": " ".join(filter(None, (category.reason, _reply(category, seen)))),
        }


def _reply(category: Category, seen: Overview) -> str:
    if category.replied:
        return "The school has replied."
    due = category.reply_due_on
    return f"The school may reply until {day_month(due)}." if due and due >= seen.calendar.today else ""


def _moved_cells(seen: Overview) -> list[tuple[Sheet, Any]]:
    """Ratings that moved with this period's matrix, where schools are not put in categories."""
    return [
        (sheet, cell)
        for sheet in seen.sheets
        if not sheet.axes
        for line in sheet.lines
        if line.rated_on and line.rated_on >= seen.period.starts_on
        for cell in line.cells
        if cell.travel
    ]


def _moved_ratings(request: TrustRequest, seen: Overview) -> Iterator[dict[str, Any]]:
    for sheet in seen.sheets:
        steps = {level.label: level.tone for column in sheet.columns for level in column.levels}
        for line in sheet.lines if not sheet.axes else ():
            if line.rated_on is None or line.rated_on < seen.period.starts_on:
                continue
            for cell in line.cells:
                if cell.travel:
                    yield {
                        "school": line.name,
                        "url": link(request, "school", school_id=line.school_id),
                        "about": cell.label,
                        "from_word": cell.was,
                        "from_step": steps.get(cell.was, 0),
                        "to_word": cell.word,
                        "to_step": cell.step,
                        "reason": "",
                    }


def _matrix(request: TrustRequest, seen: Overview) -> dict[str, Any]:
    """The filters and a table for each strategy."""
    filters = OverviewFilter(request.GET, seen.sheets)
    by_kpi = request.GET.get("by") == BY_KPI
    addresses = Addresses(school_links(request))
    tables = [
        {
            "title": sheet.version.title if len(seen.sheets) > 1 else "",
            **heat_table(seen, sheet, lines, show=filters.chosen["show"], by_kpi=by_kpi, addresses=addresses),
        }
        for sheet in seen.sheets
        if (lines := filters.lines(sheet.lines))
    ]
    kept = {name: value for name, value in request.GET.items() if name in {"by", "period"}}
    return {
        "title": "Every school, every indicator" if by_kpi else "Every school, every criterion",
        "tables": tables,
        "filters": shown_as_selects(filters.form),
        "hidden": [{"name": name, "value": value} for name, value in kept.items()],
        "order": dict(filters.form.fields["order"].choices)[filters.chosen["order"]],
        "other": _other_columns(request, by_kpi=by_kpi),
        "filtered": any(filters.chosen[name] for name in filters.chosen if name != "order"),
    }


def _other_columns(request: TrustRequest, *, by_kpi: bool) -> dict[str, str]:
    rest = {name: value for name, value in request.GET.items() if name != "by"}
    query = urlencode(rest if by_kpi else {**rest, "by": BY_KPI})
    return {"label": "By criterion" if by_kpi else "By indicator", "url": f"{request.path}?{query}"}


def _overdue(request: TrustRequest, seen: Overview) -> list[dict[str, Any]]:
    return [_late(request, seen, line) for line in seen.overdue()]


def _late(request: TrustRequest, seen: Overview, line: SchoolLine) -> dict[str, Any]:
    period = next((one for one in seen.calendar.periods if one.pk == line.asked_in), seen.period)
    sheet = next(sheet for sheet in seen.sheets if sheet.strategy.identity.key == line.strategy_key)
    what = f"{capital(sheet.strategy.identity.words.matrix)}, {period.short}"
    states = {"draft": "begun", "returned": "returned to the school with a question"}
    return {
        "title": line.name,
        "url": link(request, "school", school_id=line.school_id),
        "note": f"{what}: {states.get(line.matrix_state, 'not begun')}",
        "due_on": line.matrix_due_on,
    }
