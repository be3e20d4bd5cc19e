"""Who is on a ladder today, for the pages that tell it in a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from plans.models import Concern, StageChange
from plans.queries.concerns import agreed_steps, last_moved, looks_of, stay_of
from plans.rules.ladder import Stay, Step
from schools.models import Membership, School
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


@dataclass(frozen=True)
class LookAgain:
    """A day on which a school on a ladder, or off it and still watched, is looked at; and whose step set it."""

    concern: Concern
    on: date
    words: str
    by: Membership


def looks_again(concerns: QuerySet[Concern], halves: Mapping[int, Sequence[HalfTerm]]) -> list[LookAgain]:
    """The next look at each of these concerns. Three queries where there are any, otherwise one."""
    rows = concerns.filter(state__in=(Concern.State.OPEN, Concern.State.WATCHED))
    found = []
    for one in rows.prefetch_related("changes__proposed_by__user", "looks"):
        agreed = agreed_steps(one)
        if not agreed:
            continue
        by, label = agreed[-1].proposed_by, one.of_ladder.label
        if one.state == Concern.State.OPEN:
            if agreed[-1].review_on:
                found.append(LookAgain(one, agreed[-1].review_on, f"{label}: looked at again", by))
            continue
        due = looks_of(one, last_moved(agreed), halves.get(one.school_id, ()))
        found += [LookAgain(one, look.due_on, f"{label}: look after leaving it", by) for look in due if not look.look][
            :1
        ]
    return found
