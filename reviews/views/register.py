"""The register of practice."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reviews.forms.register import AnswerForm, PracticeForm, SearchForm, VisitForm
from reviews.forms.reviews import ReasonForm
from reviews.models import Practice, PracticeRequest
from reviews.queries.register import (
    found_practices,
    may_answer,
    may_offer,
    on_offer,
    requests_seen,
    subjects,
)
from reviews.services.register import (
    NEXT,
    answer_request,
    ask_to_visit,
    end_practice,
    offer_practice,
)
from reviews.views.pages import require
from schools.access import Access, Permission, TrustRequest, trust_view, where_may
from schools.forms import accepted
from schools.models import School

P = Permission
A_PAGE = 20


@require_safe
@trust_view(needs=P.SEE_PRACTICE)
def practice(request: TrustRequest) -> HttpResponse:
    """The register, searched and filtered."""
    form = SearchForm(request.GET, subjects=subjects())
    page = Paginator(found_practices(form.sought()), A_PAGE).get_page(request.GET.get("page"))
    may = request.access.may(P.ANSWER_REVIEWS) or request.access.may(P.RUN_REVIEWS)
    is_narrow = any(request.GET.get(name) for name in form.fields)
    rest = request.GET.copy()
    rest.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "may_offer": may,
        "is_narrow": is_narrow,
        "rest": rest.urlencode(),
    }
    return render(request, "reviews/practice.html", context)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.SEE_PRACTICE)
def practice_new(request: TrustRequest) -> HttpResponse:
    """Offer what a school does well."""
    schools = School.objects.filter(may_offer(request.access))
    require(request.access.may(P.ANSWER_REVIEWS) or request.access.may(P.RUN_REVIEWS), P.ANSWER_REVIEWS)
    form = PracticeForm(request.POST if request.method == "POST" else None, schools=schools)
    made: list[Practice] = []

    def offer(data: dict[str, Any]) -> None:
        made.append(offer_practice(data["school"], PracticeForm.entry(data), by=request.access.membership))

    if request.method == "POST" and accepted(form, offer):
        messages.success(request, "It stands in the register now. Other schools can ask to visit.")
        return redirect("practice_page", trust=request.trust.slug, pk=made[0].pk)
    return render(request, "reviews/practice_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@trust_view(needs=P.SEE_PRACTICE)
def practice_page(request: TrustRequest, pk: int) -> HttpResponse:
    """One entry of the register."""
    return _page(request, get_object_or_404(on_offer(), pk=pk))


def _page(request: TrustRequest, found: Practice, *, status: int = 200, **more: Any) -> HttpResponse:
    access = request.access
    answers = may_answer(access, found)
    wrong = more.get("answer_form")
    asking = _asking(access, found)
    lines = [
        {
            "row": one,
            "form": None if not answers or one.state not in NEXT else _answer(one, wrong),
        }
        for one in requests_seen(access, found)
    ]
    context = {
        "practice": found,
        "lines": lines,
        "visit_form": VisitForm(prefix="visit", schools=asking) if asking else None,
        "end_form": ReasonForm(prefix="end") if answers or access.may(P.RUN_REVIEWS, found.school_id) else None,
    }
    return render(request, "reviews/practice_page.html", context | more, status=status)


def _asking(access: Access, practice: Practice) -> list[School]:
    """The schools for which this person may ask to come. One query."""
    theirs = School.objects.filter(where_may(access, P.ANSWER_REVIEWS, "pk"))
    return list(theirs.exclude(pk=practice.school_id))


def _answer(row: PracticeRequest, wrong: AnswerForm | None) -> AnswerForm:
    prefix = f"answer-{row.pk}"
    return wrong if wrong is not None and wrong.prefix == prefix else AnswerForm(prefix=prefix, now=row.state)


@require_POST
@trust_view(needs=P.ANSWER_REVIEWS)
def practice_ask(request: TrustRequest, pk: int) -> HttpResponse:
    """Ask to come and see."""
    found = get_object_or_404(on_offer(), pk=pk)
    form = VisitForm(request.POST, prefix="visit", schools=_asking(request.access, found))
    me = request.access.membership
    if accepted(form, lambda data: ask_to_visit(found, data.pop("school"), by=me, **data)):
        messages.success(request, f"Asked. {found.school.known_as} answers you.")
        return redirect("practice_page", trust=request.trust.slug, pk=found.pk)
    return _page(request, found, status=422, visit_form=form, wrong=form)


@require_POST
@trust_view(needs=P.ANSWER_REVIEWS)
def practice_answer(request: TrustRequest, pk: int, request_id: int) -> HttpResponse:
    """Answer a wish to visit, or say that it took place."""
    found = get_object_or_404(on_offer(), pk=pk)
    require(may_answer(request.access, found), P.ANSWER_REVIEWS)
    rows = PracticeRequest.objects.select_related("practice__school", "school__trust", "asked_by")
    row = get_object_or_404(rows, pk=request_id, practice=found)
    form = AnswerForm(request.POST, prefix=f"answer-{row.pk}", now=row.state)
    if accepted(form, lambda data: answer_request(row, by=request.access.membership, **data)):
        messages.success(request, "Your answer is on its way.")
        return redirect("practice_page", trust=request.trust.slug, pk=found.pk)
    return _page(request, found, status=422, answer_form=form, wrong=form)


@require_POST
@trust_view(needs=P.SEE_PRACTICE)
def practice_end(request: TrustRequest, pk: int) -> HttpResponse:
    """Take it off the register."""
    found = get_object_or_404(on_offer(), pk=pk)
    may = may_answer(request.access, found) or request.access.may(P.RUN_REVIEWS, found.school_id)
    require(may, P.ANSWER_REVIEWS)
    form = ReasonForm(request.POST, prefix="end")
    if accepted(form, lambda data: end_practice(found, by=request.access.membership, reason=data["reason"])):
        messages.success(request, "Off the register. What was asked of it stays on record.")
        return redirect("practice", trust=request.trust.slug)
    return _page(request, found, status=422, end_form=form, wrong=form)
