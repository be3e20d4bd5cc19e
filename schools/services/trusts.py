"""Starting a trust and changing its settings."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from schools.audit import record_act
from schools.models import Invitation, Membership, RoleGrant, Trust, User
from schools.rules import LEAST_CONTRAST, academic_year, accent_contrast
from schools.services.calendar import set_year, usual_dates
from schools.services.invitations import invite_person, resend_invitation
from schools.strategy import Role
from schools.tenancy import trust_scope

LABELS = {
    "accent": "colour",
    "small_number_threshold": "small numbers",
    "heads_see_proposals": "heads see proposals",
    "news_hour": "hour of news",
}


def create_trust(name: str, *, slug: str, group_uid: str = "", by_operator: User | None) -> Trust:
    """Start a trust, with the usual term dates of this academic year and nobody in it: invite its administrator next.

    `by_operator` is None on the command line.
    """
    if Trust.objects.filter(slug=slug).exists():
        raise ValidationError({"slug": "Another trust has this address already."})
    trust = Trust.objects.create(name=name, slug=slug, group_uid=group_uid)
    with trust_scope(trust):
        who = by_operator.email if by_operator else "the command line"
        record_act("trust.created", trust, by=None, after=name, why=f"By the installation operator, {who}.")
        year = academic_year(timezone.localdate())
        set_year(year, usual_dates(year), by=None)
    return trust


def invite_first_administrator(trust: Trust, *, email: str, name: str) -> str:
    """Invite the administrator of a trust that has none; every later one is invited from inside. Returns the link."""
    with trust_scope(trust):
        if RoleGrant.objects.current().filter(role=Role.ADMIN).exists():
            raise ValidationError(f"{trust} has an administrator, who invites the others.")
        return invite_person(email, name=name, role=Role.ADMIN, by=None)[1]


def resend_first_invitation(trust: Trust, invitation_id: int) -> str:
    """Send the operator's own invitation again. Those of the trust are out of the operator's reach."""
    with trust_scope(trust):
        return resend_invitation(Invitation.objects.get(pk=invitation_id, invited_by=None), by=None)


def change_settings(trust: Trust, *, by: Membership, **values: Any) -> Trust:
    """Change the open trust's settings. Refuses an accent that cannot be read on white and on paper."""
    if "accent" in values and accent_contrast(values["accent"]) < LEAST_CONTRAST:
        raise ValidationError(
            {"accent": f"This colour's contrast is {accent_contrast(values['accent'])} to 1; give one of 4.5 or more."}
        )
    changed = [field for field in LABELS if field in values and getattr(trust, field) != values[field]]
    if not changed:
        return trust
    before, after = _listed(trust, changed), _listed(values, changed)
    record_act("trust.settings_changed", trust, by=by, before=before, after=after)
    for field in changed:
        setattr(trust, field, values[field])
    trust.save(update_fields=changed)
    return trust


def _listed(of: Trust | dict[str, Any], fields: list[str]) -> str:
    words = {True: "yes", False: "no"}
    values = [of[field] if isinstance(of, dict) else getattr(of, field) for field in fields]
    shown = (words[value] if isinstance(value, bool) else value for value in values)
    return ", ".join(f"{LABELS[field]} {value}" for field, value in zip(fields, shown, strict=True))
