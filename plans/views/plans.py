"""Plans as they are read: those of the trust, those of a school, one of them, and an edition as it was sent."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from plans.forms.answering import AnswerForm, SendForm
from plans.models import Plan, ProgressDraft
from plans.queries.approvals import (
    Approval,
    approvals_of,
    document_for,
    rules_checked,
    standing_of,
    why_not_answer,
    why_not_send,
)
from plans.queries.checklists import items_for, takes_items
from plans.queries.concerns import sees_proposals
from plans.queries.conditions import conditions_for
from plans.queries.delegation import why_not_write, why_not_write_plan
from plans.queries.documents import document_of, with_papers
from plans.queries.gains import gains_of, with_gains
from plans.queries.plans import (
    kind_of,
    kinds_to_begin,
    may_send_plan,
    may_send_to_approve,
    may_write_plan,
    priorities_of,
    readable_plans,
    schools_without,
    strategy_in,
    trust_kinds_to_begin,
)
from plans.queries.progress import reached_by, updates_of, with_reached
from plans.queries.validating import validation_of, why_not_validate, with_validation
from plans.rules.chain import kinds_for, may_answer, may_be_asked
from plans.rules.checklist import has_checklists, to_take_up
from plans.rules.document import Document, changes, shown_in_order, training_of
from plans.rules.quality import warnings
from plans.services import begin_plan
from reviews.queries.reviews import levels_of
from schools.access import Permission, TrustRequest, trust_view
from schools.models import School
from schools.words import on

P = Permission
MOST_CLOSED = 20
LACKING = "What it still lacks"


def plan_for(request: TrustRequest, pk: int) -> Plan:
    """The plan, if this person may read it, or 404."""
    drafts = ProgressDraft.objects.filter(plan=OuterRef("pk"))
    rows = with_validation(with_gains(with_papers(readable_plans(request.access))), request.access)
    return get_object_or_404(rows.annotate(has_draft=Exists(drafts)), pk=pk)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.SEE_PLANS)
def plans(request: TrustRequest) -> HttpResponse:
    """Every open plan this person reads, those that wait for them first; `late` only those late with progress.

    Those who write in every school begin the trust's own here.
    """
    if request.method == "POST":
        return _begin(request, None, why_not_write(request.access, None, None))
    rows, today, only_late = readable_plans(request.access), timezone.localdate(), bool(request.GET.get("late"))
    rows = rows.filter(state=Plan.State.OPEN, strategy_version__isnull=False)
    chosen = list(rows.filter(update_due_on__lt=today) if only_late else rows)
    approvals = approvals_of(chosen)
    lines = [line_of(request, row, approvals.get(row.pk, [])) for row in chosen]
    lines.sort(key=lambda one: (not one["mine"], one["plan"].update_due_on or date.max))
    late = sum(1 for one in chosen if one.update_due_on and one.update_due_on < today)
    mine = sum(one["mine"] for one in lines)
    followed, everywhere = request.followed.on(today).values(), request.access.may_everywhere(P.WRITE_PLANS)
    context = {
        "lines": lines,
        "mine": mine,
        "late": late,
        "only_late": only_late,
        "without": [] if only_late else schools_without(request.access, today=today, followed=request.followed),
        "kinds": trust_kinds_to_begin(today=today, followed=request.followed)[1] if everywhere else [],
        "with_checklists": any(has_checklists(one.strategy) for one in followed),
        "with_appraisals": _with_appraisals(request),
    }
    return render(request, "plans/plans.html", context)


def _with_appraisals(request: TrustRequest) -> bool:
    """Whether the trust's strategy says whose appraisal is followed, and this person may see any."""
    version = request.followed.by_trust(timezone.localdate())
    return version is not None and bool(version.strategy.appraisals) and request.access.may(P.SEE_APPRAISALS)


def is_over(plan: Plan, today: date) -> bool:
    """Whether the time of an open plan is up."""
    return plan.is_open and plan.ends_on is not None and plan.ends_on <= today


def line_of(request: TrustRequest, plan: Plan, approvals: list[Approval]) -> dict[str, Any]:
    """A plan on one line: where it stands, and whether it waits for this person."""
    last = approvals[0] if approvals else None
    mine = last is not None and last.waiting is not None and not why_not_answer(request.access, plan, last)
    over, kind = is_over(plan, timezone.localdate()), kind_of(plan)
    return {
        "plan": plan,
        "last": last,
        "mine": mine,
        "standing": standing_of(approvals),
        "over": over,
        "keeps_going": kind is not None and kind.keeps_going,
    }


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.SEE_PLANS)
def school_plans(request: TrustRequest, school_id: int) -> HttpResponse:
    """The plans of one school; for those who write them, the kinds that can be begun."""
    school = get_object_or_404(School.objects.visible_to(request.access), pk=school_id)
    request.access.require(P.SEE_PLANS, school.pk)
    version, kinds = kinds_to_begin(
        school, today=timezone.localdate(), followed=request.followed, proposed=sees_proposals(request.access)
    )
    strategy = version.strategy if version else None
    refusal = why_not_write(request.access, school, strategy)
    if request.method == "POST":
        return _begin(request, school, refusal)
    rows = list(readable_plans(request.access).filter(school=school, strategy_version__isnull=False))
    approvals = approvals_of(rows)
    open_ones = [line_of(request, one, approvals.get(one.pk, [])) for one in rows if one.is_open]
    kept_going = [one for one in open_ones if one["keeps_going"]]
    levels = levels_of([school]).get(school.pk, {})
    usual = {one.key for one in kinds_for(strategy, {})} if strategy else set()  # asked for whatever the level
    context = {
        "school": school,
        "lines": [one for one in open_ones if not one["keeps_going"]],
        "kept_going": kept_going,
        "closed": [one for one in rows if not one.is_open][:MOST_CLOSED],
        "kinds": [] if refusal else kinds,
        "lacking": [one for one in kinds if not one.keeps_going and one.key not in usual],
        "why_not": refusal if request.access.may(P.WRITE_PLANS, school.pk) else "",
        "with_checklist": strategy is not None and has_checklists(strategy) and any(to_take_up(strategy, levels)),
        "with_appraisals": _with_appraisals(request),
    }
    return render(request, "plans/school_plans.html", context)


def _begin(request: TrustRequest, school: School | None, refusal: str) -> HttpResponse:
    if refusal:
        raise PermissionDenied(refusal)
    try:
        with transaction.atomic():
            begun = begin_plan(school, request.POST.get("kind", ""), by=request.access.membership)
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
        if school is None:
            return redirect("plans", trust=request.trust.slug)
        return redirect("school_plans", trust=request.trust.slug, school_id=school.pk)
    offered = items_for(begun, today=timezone.localdate(), followed=request.followed)
    return redirect("plan_checklist" if offered else "plan", trust=request.trust.slug, pk=begun.pk)


@require_safe
@trust_view(needs=P.SEE_PLANS)
def plan(request: TrustRequest, pk: int) -> HttpResponse:
    """A plan as it stands: where it is on its way, what it lacks, what has changed since it was approved."""
    return plan_page(request, plan_for(request, pk))


def plan_page(
    request: TrustRequest, found: Plan, *, answer: AnswerForm | None = None, send: SendForm | None = None
) -> HttpResponse:
    """The page; with a form that was refused, as it was typed. Who is asked to answer changes it at their own wish."""
    context = plan_context(request, found)
    if context["may_answer"] and context["may_write"] and not request.GET.get("edit"):
        context["may_edit"] = "not answer" if context["may_be_asked"] else "too"
        context |= dict.fromkeys(("may_write", "may_be_asked", "may_send", "may_close", "may_tell"), False)
    rules = rules_checked(found, context["last"].waiting) if context["may_answer"] else ()
    context |= {
        "answer": answer or AnswerForm(rules=rules, of_school=found.school is not None),
        "send": send or SendForm(),
    }
    return render(request, "plans/plan.html", context, status=422 if answer or send else 200)


def plan_context(request: TrustRequest, found: Plan) -> dict[str, Any]:
    """What is said of a plan, on its page and on paper."""
    kind, today = kind_of(found), timezone.localdate()
    priorities = priorities_of([found]).get(found.pk, [])
    known = reached_by(found, priorities, today=today, access=request.access)
    approvals = approvals_of([found]).get(found.pk, [])
    last = approvals[0] if approvals else None
    live = found.final or document_of(found, priorities)
    document = document_for(request.access, found, live, last)
    agreed = next((one for one in approvals if one.is_approved), None)
    conditions = conditions_for(request.access, agreed.edition) if agreed and agreed.conditions else []
    refusal = why_not_write_plan(request.access, found)
    may_write = not refusal and found.is_open
    why_not = why_not_answer(request.access, found, last) if last else ""
    waits = last is not None and last.waiting is not None
    return {
        "plan": found,
        "kind": kind,
        **_read(document),
        "document": with_reached(document, known),
        "updates": updates_of(found),
        "gains": gains_of(found, request.access),
        "draft": found.has_draft,  # type: ignore[attr-defined]  # by plan_for
        "today": today,
        "over": is_over(found, today),
        "late": found.is_open and found.update_due_on is not None and found.update_due_on < today,
        "with_items": may_write and takes_items(found),
        "validation": validation_of(found),
        "may_validate": not why_not_validate(request.access, found),
        "following": None if found.is_open else found.followed_by.first(),
        "warnings": warnings(document, kind) if kind and (may_write or (waits and not why_not)) else [],
        "warned": _warned(last, may_answer=waits and not why_not),
        "standing": standing_of(approvals),
        "approvals": approvals,
        "conditions": conditions,
        "conditions_left": sum(one.row.is_left for one in conditions) if found.is_open else 0,
        "last": last,
        "changed": changes(agreed.edition.document, document) if agreed and found.is_open else [],
        "being_changed": last is not None and found.is_open and bool(changes(document, live)),
        "agreed": agreed,
        "may_write": may_write and kind is not None,
        "may_be_asked": may_write and _may_be_asked(request, found),
        "may_send": may_write and may_send_to_approve(request.access, found),
        "may_close": may_write and may_send_plan(request.access, found) and kind is not None,
        "ready": not why_not_send(approvals, document),
        "may_tell": may_write_plan(request.access, found) and found.is_open and kind is not None,
        "not_writing": refusal if found.is_open and may_write_plan(request.access, found) else "",
        "may_answer": waits and not why_not,
        "why_not": _why_not(request, found, last, why_not) if last and waits else "",
    }


def _may_be_asked(request: TrustRequest, found: Plan) -> bool:
    """Whether this person holds a role that answers plans of this kind, so that writing in it has a price."""
    strategy, kind = strategy_in(found), kind_of(found)
    if strategy is None or kind is None or found.begun_by_id == request.access.membership.pk:
        return False
    return may_answer(may_be_asked(strategy, kind), request.access.roles, school=found.school_id)


def _warned(last: Approval | None, *, may_answer: bool) -> str:
    """Over what a plan lacks: it is still to be sent, is to be answered, or was sent already."""
    if may_answer:
        return "Before you answer"
    return LACKING if last and (last.waiting or last.is_approved) else "Before you send it"


def _why_not(request: TrustRequest, found: Plan, last: Approval, refusal: str) -> str:
    """Why this person does not answer; for who is not asked at all, whom the plan waits for."""
    step = last.waiting
    if step is None or may_answer((step.role, *step.instead), request.access.roles, school=found.school_id):
        return refusal
    until = f" until {on(step.due_on)}" if step.due_on else ""
    return f"It waits for the {step.role_label.lower()}{until}."


@require_safe
@trust_view(needs=P.SEE_PLANS)
def plan_edition(request: TrustRequest, pk: int, number: int) -> HttpResponse:
    """A plan as it was sent, with what was answered."""
    return render(request, "plans/edition.html", edition_context(request, plan_for(request, pk), number))


def edition_context(request: TrustRequest, found: Plan, number: int) -> dict[str, Any]:
    """What is said of an edition, on its page and on paper; 404 where there is none of this number."""
    approvals = approvals_of([found]).get(found.pk, [])
    shown = next((one for one in approvals if one.edition.number == number), None)
    if shown is None:
        raise Http404
    conditions = conditions_for(request.access, shown.edition) if shown.conditions else []
    read = _read(shown.edition.document)
    return {"plan": found, "approval": shown, "conditions": conditions, **read, "frozen": True}


def _read(document: Document) -> dict[str, Any]:
    return {"document": document, "parts": shown_in_order(document), "training": training_of(document)}
