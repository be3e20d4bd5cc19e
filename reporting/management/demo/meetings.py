"""Risk meetings: their agenda, who came, what they declared, and the minutes of those that are over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from reporting.management.demo.calendar import Sitting, Terms, moment, working_day
from reporting.management.demo.people import People
from reporting.management.demo.record import Record
from reporting.management.demo.story import TrustPlan, chance, pick
from schools.models import AgendaItem, Attendance, Interest, Meeting, Membership, School
from schools.strategy import Role

KIND = "risk_meeting"


class Meetings:
    """The meetings of one trust, written first so that decisions can point at them."""

    def __init__(self, plan: TrustPlan, people: People, terms: Terms, schools: dict[str, School]) -> None:
        self.plan, self.people, self.terms, self.schools = plan, people, terms, schools
        self.regular: dict[tuple[int, int], Meeting] = {}  # (terms ago, half term it closes; 0 for the term)
        self.extra: dict[tuple[str, str], Meeting] = {}  # (school, axis) -> a meeting between two regular ones
        self.agendas: list[tuple[Meeting, list[str]]] = []
        self.conflicts: set[tuple[int, int, int]] = set()

    def make(self, sittings: Iterable[Sitting], record: Record) -> None:
        """Write every meeting these matrices were or will be taken at."""
        grouped: dict[tuple[int, int], list[Sitting]] = {}
        for sitting in sittings:
            grouped.setdefault((sitting.ago, sitting.half % 2), []).append(sitting)
        for key, group in sorted(grouped.items(), reverse=True):
            first = group[0]
            title = "Risk meeting" if key[1] == 0 else "Risk meeting, category 4 only"
            self.regular[key] = self._add(title, first, [one.plan.key for one in group])
        for one in self.plan.extra_meetings:
            self._add_extra(one)
        made = Meeting.objects.bulk_create([meeting for meeting, _ in self.agendas])
        self._write_details(made, record)

    def deciding(self, sitting: Sitting, axis: str) -> Meeting | None:
        """The meeting that has decided this matrix on this axis; None when it is still to come."""
        if sitting.is_current:
            return self.extra.get((sitting.plan.key, axis))
        return self.regular[sitting.ago, sitting.half % 2]

    def has_interest(self, meeting: Meeting, person: Membership, school: School) -> bool:
        return (meeting.pk, person.pk, school.pk) in self.conflicts

    def _add(self, title: str, sitting: Sitting, schools: list[str]) -> Meeting:
        meeting = Meeting(
            kind=KIND, title=title, period=sitting.period, place=self.plan.place, chair=self.people.holding(Role.CEO),
            starts_at=moment(sitting.meets_on, self.plan.meeting_time),
        )  # fmt: skip
        self.agendas.append((meeting, schools))
        return meeting

    def _add_extra(self, one: dict) -> None:
        day = working_day(self.terms.today - timedelta(days=one["days_ago"]))
        meeting = Meeting(
            kind=one["kind"], title=one["title"], period=self.terms[0], place="By video call",
            chair=self.people.holding(Role.CEO), starts_at=moment(day, "15:00"),
        )  # fmt: skip
        self.extra[one["school"], one["axis"]] = meeting
        self.agendas.append((meeting, [one["school"]]))

    def _write_details(self, meetings: list[Meeting], record: Record) -> None:
        over = [meeting for meeting in meetings if meeting.starts_at.date() < self.terms.today]
        self._write_agendas()
        self._write_interests()
        self._write_attendance(meetings, over)
        self._write_minutes(over, record)

    def _write_agendas(self) -> None:
        AgendaItem.objects.bulk_create(
            AgendaItem(meeting=meeting, school=self.schools[key], position=position)
            for meeting, keys in self.agendas
            for position, key in enumerate(keys, start=1)
        )

    def _write_interests(self) -> None:
        rows = []
        for one in self.plan.interests:
            for ago in one["ago"]:
                meeting, school = self.regular[ago, 0], self.schools[one["school"]]
                person = self.people.members[one["person"]]
                rows.append(Interest(meeting=meeting, person=person, school=school, nature=one["nature"]))
                self.conflicts.add((meeting.pk, person.pk, school.pk))
        Interest.objects.bulk_create(rows)

    def _write_attendance(self, meetings: list[Meeting], over: list[Meeting]) -> None:
        rows = []
        for meeting in meetings:
            for key in self.plan.attends:
                came = meeting not in over or key == self.plan.attends[0] or chance(meeting.starts_at, key) > 0.1
                state = Attendance.State.PRESENT if came else Attendance.State.APOLOGIES
                state = state if meeting in over else Attendance.State.ASKED
                rows.append(Attendance(meeting=meeting, person=self.people.members[key], state=state))
        Attendance.objects.bulk_create(rows)

    def _write_minutes(self, over: list[Meeting], record: Record) -> None:
        """Agreed a week later by the chair; those of the latest meeting are still a draft."""
        for number, meeting in enumerate(sorted(over, key=lambda one: one.starts_at)):
            meeting.minutes = self._minutes(meeting, number)
            agreed_at = meeting.starts_at + timedelta(days=7, hours=1)
            is_agreed = agreed_at.date() < self.terms.today and meeting not in self.extra.values()
            meeting.minutes_state = Meeting.Minutes.AGREED if is_agreed else Meeting.Minutes.DRAFT
            if is_agreed:
                meeting.minutes_agreed_at, meeting.minutes_agreed_by = agreed_at, meeting.chair
                record.write("minutes.agreed", meeting, at=agreed_at, by=meeting.chair, after="agreed")
        Meeting.objects.bulk_update(over, ["minutes", "minutes_state", "minutes_agreed_at", "minutes_agreed_by"])

    def _minutes(self, meeting: Meeting, number: int) -> str:
        for one in self.plan.extra_meetings:
            if meeting is self.extra.get((one["school"], one["axis"])):
                return one["minutes"]
        return pick([one["text"] for one in self.plan.minutes], self.plan.slug, number)
