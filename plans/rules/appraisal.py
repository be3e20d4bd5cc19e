"""How an appraisal stands: three steps, each with a day by which and a day on which; and until when it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from schools.rules import months_after

BEGUN = "Not begun"


@dataclass(frozen=True)
class Step:
    """One step: what it is called when it is done, by when it should be, and when it was."""

    label: str
    by: date | None
    on: date | None


def standing(steps: Sequence[Step]) -> str:
    """The last step that is done, in words."""
    return next((one.label for one in reversed(steps) if one.on), BEGUN)


def next_step(steps: Sequence[Step]) -> Step | None:
    """The first that is still to come; None once all are done."""
    return next((one for one in steps if not one.on), None)


def kept_until(year: int, months: int) -> date:
    """The last day it is kept: so many months after the end of its academic year."""
    return months_after(date(year + 1, 8, 31), months)


def faults_of(steps: Sequence[Step], *, today: date) -> dict[int, str]:
    """What does not follow, by the place of its step: a sentence each."""
    found: dict[int, str] = {}
    for place, one in enumerate(steps):
        if one.on and one.on > today:
            found[place] = "Enter a day that has been; this one is still to come"
        elif one.on and place and not steps[place - 1].on:
            found[place] = f"First say when this was done: {steps[place - 1].label.lower()}"
        elif one.on and place and one.on < (steps[place - 1].on or one.on):
            found[place] = "This comes after the step before it, so its day cannot be earlier"
    return found
