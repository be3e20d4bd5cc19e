"""The trust puts a fact of its strategy on record for a school, or ends it. Published facts are never typed."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from categorisation.models import SchoolFact
from schools.audit import record_act
from schools.models import Membership, School
from schools.queries import strategy_of
from schools.strategy import Fact
from schools.words import on as day_words

from .moderation import leads_school
from .proposals import propose_anew

LONGEST_REASON = 1000


def declare_fact(school: School, key: str, *, by: Membership, since: date, note: str) -> SchoolFact:
    """Put a fact on record from a day on. What the rules propose takes it in where nothing has been decided yet.

    Raises PermissionDenied when this person leads the school, ValidationError by field otherwise.
    """
    today = timezone.localdate()
    _require_other_school(school, by)
    _lock(school)
    fact = _declarable(school, key, today)
    _check_since(school, fact, since, today)
    _check_words("note", note, "Say why, in a sentence the school will read")
    record_act("fact.declared", SchoolFact, by=by, school=school, after=fact.label, why=note.strip())
    made = SchoolFact.objects.create(school=school, key=key, since=since, note=note.strip(), by=by)
    propose_anew(school, today=today)
    return made


def end_fact(fact: SchoolFact, *, by: Membership, on: date, reason: str) -> SchoolFact:
    """End a fact: from this day on it holds no more. The reason is kept in the record of changes.

    Raises PermissionDenied when this person leads the school, ValidationError by field otherwise.
    """
    today = timezone.localdate()
    _require_other_school(fact.school, by)
    _lock(fact.school)
    locked = SchoolFact.objects.get(pk=fact.pk)
    if locked.until is not None:
        raise ValidationError(f"This was ended already, on {day_words(locked.until)}.")
    if on > today:
        raise ValidationError({"on": "The day cannot be in the future"})
    if on < locked.since:
        raise ValidationError({"on": f"It holds since {day_words(locked.since)}; enter that day or a later one"})
    _check_words("reason", reason, "Say why it holds no more, in a sentence the school will read")
    strategy = strategy_of(fact.school, today)
    known = strategy.strategy.fact_by_key.get(locked.key) if strategy else None
    label = known.label if known else str(locked)
    record_act("fact.ended", locked, by=by, school=fact.school, before=label, why=reason.strip())
    locked.until = on
    locked.save(update_fields=["until"])
    propose_anew(fact.school, today=today)
    return locked


def move_fact(school: School, *, by: Membership, on: date, ended: str | None, begun: str | None, note: str) -> None:
    """End one fact and begin another, as part of an act that the caller has recorded. Blank or None: neither.

    What is on record already stays as it is, and what was ended already is left alone.
    """
    _lock(school)
    current = {row.key: row for row in SchoolFact.objects.filter(school=school, until=None)}
    if ended and ended != begun and ended in current:
        current[ended].until = max(on, current[ended].since)
        current[ended].save(update_fields=["until"])
    if begun and begun not in current:
        SchoolFact.objects.create(school=school, key=begun, since=on, note=note[:LONGEST_REASON], by=by)
    if ended or begun:
        propose_anew(school, today=timezone.localdate())


def _lock(school: School) -> None:
    """One change at a time on a school: whoever comes second sees what the first wrote."""
    School.objects.select_for_update(no_key=True).get(pk=school.pk)


def _require_other_school(school: School, by: Membership) -> None:
    if leads_school(by, school.pk):
        raise PermissionDenied("You lead this school, so somebody else puts facts on its record.")


def _declarable(school: School, key: str, today: date) -> Fact:
    version = strategy_of(school, today)
    fact = version.strategy.fact_by_key.get(key) if version else None
    if fact is None:
        raise ValidationError({"key": "This school’s strategy has no such fact"})
    if fact.computed:
        raise ValidationError({"key": f"“{fact.label}” is worked out from judgements, so nobody records it"})
    if fact.published:
        raise ValidationError({"key": f"“{fact.label}” is read from the latest inspection, so nobody records it"})
    return fact


def _check_since(school: School, fact: Fact, since: date, today: date) -> None:
    """In the trust's time with the school, and at no time twice."""
    if since > today:
        raise ValidationError({"since": "The day cannot be in the future"})
    if since < school.joined_on:
        joined = f"{school.known_as} joined the trust on {day_words(school.joined_on)}"
        raise ValidationError({"since": f"{joined}; enter that day or a later one"})
    before = SchoolFact.objects.filter(school=school, key=fact.key).order_by("-since", "-pk")
    for one in before:
        if one.until is None:
            raise ValidationError({"key": f"“{fact.label}” is on record already, since {day_words(one.since)}"})
        if one.until > since:
            ended = f"“{fact.label}” was on record until {day_words(one.until)}"
            raise ValidationError({"since": f"{ended}; enter that day or a later one"})


def _check_words(field: str, words: str, ask: str) -> None:
    if not words.strip():
        raise ValidationError({field: ask})
    if len(words) > LONGEST_REASON:
        raise ValidationError({field: f"Use at most {LONGEST_REASON:,} characters; this has {len(words):,}"})
