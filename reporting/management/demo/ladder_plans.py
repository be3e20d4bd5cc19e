"""Invented plans of schools on a ladder: approved when they came onto it, and again with what a later step gained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from plans.models import Action, Milestone, Plan, PlanEdition, Priority, ProgressUpdate
from plans.queries.documents import document_of
from plans.rules.document import Document
from plans.rules.progress import About, abouts
from plans.rules.progress import told as update_of
from reporting.management.demo.calendar import Terms, moment, working_day
from reporting.management.demo.plans import PlanWriter
from schools.models import School
from schools.rules import academic_year, working_days_after
from schools.strategy import Strategy
from schools.strategy.provision import PlanType


class LadderPlanWriter(PlanWriter):
    """Writes the plan that the first stage asks for, at the schools on the ladder, before their concerns are told."""

    sent, number = date.min, 1

    def _kind(self, strategy: Strategy) -> PlanType | None:
        asked = {ladder.stages[0].plan for ladder in strategy.ladders}
        return next((one for one in strategy.plan_types if one.key in asked), None)

    def write(self, schools: Mapping[str, School]) -> None:
        """One after the other: there are few."""
        for told in self.plan.concerns:
            if self.kind is not None and "plan" in told:
                self._whole(self.kind, told, schools[told["school"]])

    def _whole(self, kind: PlanType, concern: dict[str, Any], school: School) -> None:
        key, days = concern["school"], [day_of(self.terms, step["on"]) for step in concern["steps"]]
        plan = Plan.objects.create(
            school=school, kind=kind.key, title=kind.label[:200], strategy_version=self.version,
            answers=concern["plan"], year=academic_year(self.terms.today), begun_by=self.people.head(key, 0),
            begun_on=days[0],
        )  # fmt: skip
        rows = [
            (Priority(plan=plan, position=place, **{name: one[name] for name in ("label", "change", "success")}), one)
            for place, one in enumerate(concern["priorities"], start=1)
        ]
        Priority.objects.bulk_create([row for row, _ in rows])
        Milestone.objects.bulk_create(self._milestone(row, *told) for row, one in rows for told in one["milestones"])
        gains = [place for place, step in enumerate(concern["steps"]) if "gains" in step]
        self._amend(
            kind, plan, key, days[0], [self._of(row, step, key) for row, one in rows for step in one["actions"]]
        )
        for place in gains:
            gained = [self._of(row, step, key) for row, one in rows for step in one.get("gained", ())]
            self._amend(kind, plan, key, days[place], gained)
        self._updates(plan, concern["updates"], since=days[0])

    def _updates(self, plan: Plan, updates: Sequence[Mapping[str, Any]], *, since: date) -> None:
        """One for each half term that has ended since, the latest last."""
        ends = sorted(one.ends_on for (_, half), one in self.terms.rows.items() if half)
        due = [day for day in ends if since < day < self.terms.today][-len(updates) :]
        lines = abouts(document_of(plan))
        ProgressUpdate.objects.bulk_create(
            ProgressUpdate(
                plan=plan, due_on=day, sent_at=moment(working_day(day - timedelta(days=2)), "15:25"),
                sent_by=plan.begun_by, document=update_of(lines, _typed(lines, one), {}),
            )
            for day, one in zip(due, updates[len(updates) - len(due) :], strict=True)
        )  # fmt: skip

    def _milestone(self, row: Priority, days: int, words: str, outcome: str = "", note: str = "") -> Milestone:
        """With an outcome: the head has said it, on the day."""
        row_of = Milestone(priority=row, by_on=self._in(days), words=words, outcome=outcome, outcome_note=note)
        if outcome:
            row_of.said_at, row_of.said_by = moment(row_of.by_on, "16:20"), row.plan.begun_by
        return row_of

    def _amend(self, kind: PlanType, plan: Plan, key: str, on: date, actions: list[Action]) -> None:
        """The actions, and the edition with them, sent a few days after the step and approved."""
        Action.objects.bulk_create(actions)
        self.sent = working_days_after(on, 3)
        self._editions(kind, [plan], {plan.school_id or 0: key}, {plan.school_id or 0: "approved"})
        self.number += 1

    def _sent_on(self, state: str) -> date:
        return self.sent

    def _edition(self, plan: Plan, document: Document, state: str) -> PlanEdition:
        edition = super()._edition(plan, document, state)
        edition.number, edition.note = self.number, ""
        return edition

    def _in(self, days: int) -> date:
        return working_day(self.terms.today + timedelta(days=days))

    def _of(self, row: Priority, told: dict[str, Any], key: str) -> Action:
        due, owner = self._in(told["due"]), self.people.of_school(told["by"], key, 0) or self.people.head(key, 0)
        words = {name: told[name] for name in ("what", "success", "support")}
        action = Action(
            plan=row.plan, priority=row, owner=owner, due_on=due, impact_check_on=working_days_after(due, 15),
            agreed_on=row.plan.begun_on, **words,
        )  # fmt: skip
        if "verdict" in told:
            action.state, action.verdict, action.verdict_note = Action.State.DONE, told["verdict"], told["note"]
            action.verdict_evidence = told["evidence"]
            action.closed_by, action.closed_at = owner, moment(working_days_after(due, 15), "15:10")
        return action


def _typed(lines: Sequence[About], update: Mapping[str, Any]) -> dict[str, str]:
    """What was typed of each line: what was done, and what changed."""
    typed = {"overall": update["overall"]}
    for line, (done, changed) in zip(lines, update["lines"], strict=False):
        typed |= {f"done_{line.id}": done, f"changed_{line.id}": changed}
    return typed


def day_of(terms: Terms, told: Any) -> date:
    """A working day: days ago, or days into a term that was."""
    if isinstance(told, int):
        return working_day(terms.today - timedelta(days=told))
    term, days = told
    return working_day(terms[term].starts_on + timedelta(days=days))
