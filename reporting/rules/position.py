"""What is known of a school in plain sentences, as the positional analysis of its plan begins (S4-10, S4-11)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from plans.rules.position import Passage
from schools.words import capital, counted, cut, on, verb

from .known import Line, Tile

MOST_WEAK = 5
WEAK = 4  # tones from here on need most support
LONGEST = 220  # characters of what somebody has written
MOVED = {"up": "rising", "down": "falling", "same": "as in the matrix before"}


@dataclass(frozen=True)
class Position:
    """What is known of a school today, for those who read its plan."""

    categories: tuple[Tile, ...] = ()
    aspects: tuple[Tile, ...] = ()
    aspects_on: date | None = None
    figures: tuple[str, ...] = ()
    sef: tuple[Tile, ...] = ()
    sef_on: date | None = None
    review: Line | None = None
    visits: tuple[Line, ...] = ()
    findings: tuple[Line, ...] = ()
    actions: tuple[Line, ...] = ()


def passages_of(known: Position) -> list[Passage]:
    """In the order of an analysis: where the school is, what is weakest, its figures, what it and others found."""
    told = [
        ("Where the school is placed", map(_level, known.categories)),
        (_dated("Weakest in the matrix agreed on", known.aspects_on), _weakest(known.aspects)),
        ("Figures", iter(known.figures)),
        (_dated("Self-evaluation, as sent on", known.sef_on), _sef(known.sef)),
        ("Reviews and visits", _looked(known)),
        ("Found by reviews and still open, the latest first", map(_found, known.findings)),
        ("Actions that are open, the next to be looked at first", map(_action, known.actions)),
    ]
    passages = (Passage(heading, tuple(lines)) for heading, lines in told)
    return [one for one in passages if one.lines]


def _dated(words: str, day: date | None) -> str:
    return f"{words} {on(day)}" if day else words


def _level(tile: Tile) -> str:
    day = f", agreed on {on(tile.on)}" if tile.on else ""
    before = f"; {tile.was} before that" if tile.moved in ("up", "down") else ""
    return f"{tile.label}: {tile.word}{day}{before}."


def _weakest(aspects: Sequence[Tile]) -> Iterator[str]:
    """Those that need most support; where none does, those that stand lowest."""
    rated = sorted((one for one in aspects if one.step), key=lambda one: -int(one.step))
    least = min(WEAK, int(rated[0].step)) if rated else 0
    for one in [one for one in rated if int(one.step) >= least][:MOST_WEAK]:
        moved = f", {MOVED[one.moved]}" if one.moved else ""
        was = f" (it was {one.was})" if one.moved in ("up", "down") else ""
        yield f"{one.label}: {one.word}{moved}{was}."
    if unsure := sum(not one.step for one in aspects):
        yield f"{capital(counted(unsure, 'criterion', 'criteria'))} {verb(unsure)} known only in part."


def _sef(areas: Sequence[Tile]) -> Iterator[str]:
    if areas:
        yield f"The school judges itself: {'; '.join(f'{one.label}, {one.word}' for one in areas)}."
    for one in areas:
        if one.more:
            yield f"{one.label}, to develop: {_quoted(one.more)}"


def _looked(known: Position) -> Iterator[str]:
    if known.review:
        yield f"The latest review: {_on_day(known.review)}."
    if known.visits:
        yield f"Visits, the latest first: {'; '.join(map(_on_day, known.visits))}."


def _on_day(line: Line) -> str:
    return f"{line.label}, {on(line.on)}" if line.on else line.label


def _found(line: Line) -> str:
    return f"{_on_day(line)}: {_quoted(line.words)}"


def _action(line: Line) -> str:
    what = _quoted(line.label)
    return f"{what} Due on {on(line.on)}." if line.on else what


def _quoted(words: str) -> str:
    """On one line, ended as a sentence."""
    said = cut(" ".join(words.split()), LONGEST)
    return said if said.endswith((".", "…", "?", "!")) else f"{said}."
