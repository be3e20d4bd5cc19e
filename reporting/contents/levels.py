"""Levels, replies and notes as they are printed: what several parts of a report share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from categorisation.models import Decision, Proposal, Reply
from categorisation.rules import Explanation
from reporting.contents.facts import Reply as PrintedReply
from reporting.contents.facts import Tile
from reporting.contents.gather import Found
from reporting.queries.categories import level_word
from reporting.queries.overview import SchoolLine, Sheet
from reporting.rules.words import promised
from schools.strategy import Level, Strategy
from schools.words import on

NOT_DECIDED = Tile("Not yet", "na")


def tile(strategy: Strategy, axis: str, key: str) -> Tile | None:
    """A level of an axis, or None where this version has no such axis or level."""
    if axis not in strategy.axis_by_key:
        return None
    found = next((level for level in strategy.axis_levels(axis) if level.key == key), None)
    return Tile(level_word(strategy, found), found.tone) if found else None


def decided_tile(found: Found, decision: Decision | None) -> Tile:
    """The level of a decision in the words of the version it was made under."""
    if decision is None:
        return NOT_DECIDED
    return tile(found.strategies[decision.strategy_version_id], decision.axis, decision.level) or NOT_DECIDED


def place(found: Found, decision: Decision, key: str) -> int | None:
    """Where a level stands on the decision's axis, 0 the strongest."""
    levels = found.strategies[decision.strategy_version_id].axis_levels(decision.axis)
    return next((number for number, level in enumerate(levels) if level.key == key), None)


def reply_of(found: Found, decision: Decision) -> PrintedReply:
    """The school's reply, or until when it may reply, or that it chose not to."""
    given: Sequence[Reply] = list(decision.replies.all())
    if given:
        return PrintedReply(given[0].text, replier(given[0]), given[0].at.date())
    if found.now < decision.tell_at or found.now.date() <= decision.reply_due_on:
        return PrintedReply(waiting=f"The school may reply until {on(decision.reply_due_on)}.")
    return PrintedReply(waiting="The school chose not to reply.")


def replier(reply: Reply) -> str:
    """“Ben Osei, headteacher”: only heads reply."""
    return f"{reply.by.user.name}, {reply.by.job_title or 'headteacher'}"


def note_of(strategy: Strategy, decision: Decision) -> str:
    """“Academic support, agreed 1 December 2026”; the axis only where there are several."""
    agreed = f"agreed {on(decision.effective_on)}"
    return f"{strategy.axis_by_key[decision.axis].label}, {agreed}" if len(strategy.axes) > 1 else agreed.capitalize()


def explanation(proposal: Proposal | None) -> Explanation | None:
    """The proposal's words, as they were given."""
    words = (proposal.explanation or {}).get("words") if proposal else None
    if not words:
        return None
    parts: dict[str, Any] = {name: tuple(part) if isinstance(part, list) else part for name, part in words.items()}
    return Explanation(**parts)


def reason_of(decision: Decision) -> str:
    """The reason people gave, or where it is simply as proposed, what the proposal rests on; then what else they
    concluded.
    """
    words = explanation(decision.proposal)
    proposed = ("As the rules propose.", *(words.held[:2] if words else ()))
    return " ".join((*([decision.reason] if decision.reason else proposed), *decision.conclusion.sentences))


def support_of(strategy: Strategy, axis: str, level: str) -> tuple[str, ...]:
    """What the strategy promises a school at this level, beyond what every school has."""
    return tuple(promised(one) for one in strategy.entitlements if one.axis == axis and level in one.levels)


def level_in_force(found: Found, sheet: Sheet, line: SchoolLine, axis: str) -> Level | None:
    """The level last decided, which holds until another is; None before the first, or decided on another scale."""
    decisions = found.decided(line.school_id, axis)
    levels = {level.key: level for level in sheet.strategy.axis_levels(axis)}
    return levels.get(decisions[-1].level) if decisions else None


def support_of_line(found: Found, sheet: Sheet, line: SchoolLine) -> tuple[str, ...]:
    """What is promised on every axis, for a school that has been placed."""
    placed = ((axis.key, level_in_force(found, sheet, line, axis.key)) for axis in sheet.axes)
    return tuple(item for axis, level in placed if level for item in support_of(sheet.strategy, axis, level.key))


def small(found: Found, line: SchoolLine) -> str:
    """The line under a school's name: “301 pupils, joined Sept 2026”."""
    said = [f"{line.pupils:,} pupils"] if line.pupils is not None else []
    if line.joined_on > found.since:
        said.append(f"joined {line.joined_on:%b %Y}")
    return ", ".join(said)
