"""What changed between two texts, word by word. Values in, values out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORDS = re.compile(r"\n|[^\S\n]+|[^\s]+")
MOST_COMPARED = 4_000_000
"""Pairs of words that are compared one by one; of longer texts, whole lines are."""


@dataclass(frozen=True)
class Piece:
    """A stretch of text that both have, or only the later, or only the earlier one."""

    kind: Literal["same", "added", "removed"]
    text: str


def words_changed(before: str, after: str) -> tuple[Piece, ...]:
    """The way from one text to the other. All but what was added is `before`, all but what was removed is `after`."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) * len(new) > MOST_COMPARED:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if len(old) * len(new) > MOST_COMPARED:
        old, new = [before], [after]
    return tuple(_joined(_steps(old, new)))


def _steps(old: Sequence[str], new: Sequence[str]) -> list[Piece]:
    found = []
    for step, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if step == "equal":
            found.append(Piece("same", "".join(old[first:last])))
            continue
        found += [Piece("removed", "".join(old[first:last])), Piece("added", "".join(new[start:end]))]
    return [piece for piece in found if piece.text]


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Single spaces between two changes belong to them, so that a sentence written anew is not cut word by word."""
    found: list[Piece] = []
    removed, added = "", ""
    for place, piece in enumerate(pieces):
        between = piece.kind == "same" and piece.text == " " and 0 < place < len(pieces) - 1 and (removed or added)
        if piece.kind == "same" and not between:
            found += _both(removed, added)
            removed = added = ""
            found.append(piece)
            continue
        removed += piece.text if piece.kind != "added" else ""
        added += piece.text if piece.kind != "removed" else ""
    return [*found, *_both(removed, added)]


def _both(removed: str, added: str) -> list[Piece]:
    shared = len(removed) - len(removed.rstrip(" ")) if removed.endswith(" ") and added.endswith(" ") else 0
    if shared:
        return [*_both(removed[:-1], added[:-1]), Piece("same", " ")]
    pieces = (Piece("removed", removed), Piece("added", added))
    return [piece for piece in pieces if piece.text]
