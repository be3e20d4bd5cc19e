"""What is done with a whole self-evaluation: send, return, agree, remind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from evidence.models import SefEdition, SelfEvaluation, Source, State
from evidence.queries.sef import entries_in, entry_of, layout_for, sections_of, sef_due_of, versions_for
from evidence.rules.sef_entry import SectionEntry, edition_content, missing_before_sending
from evidence.rules.sef_layouts import NOT_HERE, SefLayout
from schools.audit import record_act
from schools.models import AuditEntry, Membership, Period, RoleGrant, School
from schools.strategy import Role
from schools.words import on as day_words

from .sef_news import tell_agreed, tell_leads, tell_reminder, tell_returned
from .sef_writing import require_open

SOURCE_KIND = "sef"
SOURCE_ROUTE = "sef_record"


def submit_sef(sef: SelfEvaluation, *, by: Membership) -> SefEdition:
    """Send it to the trust as a numbered edition. Raises ValidationError, by area and field, for what is missing."""
    locked = SelfEvaluation.objects.select_for_update().get(pk=sef.pk)
    require_open(locked)
    layout, rows = layout_for(sef), sections_of(locked)
    entries = {area.key: entry_of(rows[area.key]) if area.key in rows else SectionEntry() for area in layout.areas}
    refuse_missing(layout, entries)
    label = _named(sef)
    record_act("sef.submitted", sef, by=by, school=sef.school, before=locked.state, after="submitted", label=label)
    at, number = timezone.now(), SefEdition.objects.filter(part_of=locked).count() + 1
    carried = {area for area, row in rows.items() if row.carried}
    content = edition_content(layout, entries, carried)
    edition = SefEdition.objects.create(part_of=locked, number=number, at=at, by=by, content=content)
    locked.state, locked.submitted_at, locked.submitted_by = State.SUBMITTED, at, by
    locked.version += 1
    locked.save(update_fields=["state", "submitted_at", "submitted_by", "version"])
    tell_leads(locked, by=by, again=number > 1)
    return edition


def refuse_missing(layout: SefLayout, entries: Mapping[str, SectionEntry]) -> None:
    """Raise ValidationError with one sentence a section, by area."""
    labels = {area.key: area.label for area in layout.areas}
    if lacks := missing_before_sending(layout, entries):
        raise ValidationError({area: f"{labels[area]}: {words}." for area, words in lacks.items()})


def _named(sef: SelfEvaluation) -> str:
    return f"{sef.strategy_version.strategy.self_evaluation.label}, {sef.period.label}"


def _submitted(sef: SelfEvaluation, by: Membership, version: int | None) -> SelfEvaluation:
    """The row, locked, if this person may still act on what they have read."""
    locked = SelfEvaluation.objects.select_for_update().get(pk=sef.pk)
    if locked.state != State.SUBMITTED:
        raise ValidationError(f"This is {locked.get_state_display().lower()} now; only what is submitted is agreed.")
    leaders = RoleGrant.objects.current().filter(school=locked.school_id, role__in=(Role.HEAD, Role.LEADER))
    if locked.submitted_by_id == by.pk or leaders.filter(membership=by).exists():
        raise PermissionDenied("You lead this school, so somebody else agrees what it sent.")
    if version is not None and locked.version > version:
        raise ValidationError("The school has sent it again since you opened the page. Read it, then go on.")
    return locked


def return_sef(sef: SelfEvaluation, *, by: Membership, note: str, version: int | None = None) -> SelfEvaluation:
    """Send it back with a comment. The school's words are as it left them."""
    locked = _submitted(sef, by, version)
    if not note.strip():
        raise ValidationError({"note": "Say what you would like the school to look at again"})
    record_act(
        "sef.returned", sef, by=by, school=sef.school, before="submitted", after="returned", why=note, label=_named(sef)
    )
    locked.state, locked.returned_note, locked.version = State.RETURNED, note.strip(), locked.version + 1
    locked.save(update_fields=["state", "returned_note", "version"])
    tell_returned(locked, by=by)
    return locked


def agree_sef(sef: SelfEvaluation, *, by: Membership, version: int | None = None) -> SelfEvaluation:
    """Agree it as it was sent. It is locked from then on, and its judgements are on record for calibration."""
    locked = _submitted(sef, by, version)
    record_act("sef.agreed", sef, by=by, school=sef.school, before="submitted", after="agreed", label=_named(sef))
    locked.state, locked.agreed_at, locked.agreed_by = State.AGREED, timezone.now(), by
    locked.version += 1
    locked.save(update_fields=["state", "agreed_at", "agreed_by", "version"])
    Source.objects.bulk_create(_sources(locked))
    tell_agreed(locked, by=by)
    return locked


def _sources(sef: SelfEvaluation) -> list[Source]:
    """Each judgement of the last edition, of the day it was sent. Where a section does not apply there is none."""
    layout = layout_for(sef)
    entries = entries_in(SefEdition.objects.filter(part_of=sef).latest("number"))
    made = []
    for area in layout.areas:
        given = entries.get(area.key, SectionEntry()).judgement
        if given in ("", NOT_HERE):
            continue
        made.append(
            Source(
                school_id=sef.school_id,
                kind=SOURCE_KIND,
                area=area.key,
                framework=layout.scale,
                judgement=given,
                label=area.label[:200],
                on=timezone.localdate(sef.submitted_at),
                author_id=sef.submitted_by_id,
                route=SOURCE_ROUTE,
                original_id=sef.pk,
            )
        )
    return made


def remind_school(school: School, period: Period, *, by: Membership, today: date) -> list[Membership]:
    """Ask the heads for what is not sent yet, once a day at most. Who was told. Raises ValidationError where not."""
    School.objects.select_for_update(no_key=True).get(pk=school.pk)  # of two presses at once the second waits
    due = next(iter(sef_due_of([school], period, today)), None)
    if due is None or not due.is_unsent:
        raise ValidationError(f"{school.known_as} has nothing to send.")
    last = reminders_of(period, [school.pk]).get(school.pk)
    if last is not None and timezone.localdate(last.at) == today:
        who = last.by.user.name if last.by else "Somebody"
        raise ValidationError(f"{who} has reminded {school.known_as} today.")
    record_act("sef.reminded", SelfEvaluation, by=by, school=school, label=f"{due.label}, {period.label}")
    versions = versions_for(period, today)
    version = versions.get(school.pk) or versions[None]
    when = f"was due on {day_words(due.due_on)}" if due.due_on < today else f"is due on {day_words(due.due_on)}"
    people = tell_reminder(school, period, version.strategy, due=when, by=by)
    if not people:
        raise ValidationError(f"{school.known_as} has no headteacher who could be reminded.")
    return people


def reminders_of(period: Period, schools: list[int]) -> dict[int, AuditEntry]:
    """The last reminder of each school for the term. One query."""
    rows = AuditEntry.objects.filter(did="sef.reminded", school__in=schools, label__endswith=period.label)
    return {entry.school_id: entry for entry in rows.select_related("by__user").order_by("at") if entry.school_id}
