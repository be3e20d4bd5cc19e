"""How plans get on: when the next update is due, what is being written, what was sent, which targets are reached."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from evidence.queries.besides import Asked
from evidence.queries.values import known_values
from evidence.queries.whole_trust import pooled_values
from evidence.rules.comparing import Known
from plans.models import Plan, Priority, ProgressDraft, ProgressUpdate
from plans.rules.document import Document
from plans.rules.progress import next_due, rhythm_of, time_is_up
from plans.rules.reaching import Reached, reached
from plans.rules.targets import InWords, stands
from reviews.queries.reviews import levels_of
from schools.access import Access, Permission
from schools.models import School
from schools.queries import half_terms_of, half_terms_of_trust
from schools.rules.rhythm import HalfTerm
from schools.strategy import Strategy

from .approvals import Approval, approvals_of
from .plans import kind_of, strategy_in

AHEAD = timedelta(days=366)
"""How far ahead the next day is looked for."""


def agreed_on(approvals: Sequence[Approval]) -> date | None:
    """The day the plan was first approved; None before that. `approvals`: the latest first."""
    agreed = [one for one in approvals if one.is_approved]
    if not agreed:
        return None
    answered = [step.at for step in agreed[-1].steps if step.at]
    return timezone.localdate(max(answered, default=agreed[-1].edition.sent_at))


@dataclass(frozen=True)
class Days:
    """By when the next update of a plan is due, and when its time is up."""

    update_due: date | None = None
    ends: date | None = None


def days_of(plans: Sequence[Plan], *, today: date) -> dict[int, Days]:
    """By plan. Seven queries, however many plans."""
    if not plans:
        return {}
    schools = list({one.school.pk: one.school for one in plans if one.school}.values())
    approvals, levels = approvals_of(plans), levels_of(schools)
    agreed = {one.pk: agreed_on(approvals.get(one.pk, ())) for one in plans}
    since = min((day for day in agreed.values() if day), default=today)
    halves: dict[int | None, list[HalfTerm]] = dict(half_terms_of(schools, since=since, until=today + AHEAD).items())
    if any(one.school_id is None for one in plans):
        halves[None] = half_terms_of_trust(since=since, until=today + AHEAD)
    settled: dict[int, date] = {}
    for plan, due_on, sent_at in ProgressUpdate.objects.filter(plan__in=plans, due_on__isnull=False).values_list(
        "plan", "due_on", "sent_at"
    ):
        settled[plan] = max(settled.get(plan, date.min), due_on, timezone.localdate(sent_at))
    found: dict[int, Days] = {}
    for one in plans:
        kind, mine = kind_of(one), halves.get(one.school_id, [])
        every = rhythm_of(kind, levels.get(one.school_id or 0, {})) if kind else None
        found[one.pk] = Days(
            next_due(every, mine, agreed=agreed[one.pk], settled=settled.get(one.pk)),
            time_is_up(kind.refresh_every if kind else None, mine, agreed=agreed[one.pk]),
        )
    return found


def draft_of(plan: Plan) -> ProgressDraft | None:
    """What is written of the next update. One query."""
    return ProgressDraft.objects.filter(plan=plan).first()


def sent_as(plan: Plan, token: UUID | None) -> ProgressUpdate | None:
    """The update of this plan that was sent under this number of the sender. One query, none without a number."""
    return ProgressUpdate.objects.filter(plan=plan, token=token).first() if token else None


def updates_of(plan: Plan) -> list[ProgressUpdate]:
    """What was sent, the latest first. One query."""
    return list(ProgressUpdate.objects.filter(plan=plan).select_related("sent_by__user").order_by("-sent_at", "-pk"))


def in_words(priorities: Iterable[Priority]) -> list[InWords]:
    """Their targets in words, with what was last said of each. No query on those of `priorities_of`."""
    return [
        InWords(
            row.pk, one.pk, row.words, row.by_on, row.outcome, row.outcome_note,
            row.said_by.user.name if row.said_by else "", timezone.localdate(row.said_at) if row.said_at else None,
        )
        for one in priorities for row in one.milestones.all() if not row.measure
    ]  # fmt: skip


def asked_of(priorities: Iterable[Priority], *, today: date) -> list[InWords]:
    """The targets in words that the next update asks about. No query on those of `priorities_of`."""
    return [one for one in in_words(priorities) if one.is_asked(today)]


def reached_by(plan: Plan, priorities: Iterable[Priority], *, today: date, access: Access | None) -> dict[int, Reached]:
    """By milestone, how it stands, where that can be said. Without `access`, as everybody may read it.

    Two queries where any has a measure, none otherwise; of the trust's own plan three.
    """
    priorities = list(priorities)
    told = {one.id: stands(one, today=today, is_open=plan.is_open) for one in in_words(priorities)}
    found = {pk: one for pk, one in told.items() if one is not None}
    strategy = strategy_in(plan)
    stages = (stage for one in priorities for stage in one.milestones.all())
    measured = [one for one in stages if one.measure]
    if strategy is None or not measured:
        return found
    rows = [one for one in measured if one.measure in strategy.measure_by_key and one.group in strategy.group_by_key]
    numbers, counts = _numbers(plan.school, {(one.measure, one.group) for one in rows}, strategy, today, access)
    for one in rows:
        assert one.value is not None  # the database has seen to it
        known, measure = numbers[one.measure, one.group], strategy.measure_by_key[one.measure]
        found[one.pk] = reached(known, measure, aim=one.value, by_on=one.by_on, counts=counts)
    return found


def _numbers(
    school: School | None, asked: Collection[Asked], strategy: Strategy, today: date, access: Access | None
) -> tuple[dict[Asked, tuple[Known, ...]], bool]:
    """What is known of the school, or of all together, the best first; and whether small numbers are shown."""
    measures, groups = strategy.measure_by_key, strategy.group_by_key
    if school is None:
        sees_all = access is not None and access.may_everywhere(Permission.SEE_COUNTS)
        return pooled_values(asked, on=today, measures=measures, groups=groups, sees_all=sees_all), False
    own = [school.pk] if access is not None and school.pk in access.school_ids else []
    values = known_values([school], asked, on=today, measures=measures, groups=groups, own=own)
    counts = access is not None and access.may(Permission.SEE_COUNTS, school.pk)
    return {each: values.of(school, *each).numbers for each in asked}, counts


def targets_in_words(document: Document, known: dict[int, Reached]) -> dict[int, list[str]]:
    """By priority, its targets as lines: what was aimed at by when, and how it stands."""
    return {
        focus["id"]: [
            f"By {stage['by']}: {stage['aim'] or stage['words']}"
            + (f". {known[stage['id']].line}" if stage["id"] in known else "")
            for stage in focus["milestones"]
        ]
        for focus in document["priorities"]
    }


def with_reached(document: Document, known: dict[int, Reached]) -> dict[str, Any]:
    """The document to show: each target with how it stands (`reached`), where that can be said."""
    priorities = [
        {**focus, "milestones": [{**stage, "reached": known.get(stage["id"])} for stage in focus["milestones"]]}
        for focus in document["priorities"]
    ]
    return {**document, "priorities": priorities}
