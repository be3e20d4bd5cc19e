"""A meeting with everything it talks about. A fixed number of queries, whatever the number of schools."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from categorisation.models import Decision
from reporting.queries.overview import Category, SchoolLine, overview
from schools.models import AgendaItem, Attendance, Interest, Meeting, Membership, School
from schools.queries import Followed, members
from schools.strategy import Strategy


@dataclass(frozen=True)
class AgendaLine:
    """One school on the agenda: where it stands, and what this meeting decided."""

    position: int
    school: SchoolLine
    decided: tuple[str, ...]  # axes this meeting has decided
    interests: tuple[Interest, ...]

    @property
    def open_axes(self) -> list[Category]:
        """Axes on which this meeting has not decided yet."""
        return [category for category in self.school.categories if category.axis not in self.decided]


@dataclass(frozen=True)
class MeetingPage:
    """What the page of one meeting shows."""

    kind: str  # in the words of the schools' strategies
    agenda: tuple[AgendaLine, ...]
    attendance: tuple[Attendance, ...]
    interests: tuple[Interest, ...]
    members: tuple[Membership, ...]

    @property
    def to_decide(self) -> int:
        return sum(bool(line.open_axes) for line in self.agenda)


def meeting_kinds(strategies: Iterable[Strategy]) -> dict[str, str]:
    """The meetings these strategies name: their labels by key."""
    return {kind.key: kind.label for strategy in strategies for kind in strategy.meetings}


def meeting_page(meeting: Meeting, followed: Followed, *, today: date) -> MeetingPage:
    """Everything on one meeting."""
    items = {item.school_id: item.position for item in AgendaItem.objects.filter(meeting=meeting)}
    interests = tuple(Interest.objects.filter(meeting=meeting).select_related("person__user", "school"))
    decided: dict[int, list[str]] = {}
    for school, axis in Decision.objects.filter(meeting=meeting).values_list("school_id", "axis"):
        decided.setdefault(school, []).append(axis)
    trust = overview(meeting.period, today=today, schools=School.objects.filter(pk__in=items), followed=followed)
    kinds = meeting_kinds(sheet.strategy for sheet in trust.sheets)
    agenda = [
        AgendaLine(
            items[line.school_id],
            line,
            tuple(decided.get(line.school_id, ())),
            tuple(one for one in interests if one.school_id == line.school_id),
        )
        for line in trust.lines
    ]
    return MeetingPage(
        kind=kinds.get(meeting.kind, meeting.title),
        agenda=tuple(sorted(agenda, key=lambda line: line.position)),
        attendance=tuple(Attendance.objects.filter(meeting=meeting).select_related("person__user")),
        interests=interests,
        members=tuple(members()),
    )
