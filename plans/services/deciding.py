"""Who decides a step on a ladder: in a role, or several roles in turn, and never who has a part in it already."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.utils import timezone

from categorisation.services.deciders import Deciders, deciders_in_role
from plans.models import Concern, StageChange
from schools.access import ROLES, Access
from schools.models import Membership, RoleGrant, School, StrategyVersion
from schools.queries import current_period
from schools.strategy.provision import Ladder


def why_not_decide(access: Access, concern: Concern, change: StageChange, deciders: Deciders | None = None) -> str:
    """Why this person does not decide the step, as a sentence; empty for one who may.

    `deciders`: those of this step, where they are known.
    """
    me, turn = access.membership, ROLES[change.turn].label.lower()
    if change.proposed_by_id == me.pk:
        return "You have proposed this step, so somebody else decides."
    if any(one.by_id == me.pk for one in change.agreed):
        return f"You have agreed to this step already, so somebody else answers for the {turn}."
    found = deciders or deciders_of_step(concern, change)
    refusal = found.refusal(me)
    if refusal and access.has_role(*change.after_turn) and me.pk not in found.with_role | found.with_interest:
        return f"The {turn} answers first, then you."
    return refusal


def deciders_of_step(concern: Concern, change: StageChange) -> Deciders:
    """Who decides this step now: never who has proposed it or agreed to it. Three queries, or four."""
    part = {change.proposed_by_id, *(one.by_id for one in change.agreed)}
    turns = (change.turn, *change.after_turn)
    return _in_turn(concern.strategy_version, turns, concern.school, besides=part)


def deciders_of_concern(concern: Concern, *, besides: Collection[int] = ()) -> Deciders:
    """Who decides on this ladder for this school, besides those with a part in the matter. Three queries."""
    return _in_turn(concern.strategy_version, [concern.of_ladder.decided_by], concern.school, besides=besides)


def check_somebody(
    version: StrategyVersion, ladder: Ladder, school: School, stage: str, *, besides: Collection[int]
) -> None:
    """Raise ValidationError where a step to this stage would find nobody to decide it, or not one for each role."""
    turns = ladder.deciders_of(stage)
    if _is_filled(version, turns, school, besides=besides):
        return
    if len(turns) == 1:
        raise ValidationError("Nobody else could decide this. Let another person propose it to you.")
    labels = " and ".join(f"the {ROLES[role].label.lower()}" for role in turns)
    raise ValidationError(
        f"{labels[:1].upper()}{labels[1:]} agree to this in turn, and nobody is there for one of them."
    )


def check_rest(concern: Concern, change: StageChange, *, by: Membership) -> None:
    """Raise ValidationError where nobody would be left for the roles that come after this person."""
    part = {change.proposed_by_id, by.pk, *(one.by_id for one in change.agreed)}
    if not _is_filled(concern.strategy_version, change.after_turn, concern.school, besides=part):
        left = ROLES[change.after_turn[0]].label.lower()
        raise ValidationError(f"Nobody could then answer for the {left}. Nobody answers for two.")


def _is_filled(version: StrategyVersion, turns: Sequence[str], school: School, *, besides: Collection[int]) -> bool:
    """Whether each of these roles finds somebody in its turn, nobody for two."""
    if not turns:
        return True
    now = _in_turn(version, turns, school, besides=besides).may
    return any(_is_filled(version, turns[1:], school, besides={*besides, one.person.pk}) for one in now)


def _in_turn(version: StrategyVersion, turns: Sequence[str], school: School, *, besides: Collection[int]) -> Deciders:
    """Who decides in the first of these roles; who answers in a later one only where nobody else can."""
    period = current_period(timezone.localdate())
    if period is None:
        raise ValidationError("The trust has no calendar yet, so nobody can decide this.")
    found = deciders_in_role(
        version.strategy, turns[0], school, period=period, meeting=None, word="place on the ladder", besides=besides
    )
    if len(turns) == 1 or len(found.may) < 2:
        return found
    later = set(RoleGrant.objects.current().filter(role__in=turns[1:]).values_list("membership", flat=True))
    first = tuple(one for one in found.may if one.person.pk not in later)
    return replace(found, may=first or found.may)
