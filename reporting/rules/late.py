"""What a school is late with, in words: each kind once, by its first day that was missed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from schools.words import counted, cut, listed, number

MATRIX, LACKS, PLAN, OVER, ACTION = "matrix", "lacks", "plan", "over", "action"
STAGE, SEF, RETURN = "stage", "sef", "return"
ORDER = (MATRIX, LACKS, PLAN, OVER, ACTION, STAGE, SEF, RETURN)
MOST_TITLE = 60  # characters of a plan's own words


@dataclass(frozen=True)
class Late:
    """One thing past its day. `since`: how many more of the same have been missed since then."""

    kind: str
    on: date
    title: str = ""
    since: int = 0


def late_words(late: Iterable[Late], today: date) -> list[str]:
    """A clause for each kind; of several of one kind how many they are, and how late the first is."""
    known = sorted(late, key=lambda one: (ORDER.index(one.kind), one.on, one.title))
    grouped = groupby((one for one in known if one.on < today), lambda one: one.kind)
    return [_words(kind, list(same), today) for kind, same in grouped]


def _words(kind: str, same: list[Late], today: date) -> str:
    first = same[0]
    if kind == LACKS:
        names = listed(f"“{cut(one.title, MOST_TITLE)}”" for one in same)
        return f"its level asks for {names}, and none is open"
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
