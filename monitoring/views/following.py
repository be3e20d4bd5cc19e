"""The page on which the committee records what it found of the actions of a health check."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from monitoring.forms.following import FollowUpForm
from monitoring.queries.visits import actions_of, committee_of, form_of, may_follow_up
from monitoring.services import follow_up
from monitoring.views.writing import address, visit_for
from schools.access import Permission, TrustRequest, trust_view
from schools.forms import accepted


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.FOLLOW_UP)
def visit_follow_up(request: TrustRequest, pk: int) -> HttpResponse:
    """Action by action: what the committee found on its day, and whether it closes the matter."""
    found = visit_for(request, pk)
    links = actions_of(found)
    if not may_follow_up(request.access, found, links):
        raise Http404
    back, by = redirect(address("visit", found, request.trust.slug)), request.access.membership
    form = FollowUpForm(
        request.POST if request.method == "POST" else None, links=links, initial={"on": timezone.localdate()}
    )
    if not form.waiting:
        messages.info(request, "The committee has followed up every action.")
        return back
    if request.method == "POST" and accepted(
        form, lambda data: follow_up(found, by=by, on=data["on"], found=form.found())
    ):
        messages.success(request, "What the committee found is on record.")
        return back
    context = {
        "visit": found,
        "definition": form_of(found),
        "committee": committee_of(found),
        "form": form,
        "today": timezone.localdate(),
    }
    return render(request, "monitoring/follow_up.html", context, status=422 if form.errors else 200)
