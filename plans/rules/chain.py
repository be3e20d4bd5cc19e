"""Who approves a plan, in which order, and who of them may answer now."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from schools.rules import working_days_after
from schools.strategy import Strategy
from schools.strategy.provision import PlanType


@dataclass(frozen=True)
class Rung:
    """One step of a chain: the role that answers, who stands in for it, and by when."""

    role: str
    instead: tuple[str, ...]
    due_on: date


def kinds_for(strategy: Strategy, levels: Mapping[str, str]) -> list[PlanType]:
    """The kinds that a school at these levels (axis -> level) has: those for any school, and those of its level.

    What is `only_on_ladder` is none of them: a school has it while it is on a stage that names it.
    """
    kinds = (one for one in strategy.plan_types if one.of == "school" and not one.only_on_ladder)
    return [one for one in kinds if not one.levels or _applies(one, levels)]


def kinds_asked(strategy: Strategy, levels: Mapping[str, str]) -> list[PlanType]:
    """The kinds that a school's levels ask for: those of its level, and of no other."""
    return [one for one in kinds_for(strategy, levels) if one.levels and not one.keeps_going]


def _applies(kind: PlanType, levels: Mapping[str, str]) -> bool:
    return any(level in kind.levels for axis, level in levels.items() if kind.axis in (None, axis))


def approvers(strategy: Strategy, kind: PlanType, levels: Mapping[str, str]) -> tuple[str, ...]:
    """The roles of the chain, in order. For the usual plan they follow the level where it names them, of several axes
    the weaker one."""
    if kind != strategy.usual_plan:
        return tuple(kind.approval)
    named = [
        (place, level.approves)
        for axis, key in levels.items()
        for place, level in enumerate(strategy.axis_levels(axis))
        if level.key == key and level.approves
    ]
    return tuple(max(named)[1] if named else kind.approval)


def may_be_asked(strategy: Strategy, kind: PlanType) -> set[str]:
    """The roles that a plan of this kind may go to, at whatever level its school is, with those who stand in."""
    return {one for role in may_approve(strategy, kind) for one in strategy.roles_for(role)}


def may_approve(strategy: Strategy, kind: PlanType) -> set[str]:
    """The same without those who stand in."""
    axes = strategy.axes if kind == strategy.usual_plan else ()
    return {*kind.approval, *(role for axis in axes for one in strategy.axis_levels(axis.key) for role in one.approves)}


def approvers_at(strategy: Strategy, axis: str, level: str) -> tuple[str, ...]:
    """The roles of the chain of the plan that serves one axis at a level, in order.

    That plan is the one that takes up the level's checklist, then the one that the level asks for on this axis; where
    it has neither, those count whom the level names.
    """
    here = {one.key for one in strategy.checklists if (one.axis, one.level) == (axis, level)}
    asked = [one for one in kinds_asked(strategy, {axis: level}) if one.axis == axis]
    taken_up = [one for one in kinds_for(strategy, {axis: level}) if here & set(one.checklists)]
    if serving := [*taken_up, *asked]:
        return approvers(strategy, serving[0], {axis: level})
    return next((tuple(one.approves) for one in strategy.axis_levels(axis) if one.key == level), ())


def chain(strategy: Strategy, roles: Iterable[str], days: int, *, sent: date) -> list[Rung]:
    """Each role with its stand-ins and its day: so many working days after the one before."""
    found, day = [], sent
    for role in roles:
        day = working_days_after(day, days)
        found.append(Rung(role, strategy.roles_for(role)[1:], day))
    return found


def may_answer(wanted: Container[str], held: Iterable[tuple[str, int | None]], *, school: int | None) -> bool:
    """Whether one of the roles that are held (role, school) is wanted, and counts at this school, or for the trust."""
    return any(one in wanted and where in (None, school) for one, where in held)


def without_an_answerer(able: Sequence[Collection[int]]) -> int | None:
    """The first step of a chain that is left without anybody, where nobody answers two; None where each has one.

    `able`: for each step, in order, who could answer it.
    """

    def fills(place: int, taken: frozenset[int]) -> int:
        if place == len(able):
            return place
        return max((fills(place + 1, taken | {one}) for one in able[place] if one not in taken), default=place)

    reached = fills(0, frozenset())
    return None if reached == len(able) else reached
