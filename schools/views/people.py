"""People of a trust: who is here, in which roles, and who has been invited."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from schools.access import ROLES, Permission, TrustRequest, trust_view
from schools.forms import accepted
from schools.forms.people import GrantForm, InviteForm, WhyForm
from schools.models import AuditEntry, Invitation, Membership, RoleGrant
from schools.queries import people_of_trust
from schools.services.invitations import invite_person, resend_invitation, withdraw_invitation
from schools.services.people import end_membership, end_role, grant_role
from schools.views import page


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.MANAGE_PEOPLE)
def people(request: TrustRequest) -> HttpResponse:
    """Everybody in the trust, and the form that invites somebody new."""
    form, me = InviteForm(request.POST or None), request.access.membership
    if request.method == "POST" and accepted(form, lambda data: invite_person(**data, by=me)):
        messages.success(request, f"{form.cleaned_data['name']} is invited. The link is open for 14 days.")
        return redirect("people", trust=request.trust.slug)
    left = "left" in request.GET
    now = timezone.now()
    found = Invitation.objects.filter(accepted_at=None, withdrawn_at=None).select_related("school").order_by("name")
    waiting = [(each, ROLES[each.role].label, each.state(now)) for each in found if each.role in ROLES]
    return page(
        request,
        "schools/people_page.html",
        form=form,
        left=left,
        people=[(member, _roles(member.roles_now)) for member in people_of_trust(left=left)],  # type: ignore[attr-defined]
        invitations=waiting,
        unsent=[each for each, _, state in waiting if each.mailed_at is None and state == "open"],
    )


def _roles(grants: list[RoleGrant]) -> list[tuple[RoleGrant, str]]:
    return [(grant, ROLES[grant.role].label) for grant in grants if grant.role in ROLES]


@require_http_methods(["GET", "POST"])
@trust_view(needs=Permission.MANAGE_PEOPLE)
def person(request: TrustRequest, pk: int) -> HttpResponse:
    """One person's roles, with the form that grants another."""
    member = get_object_or_404(Membership.objects.select_related("user"), pk=pk)
    form, me = GrantForm(request.POST or None), request.access.membership
    if request.method == "POST" and accepted(form, lambda data: grant_role(member, **data, by=me)):
        messages.success(request, f"{member} is now {ROLES[form.cleaned_data['role']].label}.")
        return redirect("person", trust=request.trust.slug, pk=pk)
    grants = list(RoleGrant.objects.filter(membership=member).select_related("school").order_by("-granted_at"))
    history = AuditEntry.objects.filter(about="schools.membership", about_id=pk).select_related("by__user")
    return page(
        request,
        "schools/person_page.html",
        member=member,
        form=form,
        leave_form=WhyForm(prefix="leave"),
        is_me=member.pk == me.pk,
        now_held=_roles([grant for grant in grants if grant.ended_at is None and member.ended_at is None]),
        history=history[:50],
    )


@require_POST
@trust_view(needs=Permission.MANAGE_PEOPLE)
def role_end(request: TrustRequest, pk: int) -> HttpResponse:
    """End one role."""
    grant = get_object_or_404(RoleGrant.objects.select_related("membership__user", "school"), pk=pk)
    form = WhyForm(request.POST)
    if accepted(form, lambda data: end_role(grant, by=request.access.membership, **data)):
        messages.success(request, f"{grant.membership} no longer has this role.")
    else:
        messages.error(request, form.refusal())
    return redirect("person", trust=request.trust.slug, pk=grant.membership_id)


@require_POST
@trust_view(needs=Permission.MANAGE_PEOPLE)
def person_end(request: TrustRequest, pk: int) -> HttpResponse:
    """Let a person leave the trust."""
    member = get_object_or_404(Membership.objects.select_related("user"), pk=pk)
    form = WhyForm(request.POST, prefix="leave")
    if not accepted(form, lambda data: end_membership(member, by=request.access.membership, **data)):
        messages.error(request, form.refusal())
        return redirect("person", trust=request.trust.slug, pk=pk)
    messages.success(request, f"{member} has left the trust. What they wrote stays with the schools.")
    return redirect("people", trust=request.trust.slug)


@require_POST
@trust_view(needs=Permission.MANAGE_PEOPLE)
def invitation_act(request: TrustRequest, pk: int) -> HttpResponse:
    """Send an invitation again, or withdraw it."""
    invitation = get_object_or_404(Invitation, pk=pk)
    by = request.access.membership
    try:
        if request.POST.get("act") == "withdraw":
            withdraw_invitation(invitation, by=by)
            messages.success(request, f"The invitation to {invitation} is withdrawn.")
        else:
            resend_invitation(invitation, by=by)
            messages.success(request, f"{invitation} has a new link. The earlier one no longer works.")
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("people", trust=request.trust.slug)
