"""Invented plans that a level asks for beside the usual one: short, approved, with one priority."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from plans.models import Action, Milestone, Plan, Priority
from plans.rules.chain import kinds_asked
from reporting.management.demo.plans import PlanWriter, at
from reviews.queries.reviews import levels_of
from schools.models import Membership, School
from schools.rules import academic_year
from schools.strategy.provision import PlanType


class LevelPlanWriter(PlanWriter):
    """Writes the kinds that the story names, wherever the level asks for one, but at the school it leaves without."""

    def write(self, schools: Mapping[str, School]) -> None:
        """Once the levels are decided."""
        left_out = self.plan.unplanned
        here = {key: one for key, one in schools.items() if one.left_on is None and key != left_out}
        levels, strategy = levels_of(list(here.values())), self.version.strategy
        for kind in (one for one in strategy.plan_types if one.key in self.plan.level_plans):
            asked = [key for key, one in here.items() if kind in kinds_asked(strategy, levels.get(one.pk, {}))]
            self._of(kind, {here[key].pk: key for key in asked}, [here[key] for key in asked])

    def _of(self, kind: PlanType, keys: dict[int, str], schools: Iterable[School]) -> None:
        self.kind = kind  # whose rules are gone through
        sections, begun = self.words["level_sections"], self._sent_on("approved") - timedelta(days=9)
        told = {
            "kind": kind.key, "title": kind.label[:200], "year": academic_year(self.terms.today), "begun_on": begun,
            "answers": {one.key: sections[n % len(sections)] for n, one in enumerate(kind.form.header)},
            "strategy_version": self.version,
        }  # fmt: skip
        rows = [Plan(school=one, begun_by=self._writer(keys[one.pk]), **told) for one in schools]
        plans = Plan.objects.bulk_create(rows)
        self._lines(plans, [self.people.head(keys[at(one)], 0) for one in plans])
        self._editions(kind, plans, keys, dict.fromkeys(keys, "approved"))

    def _lines(self, plans: Sequence[Plan], heads: Sequence[Membership]) -> None:
        """The same priority for each, with its target and its action."""
        label, change, success, target, what, measure = self.words["level_priority"]
        rows = [Priority(plan=one, position=1, label=label, change=change, success=success) for one in plans]
        Priority.objects.bulk_create(rows)
        Milestone.objects.bulk_create(Milestone(priority=row, by_on=self._term_end(1), words=target) for row in rows)
        Action.objects.bulk_create(
            self._action(row, head, what, measure, "") for row, head in zip(rows, heads, strict=True)
        )
