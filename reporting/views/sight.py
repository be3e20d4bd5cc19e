"""What of a school's judgements one person may see."""

from __future__ import annotations

from dataclasses import dataclass

from schools.access import Permission, TrustRequest

PREPARING = (Permission.MODERATE, Permission.DECIDE, Permission.RUN_MEETINGS)
"""Whoever may do one of these prepares the meeting, and so sees what is proposed."""


@dataclass(frozen=True)
class Sight:
    """For one school. Trust-wide roles learn of a decision at once, the school when it is told."""

    matrix: bool
    drafts: bool
    decisions: bool
    untold: bool
    proposals: bool


def sees_proposals(request: TrustRequest) -> bool:
    """Whether this person prepares meetings of the trust."""
    return any(request.access.may(permission) for permission in PREPARING)


def sight_of(request: TrustRequest, school_id: int) -> Sight:
    """What this person sees of one school. A head sees a proposal before the meeting where the trust says so."""
    access = request.access
    prepares = any(access.may(permission, school_id) for permission in PREPARING)
    leads = access.may(Permission.SUBMIT, school_id)
    decisions = access.may(Permission.SEE_DECISIONS, school_id)
    return Sight(
        matrix=access.may(Permission.SEE_MATRIX, school_id),
        drafts=access.may(Permission.RATE, school_id) or access.may(Permission.MODERATE, school_id),
        decisions=decisions,
        untold=decisions and access.whole_trust,
        proposals=decisions and (prepares or (leads and request.trust.heads_see_proposals)),
    )
