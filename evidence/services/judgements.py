"""Judgements from outside that no published file brings: a review by the trust, by the local authority, by peers."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from evidence.models import Source
from evidence.rules.people_named import people_named
from evidence.rules.sef_layouts import NOT_HERE, SefLayout
from schools.audit import record_act
from schools.models import Membership, School
from schools.words import listed
from schools.words import on as day_words

KIND = "outside"
OLDEST = 20
"""Years back; an older day is a slip of the keyboard (ours)."""


def record_judgement(
    school: School, layout: SefLayout, *, by: Membership, area: str, judgement: str, on: date, who: str
) -> Source:
    """Put an outside judgement of one area on record. Raises ValidationError by field."""
    section = layout.area(area)
    if section is None:
        raise ValidationError({"area": "Choose one of the areas."})
    chosen = section.judgement(judgement)
    if chosen is None or judgement == NOT_HERE:
        words = [one.label for one in section.judgements if one.key != NOT_HERE]
        raise ValidationError({"judgement": f"{section.label} is judged as {listed(words, 'or')}."})
    _check(on, who)
    said = f"{section.label}: {chosen.label}, {day_words(on)}"
    record_act("judgement.recorded", Source, by=by, school=school, after=said, label=who.strip())
    return Source.objects.create(
        school=school, kind=KIND, area=area, framework=layout.scale, judgement=judgement, label=who.strip(), on=on,
        author=by, route="judgements",
    )  # fmt: skip


def _check(on: date, who: str) -> None:
    today = timezone.localdate()
    if on > today:
        raise ValidationError({"on": "The day cannot be in the future."})
    if on.year < today.year - OLDEST:
        raise ValidationError({"on": f"Enter a day of the last {OLDEST} years."})
    if named := people_named(who):
        raise ValidationError({"who": f"Give the body or the role, not the name: {listed(named)}."})


def withdraw_judgement(source: Source, *, by: Membership, reason: str) -> None:
    """Take back what was recorded by mistake. The record of changes keeps it, and why."""
    if not reason.strip():
        raise ValidationError({"reason": "Say why, in a sentence. The record of changes keeps it."})
    before = f"{source.area.replace('_', ' ')}: {source.judgement}, {day_words(source.on)}"
    record_act(
        "judgement.withdrawn", source, by=by, school=source.school, before=before, label=source.label,
        why=reason.strip(),
    )  # fmt: skip
    source.delete()
