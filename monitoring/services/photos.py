"""Photographs of work: made small, with nothing of where or when they were taken, and read by staff only."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils import timezone

from monitoring.models import Visit, VisitPhoto
from monitoring.queries.visits import form_of
from schools.audit import record_act
from schools.models import Membership
from schools.pictures import as_kept

MOST_PHOTOS = 12  # of one visit


def add_photo(visit: Visit, data: bytes, *, caption: str, by: Membership) -> VisitPhoto:
    """Keep a photograph with a visit that is still written. Raises ValidationError where it cannot be."""
    locked = Visit.objects.select_for_update().get(pk=visit.pk)
    if not visit.school.trust.photos_of_work:
        raise ValidationError("The trust keeps no photographs of work.")
    if not locked.is_open:
        raise ValidationError("This has been sent, so no photograph can be added.")
    if VisitPhoto.objects.filter(visit=locked).count() >= MOST_PHOTOS:
        raise ValidationError(f"A visit keeps at most {MOST_PHOTOS} photographs.")
    kept = as_kept(data)
    record_act("visit.photo_added", locked, by=by, school=visit.school, label=form_of(visit).label)
    return VisitPhoto.objects.create(visit=locked, content=kept, caption=caption, by=by, at=timezone.now())


def remove_photo(photo: VisitPhoto, *, by: Membership) -> None:
    """Take a photograph away, at any time: who appears in it may be seen only later."""
    visit = photo.visit
    record_act("visit.photo_removed", visit, by=by, school=visit.school, label=form_of(visit).label)
    photo.delete()
