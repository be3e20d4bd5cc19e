"""A school on a ladder: which steps there are from where it is, how long a stay lasts, and what is still to be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from schools.rules import months_after
from schools.rules.rhythm import HalfTerm
from schools.words import counted, on, unmarked


class Step(StrEnum):
    """What can be proposed of a school on a ladder."""

    OPEN = "open"
    UP = "up"
    DOWN = "down"
    HOLD = "hold"
    CLOSE = "close"
    BACK = "back"  # onto the ladder again while it is being watched


def steps_from(stages: Sequence[str], at: str, *, watched: bool = False) -> list[Step]:
    """The steps that can be proposed where a school stands at this stage; `at` is blank where it stands at none."""
    if watched:
        return [Step.BACK]
    if at not in stages:
        return []
    place = stages.index(at)
    found = [Step.UP] if place + 1 < len(stages) else []
    return [*found, Step.HOLD, *([Step.DOWN] if place else []), Step.CLOSE]


def stage_after(stages: Sequence[str], at: str, step: str) -> str:
    """Where a step up, down or a hold leads; blank for one that leaves the ladder or begins on it."""
    change = {Step.UP: 1, Step.DOWN: -1, Step.HOLD: 0}.get(Step(step))
    return "" if change is None or at not in stages else stages[stages.index(at) + change]


MONTHS = {"half_terms": 2, "terms": 4, "months": 1, "years": 12}
"""In months, for what lies beyond the calendar. A year has three terms and six half terms."""


def ends_after(since: date, count: int, unit: str, halves: Sequence[HalfTerm]) -> date:
    """The last day of so many weeks, half terms, terms, months or years from a day on.

    Terms and half terms are those of the school's own calendar: it is the day that lies as far into a term as the
    first day did into its own. A day in the holidays counts as the first of the term that follows. Beyond the calendar
    a term counts as four months.
    """
    if unit == "weeks":
        return since + timedelta(weeks=count)
    spans = _spans(unit, halves)
    place = next((n for n, (_, ends) in enumerate(spans) if ends >= since), None)
    if place is None or place + count >= len(spans):
        return months_after(since, MONTHS[unit] * count)
    far = max(since - spans[place][0], timedelta(0))
    starts, ends = spans[place + count]
    return min(starts + far, ends)


def _spans(unit: str, halves: Sequence[HalfTerm]) -> list[tuple[date, date]]:
    """First and last day of each, in order; none where the calendar does not tell."""
    found: dict[tuple[object, ...], tuple[date, date]] = {}
    if unit not in ("half_terms", "terms"):
        return []
    for one in sorted(halves, key=lambda half: half.starts):
        key = (one.year, one.season, *([one.half] if unit == "half_terms" else []))
        found[key] = (found.get(key, (one.starts, one.ends))[0], one.ends)
    return list(found.values())


@dataclass(frozen=True)
class Stay:
    """How long a school has been at a stage, and until when it should be there at the longest."""

    since: date
    until: date | None = None

    def left(self, today: date) -> int | None:
        """Days that are left; below zero once it is over."""
        return None if self.until is None else (self.until - today).days

    def is_over(self, today: date) -> bool:
        return self.until is not None and self.until < today

    def words(self, today: date) -> str:
        """“48 days left”, “ends today”, “12 days over”; blank where no longest stay is set."""
        left = self.left(today)
        if left is None:
            return ""
        if left == 0:
            return "ends today"
        return f"{abs(left)} {'day' if abs(left) == 1 else 'days'} {'left' if left > 0 else 'over'}"


@dataclass(frozen=True)
class Outstanding:
    """Something that the stage asks for and that nobody has done. `kind`: before, tell, duty, plan, review, look."""

    kind: str
    words: str
    due: date | None = None

    @property
    def sentence(self) -> str:
        """“Not told yet: the headteacher”, or its words alone."""
        return self._said("Not told yet")

    @property
    def undone(self) -> str:
        """The same once the stage is left: “Not told: the headteacher”."""
        return self._said("Not told")

    def _said(self, lacks: str) -> str:
        return f"{lacks}: {unmarked(self.words)}" if self.kind == "tell" else unmarked(self.words)


@dataclass(frozen=True)
class OnItsWay:
    """Somebody of the stage's `notify` to whom a letter was sent that has not arrived."""

    words: str
    arrives: datetime

    @property
    def sentence(self) -> str:
        """“Headteacher: on its way, arrives on 4 January 2027 at 07:30”."""
        return f"{unmarked(self.words)}: on its way, arrives on {on(self.arrives.date())} at {self.arrives:%H:%M}"

    @property
    def until_then(self) -> str:
        """What whoever does not read letters before they have arrived is told: “Not told yet: Headteacher”."""
        return Outstanding("tell", self.words).sentence


def outstanding(
    *,
    before: Iterable[str] = (),
    notify: Iterable[str] = (),
    duties: Iterable[str] = (),
    told: Iterable[str] = (),
    done: Iterable[str] = (),
    plan: str = "",
) -> list[Outstanding]:
    """What is left of a stage, in the order in which it is done. `plan` is what is still asked of the plan, in words.

    `told` and `done` are the words of the strategy that letters have reached, and that people have ticked.
    """
    told, done = set(told), set(done)
    found = [Outstanding("before", words) for words in before if words not in done]
    found += [Outstanding("tell", words) for words in notify if words not in told]
    found += [Outstanding("duty", words) for words in duties if words not in done]
    return [*found, *([Outstanding("plan", plan)] if plan else [])]


def talk_fault(discussed_on: date, *, today: date) -> str:
    """Why nobody can have talked on this day yet; empty where they can."""
    return "This day is still to come" if discussed_on > today else ""


def again_fault(review_on: date | None, *, today: date, until: date | None = None) -> str:
    """Why a school on a ladder is not looked at again on this day: it is past, or after the longest stay ends."""
    if review_on is None or review_on <= today:
        return "Say on which day it is looked at again; it is still to come"
    if until and today <= until < review_on:
        return f"The longest stay there ends on {on(until)}: look at it again by then"
    return ""


def looks_due(since: date, count: int, unit: str, halves: Sequence[HalfTerm]) -> list[date]:
    """After the ladder is left, by when each look at the school is due: one by the end of each term (or other unit)."""
    return [ends_after(since, turn, unit, halves) for turn in range(1, count + 1)]


def over_words(schools: int, worst: str, stay: Stay, today: date) -> str:
    """“2 schools are on the ladder; Elm is 12 days over its longest stay.” `worst` is the school that is over most."""
    first = f"{counted(schools, 'school')} {'is' if schools == 1 else 'are'} on the ladder"
    first = first[:1].upper() + first[1:]
    if not worst or not stay.is_over(today):
        return f"{first}."
    return f"{first}; {worst} is {stay.words(today)} its longest stay."
