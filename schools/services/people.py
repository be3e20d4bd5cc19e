"""Who holds which role. Nobody grants one to themselves, and a trust always keeps an administrator."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils import timezone

from schools.access import ROLES
from schools.audit import record_act
from schools.models import ApiToken, Membership, RoleGrant, School
from schools.rules import humane_time
from schools.services.notices import tell
from schools.strategy import Role


def role_words(role: str, school: School | None) -> str:
    """For example “Headteacher of Dunmere Primary”."""
    return f"{ROLES[role].label} of {school.name}" if school else ROLES[role].label


def check_role(role: str, school: School | None) -> None:
    """Refuse a role there is not, one without the school it needs, and a school for a role of the whole trust."""
    if role not in ROLES:
        raise ValidationError({"role": "Choose a role from the list."})
    if ROLES[role].whole_trust and school is not None:
        raise ValidationError({"school": f"{ROLES[role].label} is a role for the whole trust. Leave the school empty."})
    if not ROLES[role].whole_trust and school is None:
        raise ValidationError({"school": f"Choose the school this person is {ROLES[role].label.lower()} of."})


def grant_role(
    membership: Membership, role: str, *, by: Membership, school: School | None = None, why: str = ""
) -> RoleGrant:
    """Give a member of the open trust a role, from now on."""
    check_role(role, school)
    if by.pk == membership.pk:
        raise ValidationError("Nobody grants a role to themselves. Ask another trust administrator.")
    if membership.ended_at is not None:
        raise ValidationError(f"{membership} has left the trust. Send a new invitation instead.")
    if held(membership, role, school):
        raise ValidationError(f"{membership} holds this role already.")
    record_act("role.granted", membership, by=by, school=school, after=role_words(role, school), why=why)
    grant = RoleGrant.objects.create(membership=membership, role=role, school=school, granted_by=by)
    tell_chief_executives(grant)
    return grant


def held(membership: Membership, role: str, school: School | None) -> bool:
    """Whether this member holds the role now."""
    return RoleGrant.objects.current().filter(membership=membership, role=role, school=school).exists()


def tell_chief_executives(grant: RoleGrant) -> None:
    """News for every chief executive but the person concerned, when a role that concerns them is granted."""
    if not ROLES[grant.role].tells_ceo:
        return
    words = role_words(grant.role, grant.school)
    chiefs = Membership.objects.filter(grants__in=RoleGrant.objects.current().filter(role=Role.CEO)).distinct()
    when = humane_time(timezone.now(), hour=grant.trust.news_hour)
    for chief in chiefs.exclude(pk=grant.membership_id):
        tell(
            chief,
            subject=f"{grant.membership} is now {words}",
            body=f"The role was given by {grant.granted_by or 'the installation operator'}.",
            path=f"/t/{grant.trust.slug}/",
            not_before=when,
        )


def end_role(grant: RoleGrant, *, by: Membership, why: str = "") -> None:
    """End a role now. It stops working at the person's next request."""
    if grant.ended_at is not None:
        return
    if grant.role == Role.ADMIN:
        _keep_an_administrator(grant.membership)
    record_act(
        "role.ended", grant.membership, by=by, school=grant.school, before=role_words(grant.role, grant.school), why=why
    )
    grant.ended_at = timezone.now()
    grant.save(update_fields=["ended_at"])


def end_membership(membership: Membership, *, by: Membership, why: str = "") -> None:
    """Let a person leave the trust: their roles and API tokens end; what they wrote stays with the schools."""
    if membership.ended_at is not None:
        return
    _keep_an_administrator(membership)
    now = timezone.now()
    record_act("person.left", membership, by=by, why=why)
    RoleGrant.objects.filter(membership=membership, ended_at=None).update(ended_at=now)
    ApiToken.objects.filter(user=membership.user_id, trust=membership.trust_id, ended_at=None).update(ended_at=now)
    membership.ended_at = now
    membership.save(update_fields=["ended_at"])


def _keep_an_administrator(leaving: Membership) -> None:
    """Refuse when `leaving` is the only administrator. The rows are locked: two cannot end each other at once."""
    grants = RoleGrant.objects.current().filter(role=Role.ADMIN).select_for_update(of=("self",))
    if {grant.membership_id for grant in grants} == {leaving.pk}:
        raise ValidationError(f"{leaving} is the last trust administrator. Give the role to somebody else first.")
