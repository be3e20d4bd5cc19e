"""What is done with an appraisal: begun, said how it stands, taken away, and removed once it is old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from plans.models import Action, Appraisal, AppraisalObjective, Priority
from plans.queries.appraisals import removed_after, steps_of, to_begin
from plans.rules.appraisal import faults_of, standing
from schools.access import Access
from schools.audit import CHANGED_SINCE, record_act
from schools.models import Membership

DAYS = ("set_by", "set_on", "review_by", "reviewed_on", "conclude_by", "concluded_on")
DONE = DAYS[1::2]


@dataclass(frozen=True)
class AppraisalEntry:
    """An appraisal as it is typed: by when and on which day each step, and what its objectives are."""

    set_by: date | None = None
    set_on: date | None = None
    review_by: date | None = None
    reviewed_on: date | None = None
    conclude_by: date | None = None
    concluded_on: date | None = None
    actions: Sequence[Action] = ()
    priorities: Sequence[Priority] = ()
    criteria: Sequence[str] = ()


def begin_appraisal(key: str, year: int, *, access: Access) -> Appraisal:
    """Begin the appraisal of somebody whom this person appraises by the strategy. `key`: one of `to_begin`.

    Raises ValidationError where it is begun already for that year, or is somebody else's to lead.
    """
    version, people = to_begin(access, today=timezone.localdate())
    chosen = next((one for one in people if one.key == key), None)
    if version is None or chosen is None:
        raise ValidationError({"person": "Choose one of the people whose appraisal you lead."})
    told = {"kind": chosen.kind.key, "person": chosen.person, "school": chosen.school, "year": year}
    Membership.objects.select_for_update().get(pk=chosen.person.pk)  # of two who begin it at once, the second finds it
    if Appraisal.objects.filter(**told).exists():
        raise ValidationError({"person": "An appraisal of this person is begun for that year already."})
    record_act("appraisal.begun", Appraisal, by=access.membership, label=str(Appraisal(year=year)))
    return Appraisal.objects.create(
        **told, appraiser=access.membership, strategy_version=version,
        led_by=list(chosen.kind.by), shared_with=list(chosen.kind.shared_with),
    )  # fmt: skip


def mark_of_appraisal(row: Appraisal) -> str:
    """Changes whenever the record reads otherwise: what a form was opened at."""
    links = sorted((one.action_id or 0, one.priority_id or 0, one.criterion) for one in row.objectives.all())
    return sha256(repr([str(getattr(row, name)) for name in DAYS] + links).encode()).hexdigest()[:16]


def write_appraisal(row: Appraisal, entry: AppraisalEntry, *, by: Membership, seen: str = "") -> Appraisal:
    """Say how it stands and what its objectives are. `seen` is the `mark_of_appraisal` that was read before.

    An action that is an objective says so in its plan; one that is none any more says so no longer. Raises
    ValidationError where the days do not follow, or it reads otherwise by now.
    """
    locked = Appraisal.objects.select_for_update(of=("self",)).select_related("strategy_version").get(pk=row.pk)
    if seen and seen != mark_of_appraisal(locked):
        raise ValidationError(
            "Somebody has changed this since you opened it. Nothing of yours is saved yet: save again to put it in"
            " place of that.",
            code=CHANGED_SINCE,
        )
    before = standing(steps_of(locked))
    for name in DAYS:
        setattr(locked, name, getattr(entry, name))
    steps = steps_of(locked)
    if wrong := faults_of(steps, today=timezone.localdate()):
        raise ValidationError({DONE[place]: sentence for place, sentence in wrong.items()})
    record_act("appraisal.written", locked, by=by, before=before, after=standing(steps))
    locked.save(update_fields=DAYS)
    _link(locked, entry)
    return locked


def _link(row: Appraisal, entry: AppraisalEntry) -> None:
    """The objectives become those of the entry, and the actions say in their plans whether they are any's."""
    before = [one.action_id for one in row.objectives.all() if one.action_id]
    row.objectives.all().delete()
    links = [{"action": one} for one in entry.actions] + [{"priority": one} for one in entry.priorities]
    AppraisalObjective.objects.bulk_create(
        AppraisalObjective(appraisal=row, **link) for link in (*links, *({"criterion": key} for key in entry.criteria))
    )
    _mark([*before, *(one.pk for one in entry.actions)])


def _mark(actions: Sequence[int]) -> None:
    """Set of each whether it is a target of any appraisal."""
    for action in Action.objects.filter(pk__in=actions).select_for_update():
        named = AppraisalObjective.objects.filter(action=action).exists()
        if action.appraisal != named:
            action.appraisal = named
            action.save(update_fields=["appraisal"])


def remove_appraisal(row: Appraisal, *, by: Membership) -> None:
    """Take away one that was begun in error, whole."""
    record_act("appraisal.removed", Appraisal, by=by, label=str(row))
    _remove(row)


def _remove(row: Appraisal) -> None:
    actions = [one.action_id for one in row.objectives.all() if one.action_id]
    row.delete()
    _mark(actions)


def remove_old_appraisals(*, today: date) -> int:
    """Those whose time is over are removed whole; the record of changes keeps that it was done. How many."""
    old = Appraisal.objects.filter(Q(year__lt=today.year)).select_for_update(of=("self",), skip_locked=True)
    rows = [one for one in old.select_related("strategy_version") if removed_after(one) < today]
    for row in rows:
        record_act("appraisal.kept_no_longer", Appraisal, by=None, label=str(row))
        row.objectives.all().delete()
        row.delete()
    return len(rows)
