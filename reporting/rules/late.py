"""What a school is late with, in words: each kind once, by its first day that was missed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from schools.rules import working_days_after
from schools.rules.rhythm import HalfTerm, school_days
from schools.words import counted, cut, listed, number, on

MATRIX, LACKS, UNSENT, PLAN, OVER, ACTION = "matrix", "lacks", "unsent", "plan", "over", "action"
STAGE, SEF, RETURN = "stage", "sef", "return"
ORDER = (MATRIX, LACKS, UNSENT, PLAN, OVER, ACTION, STAGE, SEF, RETURN)
FAR = timedelta(days=366)
"""How far ahead school days are counted: more than the most that a strategy gives."""

MOST_TITLE = 60  # characters of a plan's own words


@dataclass(frozen=True)
class Late:
    """One thing past its day. `since`: how many more of the same have been missed since then; `how`: how it stands."""

    kind: str
    on: date
    title: str = ""
    since: int = 0
    how: str = ""


def send_by(told: date, days: int, halves: Sequence[HalfTerm]) -> date:
    """By when a plan is sent that a level asks for: so many school days after the level was told.

    Where the calendar ends, working days count.
    """
    near = [half for half in halves if told <= half.ends and half.starts <= told + FAR]
    ahead = [one.on for one in school_days(near) if one.on > told][:days]
    return working_days_after(ahead[-1] if ahead else told, days - len(ahead)) if len(ahead) < days else ahead[-1]


def late_words(late: Iterable[Late], today: date) -> list[str]:
    """A clause for each kind; of several of one kind how many they are, and how late the first is."""
    known = sorted(late, key=lambda one: (ORDER.index(one.kind), one.on, one.title))
    grouped = groupby((one for one in known if one.on < today), lambda one: one.kind)
    return [_words(kind, list(same), today) for kind, same in grouped]


def unsent_words(ended: str, day: date) -> str:
    """How a plan stands that is open and not with who approves it. `ended`: the word of the step that ended its way."""
    return f"{ended.lower()} on {on(day)}, not sent again" if ended else "begun, not sent"


def _words(kind: str, same: list[Late], today: date) -> str:
    first = same[0]
    if kind == UNSENT:
        each = ((f"“{cut(one.title, MOST_TITLE)}”", counted((today - one.on).days, "day"), one.how) for one in same)
        return f"of what its level asks for, {listed(f'{title} is {days} late ({how})' for title, days, how in each)}"
    if kind == LACKS:
        by_day = groupby(same, lambda one: one.on)
        asked = [f"{listed(f'“{cut(one.title, MOST_TITLE)}”' for one in each)} by {on(day)}" for day, each in by_day]
        return f"its level asks for {listed(asked)}, and none is open"
    days, title = counted((today - first.on).days, "day"), f"“{cut(first.title, MOST_TITLE)}”"
    if len(same) > 1:
        many = number(len(same))
        several = {
            PLAN: f"updates of {many} plans are late",
            OVER: f"the time of {many} plans is up",
            ACTION: f"{many} actions are past their day",
            STAGE: f"{many} reviews of its place on a ladder are late",
            SEF: f"the {first.title} of {many} terms is late",
        }.get(kind, f"{many} returns are late")
        return f"{several}, the first by {days}"
    one_more = f", and {number(first.since)} more {'was' if first.since == 1 else 'were'} missed since"
    return {
        PLAN: f"the update of {title} is {days} late{one_more if first.since else ''}",
        OVER: f"the time of {title} was up {days} ago",
        ACTION: f"the action {title} is {days} past its day",
        STAGE: f"the review of its place on the ladder is {days} late",
        SEF: f"the {first.title} is {days} late",
        RETURN: f"the return {title} is {days} late",
    }.get(kind, f"the {first.title} is {days} past its day")
