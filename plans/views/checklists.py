"""The checklists of the trust and of one school, one item of it, and the items that a plan takes up."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from evidence.forms.named import ask_once_more
from plans.forms.checklists import ItemFilter, ItemForm, TakeForm
from plans.models import ChecklistItem
from plans.queries.actions import read_actions, readable_actions, setting_of
from plans.queries.checklists import (
    Phase,
    items_for,
    people_for,
    phases_of,
    readable_items,
    takes_items,
    with_checklists,
)
from plans.queries.delegation import why_not_write
from plans.queries.phases import SchoolLine, lines_of
from plans.rules.checklist import SHOWN_FIRST, comes_next
from plans.services import begin_checklist, take_into_plan, write_item
from plans.views.writing import to_plan, writable
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted, version_in
from schools.models import Membership, School

P = Permission


@require_safe
@trust_view(needs=P.SEE_PLANS)
def checklists(request: TrustRequest) -> HttpResponse:
    """Every school this person reads the plans of, by its level: how long it is there, and what is outstanding."""
    today = timezone.localdate()
    schools = School.objects.visible_to(request.access).filter(left_on=None).order_by("name")
    mine = [one for one in schools if request.access.may(P.SEE_PLANS, one.pk)]
    lines = lines_of(mine, today=today, followed=request.followed)
    if lines is None:
        raise Http404
    context = {
        "lines": lines,
        "over": sum(one.stand.is_over for one in lines),
        "late": sum(one.late for one in lines),
        "levels": _by_level(lines),
        "with_stays": any(one.stand.stay.until for one in lines),
        "with_next": any(one.early for one in lines),
        "today": today,
    }
    return render(request, "plans/checklists.html", context)


def _by_level(lines: list[SchoolLine]) -> list[tuple[str, int, int]]:
    """How many schools are at each level, the level that needs most support first: words, tone, schools."""
    found: dict[tuple[int, str], int] = {}
    for one in lines:
        key = (one.stand.level.tone, one.stand.words)
        found[key] = found.get(key, 0) + 1
    return [(words, tone, count) for (tone, words), count in sorted(found.items(), reverse=True)]


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.SEE_PLANS)
def checklist(request: TrustRequest, school_id: int) -> HttpResponse:
    """A school at its level: what is outstanding, what of the next is met, and whose it is to write and to approve."""
    school = get_object_or_404(School.objects.visible_to(request.access).select_related("trust"), pk=school_id)
    request.access.require(P.SEE_PLANS, school.pk)
    today, followed = timezone.localdate(), request.followed
    strategy = with_checklists(school, followed, today=today)
    if strategy is None:
        raise Http404
    refusal = why_not_write(request.access, school, strategy)
    if request.method == "POST":
        return _begin(request, school, refusal)
    phases = phases_of(school, followed, today=today, read=read_actions(request.access))
    chosen = ItemFilter(request.GET, phases, me=request.access.membership, today=today)
    shown = [(one, _shown(one, chosen)) for one in phases]
    context = {
        "school": school,
        "phases": shown,
        "any_shown": any(any(parts.values()) for _, parts in shown),
        "first": _first(phases, request.access.membership, today),
        "filters": chosen.selects() if any(one.here or one.next for one in phases) else [],
        "filtered": chosen.is_set,
        "why_not": refusal if request.access.may(P.WRITE_PLANS, school.pk) else "",
        "may_write": not refusal,
        "today": today,
    }
    return render(request, "plans/checklist.html", context)


def _begin(request: TrustRequest, school: School, refusal: str) -> HttpResponse:
    if refusal:
        raise PermissionDenied(refusal)
    try:
        with transaction.atomic():
            begin_checklist(school, by=request.access.membership)
        messages.success(request, "The checklist is taken up.")
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
    return redirect("checklist", trust=request.trust.slug, school_id=school.pk)


def _shown(phase: Phase, chosen: ItemFilter) -> dict[str, Any]:
    """The items that the filter lets through, by domain, those of here in outstanding and met; none without any."""
    shown = [(one, [row for row in one.items if chosen.shows(row)]) for one in phase.here]
    here = [(one, [r for r in rows if not r.is_met], [r for r in rows if r.is_met]) for one, rows in shown]
    ahead = [(one, [row for row in one.items if chosen.shows(row) and not row.is_met]) for one in phase.next]
    return {
        "here": [(one, left, met) for one, left, met in here if left or met],
        "ahead": [(one, rows) for one, rows in ahead if rows],
        "early": [row for row in phase.early if chosen.shows(row)],
    }


def _first(phases: list[Phase], me: Membership, today: date) -> list[ChecklistItem]:
    """What to do next, the earliest day first."""
    rows = [row for one in phases for row in (*one.items, *one.left)]
    rows = [row for row in rows if comes_next(row.due_on, row.status, mine=row.owner_id == me.pk, today=today)]
    return sorted(rows, key=lambda row: (row.due_on or date.max, row.pk))[:SHOWN_FIRST]


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.SEE_PLANS)
def checklist_item(request: TrustRequest, pk: int) -> HttpResponse:
    """One item: who sees to it, by when, and what shows it; written by those whose level it is to write."""
    found = get_object_or_404(readable_items(request.access), pk=pk)
    school, data = found.school, request.POST if request.method == "POST" else None
    strategy = with_checklists(school, request.followed, today=timezone.localdate())
    refusal = why_not_write(request.access, school, strategy)
    if data is not None and refusal:
        raise PermissionDenied(refusal)
    form = ItemForm(data, item=found, people=people_for(school.pk))
    me, version = request.access.membership, version_in(request.POST)
    sure = "" if data is None else ask_once_more(data, school.pk, form)
    if data is not None and accepted(form, lambda _: write_item(found, form.entry(), by=me, version=version)):
        messages.success(request, "Saved.")
        return to_checklist(request, found)
    fresh = readable_items(request.access).get(pk=pk) if form.errors else found
    context = {
        "item": fresh,
        "school": school,
        "form": form,
        "sure": sure,
        "may_write": not refusal,
        "why_not": refusal if request.access.may(P.WRITE_PLANS, school.pk) else "",
        "actions": readable_actions(request.access).filter(item=found).order_by("pk"),
        "today": timezone.localdate(),
    }
    return render(request, "plans/checklist_item.html", context, status=422 if form.errors else 200)


def to_checklist(request: TrustRequest, item: ChecklistItem) -> HttpResponse:
    """Back to the checklist, at the item's domain."""
    response = redirect("checklist", trust=request.trust.slug, school_id=item.school_id)
    response["Location"] += f"#{item.checklist}-{item.group}"
    return response


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.WRITE_PLANS)
def plan_checklist(request: TrustRequest, pk: int) -> HttpResponse:
    """What is outstanding on the checklists of the plan's kind, offered as its actions; 404 where it has none."""
    found = writable(request, pk)
    if not takes_items(found):
        raise Http404
    items = items_for(found, today=timezone.localdate(), followed=request.followed)
    if not items:
        messages.info(request, "Everything outstanding on the checklist is in a plan already.")
        return to_plan(found, request.trust.slug, "#actions")
    setting = setting_of(found.school_id, timezone.localdate())
    form = TakeForm(request.POST if request.method == "POST" else None, items=items, setting=setting)
    me = request.access.membership
    if form.is_bound and accepted(form, lambda _: take_into_plan(found, form.chosen(), form.draft(), by=me)):
        messages.success(request, "What you ticked is in the plan. Change each action where it needs other days.")
        return to_plan(found, request.trust.slug, "#actions")
    context = {"plan": found, "form": form}
    return render(request, "plans/plan_checklist.html", context, status=422 if form.errors else 200)
