"""Changing a meeting's agenda: schools the meeting has decided on stay."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError

from categorisation.models import Decision
from schools.models import Meeting, Membership, School
from schools.services.meetings import change_agenda, open_record
from schools.words import listed, verb


def decided_at(meeting: Meeting) -> set[int]:
    """The schools on which the meeting has decided, by number."""
    return set(Decision.objects.filter(meeting=meeting).values_list("school", flat=True))


def change_agenda_of(meeting: Meeting, schools: Sequence[School], *, by: Membership, seen: Sequence[int]) -> bool:
    """As `change_agenda`, but a school the meeting has decided on stays. Raises ValidationError for one taken off."""
    locked = open_record(meeting)  # no decision is recorded at it meanwhile
    gone = decided_at(locked) - {school.pk for school in schools}
    if gone:
        names = [school.known_as for school in School.objects.filter(pk__in=gone)]
        raise ValidationError(
            f"This meeting has decided on {listed(names)}, which {verb(len(names), 'stays', 'stay')} on the agenda."
        )
    return change_agenda(locked, schools, by=by, seen=seen)
