"""Audits, reviews and checks: recorded by the school or the trust, corrected or taken back with a reason."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from evidence.models import Source
from evidence.queries.sources import CHECK, outcome_words
from evidence.rules.people_named import people_named
from schools.audit import record_act
from schools.models import Membership, School
from schools.strategy import Kpi
from schools.words import listed
from schools.words import on as day_words

LONGEST_NOTE = 1000
OLDEST = 20
"""Years back; an older day is a slip of the keyboard (ours)."""


def record_source(
    school: School, kpi: Kpi, *, by: Membership, on: date, outcome: str = "", who: str = "", note: str = ""
) -> Source:
    """Put an audit or check of a dated indicator on record. Raises ValidationError by field."""
    who, note = who.strip(), note.strip()
    _check(school, kpi, on=on, outcome=outcome, who=who, note=note)
    made = Source(
        school=school, kind=CHECK, area=kpi.key, judgement=outcome, label=kpi.label[:200], on=on, who=who, note=note,
        author=by, route="checks",
    )  # fmt: skip
    record_act("check.recorded", Source, by=by, school=school, after=_said(kpi, made), label=kpi.label, why=note)
    made.save()
    return made


def correct_source(
    source: Source, kpi: Kpi, *, by: Membership, on: date, outcome: str, who: str, note: str, reason: str
) -> Source:
    """Put right what was recorded. The record of changes keeps what it said before, and why."""
    who, note = who.strip(), note.strip()
    locked = Source.objects.select_for_update().get(pk=source.pk)
    _require_reason(reason)
    _check(source.school, kpi, on=on, outcome=outcome, who=who, note=note, besides=locked.pk)
    before = _said(kpi, locked)
    locked.on, locked.judgement, locked.who, locked.note = on, outcome, who, note
    after = _said(kpi, locked)
    record_act(
        "check.corrected", locked, by=by, school=source.school, before=before, after=after, label=kpi.label,
        why=reason.strip(),
    )  # fmt: skip
    locked.save(update_fields=["on", "judgement", "who", "note"])
    return locked


def withdraw_source(source: Source, kpi: Kpi, *, by: Membership, reason: str) -> None:
    """Take back what was recorded by mistake. The record of changes keeps it, and why."""
    _require_reason(reason)
    before = _said(kpi, source)
    record_act(
        "check.withdrawn", source, by=by, school=source.school, before=before, label=kpi.label, why=reason.strip()
    )
    source.delete()


def _said(kpi: Kpi, source: Source) -> str:
    """“10 September 2026: points still open”."""
    outcome = outcome_words(kpi, source.judgement)
    return f"{day_words(source.on)}: {outcome[:1].lower()}{outcome[1:]}" if outcome else day_words(source.on)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": "Say why, in a sentence. The record of changes keeps it."})


def _check(
    school: School, kpi: Kpi, *, on: date, outcome: str, who: str, note: str, besides: int | None = None
) -> None:
    today = timezone.localdate()
    if on > today:
        raise ValidationError({"on": "The day cannot be in the future"})
    if on.year < today.year - OLDEST:
        raise ValidationError({"on": f"Enter a day of the last {OLDEST} years"})
    if kpi.outcomes and outcome not in {one.key for one in kpi.outcomes}:
        raise ValidationError({"outcome": "Choose how it ended"})
    if named := people_named(who):
        raise ValidationError({"who": f"Give the role, not the name: {listed(named)}"})
    if len(note) > LONGEST_NOTE:
        raise ValidationError({"note": f"Use at most {LONGEST_NOTE:,} characters; this has {len(note):,}"})
    same = Source.objects.filter(school=school, kind=CHECK, area=kpi.key, on=on).exclude(pk=besides)
    if same.exists():
        raise ValidationError({"on": f"There is one of {day_words(on)} already. Correct that one instead."})
