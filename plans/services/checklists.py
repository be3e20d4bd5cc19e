"""A school's checklist: taken up by hand, written item by item, and taken into its plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from plans.models import Action, ChecklistItem, Plan
from plans.queries.delegation import require_writes
from plans.queries.stays import stands_of
from plans.rules.aiming import day_fault
from plans.rules.checklist import has_checklists
from schools.audit import CHANGED_SINCE, record_act
from schools.models import Membership, School
from schools.queries import strategy_of
from schools.words import counted, cut
from schools.words import on as day_words

from .acting import LONGEST_WHAT, NewAction, check_action
from .following import levels_in, take_up
from .news import tell_item_owner, tell_owners
from .writing import open_plan

LONGEST_EVIDENCE = 4000
Status = ChecklistItem.Status


def begin_checklist(school: School, *, by: Membership) -> int:
    """Take up the checklists of the levels at which the school stands, by hand. How many items.

    Raises ValidationError where the strategy has none for it, or all are taken up.
    """
    today = timezone.localdate()
    stands = [one for one in stands_of([school], today=today).get(school.pk, ()) if has_checklists(one.strategy)]
    if not stands:
        raise ValidationError("Nothing has been decided yet that brings a checklist with it.")
    require_writes(school, stands[0].strategy, by=by)
    count = take_up(school, stands[0].version, levels_in(stands), by=by)
    if not count:
        raise ValidationError("Everything the strategy asks for is taken up already.")
    return count


@dataclass(frozen=True)
class ItemEntry:
    """An item as it is typed. `owner_words` counts where no owner is named."""

    status: str
    owner: Membership | None = None
    owner_words: str = ""
    due_on: date | None = None
    evidence: str = ""
    evidence_on: date | None = None
    evidence_link: str = ""


def write_item(item: ChecklistItem, entry: ItemEntry, *, by: Membership, version: int) -> ChecklistItem:
    """Say who sees to an item, by when, how it stands and what shows it. Met today where no other day is given.

    Raises PermissionDenied where the level leaves it to others, ValidationError by field, and with the code
    CHANGED_SINCE where somebody wrote it after this `version`.
    """
    rows = ChecklistItem.objects.select_for_update(of=("self",)).select_related("school__trust", "owner__user")
    row, today = rows.get(pk=item.pk), timezone.localdate()
    follows = strategy_of(row.school, today)
    require_writes(row.school, follows.strategy if follows else None, by=by)
    _check_unchanged(row, version)
    if faults := faults_of_item(entry, today=today, was_due=row.due_on):
        raise ValidationError(faults)
    before, was = str(row.get_status_display()), row.owner_id
    after, why = str(Status(entry.status).label), entry.evidence.strip()
    record_act("checklist.item", row, by=by, school=row.school, before=before, after=after, why=why, label=row.words)
    row.status, row.due_on = entry.status, entry.due_on
    row.owner, row.owner_words = entry.owner, "" if entry.owner else entry.owner_words.strip()
    row.evidence, row.evidence_link = why, entry.evidence_link
    row.evidence_on = entry.evidence_on or (today if entry.status == Status.MET else None)
    row.set_by, row.set_at, row.version = by, timezone.now(), row.version + 1
    row.save()
    if row.owner is not None and row.owner_id != was:
        tell_item_owner(row, by=by)
    return row


def _check_unchanged(row: ChecklistItem, version: int) -> None:
    if version != row.version and row.set_at is not None:
        at = timezone.localtime(row.set_at)
        raise ValidationError(
            f"{row.set_by} wrote this item on {day_words(at.date())} at {at:%H:%M}, after you had opened it: "
            f"{row.get_status_display()}. What you typed is still here. Save again to put it in the place of theirs.",
            code=CHANGED_SINCE,
        )


def faults_of_item(entry: ItemEntry, *, today: date, was_due: date | None) -> dict[str, str]:
    """By field, what is wrong with an item as it is typed, all at once. A day that stood there before may stay."""
    found = {}
    if entry.status not in Status.values:
        found["status"] = "Choose how it stands"
    if entry.due_on and entry.due_on != was_due and (fault := day_fault(entry.due_on, today=today)):
        found["due_on"] = fault
    if entry.status == Status.MET and not entry.evidence.strip():
        found["evidence"] = "Say what shows that it is met"
    if len(entry.evidence) > LONGEST_EVIDENCE:
        found["evidence"] = f"Use at most {LONGEST_EVIDENCE:,} characters; this has {len(entry.evidence):,}"
    if entry.evidence_on is not None and entry.evidence_on > today:
        found["evidence_on"] = "This day is still to come. Give the day on which it was seen"
    if entry.evidence_link and not entry.evidence_link.startswith(("http://", "https://")):
        found["evidence_link"] = "Give an address that begins with https://"
    return found


def take_into_plan(plan: Plan, items: Sequence[ChecklistItem], draft: NewAction, *, by: Membership) -> list[Action]:
    """Make an action of each item, tied to it. The item's own owner and day stand before those of the draft.

    Raises ValidationError where nothing is chosen, an item is met or stands in an open plan, or an action lacks a part.
    """
    locked = open_plan(plan, by=by)
    school = locked.school
    if not items or school is None:
        raise ValidationError({"items": "Tick at least one item"})
    ids = [one.pk for one in items]
    rows = {one.pk: one for one in ChecklistItem.objects.select_for_update().filter(pk__in=ids, school=school)}
    taken = set(
        Action.objects.filter(item__in=ids, state="open", plan__state=Plan.State.OPEN).values_list("item", flat=True)
    )
    for item in items:
        if item.pk not in rows or rows[item.pk].is_met or item.pk in taken:
            raise ValidationError(f"This is met, or in a plan already: “{cut(item.words, 60)}”")
    made = [_action(item, draft) for item in items]
    for action in made:
        check_action(action)
    if draft.due_on and (fault := day_fault(draft.due_on, today=timezone.localdate())):
        raise ValidationError({"due": fault})
    record_act("plan.checklist", locked, by=by, school=school, after=counted(len(made), "action"), label=locked.title)
    found = [
        Action.objects.create(plan=locked, item=item, is_draft=True, **vars(one))
        for item, one in zip(items, made, strict=True)
    ]
    tell_owners([one for one in found if one.owner_id != by.pk], by=by)
    return found


def _action(item: ChecklistItem, draft: NewAction) -> NewAction:
    owned = item.owner is not None or bool(item.owner_words)
    owner, words = (item.owner, item.owner_words) if owned else (draft.owner, draft.owner_words)
    check = draft.impact_check_on
    if check is not None and item.due_on is not None:
        check = max(check, item.due_on)
    return NewAction(cut(item.words, LONGEST_WHAT), owner, words, item.due_on or draft.due_on, check)
