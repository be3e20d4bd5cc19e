"""Starting a trust and changing its settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from schools.audit import record_act, require_unchanged
from schools.models import HeadsSee, Invitation, Membership, RoleGrant, Trust, User
from schools.rules import academic_year, accent_fault, humane_time
from schools.services.calendar import set_year, usual_dates
from schools.services.invitations import invite_person, resend_invitation
from schools.services.notices import tell
from schools.strategy import Role
from schools.tenancy import trust_scope

AFTER_SETTINGS: list[Callable[[Trust, list[str]], None]] = []
"""What other apps do when settings of the open trust have changed; each is told which."""

LABELS = {
    "accent": "colour",
    "small_number_threshold": "small numbers",
    "heads_see_proposals": "heads see proposals",
    "heads_see_others": "heads see other schools",
    "news_hour": "hour of news",
    "photos_of_work": "photographs of work",
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
        record_act("trust.created", trust, by=None, why=f"By the installation operator, {who}.")
        year = academic_year(timezone.localdate())
        set_year(year, usual_dates(year), by=None)
    return trust


def invite_administrator(trust: Trust, *, email: str, name: str, by_operator: User | None, why: str = "") -> str:
    """Invite an administrator into a trust from outside. Returns the link.

    One that has an administrator already is given the reason in its record, and those who run it are told: it is
    the way back in when nobody there can sign in, and nothing to be done unseen.
    """
    who = by_operator.email if by_operator else "the command line"
    with trust_scope(trust):
        if has_administrator() and not why.strip():
            raise ValidationError({"why": f"{trust} has an administrator. Say why another is invited from outside."})
        said = f"By the installation operator, {who}. {why.strip()}".strip()
        link = invite_person(email, name=name, role=Role.ADMIN, by=None, why=said)[1]
        _tell_of_administrator(trust, name, said)
    return link


def has_administrator() -> bool:
    """Whether somebody in the open trust is its administrator now."""
    return RoleGrant.objects.current().filter(role=Role.ADMIN).exists()


def _tell_of_administrator(trust: Trust, name: str, said: str) -> None:
    runs = RoleGrant.objects.current().filter(role__in=(Role.ADMIN, Role.CEO))
    when = humane_time(timezone.now(), hour=trust.news_hour)
    for person in Membership.objects.filter(grants__in=runs).distinct():
        tell(
            person,
            subject=f"{name} was invited as trust administrator from outside the trust",
            body=f"{said} If nobody in the trust asked for it, withdraw the invitation under People.",
            path=f"/t/{trust.slug}/",
            not_before=when,
        )


def resend_first_invitation(trust: Trust, invitation_id: int) -> str:
    """Send the operator's own invitation again. Those of the trust are out of the operator's reach."""
    with trust_scope(trust):
        return resend_invitation(Invitation.objects.get(pk=invitation_id, invited_by=None), by=None)


def change_settings(trust: Trust, *, by: Membership, seen: int | None = None, **values: Any) -> Trust:
    """Change the open trust's settings. Refuses an accent that cannot be read on white and on paper.

    `seen` is the last change on record when they were read: refused where there is a later one.
    """
    if "accent" in values and (fault := accent_fault(values["accent"])):
        raise ValidationError({"accent": fault})
    require_unchanged("trust.settings_changed", seen)
    trust.refresh_from_db()
    changed = [field for field in LABELS if field in values and getattr(trust, field) != values[field]]
    if not changed:
        return trust
    before, after = _listed(trust, changed), _listed(values, changed)
    record_act("trust.settings_changed", trust, by=by, before=before, after=after)
    for field in changed:
        setattr(trust, field, values[field])
    trust.save(update_fields=changed)
    for act in AFTER_SETTINGS:
        act(trust, changed)
    return trust


def _listed(of: Trust | dict[str, Any], fields: list[str]) -> str:
    words = {True: "yes", False: "no", HeadsSee.UNNAMED: "without names", HeadsSee.NAMED: "with names"}
    values = [of[field] if isinstance(of, dict) else getattr(of, field) for field in fields]
    shown = (words.get(value, value) if isinstance(value, bool | str) else value for value in values)
    return ", ".join(f"{LABELS[field]} {value}" for field, value in zip(fields, shown, strict=True))
