"""Progress of a plan: written as a draft, sent once, never changed; and the day by which the next is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from plans.models import Plan, Priority, ProgressDraft, ProgressUpdate
from plans.queries.documents import document_of
from plans.queries.plans import kind_of, priorities_of
from plans.queries.progress import asked_of, days_of, reached_by, targets_in_words
from plans.rules.progress import abouts, answers, form_of, rhythm_of, told
from plans.rules.targets import Judged, verdicts_in, without_a_verdict
from reviews.queries.reviews import levels_of
from schools.audit import record_act
from schools.filled import Value, lacking
from schools.models import Membership
from schools.services.filling import SavedAnswers, keep_answers
from schools.words import on as day_words

from .news import tell_progress
from .supporting import TAKEN
from .writing import open_plan


@dataclass(frozen=True)
class SentProgress:
    """What became of sending. `lacks`, by name: kept as a draft, and not sent until they are there."""

    saved: SavedAnswers
    update: ProgressUpdate | None = None
    lacks: Mapping[str, str] = field(default_factory=dict)


def save_progress(
    plan: Plan,
    typed: Mapping[str, Value | None],
    *,
    by: Membership,
    version: int,
    base: Mapping[str, Value | None] | None = None,
) -> SavedAnswers:
    """Keep what is written of the next update, as a draft is kept. Raises ValidationError once the plan is closed."""
    return keep_answers(_draft(open_plan(plan)), typed, by=by, version=version, base=base)


def _draft(plan: Plan) -> ProgressDraft:
    if plan.strategy_version is None:
        raise ValidationError("Begin to write this plan first.")
    return ProgressDraft.objects.get_or_create(plan=plan)[0]


def send_progress(
    plan: Plan, typed: Mapping[str, Value | None], *, by: Membership, version: int, token: UUID | None = None
) -> SentProgress:
    """Send what was written, with the targets as they stand today and what is said of those in words.

    From then on it does not change.

    With conflicts nothing is written; while something is lacking it is kept and not sent. A `token`, made by the
    sender, is taken once.
    """
    locked = open_plan(plan)
    if token and ProgressUpdate.objects.filter(token=token).exists():
        raise ValidationError({"token": TAKEN})
    draft, today = _draft(locked), timezone.localdate()
    saved = keep_answers(draft, typed, by=by, version=version)
    if saved.conflicts:
        return SentProgress(saved)
    priorities = priorities_of([locked]).get(locked.pk, [])
    document, asked = document_of(locked, priorities), asked_of(priorities, today=today)
    lines = abouts(document)
    lacks = dict(lacking(form_of(lines, asked, today=today), draft.answers)) | without_a_verdict(asked, draft.answers)
    if lacks:
        return SentProgress(saved, lacks=lacks)
    kind, levels = kind_of(locked), levels_of([locked.school] if locked.school else [])
    every = rhythm_of(kind, levels.get(locked.school_id or 0, {})) if kind else None
    due = answers(locked.update_due_on, sent=today, every=every)
    after = f"for {day_words(due)}" if due else "not asked for"
    record_act("plan.progress", locked, by=by, school=locked.school, after=after, label=locked.title)
    _say(priorities, verdicts_in(asked, draft.answers), by=by)
    known = reached_by(locked, priorities, today=today, access=None)
    update = ProgressUpdate.objects.create(
        plan=locked, due_on=due, sent_at=timezone.now(), sent_by=by,
        document=told(lines, draft.answers, targets_in_words(document, known)), token=token,
    )  # fmt: skip
    draft.delete()
    set_due_days([locked], today=today)
    tell_progress(locked, update, by=by)
    return SentProgress(saved, update)


def _say(priorities: Sequence[Priority], said: Mapping[int, Judged], *, by: Membership) -> None:
    """Keep with each target in words what is said of it, by whom and when."""
    for row in (stage for one in priorities for stage in one.milestones.all()):
        if row.pk in said:
            row.outcome, row.outcome_note = said[row.pk].outcome, said[row.pk].note
            row.said_at, row.said_by = timezone.now(), by
            row.save(update_fields=["outcome", "outcome_note", "said_at", "said_by"])


def set_due_days(plans: Sequence[Plan], *, today: date) -> int:
    """Work out anew by when the next update of each is due, and once, when its time is up. How many have moved."""
    days, moved = days_of(plans, today=today), []
    for one in plans:
        found = days[one.pk]
        ends = one.ends_on or found.ends
        if (one.update_due_on, one.ends_on) != (found.update_due, ends):
            one.update_due_on, one.ends_on = found.update_due, ends
            moved.append(one)
    Plan.objects.bulk_update(moved, ["update_due_on", "ends_on"])
    return len(moved)
