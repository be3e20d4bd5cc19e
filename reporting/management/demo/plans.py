"""Invented plans of the year: approved, approved and changed since, waiting, returned, still being written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from plans.models import Action, ApprovalStep, Milestone, Plan, PlanEdition, Priority
from plans.queries.plans import documents_of
from plans.rules.chain import Rung, approvers, chain
from plans.rules.document import Document
from reporting.management.demo.calendar import Terms, moment, working_day
from reporting.management.demo.people import People
from reporting.management.demo.story import Story, TrustPlan
from reviews.queries.reviews import levels_of
from schools.access import ROLES
from schools.models import Membership, School, StrategyVersion
from schools.rules import academic_year, working_days_after
from schools.strategy import Strategy
from schools.strategy.provision import PlanType

Outcome = ApprovalStep.Outcome
STATES = ("approved", "conditions", "waiting", "returned", "draft", "changed")
"""One after the other, school by school."""

TARGETS = (("persistent_absence_rate", "all", Decimal(12)), ("persistent_absence_rate", "disadvantaged", Decimal(18)))


class PlanWriter:
    """Writes the plan that every school of one trust has."""

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
        plans = self._plans(self.kind, here.values(), heads)
        self._priorities(plans, heads)
        sent = [one for one in plans if states[at(one)] != "draft"]
        self._editions(self.kind, sent, {school.pk: key for key, school in here.items()}, states)
        changed = [one for one in plans if states[at(one)] == "changed"]
        Priority.objects.filter(plan__in=changed, position=1).update(success=self.words["changed"][0])

    def _plans(self, kind: PlanType, schools: Iterable[School], heads: dict[int, Membership]) -> list[Plan]:
        """Those that only held agreed actions so far, and new ones."""
        found = {
            at(one): one for one in Plan.objects.filter(school__isnull=False, kind=kind.key, state=Plan.State.OPEN)
        }
        sections, year = self.words["sections"], academic_year(self.terms.today)
        answers = {one.key: sections[n % len(sections)] for n, one in enumerate(kind.form.header)}
        begun = self._sent_on("approved") - timedelta(days=14)
        rows = [
            found.get(one.pk) or Plan(school=one, kind=kind.key, title=kind.label[:200], year=year) for one in schools
        ]
        for row in rows:
            row.answers, row.strategy_version, row.begun_by = answers, self.version, heads[at(row)]
            row.begun_on = begun
        Plan.objects.bulk_create([one for one in rows if one.pk is None])
        Plan.objects.bulk_update(found.values(), ["answers", "strategy_version", "begun_by", "begun_on"])
        return rows

    def _priorities(self, plans: Sequence[Plan], heads: dict[int, Membership]) -> None:
        """The same two for each, with their targets and one action; what was agreed before serves the first."""
        told = list(enumerate(self.words["priorities"], start=1))
        rows = [
            (Priority(plan=plan, position=place, label=words[0], change=words[1], success=words[2]), words)
            for plan in plans
            for place, words in told
        ]
        Priority.objects.bulk_create([row for row, _ in rows])
        first = Priority.objects.filter(plan=OuterRef("plan"), position=1).values("pk")[:1]
        Action.objects.filter(plan__in=plans, priority=None).update(priority_id=Subquery(first))
        Milestone.objects.bulk_create([stage for row, _ in rows for stage in self._milestones(row)])
        Action.objects.bulk_create([self._action(row, heads[at(row.plan)], *words[3:]) for row, words in rows])

    def _milestones(self, row: Priority) -> list[Milestone]:
        spring, summer = self._term_end(1), self._term_end(2)
        if row.position == 1:
            return [
                Milestone(priority=row, by_on=spring, words="Seven in ten write two pages."),
                Milestone(priority=row, by_on=summer, words="Nine in ten write two pages."),
            ]
        known = self.version.strategy.measure_by_key
        return [
            Milestone(priority=row, by_on=summer, measure=measure, group=group, value=value)
            for measure, group, value in TARGETS
            if measure in known
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
        editions = [self._edition(one, documents[one.pk], states[at(one)]) for one in plans]
        PlanEdition.objects.bulk_create(editions)
        steps = []
        for one in editions:
            roles = approvers(self.version.strategy, kind, levels.get(at(one.plan), {}))
            rungs = chain(self.version.strategy, roles, kind.approval_days, sent=timezone.localdate(one.sent_at))
            school = at(one.plan)
            steps += [self._step(one, n, rung, keys[school], states[school]) for n, rung in enumerate(rungs, start=1)]
        ApprovalStep.objects.bulk_create(steps)

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
