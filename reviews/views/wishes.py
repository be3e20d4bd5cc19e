"""Reviews from the menu: a school asks, the trust answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from reviews.forms.reviews import ReasonForm
from reviews.forms.wishes import WishForm
from reviews.queries.wishes import readable_wishes, wish_lines
from reviews.rules.kinds import offered, on_menu
from reviews.services.wishes import ask_for_review, decline_wish
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted
from schools.models import School
from schools.queries import strategy_of

P = Permission


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.ANSWER_REVIEWS)
def review_ask(request: TrustRequest, school_id: int) -> HttpResponse:
    """Ask for a review from the menu, and see what was asked for before."""
    school = get_object_or_404(School.objects.visible_to(request.access), pk=school_id)
    request.access.require(P.ANSWER_REVIEWS, school.pk)
    version = strategy_of(school, timezone.localdate())
    if version is None:
        raise Http404
    items = offered(version.strategy)
    form = WishForm(request.POST if request.method == "POST" else None, items=[(one.key, one.label) for one in items])
    me = request.access.membership
    if request.method == "POST" and accepted(form, lambda data: ask_for_review(school, version, by=me, **data)):
        messages.success(request, "Asked. The trust proposes the review, or says why not.")
        return redirect("review_ask", trust=request.trust.slug, school_id=school.pk)
    lines = wish_lines(readable_wishes(request.access).filter(school=school))
    context = {"school": school, "form": form, "items": items, "lines": lines}
    return render(request, "reviews/ask.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@trust_view(needs=P.RUN_REVIEWS)
def review_wish(request: TrustRequest, pk: int) -> HttpResponse:
    """What a school asks for: propose it, or decline with a reason."""
    wish = get_object_or_404(readable_wishes(request.access), pk=pk)
    request.access.require(P.RUN_REVIEWS, wish.school_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    me = request.access.membership
    if request.method == "POST" and accepted(form, lambda data: decline_wish(wish, by=me, reason=data["reason"])):
        messages.success(request, "The school reads your answer in the morning.")
        return redirect("reviews", trust=request.trust.slug)
    label = on_menu(wish.strategy_version.strategy, wish.item)
    context = {"wish": wish, "label": label, "form": form}
    return render(request, "reviews/wish.html", context, status=422 if form.errors else 200)
