"""How the trust moves: the schools at each level by term, counted and one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from categorisation.models import Decision
from reporting.contents.facts import HistoryRow, LevelCount, Levels, LevelsSheet, Tile
from reporting.contents.gather import Found
from reporting.contents.levels import NOT_DECIDED, decided_tile
from reporting.queries.categories import level_word
from reporting.queries.overview import SchoolLine, Sheet
from reporting.rules.sentences import Tally
from schools.models import Period
from schools.strategy import Axis
from schools.words import counted, on


def levels(found: Found, tally: Tally, title: str) -> Levels | None:
    """A sheet for each axis; None where the strategy sorts no school."""
    sheets = [_sheet(found, sheet, axis) for sheet in found.sheet.sheets for axis in sheet.axes if sheet.lines]
    if not sheets:
        return None
    category = found.strategy.identity.words.category
    lede = f"Each school's {category} as it stood at the end of each term; for this term, on {on(found.today)}."
    return Levels(title or "Movement across the trust", lede, tuple(sheets))


def _sheet(found: Found, sheet: Sheet, axis: Axis) -> LevelsSheet:
    lines = [line for of, line in found.lines if of is sheet and axis.key in {one.axis for one in line.categories}]
    rows = [HistoryRow(line.name, history_of(found, line, axis.key), _since(found, line, axis.key)) for line in lines]
    several = len(found.sheet.sheets) > 1
    return LevelsSheet(
        axis=f"{axis.label}, {sheet.version.title}" if several else axis.label,
        caption=f"{axis.label} by term, {counted(len(lines), 'school')}",
        terms=tuple(period.short for period in found.periods),
        counts=_counts(found, sheet, axis, rows),
        rows=tuple(rows),
        schools=len(lines),
    )


def history_of(found: Found, line: SchoolLine, axis: str) -> tuple[Tile, ...]:
    """The school's place at the end of each term shown."""
    decisions = found.decided(line.school_id, axis)
    return tuple(_at(found, line, decisions, period) for period in found.periods)


def _at(found: Found, line: SchoolLine, decisions: Sequence[Decision], period: Period) -> Tile:
    if line.joined_on > period.ends_on:
        return Tile("Not here yet", "na")
    by_then = [one for one in decisions if one.effective_on <= max(period.ends_on, _holiday(found, period))]
    return decided_tile(found, by_then[-1]) if by_then else NOT_DECIDED


def _holiday(found: Found, period: Period) -> date:
    """The last day before the next term shown: a holiday belongs to the term before it."""
    later = [one.starts_on for one in found.periods if one.starts_on > period.starts_on]
    return min(later) - timedelta(days=1) if later else found.today


def _since(found: Found, line: SchoolLine, axis: str) -> str:
    """Since when the school has been where it is, without a break."""
    decisions = found.decided(line.school_id, axis)
    if not decisions:
        return ""
    first = decisions[-1]
    for one in reversed(decisions):
        if one.level != first.level:
            break
        first = one
    return f"{first.effective_on.day} {first.effective_on:%b %Y}"


def _counts(found: Found, sheet: Sheet, axis: Axis, rows: Sequence[HistoryRow]) -> tuple[LevelCount, ...]:
    """Every level of the scale, so that an empty one is seen to be empty; then those not placed."""
    by_term = [Counter(row.tiles[place].word for row in rows) for place in range(len(found.periods))]
    counts = [
        LevelCount(word, level.tone, tuple(term[word] for term in by_term))
        for level in sheet.strategy.axis_levels(axis.key)
        for word in [level_word(sheet.strategy, level)]
    ]
    placed = {one.level for one in counts} | {"Not here yet"}
    others = tuple(sum(number for word, number in term.items() if word not in placed) for term in by_term)
    return (*counts, LevelCount("Not placed then", "na", others)) if any(others) else tuple(counts)
