"""The date and source that came with an accepted suggestion, once the school rates otherwise."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from .entry import Entry
from .suggestion import Suggestion


def without_borrowed(entry: Entry, before: Entry, accepted: Suggestion | None, sources: Collection[str]) -> Entry:
    """The entry; without the suggestion's date and `sources` where it leaves the level they were put in with.

    They are evidence of the suggested level, so a school that sees it differently says itself what that rests on. What
    it dates anew is its own and stays.
    """
    if accepted is None or accepted.on is None or before.level != accepted.level or entry.level == accepted.level:
        return entry
    if not before.evidence_on == entry.evidence_on == accepted.on:
        return entry
    return replace(entry, evidence_on=None, sources=tuple(one for one in entry.sources if one not in sources))
