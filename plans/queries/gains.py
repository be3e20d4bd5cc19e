"""What a plan has gained by the steps of a ladder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from plans.models import Concern, Plan, StageChange
from plans.queries.concern_history import step_words
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
    of_concern = {"concern": "concern_id", "ladder": "concern__ladder", "version": "concern__strategy_version_id"}
    step = JSONObject(**of_concern, **{name: name for name in ("step", "stage", "since", "plan_words")})
    rows = StageChange.objects.filter(plan=OuterRef("pk"), outcome=StageChange.Outcome.AGREED).exclude(plan_words="")
    return plans.annotate(gained=ArraySubquery(rows.order_by("-since", "-pk").values(json=step)))


def gains_of(plan: Plan, access: Access) -> list[Gain]:
    """Of a plan of `with_gains`. No query, but where a concern was raised under another version than the plan's."""
    steps = plan.gained  # type: ignore[attr-defined]
    if not access.may(Permission.SEE_CONCERNS, plan.school_id or 0):
        return [Gain(date.fromisoformat(one["since"]), one["plan_words"]) for one in steps]
    others = {one["version"] for one in steps} - {plan.strategy_version_id}
    versions = {one.pk: one for one in StrategyVersion.objects.filter(pk__in=others)} if others else {}
    if plan.strategy_version is not None:
        versions[plan.strategy_version.pk] = plan.strategy_version
    return [_gain(one, versions[one["version"]]) for one in steps]


def _gain(one: Mapping[str, Any], version: StrategyVersion) -> Gain:
    concern = Concern(pk=one["concern"], ladder=one["ladder"], strategy_version=version)
    step = step_words(StageChange(step=one["step"], stage=one["stage"]), concern)
    return Gain(date.fromisoformat(one["since"]), one["plan_words"], step, one["concern"])
