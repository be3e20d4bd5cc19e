"""Invented plans of the year before, each closed with its verdict and with those on its actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from plans.models import Action, Plan, Priority, Validation
from plans.queries.documents import documents_of
from reporting.management.demo.calendar import moment, working_day
from reporting.management.demo.plans import PlanWriter
from schools.models import School
from schools.rules import academic_year

CLOSED_BEFORE, BEGUN_BEFORE = timedelta(days=75), timedelta(days=380)
TOOK = timedelta(weeks=13)
SEEN_AFTER = timedelta(days=21)


class VerdictWriter(PlanWriter):
    """Writes what was tried last year: one plan for as many schools as there are endings."""

    def write(self, schools: Mapping[str, School]) -> None:
        if self.kind is None:
            return
        here = [(key, school) for key, school in schools.items() if school.left_on is None]
        endings = list(zip(here, self.words["endings"], strict=False))
        year, today = academic_year(self.terms.today) - 1, self.terms.today
        plans = Plan.objects.bulk_create(
            Plan(
                school=school, kind=self.kind.key, title=self.kind.label[:200], year=year,
                begun_on=today - BEGUN_BEFORE,
                strategy_version=self.version, begun_by=self.people.head(key, 0), state=Plan.State.CLOSED,
                verdict=ending[0], verdict_note=ending[1], verdict_evidence=ending[2], final={},
                closed_by=self.people.head(key, 0), closed_at=moment(working_day(today - CLOSED_BEFORE), "16:20"),
            )
            for (key, school), ending in endings
        )  # fmt: skip
        priorities = Priority.objects.bulk_create(
            Priority(plan=plan, position=1, label=ending[7]) for plan, (_, ending) in zip(plans, endings, strict=True)
        )
        self._actions(plans, priorities, [ending for _, ending in endings])
        documents = documents_of(plans)
        for plan in plans:
            plan.final = documents[plan.pk]
        Plan.objects.bulk_update(plans, ["final"])
        self._validated(plans)

    def _validated(self, plans: Sequence[Plan]) -> None:
        """The first is confirmed by the improvement lead, the last seen differently; those between wait."""
        lead, told = self.people.holding("si_lead"), self.words["validated"]
        day = working_day(self.terms.today - CLOSED_BEFORE + SEEN_AFTER)
        Validation.objects.bulk_create(
            Validation(plan=plan, outcome=outcome, verdict=verdict, saw=saw, place=place, adviser=adviser, on=day,
                       by=lead, at=moment(day, "17:05"))
            for plan, (outcome, verdict, saw, place, adviser) in zip((plans[0], plans[-1]), told, strict=True)
        )  # fmt: skip

    def _actions(self, plans: Sequence[Plan], priorities: Sequence[Priority], endings: Sequence[Sequence[str]]) -> None:
        Action.objects.bulk_create(
            Action(
                plan=plan, priority=priority, what=what, owner=plan.begun_by, support=support,
                budget=Decimal(pounds) if pounds else None, agreed_on=plan.begun_on, due_on=plan.begun_on + TOOK,
                state=Action.State.DONE, verdict=verdict, verdict_note=note, verdict_evidence=shown,
                closed_by=plan.begun_by, closed_at=moment(working_day(plan.begun_on + TOOK), "15:10"),
            )
            for plan, priority, (verdict, _, _, what, support, pounds, note, _, shown) in zip(
                plans, priorities, endings, strict=True
            )
        )  # fmt: skip
