"""What happens to visits by the calendar: windows for replies close, and old notes are removed."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from monitoring.models import Visit, VisitPhoto
from monitoring.queries.visits import form_of
from monitoring.rules.retention import are_notes_due
from schools.audit import record_act

from .sending import publish

PHOTO_MONTHS = 12
"""How long a photograph is kept where the form says nothing of its notes."""


def close_windows(*, today: date) -> int:
    """Records whose school has not replied in time become final without a reply. How many."""
    over = Visit.objects.filter(state=Visit.State.SUBMITTED, final_at=None, reply_due_on__lt=today)
    closed = 0
    for visit in over.select_for_update(of=("self",)).select_related("school", "strategy_version", "lead"):
        after = "final without a reply"
        record_act("visit.final", visit, by=None, school=visit.school, after=after, label=form_of(visit).label)
        visit.final_at = timezone.now()
        visit.save(update_fields=["final_at"])
        publish(visit)
        closed += 1
    return closed


def remove_old_notes(*, today: date) -> int:
    """What was written goes when its form says so; that the visit took place, when and by whom, stays. How many."""
    kept = Visit.objects.filter(notes_removed_at=None, final_at__isnull=False, on__isnull=False)
    removed = 0
    for visit in kept.select_for_update(of=("self",)).select_related("school", "strategy_version"):
        form = form_of(visit)
        if not are_notes_due(visit.on or today, form.retention_months, today=today):
            continue
        record_act("visit.notes_removed", visit, by=None, school=visit.school, label=form.label)
        VisitPhoto.objects.filter(visit=visit).delete()
        visit.answers, visit.touched, visit.reply_text, visit.notes_removed_at = {}, {}, "", timezone.now()
        visit.save(update_fields=["answers", "touched", "reply_text", "notes_removed_at"])
        removed += 1
    return removed + _remove_forgotten_drafts(today) + _remove_old_photos(today)


def _remove_forgotten_drafts(today: date) -> int:
    """What was begun and never sent is kept no longer than what was sent, from the day of its last change."""
    removed = 0
    drafts = Visit.objects.filter(state=Visit.State.DRAFT).exclude(answers={})
    for visit in drafts.select_for_update(of=("self",)).select_related("school", "strategy_version"):
        form, changed = form_of(visit), max((mark[2] for mark in visit.touched.values()), default="")
        last = date.fromisoformat(changed[:10]) if changed else visit.planned_for
        if last is None or not are_notes_due(last, form.retention_months, today=today):
            continue
        record_act("visit.notes_removed", visit, by=None, school=visit.school, label=form.label)
        VisitPhoto.objects.filter(visit=visit).delete()
        visit.answers, visit.touched = {}, {}
        visit.save(update_fields=["answers", "touched"])
        removed += 1
    return removed


def _remove_old_photos(today: date) -> int:
    """Photographs of forms whose notes are kept for good are not."""
    removed = 0
    for photo in VisitPhoto.objects.defer("content").select_related("visit__school", "visit__strategy_version"):
        form = form_of(photo.visit)
        if form.retention_months is None and are_notes_due(timezone.localdate(photo.at), PHOTO_MONTHS, today=today):
            record_act("visit.photo_removed", photo.visit, by=None, school=photo.visit.school, label=form.label)
            photo.delete()
            removed += 1
    return removed
