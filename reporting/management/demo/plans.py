"""Invented plans of the year: approved, approved and changed since, waiting, returned, still being written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone

from plans.models import Action, ApprovalStep, Condition, Milestone, Plan, PlanEdition, Priority
from plans.queries.documents import documents_of
from plans.rules.chain import Rung, approvers, chain
from plans.rules.conditions import conditions_in
from plans.rules.document import Document, Focus, Line
from reporting.management.demo.calendar import Terms, moment, working_day
from reporting.management.demo.people import People
from reporting.management.demo.story import Story, TrustPlan
from reviews.queries.reviews import levels_of
from schools.access import ROLES
from schools.models import Membership, School, StrategyVersion
from schools.rules import academic_year, working_days_after
from schools.strategy import Role, Strategy
from schools.strategy.provision import PlanType

Outcome = ApprovalStep.Outcome
STATES = ("approved", "conditions", "waiting", "returned", "draft", "changed")
"""One after the other, school by school."""

TARGETS = (("persistent_absence_rate", "all", Decimal(12)), ("persistent_absence_rate", "disadvantaged", Decimal(18)))


class PlanWriter:
    """Writes the plan that every school of one trust has."""

    begins_at = 0
    """Which of the priorities are the first school's."""

    def __init__(self, story: Story, plan: TrustPlan, people: People, version: StrategyVersion, terms: Terms) -> None:
        self.words, self.plan, self.people, self.version, self.terms = story.plans, plan, people, version, terms
        self.kind = self._kind(version.strategy)

    def _kind(self, strategy: Strategy) -> PlanType | None:
        """The one that every school has."""
        return strategy.usual_plan

    def write(self, schools: Mapping[str, School]) -> None:
        """Once the levels are decided: they say who approves."""
        if self.kind is None:
            return
        here = {key: school for key, school in schools.items() if school.left_on is None}
        states = {school.pk: STATES[place % len(STATES)] for place, school in enumerate(here.values())}
        heads = {school.pk: self.people.head(key, 0) for key, school in here.items()}
        plans = self._plans(self.kind, here.values(), {school.pk: self._writer(key) for key, school in here.items()})
        self._priorities(plans, heads)
        sent = [one for one in plans if states[at(one)] != "draft"]
        self._editions(self.kind, sent, {school.pk: key for key, school in here.items()}, states)
        changed = [one for one in plans if states[at(one)] == "changed"]
        rows = Priority.objects.filter(plan__in=changed, position=1)
        rows.update(success=Concat("success", Value(f" {self.words['changed'][0]}")))

    def _writer(self, school: str) -> Membership:
        """Who begins and sends it: the head, or who leads beside them where the head approves it."""
        if self.kind is None or Role.HEAD not in self.kind.approval:
            return self.people.head(school, 0)
        return self.people.of_school(Role.LEADER, school, 0) or self.people.holding(Role.SI_LEAD)

    def _plans(self, kind: PlanType, schools: Iterable[School], writers: dict[int, Membership]) -> list[Plan]:
        """Those that only held agreed actions so far, and new ones."""
        found = {
            at(one): one for one in Plan.objects.filter(school__isnull=False, kind=kind.key, state=Plan.State.OPEN)
        }
        year = academic_year(self.terms.today)
        begun = self._sent_on("approved") - timedelta(days=14)
        rows = [
            found.get(one.pk) or Plan(school=one, kind=kind.key, title=kind.label[:200], year=year) for one in schools
        ]
        for place, row in enumerate(rows):
            row.answers, row.strategy_version = self._answers(kind, place), self.version
            row.begun_by, row.begun_on = writers[at(row)], begun
        Plan.objects.bulk_create([one for one in rows if one.pk is None])
        Plan.objects.bulk_update(found.values(), ["answers", "strategy_version", "begun_by", "begun_on"])
        return rows

    def _told(self, place: int) -> list[dict[str, Any]]:
        """The two priorities of the plan at this place."""
        pool = self.words["priorities"]
        return [pool[(self.begins_at + 2 * place + n) % len(pool)] for n in range(2)]

    def _answers(self, kind: PlanType, place: int) -> dict[str, str]:
        """Where the school is, which leads to its priorities; and sentences that fit any school."""
        first, *rest = self.words["sections"]
        here = " ".join([first, *(one["where"] for one in self._told(place))])
        return {one.key: rest[n % len(rest)] if n else here for n, one in enumerate(kind.form.header)}

    def _priorities(self, plans: Sequence[Plan], heads: dict[int, Membership]) -> None:
        """Two for each, with their targets and one action; what was agreed on visits and reviews serves none."""
        rows = [
            (Priority(plan=plan, position=n, **{name: told[name] for name in ("label", "change", "success")}), told)
            for place, plan in enumerate(plans)
            for n, told in enumerate(self._told(place), start=1)
        ]
        Priority.objects.bulk_create([row for row, _ in rows])
        Milestone.objects.bulk_create([stage for row, told in rows for stage in self._milestones(row, told)])
        Action.objects.bulk_create(
            [
                self._action(row, heads[at(row.plan)], told["action"], told["judged"], told["training"])
                for row, told in rows
            ]
        )

    def _milestones(self, row: Priority, told: Mapping[str, Any]) -> list[Milestone]:
        """Figures where the strategy has the measure; else two stages in words."""
        known = self.version.strategy.measure_by_key
        if told.get("measured") and all(measure in known for measure, _, _ in TARGETS):
            return [
                Milestone(priority=row, by_on=self._term_end(2), measure=measure, group=group, value=value)
                for measure, group, value in TARGETS
            ]
        return [
            Milestone(priority=row, by_on=self._term_end(ahead), words=words)
            for ahead, words in enumerate(told["targets"], start=1)
        ]

    def _term_end(self, ahead: int) -> date:
        """About the end of a term to come."""
        return working_day(self.terms.today + timedelta(days=30 + 90 * ahead))

    def _action(self, row: Priority, owner: Membership, what: str, success: str, training: str) -> Action:
        due = working_day(self.terms.today + timedelta(days=45))
        return Action(
            plan=row.plan, priority=row, owner=owner, what=what, success=success, training=training, due_on=due,
            impact_check_on=working_days_after(due, 15), budget=Decimal(1200) if training else None,
        )  # fmt: skip

    def _editions(self, kind: PlanType, plans: Sequence[Plan], keys: dict[int, str], states: dict[int, str]) -> None:
        documents, levels = documents_of(plans), levels_of([one.school for one in plans if one.school])
        closed = dict(Action.objects.filter(plan__in=plans, state="done").values_list("pk", "closed_at"))
        editions = [self._edition(one, documents[one.pk], states[at(one)]) for one in plans]
        for one in editions:
            one.document = _as_sent(one.document, {pk for pk, moment in closed.items() if moment > one.sent_at})
        PlanEdition.objects.bulk_create(editions)
        steps = []
        for one in editions:
            roles = approvers(self.version.strategy, kind, levels.get(at(one.plan), {}))
            rungs = chain(self.version.strategy, roles, kind.approval_days, sent=timezone.localdate(one.sent_at))
            school = at(one.plan)
            steps += [self._step(one, n, rung, keys[school], states[school]) for n, rung in enumerate(rungs, start=1)]
        ApprovalStep.objects.bulk_create(steps)
        asked = [one for step in steps if step.outcome == Outcome.CONDITIONS for one in self._conditions(step)]
        Condition.objects.bulk_create(asked)

    def _edition(self, plan: Plan, document: Document, state: str) -> PlanEdition:
        sent = self._sent_on(state)
        return PlanEdition(
            plan=plan, number=1, sent_at=moment(sent, "15:30"), sent_by=plan.begun_by, note=self.words["notes"][0],
            writers=[plan.begun_by_id], document=document,
        )  # fmt: skip

    def _sent_on(self, state: str) -> date:
        return working_day(self.terms.today - timedelta(days=4 if state == "waiting" else 30))

    def _step(self, edition: PlanEdition, place: int, rung: Rung, school: str, state: str) -> ApprovalStep:
        step = ApprovalStep(edition=edition, position=place, **vars(rung))
        who = None if state == "waiting" else self._who(rung.role, school)
        if who and (state != "returned" or place == 1):
            sent = timezone.localdate(edition.sent_at)
            step.by, step.at = who, moment(working_days_after(sent, 3 + place), "11:15")
            step.outcome, step.words = self._answered(state, place)
            step.checked = self._checked(rung.role, step.outcome)
        return step

    def _conditions(self, step: ApprovalStep) -> Iterator[Condition]:
        """The first is said to be met, the others are open."""
        for place, words in enumerate(conditions_in(step.words), start=1):
            row = Condition(step=step, position=place, words=words)
            if place == 1:
                said = self.terms.today - timedelta(days=3)
                row.state, row.met_on, row.how = Condition.State.SAID, working_day(said), self.words["met"][0]
                row.said_by, row.said_at = step.edition.plan.begun_by, moment(working_day(said), "16:10")
            yield row

    def _checked(self, role: str, outcome: str) -> list[tuple[str, str]]:
        """What who checks the plan said of each rule: all met, or with conditions the first not yet."""
        if self.kind is None or self.kind.checked_by != role or outcome not in ApprovalStep.AGREED:
            return []
        said = dict.fromkeys(self.kind.quality_rules, ApprovalStep.Met.MET.value)
        first = next(iter(said), None)
        if first and outcome == Outcome.CONDITIONS:
            said[first] = ApprovalStep.Met.NOT_YET.value
        return list(said.items())

    def _who(self, role: str, school: str) -> Membership | None:
        """Who answers for this role; nobody where it stands empty."""
        held = role if ROLES[role].whole_trust else f"{role}:{school}"
        return next((self.people.members[one.key] for one in self.plan.people if held in one.roles), None)

    def _answered(self, state: str, place: int) -> tuple[str, str]:
        if state == "returned":
            return Outcome.RETURNED, self.words["returned"][0]
        if state == "conditions" and place == 1:
            return Outcome.CONDITIONS, self.words["conditions"][0]
        return Outcome.APPROVED, ""


def at(plan: Plan) -> int:
    """The school whose plan it is."""
    assert plan.school_id is not None  # of the demo's plans only that of the trust has none, and it is made apart
    return plan.school_id


def _as_sent(document: Document, later: Collection[int]) -> Document:
    """Without what came of these actions: they were closed after it was sent."""

    def then(lines: Iterable[Line]) -> list[Line]:
        return [
            Line(**{**one, "verdict": "", "evidence": "", "closed": ""}) if one["id"] in later else one for one in lines
        ]

    priorities = [Focus(**{**one, "actions": then(one["actions"])}) for one in document["priorities"]]
    return Document(**{**document, "priorities": priorities, "actions": then(document["actions"])})
