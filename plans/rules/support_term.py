"""The term so far, line by line, with a mark for each time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from plans.rules.support import Line
from plans.rules.support_entry import ZERO

MOST_MARKS = 12
MARKS = (("came", "d"), ("booked", "b"), ("disputed", "q"), ("missed", "m"))
"""What became of it -> the class of its mark; what nobody has booked yet has a blank one."""

HALF = "half"
SHOWN = 4


@dataclass(frozen=True)
class TermLine:
    """What the term owes of one line, and what became of it."""

    line: Line
    owed: int
    came: Decimal
    booked: Decimal
    disputed: Decimal
    missed: Decimal
    unconfirmed: Decimal

    @property
    def squares(self) -> list[str]:
        """The classes of the marks: a whole one for each time, a half one for what is less than a whole."""
        told = [(sign, getattr(self, name)) for name, sign in MARKS]
        left = max(self.owed - self.came - self.booked - self.disputed, ZERO)
        return [mark for sign, amount in [*told, ("", left)] for mark in _marks(sign, amount)][:MOST_MARKS]

    @property
    def to_book(self) -> Decimal:
        return self.line.to_book

    @property
    def says_anything(self) -> bool:
        return bool(self.owed or self.came or self.booked or self.disputed or self.missed or self.line.short)

    @property
    def stands_out(self) -> bool:
        """Whether somebody has to look at it: it is behind, to be booked, missed or in dispute."""
        return bool(self.line.short or self.to_book or self.missed or self.disputed)


@dataclass(frozen=True)
class TermSoFar:
    """The lines to look at first, and the rest; where nothing stands out, some of them first."""

    first: list[TermLine]
    rest: list[TermLine]


def term_so_far(lines: Iterable[Line]) -> TermSoFar:
    """Of the lines of which the term has anything to say."""
    told = sorted(term_lines(lines), key=lambda one: not one.line.is_kept)  # what is on record first
    first = [one for one in told if one.stands_out]
    return TermSoFar(first or told[:SHOWN], [one for one in told if not one.stands_out] if first else told[SHOWN:])


def term_lines(lines: Iterable[Line]) -> list[TermLine]:
    """Those of which the term has anything to say."""
    return [one for one in map(_term_line, lines) if one.says_anything]


def _term_line(line: Line) -> TermLine:
    cells = [line.cells[place] for place in line.term.halves]
    told = {name: sum((getattr(cell, name) for cell in cells), ZERO) for name in (*dict(MARKS), "unconfirmed")}
    return TermLine(line, line.owed_in_term, **told)


def _marks(sign: str, amount: Decimal) -> list[str]:
    part = [f"{sign} {HALF}".strip()] if amount % 1 else []
    return [sign] * int(amount) + part
