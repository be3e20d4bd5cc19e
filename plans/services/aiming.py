"""The targets of a priority: what may be one, and those that read as before stay the rows they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone

from plans.models import Milestone, Plan, Priority
from plans.queries.plans import strategy_in
from plans.rules.aiming import day_fault, value_fault
from schools.words import cut
from schools.words import on as day_words


@dataclass(frozen=True)
class StageEntry:
    """A milestone as it is typed: words, or a value of a measure for a group of pupils."""

    by_on: date
    words: str = ""
    measure: str = ""
    group: str = "all"
    value: Decimal | None = None


def check_aims(plan: Plan, entries: Sequence[StageEntry], priority: Priority | None) -> None:
    """Raise ValidationError where a target that is new, or reads otherwise than before, cannot be reached any more."""
    kept = {said_of(one) for one in priority.milestones.all()} if priority is not None else set()
    strategy, today = strategy_in(plan), timezone.localdate()
    known = strategy.measure_by_key if strategy else {}
    for one in entries:
        if said_of(one) in kept:
            continue
        if fault := day_fault(one.by_on, today=today) or value_fault(one.value, known.get(one.measure)):
            raise ValidationError(fault)


def keep_milestones(row: Priority, entries: Sequence[StageEntry]) -> None:
    """Those that read as before stay the rows they were, so that their history is theirs.

    Raises ValidationError where one would go of which somebody has said whether it is met.
    """
    left = {said_of(one): one for one in row.milestones.all()}
    for entry in entries:
        if left.pop(said_of(entry), None) is None:
            Milestone.objects.create(priority=row, **vars(entry))
    for gone in left.values():
        if gone.outcome:
            raise ValidationError(
                f"On {day_words(timezone.localdate(gone.said_at))} it was said of “{cut(gone.words, 80)}”:"
                f" {gone.get_outcome_display().lower()}. So this target stays as it reads; add another beside it."
            )
        gone.delete()


def said_of(one: StageEntry | Milestone) -> tuple[date, str, str, str, Decimal | None]:
    return (one.by_on, one.words, one.measure, one.group, one.value)
