"""The list of reviews, one review, and what is agreed before it begins."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reviews.forms.reviews import MemberForm, ProposeForm, ReasonForm, TermsForm
from reviews.models import Review, ReviewMember, ReviewWish
from reviews.queries.reviews import called, could_work_on, levels_of, part_of, readable_reviews
from reviews.queries.wishes import readable_wishes, wish_lines
from reviews.rules.kinds import kinds_of
from reviews.rules.programme import to_draw_on
from reviews.services.agreeing import SCHOOL, TRUST, change_terms, propose_review, sign_review, withdraw_review
from reviews.services.team import add_member, remove_member
from reviews.services.wishes import propose_wished
from reviews.views.pages import CHIPS, address, require, review_for, review_page, to_review
from schools.access import Permission, TrustRequest, trust_view, where_may
from schools.forms import accepted
from schools.models import School
from schools.strategy import Strategy
from schools.words import whole

A_PAGE = 30


@require_safe
@trust_view(needs=Permission.SEE_REVIEWS)
def reviews(request: TrustRequest) -> HttpResponse:
    """Those this person may read, the latest first; and for who proposes them, where to begin."""
    page = Paginator(readable_reviews(request.access), A_PAGE).get_page(request.GET.get("page"))
    may = where_may(request.access, Permission.RUN_REVIEWS, "pk")
    schools = School.objects.on(timezone.localdate()).filter(may) if request.access.may(Permission.RUN_REVIEWS) else []
    lines = [{"review": one, "label": called(one), "chip": CHIPS[one.state]} for one in page]
    own = request.access.school_ids
    may_ask = bool(own) and request.access.may(Permission.ANSWER_REVIEWS)
    asked = readable_wishes(request.access).filter(state="asked")
    wishes = list(asked[:A_PAGE]) if request.access.may(Permission.RUN_REVIEWS) else []
    context = {"lines": lines, "page": page, "schools": schools, "own": min(own) if own else None}
    context |= {"may_ask": may_ask, "wishes": wish_lines(wishes)}
    return render(request, "reviews/reviews.html", context)


@require_safe
@trust_view(needs=Permission.SEE_REVIEWS)
def review(request: TrustRequest, pk: int) -> HttpResponse:
    """One review, as far as this person may read it."""
    return review_page(request, review_for(request, pk))


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.RUN_REVIEWS)
def review_new(request: TrustRequest, school_id: int) -> HttpResponse:
    """Propose a review of a school."""
    school = get_object_or_404(School.objects.visible_to(request.access), pk=school_id)
    request.access.require(Permission.RUN_REVIEWS, school.pk)
    version = request.followed.by(school, timezone.localdate())
    if version is None:
        raise Http404
    kinds = kinds_of(version.strategy)
    wish = _wish(request, school)
    form = ProposeForm(
        request.POST if request.method == "POST" else None,
        initial=ProposeForm.wished(wish) if wish else {},
        kinds=[(one.key, one.label) for one in kinds],
        entitlements=_entitlements(version.strategy, school),
    )
    made: list[Review] = []

    def propose(data: dict[str, Any]) -> None:
        by, terms = request.access.membership, ProposeForm.terms(data)
        if wish is not None:
            made.append(propose_wished(wish, by=by, kind=data["kind"], terms=terms))
        else:
            made.append(propose_review(school, version, by=by, kind=data["kind"], terms=terms))

    if request.method == "POST" and accepted(form, propose):
        messages.success(request, "Proposed. Put the team together, then sign; the school signs for its side.")
        return to_review(request, made[0])
    context = {"school": school, "form": form, "kinds": kinds}
    return render(request, "reviews/propose.html", context, status=422 if form.errors else 200)


def _wish(request: TrustRequest, school: School) -> ReviewWish | None:
    """What the school asked for, where it is this that is proposed. At most one query."""
    asked = whole(request.GET.get("wish", ""))
    rows = readable_wishes(request.access).filter(school=school, state="asked")
    return rows.filter(pk=asked).first() if asked is not None else None


def _entitlements(strategy: Strategy, school: School) -> list[tuple[str, str]]:
    levels = levels_of([school]).get(school.pk, {})
    return [(one.key, one.label) for one in to_draw_on(strategy, levels)]


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.RUN_REVIEWS)
def review_terms(request: TrustRequest, pk: int) -> HttpResponse:
    """Change the terms before both sides have signed."""
    found = review_for(request, pk)
    require(part_of(request.access, found).runs, Permission.RUN_REVIEWS)
    if request.method == "GET" and not found.is_proposed:
        return to_review(request, found)
    listed = _entitlements(found.strategy_version.strategy, found.school)
    data = request.POST if request.method == "POST" else None
    form = TermsForm(data, entitlements=listed, initial=TermsForm.of(found))
    me = request.access.membership
    if data is not None and accepted(form, lambda data: change_terms(found, by=me, terms=TermsForm.terms(data))):
        messages.success(request, "The terms are changed. Both sides sign them anew.")
        return to_review(request, found)
    context = {"review": found, "label": called(found), "school": found.school, "form": form}
    return render(request, "reviews/propose.html", context, status=422 if form.errors else 200)


@require_POST
@trust_view(needs=Permission.SEE_REVIEWS)
def review_sign(request: TrustRequest, pk: int) -> HttpResponse:
    """Sign for the side this person acts for."""
    found = review_for(request, pk)
    part = part_of(request.access, found)
    require(part.runs or part.answers, Permission.ANSWER_REVIEWS)
    try:
        side, read = TRUST if part.runs else SCHOOL, request.POST.get("read", "")
        signed = sign_review(found, side, by=request.access.membership, read=read)
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
    else:
        both = signed.state == Review.State.AGREED
        messages.success(request, "Signed. Both sides have agreed." if both else "Signed. The other side signs next.")
    return to_review(request, found)


@require_POST
@trust_view(needs=Permission.RUN_REVIEWS)
def review_withdraw(request: TrustRequest, pk: int) -> HttpResponse:
    """Call it off, with a reason."""
    found = review_for(request, pk)
    require(part_of(request.access, found).runs, Permission.RUN_REVIEWS)
    form = ReasonForm(request.POST, prefix="withdraw")
    if accepted(form, lambda data: withdraw_review(found, by=request.access.membership, reason=data["reason"])):
        messages.success(request, "Withdrawn. It stays on record and counts for nothing.")
        return to_review(request, found)
    return review_page(request, found, status=422, withdraw_form=form, wrong=form)


@require_POST
@trust_view(needs=Permission.RUN_REVIEWS)
def review_team(request: TrustRequest, pk: int) -> HttpResponse:
    """Put somebody on the team."""
    found = review_for(request, pk)
    require(part_of(request.access, found).runs, Permission.RUN_REVIEWS)
    form = MemberForm(request.POST, prefix="member", people=could_work_on(found))
    me = request.access.membership
    if accepted(form, lambda data: add_member(found, data.pop("person"), by=me, **data)):
        messages.success(request, "On the team.")
        return redirect(address("review", found, request.trust.slug) + "#team")
    return review_page(request, found, status=422, member_form=form, wrong=form)


@require_POST
@trust_view(needs=Permission.RUN_REVIEWS)
def review_leave(request: TrustRequest, pk: int, member_id: int) -> HttpResponse:
    """Take somebody off the team."""
    found = review_for(request, pk)
    require(part_of(request.access, found).runs, Permission.RUN_REVIEWS)
    rows = ReviewMember.objects.select_related("review", "membership__user")
    try:
        remove_member(get_object_or_404(rows, pk=member_id, review=found), by=request.access.membership)
    except ValidationError as refused:
        messages.warning(request, refused.messages[0])
    return redirect(address("review", found, request.trust.slug) + "#team")
