"""Planning and holding meetings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from schools.audit import record_act
from schools.models import AgendaItem, Attendance, Interest, Meeting, Membership, Period, School

LONGEST_MINUTES = 50_000


def plan_meeting(
    kind: str, *, by: Membership, title: str, period: Period, starts_at: datetime, place: str, schools: Iterable[School]
) -> Meeting:
    """Put a meeting in the calendar, with the schools it will talk about in this order."""
    record_act("meeting.planned", Meeting, by=by, after=title)
    meeting = Meeting.objects.create(
        kind=kind, title=title, period=period, starts_at=starts_at, place=place, chair=by, version=1
    )
    _set_agenda(meeting, schools)
    return meeting


def _set_agenda(meeting: Meeting, schools: Iterable[School]) -> None:
    items = [AgendaItem(meeting=meeting, school=school, position=n) for n, school in enumerate(schools, start=1)]
    AgendaItem.objects.bulk_create(items)


def require_not_agreed(meeting: Meeting) -> None:
    """Once the minutes are agreed, the record of the meeting stands."""
    if meeting.minutes_state == Meeting.Minutes.AGREED:
        raise ValidationError("The minutes of this meeting are agreed, so its record no longer changes.")


def set_attendance(meeting: Meeting, states: Mapping[int, str], *, by: Membership) -> None:
    """Write who was asked, came, or sent apologies, by membership number. People left out are taken off."""
    require_not_agreed(meeting)
    known = dict.fromkeys(Membership.objects.filter(pk__in=states).values_list("pk", flat=True))
    record_act("meeting.attendance", meeting, by=by, after=f"{len(known)} people")
    Attendance.objects.filter(meeting=meeting).delete()
    Attendance.objects.bulk_create(Attendance(meeting=meeting, person_id=pk, state=states[pk]) for pk in known)


def declare_interest(meeting: Meeting, *, person: Membership, school: School, nature: str, by: Membership) -> Interest:
    """Record that a person has an interest in a school; they then take no part in deciding its category."""
    require_not_agreed(meeting)
    if not nature.strip():
        raise ValidationError({"nature": "Say what the interest is, for example “was headteacher there until 2024”"})
    record_act("meeting.interest", meeting, by=by, school=school, after=str(person), why=nature)
    interest, _ = Interest.objects.update_or_create(
        meeting=meeting, person=person, school=school, defaults={"nature": nature.strip()}
    )
    return interest


def write_minutes(meeting: Meeting, text: str, *, by: Membership, version: int) -> Meeting:
    """Save the draft minutes. Raises ValidationError when somebody else saved since `version`; the text stays typed."""
    locked = Meeting.objects.select_for_update().get(pk=meeting.pk)
    require_not_agreed(locked)
    if locked.version != version:
        raise ValidationError("Somebody else saved these minutes while you were writing. Both texts are below.")
    if len(text) > LONGEST_MINUTES:
        raise ValidationError(f"Use at most {LONGEST_MINUTES:,} characters; this has {len(text):,}.")
    record_act("meeting.minutes", meeting, by=by, after="draft")
    locked.minutes, locked.minutes_state = text, Meeting.Minutes.DRAFT
    locked.version += 1
    locked.save(update_fields=["minutes", "minutes_state", "version"])
    return locked


def agree_minutes(meeting: Meeting, *, by: Membership) -> Meeting:
    """Agree the draft. From then on the record of the meeting stands."""
    locked = Meeting.objects.select_for_update().get(pk=meeting.pk)
    require_not_agreed(locked)
    if not locked.minutes.strip():
        raise ValidationError("Write the minutes before agreeing them.")
    record_act("meeting.minutes", meeting, by=by, before="draft", after="agreed")
    locked.minutes_state, locked.minutes_agreed_at = Meeting.Minutes.AGREED, timezone.now()
    locked.minutes_agreed_by = by
    locked.version += 1
    locked.save(update_fields=["minutes_state", "minutes_agreed_at", "minutes_agreed_by", "version"])
    return locked
