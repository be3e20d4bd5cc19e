"""All visits by where they stand, with the actions to look at; and the page on which one is begun."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from monitoring.forms.visits import BeginForm
from monitoring.models import Visit
from monitoring.queries.following import to_follow_up
from monitoring.queries.visits import form_of, forms_for, is_told, readable_visits, visit_forms
from monitoring.services import begin_visit
from plans.queries.actions import actions_to_check
from schools.access import Access, Permission, TrustRequest, trust_view, where_may
from schools.forms import accepted
from schools.models import School
from schools.words import ID_DIGITS, whole

MOST = 60
"""Rows of one part of the page; the school's own page has them all."""

S = Visit.State
TITLES = {
    "planned": "Planned",
    "writing": "Being written",
    "waiting": "Waiting for the school’s reply",
    "final": "To be considered by the school’s leaders",
    "considered": "Considered",
}


@require_safe
@trust_view(needs=Permission.SEE_VISITS)
def monitoring(request: TrustRequest) -> HttpResponse:
    """What is planned, being written, waiting for a school, to be considered, and which actions to look at."""
    rows, today = _asked(request), timezone.localdate()
    actions = actions_to_check(request.access, today)
    parts = _parts(request.access, rows)
    waiting = sum(part["count"] for part in parts if part["key"] == "waiting")
    context = {
        "parts": [part for part in parts if part["count"]],
        "waiting": waiting,
        "actions": list(actions[:MOST]),
        "to_follow": to_follow_up(request.access),
        "filters": _filters(request),
        "may_log": request.access.may(Permission.LOG_VISITS),
        "paper": _paper(request),
        "today": today,
    }
    return render(request, "monitoring/board.html", context)


def _asked(request: TrustRequest) -> QuerySet[Visit]:
    """Of every school, or of the one chosen."""
    rows, school = readable_visits(request.access), whole(request.GET.get("school", ""), digits=ID_DIGITS)
    return rows.filter(school=school) if school else rows


def _parts(access: Access, rows: QuerySet[Visit]) -> list[dict[str, Any]]:
    """In two queries."""
    grouped: dict[str, list[Visit]] = {key: [] for key in TITLES}
    open_rows = rows.exclude(state=S.CONSIDERED).exclude(state=S.SUBMITTED, notes_removed_at__isnull=False)
    for visit in open_rows.order_by("planned_for", "reply_due_on", "on", "pk"):
        grouped[_part_of(visit)].append(visit)
    grouped["considered"] = list(rows.filter(state=S.CONSIDERED).order_by("-considered_on", "-pk")[: MOST + 1])
    return [_part(access, key, visits) for key, visits in grouped.items()]


def _part_of(visit: Visit) -> str:
    if visit.state == S.SUBMITTED:
        return "waiting" if visit.final_at is None else "final"
    return "planned" if visit.state == S.PLANNED else "writing"


def _part(access: Access, key: str, visits: list[Visit]) -> dict[str, Any]:
    shown = [_line(access, one) for one in visits[:MOST]]
    return {"key": key, "title": TITLES[key], "lines": shown, "count": len(visits), "more": len(visits) > MOST}


def _line(access: Access, visit: Visit) -> dict[str, Any]:
    return {"visit": visit, "form": form_of(visit), "reads": is_told(access, visit)}


def _filters(request: TrustRequest) -> list[dict[str, Any]]:
    """The schools to choose from; nothing where there is one. One query."""
    schools, asked = list(School.objects.visible_to(request.access).order_by("name")), request.GET.get("school", "")
    if len(schools) < 2:
        return []
    options = [{"value": one.pk, "label": one.known_as, "selected": str(one.pk) == asked} for one in schools]
    everything = {"value": "", "label": "All schools", "selected": not asked}
    return [{"name": "school", "label": "School", "options": [everything, *options]}]


def _paper(request: TrustRequest) -> list[Any]:
    """The forms of the trust's strategy, to print and fill in by hand."""
    version = request.followed.by_trust(timezone.localdate())
    return visit_forms(version.strategy) if version else []


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.LOG_VISITS)
def visit_begin(request: TrustRequest) -> HttpResponse:
    """Choose the school and the form; write now, or plan a day."""
    today, access = timezone.localdate(), request.access
    may = where_may(access, Permission.LOG_VISITS, "pk")
    schools = {school.pk: school for school in School.objects.on(today).filter(may).order_by("name")}
    choices = forms_for(schools.values(), request.followed, today)
    asked = {name: request.GET[name] for name in ("school", "form") if name in request.GET}
    form = BeginForm(
        request.POST if request.method == "POST" else None,
        schools=list(schools.values()),
        choices=choices,
        initial=asked or ({"school": next(iter(schools))} if len(schools) == 1 else {}),
    )
    made: list[Visit] = []

    def begin(data: dict[str, Any]) -> None:
        chosen, by = form.chosen(), access.membership
        own = not access.may_everywhere(Permission.LOG_VISITS)
        school, day = schools[data["school"]], data["planned_for"]
        made.append(begin_visit(school, chosen.version, chosen.form, by=by, by_school=own, planned_for=day))

    if request.method == "POST" and accepted(form, begin):
        return _begun(request, made[0])
    told = {key: one.form for found in choices.values() for one in found for key in (one.form.key,)}
    context = {"form": form, "forms": list(told.values())}
    return render(request, "monitoring/begin.html", context, status=422 if form.errors else 200)


def _begun(request: TrustRequest, visit: Visit) -> HttpResponse:
    if visit.state == S.PLANNED:
        messages.success(request, "The visit is planned.")
        return redirect("visit", trust=request.trust.slug, pk=visit.pk)
    return redirect("visit_write", trust=request.trust.slug, pk=visit.pk)
