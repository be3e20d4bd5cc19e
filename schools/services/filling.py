"""Writing in a form of the strategy, as a draft: two people at once never overwrite each other unseen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from schools.filled import Clash, Value, merge
from schools.models import Membership
from schools.models.filled import FilledIn


@dataclass(frozen=True)
class AnswerConflict:
    """An answer two people wrote differently, and who was first."""

    clash: Clash
    by: Membership | None
    at: datetime | None


@dataclass(frozen=True)
class SavedAnswers:
    """What became of a save. With conflicts nothing was written."""

    version: int
    at: datetime
    conflicts: Sequence[AnswerConflict] = ()


def keep_answers(
    locked: FilledIn,
    typed: Mapping[str, Value | None],
    *,
    by: Membership,
    version: int,
    base: Mapping[str, Value | None] | None = None,
) -> SavedAnswers:
    """Keep what was typed in a form opened at `version`, in a row that is locked and may be written. Not an act.

    `typed` has every answer that could be read, None for a blank one; `base`, where a device kept it, what the form
    said when it was opened. Where somebody has changed the same answer since, nothing is written and both sides come
    back.
    """
    at = timezone.now()
    versions = {name: mark[0] for name, mark in locked.touched.items()}
    merged = merge(locked.answers, versions, typed, version, base)
    if merged.conflicts:
        return SavedAnswers(locked.version, at, _with_writers(locked, merged.conflicts))
    if merged.changed:
        locked.version += 1
        locked.answers = merged.answers
        mark = [locked.version, by.pk, at.isoformat()]
        locked.touched = {**locked.touched, **dict.fromkeys(merged.changed, mark)}
        locked.save(update_fields=["version", "answers", "touched"])
    return SavedAnswers(locked.version, at)


def _with_writers(row: FilledIn, clashes: list[Clash]) -> list[AnswerConflict]:
    marks = {clash.name: row.touched[clash.name] for clash in clashes}
    people = Membership.objects.select_related("user").in_bulk({mark[1] for mark in marks.values()})
    return [
        AnswerConflict(clash, people.get(marks[clash.name][1]), datetime.fromisoformat(marks[clash.name][2]))
        for clash in clashes
    ]
