"""Inviting people. The link holds a secret of which only a hash is kept, and works once within fourteen days."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from schools.audit import record_act
from schools.models import Invitation, InvitationKey, Membership, RoleGrant, School, Trust, User
from schools.services.people import check_role, held, role_words, tell_chief_executives
from schools.sign_in import hash_of
from schools.tenancy import trust_scope

LASTS = timedelta(days=14)

CLOSED = {
    "accepted": "This invitation has been accepted already. Sign in with your email address and password.",
    "withdrawn": "This invitation was withdrawn. Ask the trust's administrator for a new one.",
    "expired": "This invitation has expired after fourteen days. Ask the trust's administrator for a new one.",
    "unknown": "This invitation is not known. The link may be incomplete, or a newer one was sent in its place.",
}
"""What a person is told who opens a link that no longer works."""


def invite_person(
    email: str, *, name: str, role: str, by: Membership | None, school: School | None = None, why: str = ""
) -> tuple[Invitation, str]:
    """Offer a role in the open trust to an email address and send the link. Returns the invitation and the link.

    `by` is None when the installation operator invites an administrator.
    """
    email = email.strip().lower()
    _check_invitation(email, role, school, by)
    words = role_words(role, school)
    record_act("person.invited", Invitation, label=name, by=by, school=school, after=words, why=why)
    invitation = Invitation.objects.create(
        email=email, name=name, role=role, school=school, invited_by=by, expires_at=timezone.now() + LASTS
    )
    return invitation, _send(invitation)


def _check_invitation(email: str, role: str, school: School | None, by: Membership | None) -> None:
    check_role(role, school)
    user = User.objects.filter(email=email).first()
    if user is None:
        return
    if by is not None and by.user_id == user.pk:
        raise ValidationError({"email": "Nobody grants a role to themselves. Ask another trust administrator."})
    if user.is_operator:
        raise ValidationError({"email": "This person runs the installation and stays outside every trust."})
    member = Membership.objects.filter(user=user, ended_at=None).first()
    if member is not None and held(member, role, school):
        raise ValidationError({"email": f"{member} holds this role already."})


def resend_invitation(invitation: Invitation, *, by: Membership | None) -> str:
    """Send a new link, good for another fourteen days. The old one stops working."""
    if invitation.state(timezone.now()) not in {"open", "expired"}:
        raise ValidationError("This invitation is closed. Send a new one instead.")
    words = role_words(invitation.role, invitation.school)
    record_act("invitation.sent_again", invitation, by=by, school=invitation.school, after=words)
    InvitationKey.objects.filter(trust=invitation.trust_id, invitation_id=invitation.pk).delete()
    invitation.expires_at, invitation.mailed_at = timezone.now() + LASTS, None
    invitation.save(update_fields=["expires_at", "mailed_at"])
    return _send(invitation)


def withdraw_invitation(invitation: Invitation, *, by: Membership | None) -> None:
    """Close an invitation that nobody has accepted."""
    if invitation.accepted_at is not None:
        raise ValidationError(f"{invitation} has accepted already. End the role instead.")
    record_act("invitation.withdrawn", invitation, by=by, school=invitation.school)
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])


def _send(invitation: Invitation) -> str:
    secret = secrets.token_urlsafe(32)
    InvitationKey.objects.create(
        token_hash=hash_of(secret),
        trust=invitation.trust,
        invitation_id=invitation.pk,
        expires_at=invitation.expires_at,
    )
    link = settings.SITE_URL + reverse("invitation", args=[secret])
    about = {
        "invitation": invitation,
        "trust": invitation.trust,
        "by": invitation.invited_by,
        "link": link,
        "role_words": role_words(invitation.role, invitation.school),
    }
    text = render_to_string("schools/mail/invitation.txt", about)
    transaction.on_commit(lambda: _mail(invitation, text), robust=True)
    return link


def _mail(invitation: Invitation, text: str) -> None:
    """Send it, and note that it went out. When this fails the failure is logged, and pages offer to send it again."""
    send_mail(f"Your invitation to {invitation.trust.name}", text, None, [invitation.email])
    with trust_scope(invitation.trust):
        Invitation.objects.filter(pk=invitation.pk).update(mailed_at=timezone.now())


@dataclass(frozen=True)
class Offer:
    """What a link offers, as the person who opens it may know it."""

    trust: Trust
    email: str
    name: str
    role_words: str
    state: str  # of the invitation: open, accepted, withdrawn, expired
    has_account: bool  # somebody with this address can sign in with a password


def offer_behind(secret: str) -> Offer | None:
    """The offer a link leads to, or None. Opens the trust, as nobody who follows a link belongs to it yet."""
    key = InvitationKey.objects.filter(token_hash=hash_of(secret)).select_related("trust").first()
    if key is None:
        return None
    with trust_scope(key.trust):
        invitation = Invitation.objects.select_related("school").get(pk=key.invitation_id)
        user = User.objects.filter(email=invitation.email).first()
        return Offer(
            trust=key.trust,
            email=invitation.email,
            name=invitation.name,
            role_words=role_words(invitation.role, invitation.school),
            state=invitation.state(timezone.now()),
            has_account=user is not None and user.has_usable_password(),
        )


def accept_invitation(secret: str, *, user: User | None = None, password: str = "") -> tuple[User, Trust]:
    """Take up the role a link offers, as the person signed in or, new here, with the password they choose."""
    key = InvitationKey.objects.filter(token_hash=hash_of(secret)).select_related("trust").first()
    if key is None:
        raise ValidationError(CLOSED["unknown"])
    with trust_scope(key.trust):
        invitation = Invitation.objects.select_for_update().get(pk=key.invitation_id)
        state = invitation.state(timezone.now())
        if state != "open":
            raise ValidationError(CLOSED[state])
        _join(invitation, _person(invitation, user, password))
        return User.objects.get(email=invitation.email), key.trust


def _person(invitation: Invitation, user: User | None, password: str) -> User:
    """The person signed in, when the offer is theirs; else the one who now chooses a password."""
    if user is None:
        user = User.objects.filter(email=invitation.email).first() or User(email=invitation.email, name=invitation.name)
        if user.has_usable_password() and user.pk is not None:
            raise ValidationError("You have an account already. Sign in to accept.")
        validate_password(password, user)
        user.set_password(password)
    if user.email != invitation.email:
        raise ValidationError("This invitation was sent to another address. Sign out, then open the link again.")
    if user.is_operator or not user.is_active:
        raise ValidationError("This account cannot join a trust.")
    return user


def _join(invitation: Invitation, user: User) -> None:
    membership = Membership.objects.filter(user=user).first() if user.pk else None
    if membership is not None and membership.pk == invitation.invited_by_id:
        raise ValidationError("Nobody grants a role to themselves. Ask another trust administrator.")
    school, words = invitation.school, role_words(invitation.role, invitation.school)
    record_act("invitation.accepted", invitation, by=membership, school=school, after=words)
    user.save()
    membership = membership or Membership.objects.create(user=user)
    if membership.ended_at is not None:
        membership.ended_at = None
        membership.save(update_fields=["ended_at"])
    if not held(membership, invitation.role, school):
        grant = RoleGrant.objects.create(
            membership=membership, role=invitation.role, school=school, granted_by=invitation.invited_by
        )
        tell_chief_executives(grant)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
