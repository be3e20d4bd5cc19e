"""What of a school's judgements a person may see: one set of rules for pages, reports' links and the API.

Each rule is a condition on rows; `Sight` is the same for one school.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from categorisation.models import Assessment
from schools.access import ROLES, Access, Permission, where_may
from schools.models import Trust

PREPARING = (Permission.MODERATE, Permission.DECIDE, Permission.RUN_MEETINGS)
"""Whoever may do one of these prepares the meeting, and so sees what is proposed."""


def of_matrices(access: Access, prefix: str = "") -> Q:
    """Drafts are the school's; a submitted or returned one is the moderator's too; an agreed one is everybody's."""
    school, state = f"{prefix}school", f"{prefix}state"
    open_to = where_may(access, Permission.RATE, school) | Q(**{state: Assessment.State.AGREED})
    open_to |= where_may(access, Permission.MODERATE, school) & ~Q(**{state: Assessment.State.DRAFT})
    return where_may(access, Permission.SEE_MATRIX, school) & open_to


def prepares_meetings(access: Access, school_id: int | None = None) -> bool:
    """Whether this person prepares the trust's meetings, or has a hand in what is proposed for this school."""
    return any(access.may(permission, school_id) for permission in PREPARING)


def may_see_proposals(access: Access, trust: Trust, school_id: int | None = None) -> bool:
    """Those who prepare the meeting; those who send a matrix where the trust says so."""
    heads = trust.heads_see_proposals and access.may(Permission.SUBMIT, school_id)
    return heads or prepares_meetings(access, school_id)


def of_proposals(access: Access, trust: Trust) -> Q:
    """The same, school by school."""
    school = "assessment__school"
    shown = where_may(access, Permission.SUBMIT, school) if trust.heads_see_proposals else Q(pk__in=())
    for permission in PREPARING:
        shown |= where_may(access, permission, school)
    return where_may(access, Permission.SEE_DECISIONS, school) & shown


def learns_at_once(access: Access) -> bool:
    """Trust-wide roles learn of a decision when it is made, the school when it is told."""
    return any(ROLES[role].whole_trust and Permission.SEE_DECISIONS in ROLES[role].allows for role, _ in access.roles)


def of_decisions(access: Access, now: datetime) -> Q:
    """Decisions this person has learnt of."""
    told = Q() if learns_at_once(access) else Q(tell_at__lte=now)
    return where_may(access, Permission.SEE_DECISIONS) & told


@dataclass(frozen=True)
class Sight:
    """What one person sees of one school."""

    matrix: bool
    follows: bool  # a matrix on its way, from submission on
    decisions: bool
    untold: bool
    proposals: bool


def sight_of(access: Access, trust: Trust, school_id: int) -> Sight:
    """What this person sees of one school."""
    decisions = access.may(Permission.SEE_DECISIONS, school_id)
    return Sight(
        matrix=access.may(Permission.SEE_MATRIX, school_id),
        follows=access.may(Permission.RATE, school_id) or access.may(Permission.MODERATE, school_id),
        decisions=decisions,
        untold=decisions and learns_at_once(access),
        proposals=decisions and may_see_proposals(access, trust, school_id),
    )
