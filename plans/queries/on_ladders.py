"""Who is on a ladder today, for the pages that tell it in a line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, prefetch_related_objects
from django.db.models.functions import JSONObject

from plans.models import Concern, StageChange, WatchLook
from plans.queries.concerns import last_moved, last_taken, looks_of, stay_of
from plans.queries.steps import as_json, step_from
from plans.rules.ladder import Stay
from schools.models import Membership, School, StrategyVersion
from schools.rules.rhythm import HalfTerm
from schools.strategy.provision import Stage

State = Concern.State
_LARGE = ("concern__strategy_version__text", "concern__strategy_version__document")
"""Not read: a strategy is parsed once and kept."""


def _agreed(*states: str) -> QuerySet[StageChange]:
    """The agreed steps of concerns in these states, in the order in which they were decided."""
    rows = StageChange.objects.filter(concern__state__in=states, outcome=StageChange.Outcome.AGREED)
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


@dataclass(frozen=True)
class Watched:
    """A school that has left a ladder: by when the next look is taken; `look` 0: since when the watch can end.

    `slips`: the last look found that what led to the concern shows again, on that day, and nobody has proposed a step.
    """

    school: School
    concern: int
    ladder: str
    look: int
    on: date
    slips: bool = False


def on_ladders(
    schools: Iterable[School], halves: Mapping[int, Sequence[HalfTerm]], *, today: date
) -> tuple[list[OnLadder], list[Watched]]:
    """Which of these schools are on a ladder now, longest over its stay first; and which are watched. One query."""
    known = {one.pk: one for one in schools}
    looks = WatchLook.objects.filter(change=OuterRef("pk")).values(
        json=JSONObject(number="number", on="on", finding="finding")
    )
    agreed = _agreed(State.OPEN, State.WATCHED).filter(concern__school__in=list(known))
    agreed = agreed.select_related("concern__strategy_version").defer(*_LARGE).annotate(taken=ArraySubquery(looks))
    agreed = agreed.annotate(asked=Exists(StageChange.objects.filter(concern=OuterRef("concern"), outcome="")))
    steps = list(agreed)
    watched = [one for one in steps if one.concern.state == State.WATCHED]
    on_it = [one for one in steps if one.concern.state == State.OPEN]
    return _told(on_it, known, halves, today), list(_watched(watched, known, halves))


def _watched(
    steps: Iterable[StageChange], known: Mapping[int, School], halves: Mapping[int, Sequence[HalfTerm]]
) -> Iterator[Watched]:
    for each in _by_concern(steps):
        left, concern = last_moved(each), each[-1].concern
        school = known[concern.school_id]
        taken = [
            WatchLook(change=left, number=one["number"], on=date.fromisoformat(one["on"]), finding=one["finding"])
            for one in (left.taken if left else ())  # type: ignore[attr-defined]
        ]
        due = looks_of(concern, left, halves[school.pk], taken)
        ahead = next((one for one in due if one.look is None), None)
        last = last_taken(due)
        if ahead and last and last.look and last.slips and not each[-1].asked:  # type: ignore[attr-defined]
            yield Watched(school, concern.pk, concern.of_ladder.label, ahead.number, last.look.on, slips=True)
            continue
        on = ahead.due_on if ahead else max((one.on for one in taken), default=left.since if left else None)
        if on:
            yield Watched(school, concern.pk, concern.of_ladder.label, ahead.number if ahead else 0, on)


def _by_concern(steps: Iterable[StageChange]) -> Iterable[list[StageChange]]:
    found = defaultdict[int, list[StageChange]](list)
    for one in steps:
        found[one.concern_id].append(one)
    return found.values()


def with_steps(schools: QuerySet[School]) -> QuerySet[School]:
    """The same schools, each with the agreed steps of its open concerns, for `on_ladders_of`. No query more."""
    rows = _agreed(State.OPEN).filter(concern__school=OuterRef("pk")).values(json=as_json())
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
    found = []
    for each in _by_concern(agreed):
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
    is_look: bool = True  # no look is to come: the watch can be ended


LiveSteps = Mapping[int, Sequence[StageChange]]
"""By concern, its agreed steps in the order in which they were decided."""


def live_steps(concerns: QuerySet[Concern]) -> LiveSteps:
    """Of those of these concerns that are on a ladder, or off it and still watched. One query."""
    rows = concerns.filter(state__in=(Concern.State.OPEN, Concern.State.WATCHED))
    agreed = StageChange.objects.filter(concern__in=rows.values("pk"), outcome=StageChange.Outcome.AGREED)
    agreed = agreed.select_related("concern__school__trust", "concern__strategy_version", "proposed_by__user")
    steps = defaultdict[int, list[StageChange]](list)
    for row in agreed.defer(*_LARGE).order_by("decided_at", "pk"):
        steps[row.concern_id].append(row)
    return steps


def stays_on(
    steps: LiveSteps, halves: Mapping[int, Sequence[HalfTerm]], *, today: date
) -> list[tuple[Concern, Stage, Stay]]:
    """Where each concern that is on a ladder stands, and until when at the longest. No query."""
    found = []
    for each in steps.values():
        row, concern = last_moved(each), each[-1].concern
        stage = concern.stage_of(row.stage) if row and concern.state == State.OPEN else None
        if stage is not None:
            found.append((concern, stage, stay_of(stage, row, halves.get(concern.school_id, ()), today)))
    return found


def looks_again(steps: LiveSteps, halves: Mapping[int, Sequence[HalfTerm]]) -> list[LookAgain]:
    """The next look at each of these concerns, or since when its watch can be ended. One query at the most."""
    latest = [each[-1] for each in steps.values()]
    prefetch_related_objects([one.concern for one in latest if one.concern.state == Concern.State.WATCHED], "looks")
    found = []
    for last in latest:
        concern, by = last.concern, last.proposed_by
        label = concern.of_ladder.label
        if concern.state == Concern.State.WATCHED:
            due = looks_of(concern, last_moved(steps[concern.pk]), halves.get(concern.school_id, ()))
            ahead = next((look.due_on for look in due if not look.look), None)
            taken = max((look.look.on for look in due if look.look), default=None)
            if ahead:
                found.append(LookAgain(concern, ahead, f"{label}: look after leaving it", by))
            elif taken:
                found.append(LookAgain(concern, taken, f"{label}: the watch can be ended", by, is_look=False))
        elif last.review_on:
            found.append(LookAgain(concern, last.review_on, _again(last), by))
    return found


def _again(step: StageChange) -> str:
    """“Look at level 2 again”: where the school is on the ladder."""
    stage = step.concern.stage_of(step.stage)
    if stage is None:
        return f"{step.concern.of_ladder.label}: look at it again"
    return f"Look at {stage.label[:1].lower()}{stage.label[1:]} again"
