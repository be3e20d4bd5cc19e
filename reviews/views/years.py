"""The record of a school's year: begun, written by both sides, signed, and taken up anew."""

from __future__ import annotations

from functools import partial
from http.client import OK
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from evidence.forms.named import named_in
from reviews.forms.reviews import ReasonForm
from reviews.models import YearProgramme
from reviews.queries.programme import programmes
from reviews.queries.years import form_for, readable_years, side_of
from reviews.rules.years import to_write
from reviews.services.years import begin_year, save_year, sign_year, take_up_year
from reviews.views.pages import require
from reviews.views.programme import programme_page, school_of_programme
from schools.access import Permission, TrustRequest, trust_view
from schools.filled import lacking
from schools.forms import accepted
from schools.forms.filled import FilledForm
from schools.forms.filling import decided, filled_in
from schools.views.filling import autosaved, kept_or_again
from schools.words import whole, year_words

P = Permission


def _written(request: TrustRequest, pk: int) -> tuple[YearProgramme, str]:
    """The record and the side this person acts for; 404 for who may not read it, refused for who acts for none."""
    found = get_object_or_404(readable_years(request.access), pk=pk)
    side = side_of(request.access, found.school_id)
    require(side.writes, P.RUN_REVIEWS)
    return found, side.name


def _to(request: TrustRequest, row: YearProgramme) -> HttpResponse:
    response = redirect("programme", trust=request.trust.slug, school_id=row.school_id)
    response["Location"] += f"?year={row.year}#record"
    return response


@require_POST
@trust_view(needs=P.SEE_REVIEWS)
def year_begin(request: TrustRequest, school_id: int) -> HttpResponse:
    """Begin the record of a year."""
    school = school_of_programme(request, school_id)
    require(side_of(request.access, school.pk).writes, P.RUN_REVIEWS)
    year = whole(request.POST.get("year", ""), digits=4) or 0
    found = programmes([school], year, today=timezone.localdate(), followed=request.followed) if year else []
    if not found:
        raise Http404
    try:
        made = begin_year(school, found[0].version, year=year, by=request.access.membership)
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
        return redirect("programme", trust=request.trust.slug, school_id=school.pk)
    return redirect("year_write", trust=request.trust.slug, pk=made.pk)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.SEE_REVIEWS)
def year_write(request: TrustRequest, pk: int) -> HttpResponse:
    """The form of the year. An ordinary form that also saves itself."""
    found, _ = _written(request, pk)
    form = to_write(form_for(found))
    if request.method == "GET":
        return _page(request, found, filled_in(found, form)) if found.is_written else _to(request, found)
    typed = filled_in(found, form, decided(request.POST, form, found.answers))
    again = kept_or_again(request, typed, partial(save_year, found), partial(_page, request, found))
    if again is not None:
        return again
    messages.success(request, "Saved.")
    return _to(request, found)


def _page(
    request: TrustRequest, row: YearProgramme, form: FilledForm, *, status: int = OK, **more: Any
) -> HttpResponse:
    named_in(form, row.school_id)
    context = {
        "row": row,
        "label": form_for(row).label,
        "year_words": year_words(row.year),
        "form": form,
        "version": row.version,
        "closed": not row.is_written,
        "unsaved": status != OK,
        "lacks": [words for _, words in lacking(form_for(row), row.answers)],
    }
    return render(request, "reviews/year_write.html", context | more, status=status)


@require_POST
@trust_view(needs=P.SEE_REVIEWS)
def year_autosave(request: TrustRequest, pk: int) -> HttpResponse:
    """The same form, sent by the page while it is written. What cannot be read is told; the rest is saved."""
    found, _ = _written(request, pk)
    form = filled_in(found, to_write(form_for(found)), request.POST)
    return autosaved(request, form, partial(save_year, found), lambda: {"named": named_in(form, found.school_id)})


@require_POST
@trust_view(needs=P.SEE_REVIEWS)
def year_sign(request: TrustRequest, pk: int) -> HttpResponse:
    """Sign for the side this person acts for."""
    found, side = _written(request, pk)
    try:
        read = whole(request.POST.get("read", "")) or 0
        signed = sign_year(found, side, by=request.access.membership, read=read)
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
    else:
        agreed = "Signed. Both sides have agreed." if signed.is_agreed else "Signed. The other side signs next."
        messages.success(request, agreed)
    return _to(request, found)


@require_POST
@trust_view(needs=P.SEE_REVIEWS)
def year_anew(request: TrustRequest, pk: int) -> HttpResponse:
    """Take up anew what was signed, with a reason."""
    found, side = _written(request, pk)
    form, me = ReasonForm(request.POST, prefix="anew"), request.access.membership
    if accepted(form, lambda data: take_up_year(found, side, by=me, reason=data["reason"])):
        messages.success(request, "It can be written again. Both sides sign it anew.")
        return _to(request, found)
    return programme_page(request, found.school, found.year, status=422, anew_form=form, wrong=form)
