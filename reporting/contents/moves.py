"""What changed since the readers last met, and the counts every sentence of the report rests on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from categorisation.models import Decision
from reporting.contents.facts import Change, Changes, Move, Tile
from reporting.contents.gather import Found
from reporting.contents.levels import decided_tile, note_of, place, reason_of, reply_of, tile
from reporting.queries.cells import Cell
from reporting.queries.overview import SchoolLine, Sheet
from reporting.rules.sentences import Standing, Tally, asks, lede

NEEDS_SUPPORT = (4, 5)
"""Tones of the levels that need most support."""

READERS = {"board": "trustees", "chairs": "chairs", "school": "governors", "impact": "trustees"}


def changes(found: Found, tally: Tally, title: str) -> Changes:
    """Each change with its reason, and the reply beside it."""
    readers = READERS[found.kind.template]
    return Changes(
        title=title
        or ("What changed in the year" if found.kind.template == "impact" else "What changed since last time"),
        lede=lede(tally),
        changes=tuple(change for sheet, line in found.lines for change in _changes_of(found, sheet, line)),
        asks_title=f"What {readers} are asked to do",
        asks=asks(tally),
    )


def _changes_of(found: Found, sheet: Sheet, line: SchoolLine) -> list[Change]:
    decided = [net for axis in sheet.strategy.axes if (net := net_move(found, line, axis.key))]
    if sheet.axes:
        changes = [_decided_change(found, line, first, last) for first, last in decided]
        return [replace(change, more=place > 0) for place, change in enumerate(changes)]
    moves = tuple(
        Move(full_label(sheet, cell.key), Tile(cell.word, cell.step), _cell_was(cell.was, cell.key, sheet))
        for cell in _moved_cells(found, line)
    )
    agreed = f"{sheet.strategy.identity.words.matrix.capitalize()}, as agreed"
    return [Change(line.name, agreed, moves)] if moves else []


def full_label(sheet: Sheet, criterion: str) -> str:
    """The criterion's whole name, where there is room."""
    return sheet.strategy.criterion_by_key[criterion].label


def net_move(found: Found, line: SchoolLine, axis: str) -> tuple[Decision, Decision] | None:
    """The first and the last decision since the last meeting, where together they changed something."""
    since = found.moved(line.school_id, axis)
    if not since or since[0].was == since[-1].level:
        return None
    return since[0], since[-1]


def _moved_cells(found: Found, line: SchoolLine) -> list[Cell]:
    """Criteria that moved with the latest matrix, where that is one of this report's period."""
    if line.rated_on is None or line.rated_on < found.report.period.starts_on:
        return []
    return [cell for cell in line.cells if cell.travel]


def _cell_was(word: str, key: str, sheet: Sheet) -> Tile | None:
    column = next(column for column in sheet.columns if column.key == key)
    level = next((level for level in column.levels if level.label == word), None)
    return Tile(word, level.tone) if level else None


def _decided_change(found: Found, line: SchoolLine, first: Decision, last: Decision) -> Change:
    strategy = found.strategies[last.strategy_version_id]
    return Change(
        school=line.name,
        note=note_of(strategy, last),
        moves=(Move("", decided_tile(found, last), tile(strategy, last.axis, first.was)),),
        reason=reason_of(last),
        reply=reply_of(found, last),
    )


def tally_of(found: Found) -> Tally:
    """Count once what the sentences of the report say."""
    words = found.strategy.identity.words
    up, down, first = _directions(found)
    begun = any(line.rated_on for _, line in found.lines)
    cells = [cell for _, line in found.lines for cell in line.cells if cell.applies] if begun else []
    latest = [rows[-1] for rows in found.decisions.values()]
    moved = [net[1] for sheet, line in found.lines for axis in sheet.axes if (net := net_move(found, line, axis.key))]
    replies = [reply_of(found, one) for one in moved]
    return Tally(
        since=found.since_words,
        schools=len(found.lines),
        up=up,
        down=down,
        first=first,
        joined=tuple(line.name for _, line in found.lines if line.joined_on > found.since),
        overdue=tuple(line.name for line in found.sheet.overdue()),
        replies=sum(bool(one.text) for one in replies),
        replies_waited=sum(one.waiting.startswith("The school may") for one in replies),
        differing=sum(differs(one) for one in latest if one.effective_on > found.since),
        proposed=sum(one.state == "proposed" for _, line in found.lines for one in line.categories),
        unknown=sum(cell.step == 0 for cell in cells),
        stale=sum(cell.stale_months is not None for cell in cells),
        cells=len(cells),
        weakest=_weakest(found),
        thin=_thin(found),
        priorities=priorities_of(found),
        axes=len(found.strategy.axes),
        matrix=words.matrix,
        category=words.category,
        readers=READERS[found.kind.template],
    )


def _directions(found: Found) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Schools that moved up, down, and were placed for the first time. One may be in two of them."""
    up, down, first = {}, {}, {}
    for sheet, line in found.lines:
        for axis in sheet.axes:
            net = net_move(found, line, axis.key)
            if net is None:
                continue
            was, now = place(found, net[1], net[0].was), place(found, net[1], net[1].level)
            group = first if was is None or now is None else (up if now < was else down)
            group[line.name] = True
        if not sheet.axes:
            travels = {cell.travel for cell in _moved_cells(found, line)}
            up.update({line.name: True} if "up" in travels else {})
            down.update({line.name: True} if "down" in travels else {})
    return tuple(up), tuple(down), tuple(first)


def differs(decision: Decision) -> bool:
    """Whether people decided something other than what was proposed."""
    return decision.proposal is not None and decision.proposal.level != decision.level


def _weakest(found: Found) -> tuple[Standing, ...]:
    """Schools at the level that needs most support, on any axis."""
    standing = []
    for _, line in found.lines:
        worst = max(line.categories, key=lambda one: one.step, default=None)
        if worst is not None and worst.step == max(NEEDS_SUPPORT) and worst.state == "agreed":
            standing.append(Standing(line.name, worst.word, worst.step, worst.axis_label))
    return tuple(standing)


def _thin(found: Found) -> tuple[tuple[str, int, int], ...]:
    """Schools of which a third or more of the criteria are unknown, most first."""
    thin = []
    for _, line in found.lines:
        asked = [cell for cell in line.cells if cell.applies]
        unknown = sum(cell.step == 0 for cell in asked)
        if asked and 3 * unknown >= len(asked):
            thin.append((line.name, unknown, len(asked)))
    return tuple(sorted(thin, key=lambda one: -one[1]))


def priorities_of(found: Found) -> tuple[tuple[str, int], ...]:
    """Criteria that several schools need support with, most schools first."""
    counts = Counter(
        full_label(sheet, cell.key) for sheet, line in found.lines for cell in line.cells if cell.step in NEEDS_SUPPORT
    )
    return tuple((label, count) for label, count in counts.most_common() if count > 1)
