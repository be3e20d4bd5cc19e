"""Reviews from the menu, which a school asked for: the trust answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from reviews.forms.reviews import ReasonForm
from reviews.queries.wishes import readable_wishes
from reviews.rules.kinds import on_menu
from reviews.services.wishes import decline_wish
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted

P = Permission


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
    criterion = wish.strategy_version.strategy.criterion_by_key.get(wish.criterion)
    context = {"wish": wish, "label": label, "form": form, "serves": criterion.label if criterion else ""}
    return render(request, "reviews/wish.html", context, status=422 if form.errors else 200)
