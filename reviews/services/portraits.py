"""Pen portraits: what people who work in other schools say of themselves, and their photograph."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils import timezone

from reviews.models import PenPortrait, PortraitPhoto
from schools.audit import record_act
from schools.models import Membership
from schools.pictures import as_kept

PORTRAIT_EDGE = 480  # pixels


def write_portrait(
    *,
    by: Membership,
    role: str,
    experience: str,
    training: str = "",
    availability: str = "",
    photo: bytes = b"",
    photo_goes: bool = False,
) -> PenPortrait:
    """A person's own words about themselves, for schools they work in. Without `photo`, the one that is kept stays."""
    if not role.strip() or not experience.strip():
        raise ValidationError({"experience": "Write your role and what you bring."})
    kept = as_kept(photo, longest=PORTRAIT_EDGE, field="photo") if photo and not photo_goes else b""
    record_act("portrait.written", PenPortrait, by=by, label=by.user.name)
    values: dict[str, object] = {"role": role.strip(), "experience": experience.strip(), "training": training.strip()}
    values |= {"availability": availability.strip(), "written_at": timezone.now()}
    made, _ = PenPortrait.objects.update_or_create(membership=by, defaults=values)
    if photo_goes:
        PortraitPhoto.objects.filter(portrait=made).delete()
    if kept:
        PortraitPhoto.objects.update_or_create(portrait=made, defaults={"content": kept})
    return made
