"""A person's own account in a trust: their roles, their tokens, and the way to password and second factor."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from schools.access import ROLES, Permission, TrustRequest, trust_view
from schools.forms import accepted
from schools.forms.people import TokenForm
from schools.models import ApiToken, School
from schools.services.tokens import create_token, end_token
from schools.views import page


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.BELONG)
def account(request: TrustRequest) -> HttpResponse:
    """My roles and tokens. The answer to a new token shows its secret, this once."""
    form, me, secrets = TokenForm(request.POST or None), request.access.membership, []
    if request.method == "POST" and accepted(form, lambda data: secrets.append(create_token(**data, by=me))):
        form = TokenForm()
    schools = School.objects.in_bulk(list(request.access.school_ids))
    roles = [(ROLES[role].label, schools.get(school)) for role, school in request.access.roles]
    tokens = ApiToken.objects.filter(user=request.user, trust=request.trust, use=ApiToken.Use.API, ended_at=None)
    tokens = tokens.order_by("-created_at")
    return page(
        request,
        "schools/account_page.html",
        form=form,
        new=secrets[0] if secrets else None,
        roles=roles,
        tokens=tokens,
        now=timezone.now(),
    )


@require_POST
@trust_view(needs=Permission.BELONG)
def token_end(request: TrustRequest, pk: int) -> HttpResponse:
    """End one of my tokens."""
    token = get_object_or_404(ApiToken, pk=pk, user=request.user, trust=request.trust)
    end_token(token, by=request.access.membership)
    messages.success(request, f"The token “{token.name}” no longer works.")
    return redirect("account", trust=request.trust.slug)
