"""Who writes a school's plan and checklist at a level, and who approves: autonomy is earned (S2-06, S2-38)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from plans.rules.chain import approvers_at
from schools.strategy import Strategy
from schools.strategy.categories import Level
from schools.strategy.reading.words import sides
from schools.words import capital, listed, verb


def level_on(strategy: Strategy, axis: str, key: str) -> Level | None:
    """The level by its key; None where the strategy has no such axis or level."""
    if axis not in strategy.axis_by_key:
        return None
    return next((one for one in strategy.axis_levels(axis) if one.key == key), None)


def delegates(strategy: Strategy) -> bool:
    """Whether any level of the strategy says whose people write."""
    return any(level.edits for axis in strategy.axes for level in strategy.axis_levels(axis.key))


def level_that_says(strategy: Strategy, levels: Mapping[str, str]) -> Level | None:
    """Of the levels (axis -> level) a school stands at, the first that says whose people write."""
    found = (level_on(strategy, axis, key) for axis, key in levels.items())
    return next((one for one in found if one is not None and one.edits), None)


def why_not(level: Level | None, mine: Collection[str]) -> str:
    """Why people of these sides do not write at this level, as a sentence; empty for those who do."""
    if level is None or not level.edits or set(mine) & set(level.edits):
        return ""
    return f"In {level.label} {writes(level)} You can read them."


def writes(level: Level) -> str:
    """“the central team writes the plan and its checklist.”; empty where the level does not say."""
    return f"{sides(level.edits)} {verb(len(level.edits), 'writes', 'write')} the plan and its checklist." * bool(
        level.edits
    )


@dataclass(frozen=True)
class Hands:
    """In whose hands a school is at a level: the level says who writes, and these roles approve, in order."""

    level: Level
    approves: tuple[str, ...]


def hands_on(strategy: Strategy, axis: str, key: str) -> Hands | None:
    """Of the level by its key; None where the strategy has no such axis or level."""
    level = level_on(strategy, axis, key)
    return Hands(level, approvers_at(strategy, axis, key)) if level else None


def handed_over(before: Hands | None, now: Hands, roles: Mapping[str, str]) -> list[str]:
    """What changes hands with a move, in sentences: who writes, who approves."""
    found = []
    if now.level.edits and (before is None or before.level.edits != now.level.edits):
        was = f" Before, {sides(before.level.edits)} did." if before is not None and before.level.edits else ""
        found.append(f"{capital(writes(now.level))}{was}")
    if now.approves and (before is None or before.approves != now.approves):
        was = f" Before: {_in_turn(before.approves, roles)}." if before is not None and before.approves else ""
        found.append(f"Approved by: {_in_turn(now.approves, roles)}.{was}")
    return found


def _in_turn(approves: Iterable[str], roles: Mapping[str, str]) -> str:
    return listed((roles[one].lower() for one in approves), "then")


def approvers_words(approves: Iterable[str], roles: Mapping[str, str]) -> str:
    """“Chief executive then chair of the trust”; empty where nobody is named."""
    return capital(_in_turn(approves, roles))
