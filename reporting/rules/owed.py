"""What is owed and when: one line a thing, those of several schools on one day drawn together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from plans.rules.support import Line as SupportLine
from schools.rules.rhythm import HalfTerm, days_of_year
from schools.strategy import Strategy

KINDS: Mapping[str, str] = {
    "matrix": "Ratings",
    "sef": "Self-evaluation",
    "return": "Data returns",
    "category": "Categories",
    "plan": "Plans and actions",
    "concern": "Concerns",
    "review": "Reviews and visits",
    "meeting": "Meetings",
    "support": "Support and networks",
    "report": "Reports",
}
"""The kinds of thing that are owed, in the words of the filter."""

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Owed:
    """One thing: due by a day, or where it is `held` taking place on it.

    `school` is None for what concerns the whole trust. `page` is a route with its arguments; blank without one.
    """

    kind: str
    on: date
    title: str
    school: int | None = None
    held: bool = False
    page: str = ""
    place: Mapping[str, object] = field(default_factory=dict)
    at: datetime | None = None  # of a meeting
    giver: int | None = None  # the other school that gives it
    to_school: bool = False  # the trust owes it to the school, which has nothing to do for it
    number: int = 0  # of what is never drawn together with others, so that each leads to its own page

    def concerns(self, school: int) -> bool:
        """Whether it stands in the calendar of this school: its own, what it gives, and what concerns the trust."""
        return self.school is None or school in (self.school, self.giver)


@dataclass(frozen=True)
class Line:
    """The same thing on the same day, of one or several schools."""

    first: Owed
    schools: tuple[int, ...]

    @property
    def on(self) -> date:
        return self.first.on


def drawn_together(owed: Iterable[Owed]) -> list[Line]:
    """One line a day and title, in order; each school once. What has a number stands by itself."""

    def alike(one: Owed) -> tuple[date, bool, str, str, bool, int]:
        return one.on, not one.held, one.kind, one.title, one.school is None, one.number

    found = []
    for _, same in groupby(sorted(owed, key=lambda one: (*alike(one), one.school or 0)), alike):
        lines = list(same)
        found.append(Line(lines[0], tuple(dict.fromkeys(one.school for one in lines if one.school is not None))))
    return found


def by_week(lines: Iterable[Line]) -> list[tuple[date, list[Line]]]:
    """The lines by the Monday of their week; a week with none is left out."""
    return [(monday, list(same)) for monday, same in groupby(lines, lambda line: monday_of(line.on))]


def monday_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def of_entitlements(lines: Iterable[SupportLine], *, today: date) -> Iterator[tuple[date, str]]:
    """What a school counts on and has not had, by the days by which one more is owed: of several in one span which.

    What came is set against the earliest days, as in the ledger. Of what is behind by more than one the first day that
    was not kept stands for all; of what nobody keeps on record, nothing is behind.
    """
    for line in lines:
        if line.entitlement is None:
            continue
        label, amount, met = line.label, line.entitlement.amount, int(line.came)
        if line.since and line.short > 1:
            yield line.since, f"{label}: {line.behind_words}"
        for place, day in enumerate(line.due[met:], met):
            if day >= today or 0 < line.short <= 1:
                yield day, f"{label}, {place % amount + 1} of {amount}" if amount > 1 else label


def of_meetings(
    strategy: Strategy, planned: Iterable[tuple[str, date]], halves: Sequence[HalfTerm], *, since: date, until: date
) -> Iterator[tuple[date, str]]:
    """By when each standing meeting is to be held that has no day in its span: day and title.

    `planned`: the kinds and days of meetings, those of the last year too. Before their first half term nothing is owed.
    """
    days, first = list(planned), min((half.starts for half in halves), default=since) - A_DAY
    for meeting in strategy.meetings:
        before = first
        for due, _ in days_of_year(meeting.every, halves) if meeting.every else ():
            if since <= due <= until and not any(kind == meeting.key and before < day <= due for kind, day in days):
                yield due, f"{meeting.label}: no day is set"
            before = due
