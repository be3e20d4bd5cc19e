"""A school's self-evaluation of one term on one page, with where the school stands; sent, returned, agreed, printed."""

from __future__ import annotations

from http.client import OK
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from categorisation.access import sight_of
from evidence.forms.sef import ReturnSefForm
from evidence.models import SelfEvaluation
from evidence.queries.sef import readable_sefs, versions_for
from evidence.services.sef import agree_sef, return_sef, submit_sef
from evidence.services.sef_opening import why_not_open
from evidence.views.sef_pages import address, overview_of, sef_for
from reporting.contents.standing import standings_of
from reporting.rules.opening import short_labels
from reporting.views.documents import pdf
from schools.access import Permission, TrustRequest, trust_view
from schools.models import Period, School
from schools.words import on, whole


@require_safe
@trust_view(needs=Permission.SEE_SEF)
def sef(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """All sections as this person may read them. For its writers, before it is begun, the way to begin."""
    found = readable_sefs(request.access).filter(school=school_id, period=period_id).first()
    if found is None:
        return _to_begin(request, school_id, period_id)
    return _page(request, found)


def _to_begin(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    school = get_object_or_404(School.objects.visible_to(request.access), pk=school_id)
    begun = SelfEvaluation.objects.filter(school=school, period=period_id)
    if not request.access.may(Permission.WRITE_SEF, school.pk) or begun.exists():
        raise Http404
    period, today = get_object_or_404(Period, pk=period_id), timezone.localdate()
    versions = versions_for(period, today)
    version = versions.get(school.pk) or versions.get(None)
    refused = why_not_open(school, period, version, today=today)
    label = version.strategy.self_evaluation.label if version else "self-evaluation"
    before = readable_sefs(request.access).filter(school=school, period__starts_on__lt=period.starts_on).first()
    context = {"school": school, "period": period, "label": label, "refused": refused, "before": before}
    return render(request, "evidence/sef_begin.html", context)


def _page(request: TrustRequest, found: SelfEvaluation, *, status: int = OK, **more: Any) -> HttpResponse:
    trust = request.trust.slug
    context = {
        **overview_of(request, found),
        **standing_of(request, found),
        **{f"{name}_url": address(f"sef_{name}", found, trust) for name in ("submit", "return", "agree", "file")},
        "return_form": ReturnSefForm(),
    }
    return render(request, "reporting/sef.html", context | more, status=status)


def standing_of(request: TrustRequest, found: SelfEvaluation) -> dict[str, Any]:
    """The category the school is in today and what follows from it, joined here and never stored in the text."""
    sight = sight_of(request.access, request.trust, found.school_id)
    if not sight.decisions:
        return {"boxes": [], "follows": []}
    told_by = None if sight.untold else timezone.now()
    standings = standings_of(found, told_by=told_by)
    short = short_labels([one.axis for one in standings])
    boxes = [
        {"heading": f"{label}, agreed {on(one.since)}", "word": one.word, "step": one.step, "was": one.was}
        for label, one in zip(short, standings, strict=True)
    ]
    return {"boxes": boxes, "follows": standings}


@require_POST
@trust_view(needs=Permission.SUBMIT_SEF)
def submit(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """Send it to the trust, or show everything that is still missing, with links."""
    found = sef_for(request, school_id, period_id)
    request.access.require(Permission.SUBMIT_SEF, found.school_id)
    try:
        submit_sef(found, by=request.access.membership)
    except ValidationError as refused:
        return _refused(request, found, refused)
    messages.success(request, "Sent to the trust. You will hear when it is agreed or comes back with a comment.")
    return redirect(address("sef", found, request.trust.slug))


def _refused(request: TrustRequest, found: SelfEvaluation, refused: ValidationError) -> HttpResponse:
    if not hasattr(refused, "error_dict"):
        messages.warning(request, refused.messages[0])
        return redirect(address("sef", found, request.trust.slug))
    return _page(request, found, status=422, refused=True)


@require_POST
@trust_view(needs=Permission.AGREE_EVIDENCE)
def send_back(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """Return it with a comment."""
    found = sef_for(request, school_id, period_id)
    form = ReturnSefForm(request.POST)
    if form.is_valid():
        try:
            note, version = form.cleaned_data["note"], _version(request)
            return_sef(found, by=request.access.membership, note=note, version=version)
        except ValidationError as refused:
            form.refuse(refused)
    if form.errors:
        found.refresh_from_db(fields=["state", "version"])
        return _page(request, found, status=422, return_form=form)
    messages.success(request, f"Returned to {found.school.known_as}. Its head reads your comment in the morning.")
    return redirect("sefs", trust=request.trust.slug)


@require_POST
@trust_view(needs=Permission.AGREE_EVIDENCE)
def agree(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """Agree it as it was sent."""
    found = sef_for(request, school_id, period_id)
    try:
        agree_sef(found, by=request.access.membership, version=_version(request))
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
        return redirect(address("sef", found, request.trust.slug))
    messages.success(request, f"{found.school.known_as}: agreed.")
    return redirect("sefs", trust=request.trust.slug)


def _version(request: TrustRequest) -> int | None:
    """The version the page was read at."""
    return whole(request.POST.get("version", ""))


@require_safe
@trust_view(needs=Permission.SEE_SEF)
def sef_file(request: TrustRequest, school_id: int, period_id: int) -> HttpResponse:
    """The same page as a tagged PDF. A draft says that it is one."""
    found = sef_for(request, school_id, period_id)
    context = {**overview_of(request, found), **standing_of(request, found)}
    context |= {"heading_of": f"{found.school.name}, {found.period.label}"}
    name = f"{context['label']} {found.school.name[:60]} {found.period.short}"
    made = pdf(request, "reporting/pdf/sef.html", context, name)
    return made or redirect(address("sef", found, request.trust.slug))
