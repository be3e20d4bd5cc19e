"""The school's returns: what is due, and the grid, filled in while it saves itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from evidence.forms.returns import ABOUT_ONE, ClassesForm, QueryForm, entries_from
from evidence.models import Return, State
from evidence.queries.returns import NOT_OPEN, agrees, returns_asked, returns_seen
from evidence.queries.returns_sheet import Sheet, sheet_of
from evidence.queries.sef import people_of_school
from evidence.rules.checks import for_readers
from evidence.rules.grid import Place
from evidence.services.returns import asked_return, name_classes, open_return, submit_return
from evidence.views.returns_conflicts import conflicting_boxes
from evidence.views.returns_parts import address, for_script, summary, tables_shown
from evidence.views.returns_progress import mind_names, missing_lines, names_in_analysis
from evidence.views.returns_saving import EVERY, posted, save
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted
from schools.models import Period, School
from schools.words import counted, verb


def school_for(request: TrustRequest, school_id: int) -> School:
    """A school this person may see, or 404."""
    return get_object_or_404(School.objects.visible_to(request.access), pk=school_id)


def return_for(request: TrustRequest, school_id: int, period_id: int, point: str) -> Return:
    """The return, if this person may read it as it stands, or 404."""
    found = returns_seen(request.access).filter(school=school_id, period=period_id, point=point).first()
    if found is None:
        raise Http404
    return found


def to_page(request: TrustRequest, of_return: Return, anchor: str = "") -> HttpResponse:
    return redirect(address("return_page", of_return, request.trust.slug) + anchor)


@trust_view(needs=Permission.SEE_RETURNS)
def returns(request: TrustRequest, school_id: int) -> HttpResponse:
    """What is due, what is open and what was sent, of one school."""
    school, today = school_for(request, school_id), timezone.localdate()
    asked = returns_asked([school], today, followed=request.followed)
    asked.sort(key=lambda one: (one.due_on, one.label), reverse=True)
    writes = request.access.may(Permission.ENTER_RETURN, school.pk)
    seen = set(returns_seen(request.access).filter(school=school).values_list("pk", flat=True))
    due = [one for one in reversed(asked) if one.is_with_school and writes]
    later = [one for one in reversed(asked) if one.state == NOT_OPEN]
    past = [one for one in asked if one.return_id in seen and one not in due]
    context = {"school": school, "today": today, "due": due, "later": later, "past": past, "writes": writes}
    context["past_title"] = "Sent" if writes else "To read"
    return render(request, "evidence/return_list.html", context)


@trust_view(needs=Permission.SEE_RETURNS)
def page(request: TrustRequest, school_id: int, period_id: int, point: str) -> HttpResponse:
    """One return: the grid for those who fill it in, the figures for those who read it. Not begun: how to begin."""
    school = school_for(request, school_id)
    writes = request.access.may(Permission.ENTER_RETURN, school.pk)
    begun = Return.objects.filter(school=school, period=period_id, point=point)
    if writes and not begun.exists():
        return _to_begin(request, school, get_object_or_404(Period, pk=period_id), point)
    of_return = return_for(request, school_id, period_id, point)
    if writes and (of_return.is_open or request.method == "POST"):
        return _fill_in(request, of_return)
    return read(request, of_return)


def _to_begin(request: TrustRequest, school: School, period: Period, point: str) -> HttpResponse:
    today = timezone.localdate()
    try:
        asked = asked_return(school, period, point, today=today)
    except ValidationError:
        raise Http404 from None
    return render(request, "evidence/return_begin.html", {"school": school, "asked": asked, "today": today})


@require_POST
@trust_view(needs=Permission.ENTER_RETURN)
def begin(request: TrustRequest, school_id: int, period_id: int, point: str) -> HttpResponse:
    """Open the return, with what is known already filled in."""
    school = school_for(request, school_id)
    request.access.require(Permission.ENTER_RETURN, school.pk)
    try:
        of_return = open_return(school, get_object_or_404(Period, pk=period_id), point, today=timezone.localdate())
    except ValidationError as refused:
        messages.warning(request, " ".join(refused.messages))
        return redirect("returns", trust=request.trust.slug, school_id=school.pk)
    return to_page(request, of_return)


def read(
    request: TrustRequest,
    of_return: Return,
    *,
    form: QueryForm | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    """The figures to read, and for those who agree them the ways to decide. What was typed comes back."""
    sheet, access = sheet_of(of_return), request.access
    decides = agrees(access, of_return)
    tables = tables_shown(sheet, access)
    for cell in (cell for table in tables for row in table["rows"] for cell in row["cells"]):
        cell["asked"] = request.POST.get(f"{ABOUT_ONE}{cell['key']}", "")
        cell["checks"] = [{**check, "text": for_readers(check["text"])} for check in cell["checks"]]
    context = summary(sheet, request.trust.slug, timezone.localdate()) | {
        "tables": tables,
        "sees": access.may(Permission.SEE_COUNTS, of_return.school_id),
        "may_decide": decides and of_return.state == State.SUBMITTED,
        "may_reopen": decides and of_return.state == State.AGREED,
        "form": form or QueryForm(),
        "refused": refused or "Nothing was sent back",
    }
    return render(request, "evidence/return_read.html", context, status=status)


def _fill_in(request: TrustRequest, of_return: Return) -> HttpResponse:
    sheet: Sheet = sheet_of(of_return)
    context: dict[str, Any] = {"status": 200}
    if request.method == "POST":
        context = posted(request, sheet)
        if "saved" in context:
            return _next(request, of_return)
        of_return.refresh_from_db()
        sheet = replace(sheet_of(of_return), typed=context.get("typed", {}))
    context = {"version": of_return.version, "analysis": of_return.analysis, **context}
    context |= summary(sheet, request.trust.slug, timezone.localdate())
    context["tables"], known = tables_shown(sheet, request.access), people_of_school(of_return.school_id)
    context["missing"] = missing_lines(sheet, context["tables"]) if "send" in request.GET else []
    mind_names(context["tables"], known)
    context["named"] = names_in_analysis(context["analysis"], known)
    context["may_send"] = request.access.may(Permission.SUBMIT_RETURN, of_return.school_id)
    context["closed"] = not of_return.is_open
    context["classes"] = ", ".join(dict.fromkeys(place.class_name for place in sheet.entries if place.class_name))
    unseen = len(sheet.unseen)
    context["filled_in"] = f"{counted(unseen, 'figure')} {verb(unseen, 'was', 'were')} filled in for you".capitalize()
    context["sheet"] = sheet
    return render(request, "evidence/return_grid.html", context, status=context["status"])


def _is_sent(request: TrustRequest, of_return: Return) -> bool:
    """Whether the return went to the trust; what was typed is saved either way."""
    request.access.require(Permission.SUBMIT_RETURN, of_return.school_id)
    try:
        with transaction.atomic():
            submit_return(of_return, by=request.access.membership)
    except ValidationError:
        return False
    messages.success(request, "Sent to the trust. You will hear when it is agreed or comes back with a query.")
    return True


def _next(request: TrustRequest, of_return: Return) -> HttpResponse:
    """Where the button leads. A return that cannot be sent yet says why on its own page."""
    then = request.POST.get("then")
    if then == "next" and not _is_sent(request, of_return):
        return to_page(request, of_return, "?send=1")
    if then == "stay":
        return to_page(request, of_return)
    if then == "next":
        return redirect("returns", trust=request.trust.slug, school_id=of_return.school_id)
    if use := Place.read(request.POST.get("use", "")):
        return to_page(request, of_return, f"#cell_{use.key}")
    if request.POST.get("seen") == EVERY:
        return to_page(request, of_return, "?send=1")
    if measure := request.POST.get("blank", "").partition("~")[0] or request.POST.get("seen", ""):
        return to_page(request, of_return, f"#m-{measure}")
    messages.success(request, "Saved.")
    return redirect("returns", trust=request.trust.slug, school_id=of_return.school_id)


@require_POST
@trust_view(needs=Permission.ENTER_RETURN)
def autosave(request: TrustRequest, school_id: int, period_id: int, point: str) -> HttpResponse:
    """The same form, sent by the page while it is filled in. Answers with the checks of every figure."""
    of_return = return_for(request, school_id, period_id, point)
    request.access.require(Permission.ENTER_RETURN, of_return.school_id)
    sheet = sheet_of(of_return)
    try:
        saved = save(request, sheet, entries_from(sheet, request.POST))
    except ValidationError as refused:
        errors = refused.message_dict if hasattr(refused, "error_dict") else {"__all__": refused.messages}
        return JsonResponse({"errors": errors}, status=400)
    if saved.conflicts or saved.analysis_conflict:
        told = {"version": saved.version, "conflicts": conflicting_boxes(sheet, saved, request.access)}
        return JsonResponse(told, status=409)
    told = {"saved_at": f"{timezone.localtime(saved.at):%H:%M}", "version": saved.version}
    return JsonResponse(told | _as_it_stands(request, of_return))


def _as_it_stands(request: TrustRequest, of_return: Return) -> dict[str, Any]:
    """What the page is told of the return after a save."""
    sheet, known = sheet_of(of_return), people_of_school(of_return.school_id)
    tables = tables_shown(sheet, request.access)
    mind_names(tables, known)
    return for_script(sheet, tables) | {"named": {"analysis": names_in_analysis(of_return.analysis, known)}}


@require_POST
@trust_view(needs=Permission.ENTER_RETURN)
def classes(request: TrustRequest, school_id: int, period_id: int, point: str) -> HttpResponse:
    """Name the classes of the tables by class."""
    of_return = return_for(request, school_id, period_id, point)
    request.access.require(Permission.ENTER_RETURN, of_return.school_id)
    form, by = ClassesForm(request.POST), request.access.membership
    if not accepted(form, lambda data: name_classes(of_return, data["classes"], by=by)):
        for words in form.errors.values():
            messages.warning(request, " ".join(str(one) for one in words))
    return to_page(request, of_return)
