"""Steps of a ladder, read within the question for something else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models.functions import JSONObject

from plans.models import Concern, StageChange
from schools.models import StrategyVersion

_ALWAYS = ("step", "stage", "since", "review_on")


def as_json(*more: str) -> JSONObject:
    """A step with these fields besides, for `step_from`."""
    of_concern = {"concern": "concern_id", "ladder": "concern__ladder", "version": "concern__strategy_version_id"}
    return JSONObject(**of_concern, **{name: name for name in (*_ALWAYS, *more)})


def step_from(read: Mapping[str, Any], versions: Mapping[int, StrategyVersion], **of_concern: Any) -> StageChange:
    """The step that `as_json` has read, with its concern. No query."""
    version = versions[read["version"]]
    concern = Concern(pk=read["concern"], ladder=read["ladder"], strategy_version=version, **of_concern)
    since, review = (date.fromisoformat(read[name]) if read[name] else None for name in ("since", "review_on"))
    return StageChange(concern=concern, step=read["step"], stage=read["stage"], since=since, review_on=review)
