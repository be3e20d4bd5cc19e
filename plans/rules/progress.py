"""When progress is told, and in which words: what was done and what changed, priority by priority."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypedDict

from schools.rules.rhythm import HalfTerm, due_days
from schools.strategy import Cadence
from schools.strategy.forms import Form, FormField
from schools.strategy.provision import PlanType
from schools.words import cut

from .document import Document
from .targets import InWords, fields_of

SETTLING = timedelta(days=14)
"""A plan agreed so shortly before a day says nothing by it (ours)."""

EARLY = timedelta(days=21)
AT_MOST_EARLY = {Cadence.WEEK: timedelta(days=4), Cadence.THREE_WEEKS: timedelta(days=10)}
"""An update sent so long before the day it is due answers it; one sent earlier is one more (ours)."""

SHORTEST = {Cadence.YEAR: timedelta(days=120), Cadence.TERM: timedelta(days=42)}
"""A plan agreed so shortly before the end of a year or term is one for the next (ours)."""

OFTEN = (Cadence.WEEK, Cadence.THREE_WEEKS)
LONGEST_NAME = 60  # characters
DONE, CHANGED, OVERALL = "done", "changed", "overall"


def rhythm_of(kind: PlanType, levels: Mapping[str, str]) -> Cadence | None:
    """How often a plan of this kind is told of at a school at these levels (axis -> level); None where never.

    Of several levels that name a rhythm the shortest counts.
    """
    named = [kind.update_by_level[level] for axis, level in levels.items()
             if kind.axis in (None, axis) and level in kind.update_by_level]  # fmt: skip
    return min(named, key=list(Cadence).index) if named else kind.update_every


def next_due(
    every: Cadence | None, halves: Sequence[HalfTerm], *, agreed: date | None, settled: date | None
) -> date | None:
    """The first day by which progress is owed and not told. `settled`: until when it has been told.

    None before the plan is agreed, without a rhythm, and where the calendar goes no further.
    """
    if every is None or agreed is None or not halves:
        return None
    days = due_days(every, halves, since=agreed, until=max(half.ends for half in halves))
    first = agreed if every in OFTEN else agreed + SETTLING
    return next((day for day in days if day > first and (settled is None or day > settled)), None)


def missed_since(every: Cadence | None, halves: Sequence[HalfTerm], *, due: date, today: date) -> int:
    """How many more days of the rhythm have passed since `due`, the first day that was missed."""
    last = today - timedelta(days=1)
    return len(due_days(every, halves, since=due, until=last)) if every and halves else 0


def time_is_up(every: Cadence | None, halves: Sequence[HalfTerm], *, agreed: date | None) -> date | None:
    """The day on which a plan that is renewed in this rhythm has run its time; None where that cannot be said."""
    if every is None or agreed is None or not halves:
        return None
    days = due_days(every, halves, since=agreed, until=max(half.ends for half in halves))
    return next((day for day in days if day > agreed + SHORTEST.get(every, SETTLING)), None)


def answers(due: date | None, *, sent: date, every: Cadence | None) -> date | None:
    """The due day that an update sent on this day answers; None where it is one more."""
    early = AT_MOST_EARLY.get(every, EARLY) if every else EARLY
    return due if due is not None and sent >= due - early else None


class Told(TypedDict):
    """One priority of an update. `targets` are lines in words, as they stood that day."""

    id: int
    label: str
    done: str
    changed: str
    targets: list[str]


class Progress(TypedDict):
    """An update as it is kept."""

    overall: str
    lines: list[Told]


@dataclass(frozen=True)
class About:
    """What a line of an update is about: a priority, or (0) the actions that serve none."""

    id: int
    label: str


def abouts(document: Document) -> list[About]:
    """The priorities in order; where actions serve none of them, or there is none, one line for these."""
    found = [About(one["id"], one["label"]) for one in document["priorities"]]
    if document["actions"] or not found:
        found.append(About(0, "The other actions" if found else "The plan as a whole"))
    return found


def form_of(lines: Sequence[About], asked: Sequence[InWords], *, today: date) -> Form:
    """The update as a form, so that it is written and saved as every other one; with the targets that are `asked`."""
    overall = FormField(
        key=OVERALL, label="In a sentence or two, how the plan gets on", kind="long_text", required=True,
        hint="Whoever has a minute reads this.",
    )  # fmt: skip
    header = [overall]
    for line in lines:
        of_line = (each for one in asked if one.priority == line.id for each in fields_of(one, today=today))
        header += [*of_line, *_pair(line)]
    return Form(key="progress", label="Progress", header=tuple(header))


def _pair(one: About) -> tuple[FormField, FormField]:
    of = cut(one.label, LONGEST_NAME)
    return (
        FormField(
            key=f"{DONE}_{one.id}", label=f"What was done: {of}", kind="long_text", required=True,
            hint="Which actions took place, and how well.",
        ),
        FormField(
            key=f"{CHANGED}_{one.id}", label=f"What changed: {of}", kind="long_text", required=True,
            hint="What is different for pupils, and how you know. If nothing is yet, say so.",
        ),
    )  # fmt: skip


def told(lines: Sequence[About], typed: Mapping[str, Any], targets: Mapping[int, list[str]]) -> Progress:
    """The update as it is sent. `targets` by priority."""
    return Progress(
        overall=str(typed.get(OVERALL) or ""),
        lines=[
            Told(
                id=one.id, label=one.label, done=str(typed.get(f"{DONE}_{one.id}") or ""),
                changed=str(typed.get(f"{CHANGED}_{one.id}") or ""), targets=targets.get(one.id, []),
            )
            for one in lines
        ],
    )  # fmt: skip
