"""The installation operator's pages: trusts and their first administrators, and nothing of what is inside a trust."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from schools.forms import accepted
from schools.forms.people import AdministratorForm, TrustForm
from schools.models import Invitation, Trust
from schools.services.register import holdings
from schools.services.trusts import create_trust, has_administrator, invite_administrator, resend_first_invitation
from schools.tenancy import trust_scope
from schools.views import operator_required, page


@require_safe
@operator_required
def operator(request: HttpRequest) -> HttpResponse:
    """Every trust of the installation, by name."""
    return page(request, "schools/operator_page.html", trusts=Trust.objects.all(), held=holdings())


@require_http_methods(["GET", "POST"])
@operator_required
def operator_new(request: HttpRequest) -> HttpResponse:
    """Create a trust and invite its first administrator."""
    form = TrustForm(request.POST or None)

    def start(data: dict[str, Any]) -> None:
        operator: Any = request.user
        trust = create_trust(data["name"], slug=data["slug"], group_uid=data["group_uid"], by_operator=operator)
        invite_administrator(trust, email=data["admin_email"], name=data["admin_name"], by_operator=operator)

    if request.method == "POST" and accepted(form, start):
        messages.success(request, f"The trust is made, and {form.cleaned_data['admin_name']} is invited.")
        return redirect("operator_trust", slug=form.cleaned_data["slug"])
    return page(request, "schools/operator_new_page.html", form=form)


@require_http_methods(["GET", "POST"])
@operator_required
def operator_trust(request: HttpRequest, slug: str) -> HttpResponse:
    """The operator's own invitations to one trust, and a new one. Of the trust only whether it has an administrator."""
    trust = get_object_or_404(Trust, slug=slug)
    operator: Any = request.user
    with trust_scope(trust):
        has_one = has_administrator()
    form = AdministratorForm(request.POST or None, has_one=has_one)
    if request.method == "POST" and accepted(
        form, lambda data: invite_administrator(trust, by_operator=operator, **data)
    ):
        messages.success(request, f"{form.cleaned_data['name']} is invited. The link is open for 14 days.")
        return redirect("operator_trust", slug=slug)
    now = timezone.now()
    with trust_scope(trust):
        sent = [(each, each.state(now)) for each in Invitation.objects.filter(invited_by=None).order_by("-invited_at")]
    invited = any(state == "open" for _, state in sent)
    known: dict[str, Any] = {"sent": sent, "has_one": has_one, "invited": invited}
    return page(request, "schools/operator_trust_page.html", subject=trust, form=form, **known)


@require_POST
@operator_required
def operator_resend(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Send the operator's own invitation again."""
    try:
        resend_first_invitation(get_object_or_404(Trust, slug=slug), pk)
        messages.success(request, "There is a new link. The earlier one no longer works.")
    except Invitation.DoesNotExist as missing:
        raise Http404 from missing
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("operator_trust", slug=slug)
