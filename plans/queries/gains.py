"""What a plan has gained by the steps of a ladder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from plans.models import Plan, StageChange
from plans.queries.concern_history import step_words
from plans.queries.steps import as_json, step_from
from schools.access import Access, Permission
from schools.models import StrategyVersion


@dataclass(frozen=True)
class Gain:
    """What one agreed step asked a plan to gain. `step` and `concern`: for who may read the concern."""

    on: date
    words: str
    step: str = ""
    concern: int | None = None


def with_gains(plans: QuerySet[Plan]) -> QuerySet[Plan]:
    """The same plans, each with the agreed steps that it gained by, the latest first. No query more."""
    rows = StageChange.objects.filter(plan=OuterRef("pk"), outcome=StageChange.Outcome.AGREED).exclude(plan_words="")
    return plans.annotate(gained=ArraySubquery(rows.order_by("-since", "-pk").values(json=as_json("plan_words"))))


def gains_of(plan: Plan, access: Access) -> list[Gain]:
    """Of a plan of `with_gains`. No query, but where a concern was raised under another version than the plan's."""
    steps = plan.gained  # type: ignore[attr-defined]
    if not access.may(Permission.SEE_CONCERNS, plan.school_id or 0):
        return [Gain(date.fromisoformat(one["since"]), one["plan_words"]) for one in steps]
    others = {one["version"] for one in steps} - {plan.strategy_version_id}
    versions = {one.pk: one for one in StrategyVersion.objects.filter(pk__in=others)} if others else {}
    if plan.strategy_version is not None:
        versions[plan.strategy_version.pk] = plan.strategy_version
    return [_gain(one["plan_words"], step_from(one, versions)) for one in steps]


def _gain(words: str, step: StageChange) -> Gain:
    assert step.since is not None  # it was agreed
    return Gain(step.since, words, step_words(step, step.concern), step.concern_id)
