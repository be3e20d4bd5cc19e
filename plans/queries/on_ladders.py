"""Who is on a ladder today, for the pages that tell it in a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from plans.models import Concern, StageChange
from plans.queries.concerns import stay_of
from plans.rules.ladder import Stay, Step
from schools.models import School
from schools.rules.rhythm import HalfTerm

_LARGE = ("concern__strategy_version__text", "concern__strategy_version__document")
"""Not read: a strategy is parsed once and kept."""


@dataclass(frozen=True)
class OnLadder:
    """A school on a ladder, as far as one line tells of it."""

    school: School
    stage: str
    stay: Stay


def on_ladders(schools: Iterable[School], halves: Mapping[int, Sequence[HalfTerm]], *, today: date) -> list[OnLadder]:
    """Which of these schools are on a ladder now, the one that is longest over its stay first. One query."""
    known = {one.pk: one for one in schools}
    moved = StageChange.objects.filter(
        concern__state=Concern.State.OPEN, concern__school__in=list(known), outcome="agreed"
    )
    moved = moved.exclude(step=Step.HOLD).order_by("concern", "-decided_at", "-pk").distinct("concern")
    rows = list(moved.select_related("concern__strategy_version").defer(*_LARGE))
    found = []
    for row in rows:
        stage, school = row.concern.stage_of(row.stage), known[row.concern.school_id]
        stay = stay_of(stage, row, halves[school.pk], today)
        found.append(OnLadder(school, stage.label if stage else "", stay))
    return sorted(found, key=lambda one: (one.stay.until or date.max, one.school.name))
