"""What of a school's judgements a person may see: one set of rules for pages, reports' links and the API.

Each rule is a condition on rows; `Sight` is the same for one school.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from categorisation.models import Assessment
from schools.access import ROLES, Access, Permission, where_may
from schools.models import Trust
from schools.strategy import Role


def of_matrices(access: Access, prefix: str = "") -> Q:
    """Drafts are the school's; a submitted or returned one is the moderator's too; an agreed one is everybody's."""
    school, state = f"{prefix}school", f"{prefix}state"
    open_to = where_may(access, Permission.RATE, school) | Q(**{state: Assessment.State.AGREED})
    open_to |= where_may(access, Permission.MODERATE, school) & ~Q(**{state: Assessment.State.DRAFT})
    return where_may(access, Permission.SEE_MATRIX, school) & open_to


TOLD = (Assessment.State.RETURNED, Assessment.State.AGREED)
"""The states in which the school reads what the moderator made of its ratings; until then it is work in progress."""


def moderates(access: Access, matrix: Assessment) -> bool:
    """Whether this person moderates this matrix: not one they sent, nor that of a school they lead."""
    own = matrix.school_id in _led(access) or matrix.submitted_by_id == access.membership.pk
    return not own and access.may(Permission.MODERATE, matrix.school_id)


def sees_moderation(access: Access, matrix: Assessment) -> bool:
    """Whether this person reads moderated levels and reasons as they stand: moderators, and all others once told."""
    return matrix.state in TOLD or moderates(access, matrix)


def of_moderation(access: Access, prefix: str = "") -> Q:
    """The same as a condition on rows."""
    own = Q(**{f"{prefix}school__in": _led(access)}) | Q(**{f"{prefix}submitted_by": access.membership})
    return Q(**{f"{prefix}state__in": TOLD}) | (where_may(access, Permission.MODERATE, f"{prefix}school") & ~own)


def _led(access: Access) -> set[int | None]:
    return {school for role, school in access.roles if role in (Role.HEAD, Role.LEADER)}


def learns_at_once(access: Access) -> bool:
    """Trust-wide roles see what is proposed and learn of a decision when it is made, the school when it is told."""
    return any(ROLES[role].whole_trust and Permission.SEE_DECISIONS in ROLES[role].allows for role, _ in access.roles)


def may_see_proposals(access: Access, trust: Trust, school_id: int | None = None) -> bool:
    """Trust-wide roles; of a school, those who send its matrix where the trust says so."""
    return learns_at_once(access) or (trust.heads_see_proposals and access.may(Permission.SUBMIT, school_id))


def of_proposals(access: Access, trust: Trust) -> Q:
    """The same, school by school."""
    school = "assessment__school"
    if learns_at_once(access):
        return where_may(access, Permission.SEE_DECISIONS, school)
    shown = where_may(access, Permission.SUBMIT, school) if trust.heads_see_proposals else Q(pk__in=())
    return where_may(access, Permission.SEE_DECISIONS, school) & shown


def readers_see_proposals(audience: Iterable[str], trust: Trust) -> bool:
    """Whether a report for these roles shows what is not decided yet; one that governors read does not."""
    of_schools = [ROLES[role] for role in audience if not ROLES[role].whole_trust]
    return not of_schools or (trust.heads_see_proposals and all(Permission.RATE in role.allows for role in of_schools))


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
