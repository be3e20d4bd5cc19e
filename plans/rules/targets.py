"""Targets in words: which of them an update asks about, what was said of each, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from schools.strategy.forms import FormField
from schools.words import cut, on

from .reaching import MET, NEAR, NOT_MET, OVERDUE, PARTLY, SAID, UNSAID, Reached

STANDS, NOTE = "target", "about"
OPTIONS = {SAID[one]: one for one in (MET, PARTLY, NOT_MET)}
LONGEST_NAME = 80  # characters


@dataclass(frozen=True)
class InWords:
    """A target in words, with what was last said of it: blank where nobody has said anything."""

    id: int
    priority: int
    words: str
    by_on: date
    outcome: str = ""
    note: str = ""
    said_by: str = ""
    said_on: date | None = None

    def is_asked(self, today: date) -> bool:
        """Whether the next update can say how it stands: from shortly before its day until it is met."""
        return self.outcome != MET and self.by_on - NEAR <= today

    def must_be_said(self, today: date) -> bool:
        """Whether an update is not whole without it."""
        return not self.outcome and self.by_on <= today


def stands(one: InWords, *, today: date, is_open: bool) -> Reached | None:
    """How it stands; None where its day is still to come and nobody has said anything."""
    if one.outcome:
        day = f"on {on(one.said_on)}" if one.said_on else ""
        who = " ".join(filter(None, ("said", one.said_by and f"by {one.said_by}", day)))
        return Reached(one.outcome, f"{one.note.rstrip('.')}; {who}" if one.note else who)
    late = (today - one.by_on).days
    if late <= 0:
        return None
    return Reached(OVERDUE, late=late) if is_open else Reached(UNSAID)


def fields_of(one: InWords, *, today: date) -> tuple[FormField, FormField]:
    """Whether it is met, and a word about it, as an update asks."""
    name = cut(f"by {on(one.by_on)}: {one.words}", LONGEST_NAME)
    return (
        FormField(
            key=f"{STANDS}_{one.id}", label=f"How it stands {name}", kind="choice", options=tuple(OPTIONS),
            required=one.must_be_said(today),
        ),
        FormField(key=f"{NOTE}_{one.id}", label=f"What shows it {name}"),
    )  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """What an update says of one target."""

    outcome: str
    note: str


def verdicts_in(asked: Sequence[InWords], typed: Mapping[str, Any]) -> dict[int, Judged]:
    """By target, what is said of it now; nothing of those whose box was left as it was."""
    found = {}
    for one in asked:
        if chosen := typed.get(f"{STANDS}_{one.id}"):
            found[one.id] = Judged(OPTIONS[str(chosen)], str(typed.get(f"{NOTE}_{one.id}") or ""))
    return found


def without_a_verdict(asked: Sequence[InWords], typed: Mapping[str, Any]) -> dict[str, str]:
    """Words about a target that say nothing of how it stands would be lost: by name, a sentence."""
    return {
        f"{STANDS}_{one.id}": f"How it stands by {on(one.by_on)}: choose one, so that your words about it are kept"
        for one in asked
        if typed.get(f"{NOTE}_{one.id}") and not typed.get(f"{STANDS}_{one.id}")
    }
