"""A list put in another order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def in_new_order(now: Sequence[int], wanted: Mapping[int, int | None]) -> list[int]:
    """A list put in the order people ask for by writing places (from 1) beside some of its lines.

    `wanted` are the lines to keep or add, each with its place; None puts it last. What moves up comes before the line
    whose place it takes, what moves down after it.
    """
    old = {line: place for place, line in enumerate(now, start=1)}
    last = len(old) + len(wanted) + 1

    def place(line: int) -> tuple[int, int, int]:
        asked, was = wanted[line] or last, old.get(line, last)
        return asked, (asked > was) - (asked < was), was

    return sorted(wanted, key=place)
