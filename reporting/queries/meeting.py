"""A meeting with everything it talks about. A fixed number of queries, whatever the number of schools."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery

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
    strategy: Strategy
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
    interests = tuple(Interest.objects.filter(meeting=meeting).select_related("person__user", "school"))
    trust = overview(meeting.period, today=today, schools=_listed(meeting), followed=followed)
    kinds = meeting_kinds(sheet.strategy for sheet in trust.sheets)
    listed: dict[int, Any] = {school.pk: school for school in trust.schools}
    agenda = [
        AgendaLine(
            listed[line.school_id].position,
            line,
            sheet.strategy,
            tuple(listed[line.school_id].decided),
            tuple(one for one in interests if one.school_id == line.school_id),
        )
        for sheet in trust.sheets
        for line in sheet.lines
    ]
    return MeetingPage(
        kind=kinds.get(meeting.kind, meeting.title),
        agenda=tuple(sorted(agenda, key=lambda line: line.position)),
        attendance=tuple(Attendance.objects.filter(meeting=meeting).select_related("person__user")),
        interests=interests,
        members=tuple(members()),
    )


def _listed(meeting: Meeting) -> QuerySet[School]:
    """The schools on the agenda, each with its place there and the axes that the meeting has decided."""
    items = AgendaItem.objects.filter(meeting=meeting, school=OuterRef("pk"))
    decisions = Decision.objects.filter(meeting=meeting, school=OuterRef("pk"))
    rows = School.objects.annotate(position=Subquery(items.values("position")))
    return rows.exclude(position=None).annotate(decided=ArraySubquery(decisions.values("axis")))
