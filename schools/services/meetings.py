"""Planning and holding meetings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from schools.audit import record_act
from schools.models import AgendaItem, Attendance, AuditEntry, Interest, Meeting, Membership, Period, School
from schools.words import counted, listed, on

LONGEST_MINUTES = 50_000


def plan_meeting(
    kind: str,
    *,
    by: Membership,
    title: str,
    period: Period,
    starts_at: datetime,
    place: str,
    schools: Iterable[School],
    chair: int | None = None,
) -> Meeting:
    """Put a meeting in the calendar, with the schools it will talk about in this order; `chair` is a membership."""
    record_act("meeting.planned", Meeting, by=by, after=title)
    meeting = Meeting.objects.create(
        kind=kind, title=title, period=period, starts_at=starts_at, place=place, chair_id=chair, version=1
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


def open_record(meeting: Meeting) -> Meeting:
    """The meeting, locked until the end of the transaction. Raises ValidationError once its minutes are agreed."""
    locked = Meeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)
    require_not_agreed(locked)
    return locked


def change_agenda(meeting: Meeting, schools: Sequence[School], *, by: Membership, seen: Sequence[int]) -> bool:
    """Put these schools on the agenda in this order. Whether anything changed.

    `seen` are the schools, by number, that stood there when the change was made up. Raises ValidationError when
    somebody else has changed the agenda since.
    """
    locked = open_record(meeting)
    before = {item.school_id: item.school for item in locked.agenda.select_related("school")}
    wanted = {school.pk: school for school in schools}
    if list(before) == list(wanted):
        return False
    if list(before) != list(seen):
        names = listed([school.known_as for school in before.values()]) or "empty"
        raise ValidationError(
            f"Somebody else changed the agenda while you did. It is now: {names}. Your changes are below: look at them "
            "once more, then save."
        )
    was, now = counted(len(before), "school"), counted(len(wanted), "school")
    record_act("meeting.agenda", meeting, by=by, before=was, after=now, why=_told(before, wanted))
    AgendaItem.objects.filter(meeting=meeting).delete()
    _set_agenda(meeting, schools)
    return True


def _told(before: Mapping[int, School], after: Mapping[int, School]) -> str:
    """What changed on the agenda, in a sentence or two."""
    off = [school.known_as for pk, school in before.items() if pk not in after]
    put = [school.known_as for pk, school in after.items() if pk not in before]
    told = [f"{word}: {listed(names)}." for word, names in (("Taken off", off), ("Put on", put)) if names]
    return " ".join(told) or "In another order."


def set_attendance(meeting: Meeting, states: Mapping[int, str], *, by: Membership) -> None:
    """Write who was asked, came, or sent apologies, by membership number; empty takes off. Others stay as they are."""
    open_record(meeting)
    people = set(Membership.objects.filter(pk__in=states).values_list("pk", flat=True))
    now = dict(Attendance.objects.filter(meeting=meeting, person__in=people).values_list("person", "state"))
    changed = {pk: states[pk] for pk in people if now.get(pk, "") != states[pk]}
    if not changed:
        return
    record_act("meeting.attendance", meeting, by=by, after=counted(len(changed), "person", "people"))
    Attendance.objects.filter(meeting=meeting, person__in=changed).delete()
    Attendance.objects.bulk_create(
        Attendance(meeting=meeting, person_id=pk, state=state) for pk, state in changed.items() if state
    )


def declare_interest(meeting: Meeting, *, person: Membership, school: School, nature: str, by: Membership) -> Interest:
    """Record that a person has an interest in a school; they then take no part in deciding its category."""
    open_record(meeting)
    if not nature.strip():
        raise ValidationError({"nature": "Say what the interest is, for example “was headteacher there until 2024”"})
    record_act("meeting.interest", meeting, by=by, school=school, after=str(person), why=nature)
    interest, _ = Interest.objects.update_or_create(
        meeting=meeting, person=person, school=school, defaults={"nature": nature.strip()}
    )
    return interest


def write_minutes(meeting: Meeting, text: str, *, by: Membership, version: int) -> Meeting:
    """Save the draft minutes. Raises ValidationError when somebody else saved since `version`; the text stays typed."""
    locked = open_record(meeting)
    if locked.version != version and locked.minutes != text:
        raise ValidationError(f"{_who_saved(meeting)} while you were writing. Both texts are here.")
    if len(text) > LONGEST_MINUTES:
        raise ValidationError(f"Use at most {LONGEST_MINUTES:,} characters; this has {len(text):,}.")
    if locked.minutes == text:
        return locked
    record_act("meeting.minutes", meeting, by=by, after="draft")
    locked.minutes, locked.minutes_state = text, Meeting.Minutes.DRAFT
    locked.version += 1
    locked.save(update_fields=["minutes", "minutes_state", "version"])
    return locked


def _who_saved(meeting: Meeting) -> str:
    acts = AuditEntry.objects.filter(did="meeting.minutes", about_id=meeting.pk).select_related("by__user")
    last = acts.order_by("-at").first()
    if last is None or last.by is None:
        return "Somebody saved these minutes"
    at = timezone.localtime(last.at)
    return f"{last.by} saved these minutes on {on(at.date())} at {at:%H:%M},"


def agree_minutes(meeting: Meeting, *, by: Membership, version: int) -> Meeting:
    """Agree the draft as it was read in `version`. From then on the record of the meeting stands."""
    locked = open_record(meeting)
    if not locked.minutes.strip():
        raise ValidationError("Write the minutes before agreeing them.")
    if locked.version != version:
        raise ValidationError(f"{_who_saved(meeting)} after you read them. Read them again, then agree them.")
    record_act("meeting.minutes", meeting, by=by, before="draft", after="agreed")
    locked.minutes_state, locked.minutes_agreed_at = Meeting.Minutes.AGREED, timezone.now()
    locked.minutes_agreed_by = by
    locked.version += 1
    locked.save(update_fields=["minutes_state", "minutes_agreed_at", "minutes_agreed_by", "version"])
    return locked
