"""Who is on a ladder today, for the pages that tell it in a line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, prefetch_related_objects

from plans.models import Concern, StageChange
from plans.queries.concerns import last_moved, looks_of, stay_of
from plans.queries.steps import as_json, step_from
from plans.rules.ladder import Stay
from schools.models import Membership, School, StrategyVersion
from schools.rules.rhythm import HalfTerm

_LARGE = ("concern__strategy_version__text", "concern__strategy_version__document")
"""Not read: a strategy is parsed once and kept."""


def _agreed() -> QuerySet[StageChange]:
    """The agreed steps of open concerns, in the order in which they were decided."""
    rows = StageChange.objects.filter(concern__state=Concern.State.OPEN, outcome=StageChange.Outcome.AGREED)
    return rows.order_by("decided_at", "pk")


@dataclass(frozen=True)
class OnLadder:
    """A school on a ladder, as far as one line tells of it."""

    school: School
    stage: str
    stay: Stay
    concern: int
    ladder: str
    review_on: date | None


def on_ladders(schools: Iterable[School], halves: Mapping[int, Sequence[HalfTerm]], *, today: date) -> list[OnLadder]:
    """Which of these schools are on a ladder now, the one that is longest over its stay first. One query."""
    known = {one.pk: one for one in schools}
    agreed = (
        _agreed().filter(concern__school__in=list(known)).select_related("concern__strategy_version").defer(*_LARGE)
    )
    return _told(agreed, known, halves, today)


def with_steps(schools: QuerySet[School]) -> QuerySet[School]:
    """The same schools, each with the agreed steps of its open concerns, for `on_ladders_of`. No query more."""
    rows = _agreed().filter(concern__school=OuterRef("pk")).values(json=as_json())
    return schools.annotate(ladder_steps=ArraySubquery(rows))


def on_ladders_of(
    schools: Iterable[School], versions: Mapping[int, StrategyVersion], halves: Mapping[int, Sequence[HalfTerm]], *,
    today: date,
) -> list[OnLadder]:  # fmt: skip
    """As `on_ladders`, of schools that `with_steps` has read, where every version of a strategy is known. No query."""
    known = {one.pk: one for one in schools}
    read = [(one, step) for one in known.values() for step in one.ladder_steps]  # type: ignore[attr-defined]
    return _told([step_from(step, versions, school=one) for one, step in read], known, halves, today)


def _told(
    agreed: Iterable[StageChange], known: Mapping[int, School], halves: Mapping[int, Sequence[HalfTerm]], today: date
) -> list[OnLadder]:
    steps = defaultdict[int, list[StageChange]](list)
    for one in agreed:
        steps[one.concern_id].append(one)
    found = []
    for each in steps.values():
        row, concern = last_moved(each), each[-1].concern
        stage, school = concern.stage_of(row.stage if row else ""), known[concern.school_id]
        stay, label = stay_of(stage, row, halves[school.pk], today), stage.label if stage else ""
        found.append(OnLadder(school, label, stay, concern.pk, concern.of_ladder.label, each[-1].review_on))
    return sorted(found, key=lambda one: (one.stay.until or date.max, one.school.name))


@dataclass(frozen=True)
class LookAgain:
    """A day on which a school on a ladder, or off it and still watched, is looked at; and whose step set it."""

    concern: Concern
    on: date
    words: str
    by: Membership


def looks_again(concerns: QuerySet[Concern], halves: Mapping[int, Sequence[HalfTerm]]) -> list[LookAgain]:
    """The next look at each of these concerns. Two queries at the most."""
    rows = concerns.filter(state__in=(Concern.State.OPEN, Concern.State.WATCHED))
    agreed = StageChange.objects.filter(concern__in=rows.values("pk"), outcome=StageChange.Outcome.AGREED)
    agreed = agreed.select_related("concern__school__trust", "concern__strategy_version", "proposed_by__user")
    steps = defaultdict[int, list[StageChange]](list)
    for row in agreed.defer(*_LARGE).order_by("decided_at", "pk"):
        steps[row.concern_id].append(row)
    latest = [each[-1] for each in steps.values()]
    prefetch_related_objects([one.concern for one in latest if one.concern.state == Concern.State.WATCHED], "looks")
    found = []
    for last in latest:
        concern, by = last.concern, last.proposed_by
        label = concern.of_ladder.label
        if concern.state == Concern.State.WATCHED:
            due = looks_of(concern, last_moved(steps[concern.pk]), halves.get(concern.school_id, ()))
            ahead = (look.due_on for look in due if not look.look)
            found += [LookAgain(concern, day, f"{label}: look after leaving it", by) for day in ahead][:1]
        elif last.review_on:
            found.append(LookAgain(concern, last.review_on, f"{label}: looked at again", by))
    return found
