"""What is done between the steps of a ladder: duties, the plan, looks after exit, and the end of the watch."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from plans.models import Concern, DutyDone, StageChange, WatchLook
from plans.queries.concerns import Standing
from schools.audit import record_act
from schools.models import Membership
from schools.words import cut, unmarked
from schools.words import on as day_words

from .deciding import deciders_of_concern
from .escalating import locked
from .news import tell_slips


def record_duty(concern: Concern, duty: str, *, by: Membership, on: date, words: str = "") -> DutyDone:
    """Put down that something the ladder asks for is done. Raises ValidationError by field."""
    row, standing = locked(concern)
    asked = {one.words: one for one in standing.outstanding if one.kind in ("before", "duty")}
    found = asked.get(duty)
    if found is None:
        raise ValidationError({"duty": "This is done already, or the ladder does not ask for it now"})
    if on > standing.today:
        raise ValidationError({"on": "This day is still to come"})
    record_act("concern.duty", row, by=by, school=row.school, after=cut(unmarked(duty), 200), why=words.strip())
    change = standing.entered if found.kind == "duty" else None
    return DutyDone.objects.create(concern=row, change=change, duty=duty, on=on, words=words.strip(), by=by)


def amend_plan(concern: Concern, words: str, *, by: Membership) -> StageChange:
    """Put down what the plan of the stage has gained. Raises ValidationError by field."""
    row, standing = locked(concern)
    change, plan, words = standing.latest, standing.open_plan, words.strip()
    if standing.stage is None or change is None:
        raise ValidationError("The school is not at a stage of the ladder now.")
    if plan is None:
        raise ValidationError("The plan that this stage asks for is not open yet. Begin it first.")
    if not words:
        raise ValidationError({"words": "Say what the plan has gained"})
    record_act("concern.plan", row, by=by, school=row.school, after=plan.title, why=words)
    before = f"{change.plan_words}\n\n" if change.plan_words and change.plan_id == plan.pk else ""
    change.plan, change.plan_words = plan, f"{before}{words}"
    change.save(update_fields=["plan", "plan_words"])
    return change


def record_look(concern: Concern, *, by: Membership, on: date, finding: str, words: str) -> WatchLook:
    """Record the next look at a school that has left the ladder. Raises ValidationError by field."""
    row, standing = locked(concern)
    due, left = standing.next_look, standing.entered
    if not standing.is_watched or due is None or left is None or left.since is None:
        raise ValidationError("No look at this school is to come.")
    if finding not in WatchLook.Finding.values:
        raise ValidationError({"finding": "Choose what you found"})
    if not words.strip():
        raise ValidationError({"words": "Say what you saw, and how you know"})
    first = standing.look_from
    if first is not None and first > standing.today:
        raise ValidationError(f"Look {due.number} is for the time from {day_words(first)} to {day_words(due.due_on)}.")
    if first is None or not first <= on <= standing.today:
        raise ValidationError({"on": f"Enter a day from {day_words(first or left.since)} to today"})
    label = str(WatchLook.Finding(finding).label)
    record_act("concern.look", row, by=by, school=row.school, after=label, why=words.strip())
    look = WatchLook.objects.create(
        concern=row, change=left, number=due.number, due_on=due.due_on, on=on, finding=finding, words=words.strip(),
        by=by,
    )  # fmt: skip
    if look.finding == WatchLook.Finding.SLIPS:
        tell_slips(look, [one.person for one in deciders_of_concern(row, besides=(by.pk,)).may])
    return look


def why_not_end(standing: Standing, person: Membership) -> str:
    """Why this person does not end a watch that may end, as a sentence; empty for who may. Three queries."""
    last = standing.looked.look if standing.looked else None
    if last is not None and last.by_id == person.pk:
        return "You have taken the last look, so somebody else ends the watch."
    return deciders_of_concern(standing.concern, besides=(last.by_id,) if last else ()).refusal(person)


def end_watch(concern: Concern, *, by: Membership, words: str) -> Concern:
    """End the watch, and with it the concern, once every look was taken and the last found that it holds.

    By who decides on the ladder, and not by who took the last look. Raises ValidationError by field.
    """
    row, standing = locked(concern)
    if not standing.may_end or standing.waiting is not None:
        raise ValidationError(
            "The watch ends once every look was taken, the last found that it holds, and no step waits."
        )
    if refusal := why_not_end(standing, by):
        raise ValidationError(refusal)
    if not words.strip():
        raise ValidationError({"words": "Say how the school stands now"})
    record_act("concern.ended", row, by=by, school=row.school, why=words.strip())
    row.state, row.ended_on, row.ended_words = Concern.State.ENDED, timezone.localdate(), words.strip()
    row.save(update_fields=["state", "ended_on", "ended_words"])
    return row
