"""Writing a review: its form, which also saves itself, and its findings."""

from __future__ import annotations

from functools import partial
from http.client import OK
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from evidence.forms.named import ask_once_more, named_in
from reviews.forms.reviews import FindingForm
from reviews.models import Finding, Review
from reviews.queries.reviews import called, form_for, part_of
from reviews.services.findings import add_finding, areas_of, change_finding, criteria_of, remove_finding
from reviews.services.writing import save_answers
from reviews.views.pages import address, findings_of, require, review_for, to_review
from schools.access import Permission, TrustRequest, trust_view
from schools.filled import lacking
from schools.forms import accepted
from schools.forms.filled import FilledForm
from schools.forms.filling import decided, filled_in
from schools.views.filling import autosaved, kept_or_again

P = Permission


def _writable(request: TrustRequest, pk: int) -> Review:
    found = review_for(request, pk)
    require(part_of(request.access, found).writes, P.RUN_REVIEWS)
    return found


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.SEE_REVIEWS)
def review_write(request: TrustRequest, pk: int) -> HttpResponse:
    """The form of the review. An ordinary form that also saves itself."""
    found = _writable(request, pk)
    if request.method == "GET":
        return (
            _page(request, found, filled_in(found, form_for(found))) if found.is_written else to_review(request, found)
        )
    form = filled_in(found, form_for(found), decided(request.POST, form_for(found), found.answers))
    again = kept_or_again(request, form, partial(save_answers, found), partial(_page, request, found))
    if again is not None:
        return again
    messages.success(request, "Saved.")
    after = "review_findings" if request.POST.get("then") == "next" else "review"
    return redirect(address(after, found, request.trust.slug))


def _page(request: TrustRequest, review: Review, form: FilledForm, *, status: int = OK, **more: Any) -> HttpResponse:
    named_in(form, review.school_id)
    context = {
        "review": review,
        "label": called(review),
        "form": form,
        "version": review.version,
        "closed": not review.is_written,
        "unsaved": status != OK,
        "lacks": [words for _, words in lacking(form_for(review), review.answers)],
    }
    return render(request, "reviews/write.html", context | more, status=status)


@require_POST
@trust_view(needs=P.SEE_REVIEWS)
def review_autosave(request: TrustRequest, pk: int) -> HttpResponse:
    """The same form, sent by the page while it is written. What cannot be read is told; the rest is saved."""
    found = _writable(request, pk)
    form = filled_in(found, form_for(found), request.POST)
    return autosaved(request, form, partial(save_answers, found), lambda: {"named": named_in(form, found.school_id)})


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.SEE_REVIEWS)
def review_findings(request: TrustRequest, pk: int) -> HttpResponse:
    """What was found, tied to criteria and areas; and the form for one more."""
    found = _writable(request, pk)
    if request.method == "GET" and not found.is_written:
        return to_review(request, found)
    form = _finding_form(found, request.POST if request.method == "POST" else None)
    me, sure = request.access.membership, _asked(request, found, form)
    if request.method == "POST" and accepted(form, lambda data: add_finding(found, FindingForm.entry(data), by=me)):
        messages.success(request, "Added.")
        return redirect(address("review_findings", found, request.trust.slug))
    context = {"review": found, "label": called(found), "form": form, "findings": findings_of(found), "sure": sure}
    return render(request, "reviews/findings.html", context, status=422 if form.errors else 200)


def _asked(request: TrustRequest, review: Review, form: FindingForm) -> str:
    """Beside a text that seems to name a person, its writer is asked once more."""
    return ask_once_more(request.POST, review.school_id, form) if form.is_bound else ""


def _finding_form(review: Review, data: Any, **more: Any) -> FindingForm:
    return FindingForm(data, criteria=criteria_of(review), areas=areas_of(review), **more)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.SEE_REVIEWS)
def review_finding(request: TrustRequest, pk: int, finding_id: int) -> HttpResponse:
    """Change one finding, or take it out."""
    found = _writable(request, pk)
    row = get_object_or_404(Finding.objects.select_related("review"), pk=finding_id, review=found)
    if request.method == "GET" and not found.is_written:
        return to_review(request, found)
    names = FindingForm.base_fields
    form = _finding_form(found, request.POST or None, initial={name: getattr(row, name) for name in names})
    me, back = request.access.membership, redirect(address("review_findings", found, request.trust.slug))
    if request.POST.get("then") == "remove":
        try:
            remove_finding(row, by=me)
        except ValidationError as refused:
            messages.warning(request, refused.messages[0])
        return back
    sure = _asked(request, found, form)
    if request.method == "POST" and accepted(form, lambda data: change_finding(row, FindingForm.entry(data), by=me)):
        messages.success(request, "Saved.")
        return back
    context = {"review": found, "label": called(found), "form": form, "row": row, "sure": sure}
    return render(request, "reviews/finding.html", context, status=422 if form.errors else 200)
