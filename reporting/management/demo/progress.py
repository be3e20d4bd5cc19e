"""Invented progress: plans told of each half term, by one school in time, by one not yet, by one half written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from plans.models import Plan, ProgressDraft, ProgressUpdate
from plans.rules.progress import About, told
from plans.services import set_due_days
from reporting.management.demo.calendar import moment, working_day
from reporting.management.demo.plans import PlanWriter
from schools.models import School
from schools.strategy import Cadence, Strategy
from schools.strategy.provision import PlanType

BEFORE = timedelta(days=35)
"""Before the end of a half term: when the plan told of by then was sent to be approved."""

HELD = 3
"""Schools with such a plan."""


class ProgressWriter(PlanWriter):
    """Writes the plan of a few schools that is told of each half term, and how it gets on."""

    begins_at = 4  # other priorities than those of the plan beside it

    def _kind(self, strategy: Strategy) -> PlanType | None:
        usual = super()._kind(strategy)
        apart = {stage.plan for ladder in strategy.ladders for stage in ladder.stages}  # written with the ladder
        kinds = [one for one in strategy.plan_types if not one.levels and one is not usual and one.key not in apart]
        return next((one for one in kinds if one.update_every == Cadence.HALF_TERM), None)

    def write(self, schools: Mapping[str, School]) -> None:
        """After the plans that every school has."""
        here = {key: school for key, school in schools.items() if school.left_on is None}
        if self.kind is not None:
            few = dict(list(here.items())[:HELD])
            heads = {school.pk: self.people.head(key, 0) for key, school in few.items()}
            plans = self._plans(self.kind, few.values(), {school.pk: self._writer(key) for key, school in few.items()})
            self._priorities(plans, heads)
            keys, states = {one.pk: key for key, one in few.items()}, {one.pk: "approved" for one in few.values()}
            self._editions(self.kind, plans, keys, states)
            self._progress(plans)
        rows = Plan.objects.filter(editions__isnull=False).select_related("school", "strategy_version").distinct()
        set_due_days(list(rows), today=self.terms.today)

    @property
    def _due_on(self) -> date:
        """The last day by which progress was told."""
        ends = [one.ends_on for (_, half), one in self.terms.rows.items() if half]
        return max(day for day in ends if day < self.terms.today)

    def _sent_on(self, state: str) -> date:
        return working_day(self._due_on - BEFORE)

    def _progress(self, plans: Sequence[Plan]) -> None:
        """The first told in time; the second not yet; the third has begun to write."""
        lines = [About(one.pk, one.label) for one in plans[0].priorities.all()] if plans else []
        ProgressUpdate.objects.bulk_create(
            ProgressUpdate(
                plan=plan, due_on=self._due_on, sent_at=moment(working_day(self._due_on), "14:05"),
                sent_by=plan.begun_by, document=told(lines, self._typed(lines), {}),
            )
            for plan in plans[:1]
        )  # fmt: skip
        ProgressDraft.objects.bulk_create(
            ProgressDraft(plan=plan, answers={"overall": self.words["progress"][0]}) for plan in plans[2:]
        )

    def _typed(self, lines: Sequence[About]) -> dict[str, Any]:
        told = {one["label"]: one for one in self.words["priorities"]}
        found = {"overall": self.words["progress"][0]}
        for line in lines:
            one = told[line.label]
            found |= {f"done_{line.id}": one["done"], f"changed_{line.id}": one["changed"]}
        return found
